//! Advice on machinery that a few lines pull in, and on bytes that are there more than once.

use plimsoll_analyzer::report::Insight;

use super::advice;
use super::graph::{branch_with_link, image};
use crate::support::explain;

const FLOAT: &str = "_ZN4core3num7flt2dec8strategy5grisu16format_exact_opt17h0123456789abcdefE";
const INTEGER: &str = "_ZN4core3fmt3num3imp8_fmt_u3217h0123456789abcdefE";

#[test]
fn turning_floats_into_text_goes_with_what_only_it_needs() {
    let report = explain(&image(&["main", FLOAT], &[(1, 1)]));
    assert_eq!(advice(&report), "floats_formatted 64+0 AtLeast\n");
    assert_eq!(report.insights[0].evidence[0], "used by main");
    assert_eq!(advice(&explain(&image(&["main", INTEGER], &[(1, 1)]))), "");
    assert_eq!(advice(&explain(&image(&["main", FLOAT], &[]))), "", "nothing leads to it");
}

#[test]
fn libraries_of_c_have_their_own_way_to_print_floats() {
    let report = explain(&image(&["main", "_dtoa_r"], &[(1, 1)]));
    assert_eq!(advice(&report), "floats_formatted 64+0 AtLeast\n");
    assert!(report.insights[0].advice.contains("newlib-nano"), "{:?}", report.insights[0]);
}

#[test]
fn divisions_of_64_bits_are_named_and_those_of_32_are_not() {
    let report = explain(&image(&["main", "__aeabi_uldivmod"], &[(1, 3)]));
    assert_eq!(advice(&report), "division_64 272+0 UpTo\n", "64 B, as much around each call, main's 16 B");
    assert_eq!(advice(&explain(&image(&["main", "__aeabi_uidivmod"], &[(1, 3)]))), "");
}

#[test]
fn a_division_that_only_floats_need_goes_with_them() {
    let functions = ["main", FLOAT, "__aeabi_uldivmod"];
    let mut description = image(&functions, &[(1, 1)]);
    description += &branch_with_link(64, 128);
    assert_eq!(advice(&explain(&description)), "floats_formatted 128+0 AtLeast\n");
    let both = image(&functions, &[(1, 1), (2, 1)]) + &branch_with_link(64, 128);
    assert_eq!(advice(&explain(&both)), "division_64 272+0 UpTo\nfloats_formatted 64+0 AtLeast\n");
}

#[test]
fn functions_of_the_standard_library_go_with_the_division_that_they_call() {
    let given = |user: &str| {
        let calls = image(&["main", user, "__aeabi_uldivmod"], &[(1, 1)]) + &branch_with_link(64, 128);
        advice(&explain(&calls))
    };
    assert_eq!(given(INTEGER), "division_64 208+0 UpTo\n", "both, 64 B around main's call, main's 16 B");
    assert_eq!(given("scale"), "division_64 144+0 UpTo\n", "64 B, as much around the call, its user's 16 B");
}

#[test]
fn families_equal_bodies_and_equal_texts_are_summed_up() {
    let text = |functions: &str| format!("section .text 0x100 512 x\n{functions}");
    let family = "func _ZN1a4push17h0000000000000001E 0x101 80\nfunc _ZN1a4push17h0000000000000002E 0x151 96";
    assert_eq!(advice(&explain(&text(family))), "generic_families 80+0 UpTo\n");
    let instances = ["main", "_ZN1a4push17h0000000000000001E", "_ZN1a4push17h0000000000000002E"];
    let called = explain(&image(&instances, &[(1, 2), (2, 1)]));
    assert_eq!(advice(&called), "generic_families 112+0 UpTo\n", "one of 64 B, and three calls");
    assert_eq!(called.insights[0].evidence[1], "48 B at most around the 3 places that ask for them");
    let others = family.replace("1a4push17h0000000000000002", "1a4pull17h0000000000000002");
    assert_eq!(advice(&explain(&text(&others))), "");
}

