//! Advice: each piece in an image where it has to be given, and in one where it must not.

pub(crate) mod compiled;
mod constants;
mod documented;
mod graph;
mod machinery;

use std::fmt::Write;

use plimsoll_analyzer::Report;

use crate::support::{explain, explain_in};

/// Kind, saving in flash and RAM, certainty.
fn advice(report: &Report) -> String {
    let mut text = String::new();
    for it in &report.insights {
        let certainty = format!("{:?}", it.certainty);
        writeln!(text, "{} {}+{} {certainty}", it.kind, it.flash_bytes, it.ram_bytes).unwrap();
    }
    text
}

/// The advice on an image for a machine without a decoder, where nothing is known to be unreachable.
#[track_caller]
fn check(description: &str, expected: &str) {
    let report = explain(&format!("machine 44\n{description}"));
    assert_eq!(advice(&report), expected, "{:#?}", report.insights);
}

#[test]
fn tables_for_unwinding_go_where_nothing_unwinds() {
    let image = "section .text 0x100 64 x\nfunc main 0x100 64\nsection .ARM.exidx 0x200 128\n\
                 section .eh_frame 0x300 64\nsection .eh_frame_hdr 0x400 32 noalloc";
    check(image, "unwind_tables 192+0 Exact\n");
    let with_unwinder = image.replace("func main", "func _Unwind_RaiseException");
    check(&with_unwinder, "");
}

#[test]
fn big_statics_are_named_and_small_ones_and_stacks_are_not() {
    let image = |big: u64| {
        format!(
            "section .text 0x100 64 x\nfunc main 0x100 64\nsection .bss 0x20000000 0x4000 w nobits\n\
             object big 0x20000000 {big}\nobject small 0x20003000 256\n\
             section .stack 0x20004000 0x1000 w nobits\nobject stack 0x20004000 0x1000"
        )
    };
    check(&image(0x2000), "big_zero_statics 0+8192 UpTo\n");
    check(&image(0x200), "");
}

#[test]
fn statics_that_hold_zeroes_need_no_initial_values() {
    let image = "section .text 0x100 64 x\nfunc main 0x100 64\n\
                 section .data 0x20000000 0x200 w load 0x1000\nobject zeroes 0x20000000 0x80\n\
                 object almost 0x20000080 0x100\nword .data 0x80 7\nobject values 0x20000180 0x80\n\
                 noise .data 0x180 0x80";
    check(image, "zeroes_in_data 256+0 UpTo\nzeroes_in_data 128+0 Exact\n");
    check(&format!("{image}\nnoise .data 0 0x80\nnoise .data 0x80 0x80"), "");
    let report = explain(&format!("machine 44\n{image}"));
    assert!(
        report
            .insights
            .iter()
            .any(|it| it.advice.contains("1 static with initial values in flash holds only"))
    );
}

#[test]
fn zeroes_among_constants_are_no_initial_values() {
    check(
        "section .text 0x100 64 x\nfunc main 0x100 64\nsection .rodata 0x200 0x80\nobject zeroes 0x200 0x80",
        "",
    );
}

#[test]
fn holes_that_alignment_leaves_are_named_where_they_are_big() {
    let image = |second: u64| {
        format!(
            "section .text 0x1000 64 x\nfunc main 0x1000 64\nsection .rodata 0x2000 0x200 align 256\n\
             object first 0x2000 4\nnoise .rodata 0 4\nobject second {second:#x} {}",
            0x2200 - second
        )
    };
    check(&image(0x2100), "alignment_holes 252+0 UpTo\n");
    check(&image(0x2008), "");
}

#[test]
fn zeroes_behind_a_constant_without_a_symbol_may_be_a_hole() {
    let image = |aligned: u64| {
        format!(
            "section .text 0x1000 64 x\nfunc main 0x1000 64\nsection .rodata 0x2000 0x300 align 256\n\
             object table 0x2000 4\nword .rodata 0 0x2010\nobject words 0x2004 12\nword .rodata 4 7\n\
             noise .rodata 0x10 12\nobject aligned {aligned:#x} 64"
        )
    };
    // 0x2010 holds twelve bytes and then zeroes up to `aligned`.
    let holes = |aligned: u64| {
        let report = explain(&image(aligned));
        report.insights.iter().find(|it| it.kind == "alignment_holes").map(|it| it.flash_bytes)
    };
    assert_eq!(holes(0x2100), Some(0x100 - 0x1c));
    assert_eq!(holes(0x2104), None);
}

#[test]
fn sections_that_no_script_names_are_orphans() {
    let image = "section .text 0x100 64 x\nfunc main 0x100 64\nsection .rodata.lost 0x200 128";
    check(image, "orphan_sections 128+0 UpTo\n");
    let named_by_section: String =
        (0..20).map(|it| format!("section .text.f{it} {:#x} 64 x\n", 0x1000 + it * 64)).collect();
    check(&format!("{image}\n{named_by_section}"), "");
}

#[test]
fn sections_outside_of_the_declared_memory_are_orphans() {
    let image = "machine 44\nsection .text 0x100 512 x\nfunc main 0x100 512\nsection .extra 0x9000 256";
    let script = |length: &str| format!("MEMORY {{ FLASH (rx) : ORIGIN = 0, LENGTH = {length} }}");
    assert_eq!(advice(&explain_in(image, &script("4K"))), "orphan_sections 256+0 UpTo\n");
    assert_eq!(advice(&explain_in(image, &script("64K"))), "");
    // The script of another device says nothing about the sections.
    assert_eq!(advice(&explain_in(image, &script("16"))), "");
}

#[test]
fn rust_that_was_not_optimised_shows_in_what_was_not_inlined() {
    let trivial = "section .text 0x100 0x400 x\nfunc _ZN3app3run17h0123456789abcdefE 0x100 0x300\n\
                   func _ZN4core3ptr13read_volatile17h0123456789abcdefE 0x400 16\n\
                   func _ZN4core3ptr14write_volatile17h0123456789abcdefE 0x410 16\n";
    let third = "func _ZN4core4cell13Cell$LT$T$GT$3get17h0123456789abcdefE 0x420 16";
    check(&format!("{trivial}{third}"), "unoptimised_rust 192+0 AtLeast\n");
    check(trivial, "");
}

#[test]
fn what_saves_little_is_not_worth_saying() {
    let image = |text_bytes: u64| {
        format!(
            "section .text 0x1000 {text_bytes} x\nfunc main 0x1000 {text_bytes}\n\
             section .ARM.exidx 0x200000 96"
        )
    };
    check(&image(0x1000), "unwind_tables 96+0 Exact\n");
    check(&image(100_000), "");
    let fewer = image(0x1000).replace("0x200000 96", "0x200000 56");
    check(&fewer, "");
}

#[test]
fn programs_for_an_operating_system_get_no_advice() {
    let image = "section .text 0x100 64 x\nfunc main 0x100 64\nsection .eh_frame 0x200 128";
    check(image, "unwind_tables 128+0 Exact\n");
    assert_eq!(advice(&explain(&format!("machine x86-64\nclass 64\n{image}"))), "");
    assert_eq!(advice(&explain(&format!("machine arm\nkind rel\n{image}"))), "");
}
