//! Which functions are helpers of the compiler, what for, and who needs them.

use std::fmt::Write;

use plimsoll_analyzer::Report;

use crate::support::explain;

/// Functions of eight bytes; each calls the one that is named behind it, or nobody.
fn program(calls: &[(&str, &str)]) -> Report {
    let n_bytes = 8 * calls.len();
    let mut text = format!("section .text 0x1000 {n_bytes} x\nlabel $t 0x1000 0 local\n");
    for (idx, (name, callee)) in calls.iter().enumerate() {
        let at = 8 * idx as i64;
        writeln!(text, "func {name} {} 8", 0x1001 + at).unwrap();
        let callee = calls.iter().position(|it| it.0 == *callee);
        let distance = callee.map(|it| 8 * it as i64 - (at + 4));
        let halves = match distance {
            Some(it) => [0xf000 | (it >> 12 & 0x7ff), 0xf800 | (it >> 1 & 0x7ff), 0xbf00, 0x4770],
            None => [0xbf00, 0xbf00, 0xbf00, 0x4770],
        };
        for (half_idx, half) in halves.iter().enumerate() {
            writeln!(text, "half .text {} {half}", at + 2 * half_idx as i64).unwrap();
        }
    }
    explain(&text)
}

/// `name: purpose ← who needs it`, one line per helper.
fn rows(report: &Report) -> Vec<String> {
    let name = |it: &usize| report.symbols[*it].name.as_str();
    let row = |it: &plimsoll_analyzer::report::HelperUse| {
        let users: Vec<&str> = it.used_by.iter().map(name).collect();
        format!("{}: {} ← {}", name(&it.symbol), it.purpose, users.join(", "))
    };
    report.helpers.iter().map(row).collect()
}

#[test]
fn whoever_needs_a_helper_over_others_needs_each_of_them() {
    let found = program(&[
        ("main", "__aeabi_uldivmod"),
        ("tick", "__udivmoddi4"),
        ("__aeabi_uldivmod", "__udivmoddi4"),
        ("__udivmoddi4", ""),
        ("idle", "main"),
    ]);
    let expected = ["__aeabi_uldivmod: 64-bit division ← main", "__udivmoddi4: 64-bit division ← main, tick"];
    assert_eq!(rows(&found), expected);
}

#[test]
fn helpers_that_call_each_other_have_an_end() {
    let found = program(&[("main", "memcpy"), ("memcpy", "memmove"), ("memmove", "memcpy")]);
    assert_eq!(rows(&found), ["memcpy: copying memory ← main", "memmove: copying memory ← main"]);
}

#[test]
fn a_jump_of_the_linker_is_no_user() {
    let found = program(&[
        ("main", "__memset_veneer"),
        ("tick", "__Thumbv6MABSLongThunk_memset"),
        ("__memset_veneer", "memset"),
        ("__Thumbv6MABSLongThunk_memset", "memset"),
        ("memset", ""),
    ]);
    assert_eq!(rows(&found).last().unwrap(), "memset: filling memory ← main, tick");
}

#[test]
fn of_very_many_users_some_are_counted_only() {
    let names: Vec<String> = (0..70).map(|it| format!("user{it:02}")).collect();
    let mut calls: Vec<(&str, &str)> = names.iter().map(|it| (it.as_str(), "memcmp")).collect();
    calls.push(("memcmp", ""));
    let report = program(&calls);
    let helper = &report.helpers[0];
    assert_eq!((helper.used_by.len(), helper.n_left_out), (64, 6));
}

#[test]
fn a_name_tells_the_purpose() {
    let single = "single-precision floating point";
    let double = "double-precision floating point";
    for (name, purpose) in [
        ("__aeabi_idiv", "32-bit division"),
        ("__aeabi_uidivmod", "32-bit division"),
        ("__aeabi_ldivmod", "64-bit division"),
        ("__aeabi_lmul", "64-bit multiplication"),
        ("__aeabi_llsl", "64-bit shifts"),
        ("__aeabi_fadd", single),
        ("__aeabi_f2iz", single),
        ("__aeabi_ul2f", single),
        ("__aeabi_dcmplt", double),
        ("__aeabi_f2d", double),
        ("__aeabi_d2f", double),
        ("__aeabi_memclr4", "filling memory"),
        ("__aeabi_uread4", "unaligned access"),
        ("__umoddi3", "64-bit division"),
        ("__divsi3", "32-bit division"),
        ("__udivti3", "128-bit division"),
        ("__udivmodqi4", "8-bit division"),
        ("__ashldi3", "64-bit shifts"),
        ("__clzsi2", "32-bit counting of bits"),
        ("__addsf3", single),
        ("__floatdisf", single),
        ("__fixunsdfsi", double),
        ("__extendsfdf2", double),
        ("__ucmpdi2", "64-bit comparison"),
        ("bcmp", "comparing memory"),
        (
            "_ZN17compiler_builtins3int19specialized_div_rem11u64_div_rem17h0123456789abcdefE",
            "64-bit division",
        ),
        ("_ZN17compiler_builtins3mem6memcpy17h0123456789abcdefE", "copying memory"),
        ("_ZN17compiler_builtins5float3add8__addsf317h0123456789abcdefE", single),
    ] {
        let report = program(&[(name, "")]);
        let purposes: Vec<&str> = report.helpers.iter().map(|it| it.purpose.as_str()).collect();
        assert_eq!(purposes, [purpose], "{name}");
    }
}

#[test]
fn other_functions_are_no_helpers() {
    for name in [
        "main",
        "divdi3",
        "__divert",
        "__aeabi_unwind_cpp_pr0",
        "__floating",
        "__main",
        "memcpy_to_user",
        "_ZN3app6memcpy17h0123456789abcdefE",
    ] {
        assert_eq!(program(&[(name, "")]).helpers, [], "{name}");
    }
}