/// `n` records of 16 bytes from 0x2100 on, which the table at 0x2000 refers to, and the path of all.
fn records(n: u64, path: &str) -> String {
    let mut text = image(&["main"], &[]);
    text += "section .rodata 0x2000 0x400\nobject table 0x2000 0x100\nobject text 0x2300 0x100\n";
    // What comes after the last record begins a piece of its own.
    text += &format!("word .rodata {} {:#x}\n", n * 4, 0x2100 + n * 16);
    for idx in 0..n {
        let record = 0x100 + idx * 16;
        text += &format!("word .rodata {} {:#x}\nword .rodata {record} 0x2300\n", idx * 4, 0x2000 + record);
        text += &format!("word .rodata {} {}\n", record + 4, path.len());
        text += &format!("word .rodata {} {}\nword .rodata {} 5\n", record + 8, idx + 1, record + 12);
    }
    for (idx, part) in path.as_bytes().chunks(2).enumerate() {
        let half = u16::from_le_bytes([part[0], part.get(1).copied().unwrap_or(0)]);
        text += &format!("half .rodata {} {half}\n", 0x300 + idx * 2);
    }
    text
}

#[test]
fn records_of_locations_go_with_their_paths() {
    // Seven records and a path of eight bytes; one record and ten bytes of text take their place.
    let report = explain(&records(7, "src/a.rs"));
    assert_eq!(advice(&report), "panic_locations 94+0 AtLeast\n");
    assert_eq!(report.insights[0].evidence, ["120 B in 7 records of src/a.rs"]);
    assert_eq!(advice(&explain(&records(7, "src/a.so"))), "", "no path of Rust");
    assert_eq!(advice(&explain(&records(7, "/rustc/1/a.rs"))), "", "of the standard library");
    assert_eq!(advice(&explain(&records(4, "src/a.rs"))), "", "too little");
}

/// Two functions that each load the address of a record with a path of 38 bytes, in a crate of some version.
fn versions(functions: &[&str], calls: &[(usize, usize)], loads: [(usize, &str); 2]) -> String {
    let mut text = image(functions, calls) + "section .rodata 0x2000 0x100\n";
    for (idx, (function, version)) in loads.into_iter().enumerate() {
        let path = format!("/registry/src/a/thing-{version}/src/lib.rs");
        let (record, at) = (idx * 16, 0x40 + idx * 0x40);
        let code = function * 64 + 16;
        text += &format!(
            "half .text {code} 0x4801\nword .text {} {:#x}\nlabel $d.{idx} {:#x} 0 local\n\
             label $t.{idx} {:#x} 0 local\n",
            code + 8,
            0x2000 + record,
            0x1008 + code,
            0x100c + code
        );
        text += &format!(
            "word .rodata {record} {:#x}\nword .rodata {} {}\n",
            0x2000 + at,
            record + 4,
            path.len()
        );
        text += &format!("word .rodata {} 7\nword .rodata {} 5\n", record + 8, record + 12);
        for (idx, part) in path.as_bytes().chunks(2).enumerate() {
            let half = u16::from_le_bytes([part[0], part.get(1).copied().unwrap_or(0)]);
            text += &format!("half .rodata {} {half}\n", at + idx * 2);
        }
    }
    text
}

fn of_versions(text: &str) -> Option<Insight> {
    explain(text).insights.into_iter().find(|it| it.kind == "crate_versions")
}

#[test]
fn versions_of_one_crate_are_told_by_the_paths_of_panics() {
    let of = |old, new| of_versions(&versions(&["main", "other"], &[], [(0, old), (1, new)]));
    let found = of("0.7.1", "0.8.0").unwrap();
    assert_eq!(found.evidence, ["64 B thing 0.7.1", "64 B thing 0.8.0"]);
    assert_eq!(found.saves_bytes, 64);
    assert_eq!(of("0.8.0", "0.8.0"), None);
}

#[test]
fn a_release_is_newer_than_what_came_before_it() {
    let of = |old, new| of_versions(&versions(&["main", "other"], &[], [(0, old), (1, new)])).unwrap().advice;
    assert!(of("0.8.0-rc.1", "0.8.0").contains("all take 0.8.0,"));
    assert!(of("0.10.0", "0.9.12").contains("all take 0.10.0,"));
}

#[test]
fn functions_whose_version_no_panic_tells_may_go_too() {
    let functions = [
        "main",
        "_ZN5thing3old17h0123456789abcdefE",
        "_ZN5thing3new17h0123456789abcdefE",
        "_ZN5thing4work17h0123456789abcdefE",
    ];
    let text = |n_functions: usize| {
        let calls: Vec<_> = (1..n_functions).map(|it| (it, 1)).collect();
        versions(&functions[..n_functions], &calls, [(1, "0.7.1"), (2, "0.8.0")])
    };
    // A function, its record, its path with the zeroes behind it; the last record dissolves with what loads it.
    let told = 64 + 16 + 64 + 16 + 8;
    assert_eq!(of_versions(&text(3)).unwrap().saves_bytes, told);
    assert_eq!(of_versions(&text(4)).unwrap().saves_bytes, told + 64);
}

/// `n` texts of 32 bytes that a function called `name` refers to.
fn texts(n: usize, name: &str) -> String {
    texts_before(n, &[name])
}

/// The same with more functions, which the first calls.
fn texts_before(n: usize, functions: &[&str]) -> String {
    let calls = (1..functions.len()).map(|it| branch_with_link(12 + it * 4, it * 64));
    let mut text = image(functions, &[]) + &calls.collect::<String>();
    if functions.len() > 1 {
        text += "label $t.1 0x1040 0 local\n";
    }
    text += "section .rodata 0x2000 0x100\nlabel $d 0x1020 0 local\n";
    for idx in 0..n {
        let word = 0x20 + idx * 4;
        let load = 0x4800 | ((word - 4 - idx * 2 / 4 * 4) / 4);
        text += &format!("half .text {} {load}\nword .text {word} {:#x}\n", idx * 2, 0x2000 + idx * 32);
        for at in 0..8 {
            text += &format!("word .rodata {} 0x6f6f{:02x}66\n", idx * 32 + at * 4, 0x61 + idx);
        }
    }
    text
}

#[test]
fn texts_that_only_panics_print_go_without_them() {
    let panic = "_ZN4core9panicking9panic_fmt17h0123456789abcdefE";
    let report = explain(&texts(3, panic));
    let found = report.insights.iter().find(|it| it.kind == "panic_messages").unwrap();
    // The last has a zero behind it.
    assert_eq!((found.flash_bytes, report.panics.message_bytes), (97, 97));
    assert_eq!(found.evidence[0], "97 B of texts that only panics refer to");
    assert_eq!(found.evidence.len(), 4, "{found:?}");
    let others = explain(&texts(3, "main"));
    assert!(others.insights.iter().all(|it| it.kind != "panic_messages"), "{:?}", others.insights);
}

#[test]
fn nobody_is_told_to_compile_the_core_library_anew_without_optimisation() {
    let panic = "_ZN4core9panicking9panic_fmt17h0123456789abcdefE";
    let trivial = ["3ptr13read_volatile17h0E", "3ptr14write_volatile17h0E", "4cell13Cell$LT$T$GT$3get17h0E"];
    let trivial = trivial.map(|it| format!("_ZN4core{}", it.replace("17h0E", "17h0123456789abcdefE")));
    let kinds = |n: usize| {
        let trivial = trivial[..n].iter().map(String::as_str);
        let functions: Vec<&str> = [panic].into_iter().chain(trivial).collect();
        let insights = explain(&texts_before(3, &functions)).insights;
        insights.into_iter().map(|it| it.kind).filter(|it| it == "panic_messages").count()
    };
    assert_eq!((kinds(2), kinds(3)), (1, 0));
}

#[test]
fn a_text_that_stands_twice_is_duplicated() {
    let words = |section: &str, last: u32| {
        let word = |at: u32| format!("word {section} {} 0x6f6f6166\n", at * 4);
        (0..31).map(word).collect::<String>() + &format!("word {section} 124 {last:#x}\n")
    };
    let image = |last: u32| {
        format!(
            "section .text 0x100 64 x\nfunc main 0x100 64\nsection .rodata 0x200 128\nsection .rodata2 0x400 128\n\
             object first 0x200 128\nobject second 0x400 128\n{}{}",
            words(".rodata", 0x0066_6f6f),
            words(".rodata2", last)
        )
    };
    let of = |last| explain(&image(last)).insights.into_iter().find(|it| it.kind == "duplicated_strings");
    let found = of(0x0066_6f6f).unwrap();
    assert_eq!((found.flash_bytes, found.ram_bytes), (127, 0));
    assert!(found.evidence[0].ends_with("in 2 places"), "{found:?}");
    assert_eq!(of(0x0065_6f6f), None);
}
