//! What changed between two images.

use std::fmt::Write;

use expect_test::{Expect, expect};
use plimsoll_analyzer::report::FileUse;
use plimsoll_analyzer::{Change, ChangeKind, Report};

use crate::support::{explain, laws};

#[track_caller]
fn check(old: &str, new: &str, expected: Expect) {
    let (old, new) = (explain(old), explain(new));
    let diff = plimsoll_analyzer::diff(&old, &new);
    laws::check_diff(&old, &new, &diff);
    let mut text = String::new();
    let tables: [(&str, &[Change]); 5] = [
        ("totals", &diff.totals),
        ("regions", &diff.regions),
        ("sections", &diff.sections),
        ("crates", &diff.crates),
        ("symbols", &diff.symbols),
    ];
    for (title, rows) in tables {
        writeln!(text, "{title}").unwrap();
        for it in rows.iter().filter(|it| it.kind != ChangeKind::Same) {
            let place = it.section.as_deref().unwrap_or("");
            let kind = format!("{:?}", it.kind).to_lowercase();
            write!(text, "  {:+} {kind} {} {place}", it.delta_bytes, it.name).unwrap();
            for was in [&it.old_name, &it.old_section, &it.old_krate, &it.old_file].into_iter().flatten() {
                write!(text, " ← {was}").unwrap();
            }
            text.push('\n');
        }
    }
    expected.assert_eq(&text);
}

#[test]
fn what_grew_shrank_came_and_went() {
    check(
        "section .text 0x100 64 x
         func grown 0x101 16
         func shrunk 0x111 16
         func same 0x121 16
         func gone 0x131 16",
        "section .text 0x100 80 x
         func grown 0x101 24
         func shrunk 0x119 8
         func same 0x121 16
         func new 0x131 32",
        expect![[r#"
            totals
              +16 grown flash 
            regions
              +16 grown flash 
            sections
              +16 grown .text 
            crates
              +16 grown (unknown) 
            symbols
              +32 new new .text
              -16 gone gone .text
              +8 grown grown .text
              -8 shrunk shrunk .text
        "#]],
    );
}

#[test]
fn a_new_hash_is_not_a_change() {
    check(
        "section .text 0x100 16 x\n func _ZN1a1b17h0123456789abcdefE 0x101 16",
        "section .text 0x100 16 x\n func _ZN1a1b17hfedcba9876543210E 0x101 16",
        expect![[r#"
            totals
            regions
            sections
            crates
            symbols
        "#]],
    );
}

#[test]
fn instances_of_one_name_are_paired_so_that_little_changes() {
    check(
        "section .text 0x100 48 x
         func _ZN1a1b17h0000000000000001E 0x101 8
         func _ZN1a1b17h0000000000000002E 0x109 16
         func _ZN1a1b17h0000000000000003E 0x119 24",
        "section .text 0x100 44 x
         func _ZN1a1b17h0000000000000007E 0x101 24
         func _ZN1a1b17h0000000000000008E 0x119 8
         func _ZN1a1b17h0000000000000009E 0x121 12",
        expect![[r#"
            totals
              -4 shrunk flash 
            regions
              -4 shrunk flash 
            sections
              -4 shrunk .text 
            crates
              -4 shrunk a 
            symbols
              -4 shrunk a::b .text
        "#]],
    );
}

#[test]
fn padding_is_one_row_and_unattributed_bytes_are_one_per_section() {
    check(
        "section .text 0x100 64 align 4\n object a 0x100 32\n object b 0x120 32",
        "section .text 0x100 128 align 4\n object a 0x100 30\n object b 0x120 32\n section .rodata 0x180 7",
        expect![[r#"
            totals
              +71 grown flash 
            regions
              +71 grown flash 
            sections
              +64 grown .text 
              +7 new .rodata 
            crates
              +73 new (padding, unattributed) 
              -2 shrunk (unknown) 
            symbols
              +64 new (unattributed) .text
              +7 new (unattributed) .rodata
              +2 new (padding) 
              -2 shrunk a .text
        "#]],
    );
}

#[test]
fn data_costs_flash_and_ram() {
    check(
        "section .text 0x100 64 x\n section .data 0x20000000 16 w load 0x140\n object table 0x20000000 16",
        "section .text 0x100 64 x\n section .data 0x20000000 48 w load 0x140\n object table 0x20000000 48",
        expect![[r#"
            totals
              +32 grown flash 
              +32 grown ram 
            regions
              +32 grown flash 
              +32 grown ram 
            sections
              +32 grown .data 
            crates
              +64 grown (unknown) 
            symbols
              +32 grown table .data
        "#]],
    );
}

#[test]
fn sections_of_one_name_are_summed() {
    check(
        "kind rel\n section .text 0 16 x\n section .text 0 8 x",
        "kind rel\n section .text 0 16 x\n section .text 0 16 x",
        expect![[r#"
            totals
              +8 grown flash 
            regions
            sections
              +8 grown .text 
            crates
              +8 grown (padding, unattributed) 
            symbols
              +8 grown (unattributed) .text
        "#]],
    );
}

#[test]
fn a_new_number_is_not_a_change() {
    check(
        "section .bss 0x100 24 w nobits\n object buffer.1234 0x100 8\n object other.7 0x108 8\n object other.8 0x110 8",
        "section .bss 0x100 28 w nobits\n object buffer.1299 0x100 8\n object other.8 0x108 8\n object other.9 0x110 12",
        expect![[r#"
            totals
              +4 grown ram 
            regions
              +4 grown ram 
            sections
              +4 grown .bss 
            crates
              +4 grown (unknown) 
            symbols
              +4 grown other .bss
        "#]],
    );
}

/// Eight instructions, then the literal that the first one loads: a body to be known by.
fn code(section: &str, offset: u64, literal: u64) -> String {
    let instructions = [0x4803, 0x1c41, 0x434a, 0x1a53, 0x0052, 0x4393, 0x4058, 0x4770];
    let halves = instructions.iter().zip((offset..).step_by(2));
    let halves: Vec<String> = halves.map(|(it, at)| format!("half {section} {at} {it}")).collect();
    format!("{}\nword {section} {} {literal}\n", halves.join("\n"), offset + 16)
}

#[test]
fn a_function_with_another_name_is_renamed() {
    let (old, new) = (code(".text", 0, 0x1234), code(".text", 12, 0x1234));
    check(
        &format!("section .text 0x100 40 x\n func uart::send 0x101 20\n{old}"),
        &format!("section .text 0x100 40 x\n func serial::send 0x10d 20\n{new} func start 0x101 12"),
        expect![[r#"
            totals
            regions
            sections
            crates
              -12 shrunk (padding, unattributed) 
              +12 grown (unknown) 
            symbols
              -12 shrunk (padding) 
              +12 new start .text
              +0 renamed serial::send .text ← uart::send
        "#]],
    );
}

#[test]
fn a_renamed_function_may_have_grown() {
    let (old, new) = (code(".text", 0, 0x1234), code(".text", 0, 0x1234));
    check(
        &format!("section .text 0x100 40 x\n func uart::send 0x101 20\n{old}"),
        &format!("section .text 0x100 40 x\n func serial::send 0x101 22\n half .text 20 0x4770\n{new}"),
        expect![[r#"
            totals
            regions
            sections
            crates
              -2 shrunk (padding, unattributed) 
              +2 grown (unknown) 
            symbols
              -2 shrunk (padding) 
              +2 renamed serial::send .text ← uart::send
        "#]],
    );
}

#[test]
fn a_function_that_does_something_else_is_new() {
    let (old, new) = (code(".text", 0, 0x1234), code(".text", 10, 0x4770_4770));
    check(
        &format!("section .text 0x100 40 x\n func uart::send 0x101 20\n{old}"),
        &format!("section .text 0x100 40 x\n func serial::send 0x101 20\n{new}"),
        expect![[r#"
            totals
            regions
            sections
            crates
              -18 shrunk (padding, unattributed) 
              +18 grown (unknown) 
            symbols
              +20 new serial::send .text
              -20 gone uart::send .text
              -18 shrunk (padding) 
              +18 new code of serial::send .text
        "#]],
    );
}

#[test]
fn a_symbol_in_another_section_has_moved() {
    check(
        "section .text 0x100 16 x\n section .data 0x2000 16 w\n func poll 0x101 16\n object table 0x2000 16",
        "section .ramtext 0x100 20 x\n section .rodata 0x2000 16\n func poll 0x101 20\n object table 0x2000 16",
        expect![[r#"
            totals
              -16 shrunk flash 
              +20 grown ram 
            regions
              +20 new ram 
              -16 shrunk flash 
            sections
              +20 new .ramtext 
              -16 gone .data 
              +16 new .rodata 
              -16 gone .text 
            crates
              +4 grown (unknown) 
            symbols
              +4 moved poll .ramtext ← .text
              +0 moved table .rodata ← .data
        "#]],
    );
}

#[test]
fn a_variant_of_a_function_is_the_function() {
    check(
        "section .text 0x100 16 x\n func get 0x101 8\n func put.isra.0 0x109 8",
        "section .text 0x100 16 x\n func get.constprop.0 0x101 8\n func put.isra.1 0x109 8",
        expect![[r#"
            totals
            regions
            sections
            crates
            symbols
              +0 renamed get.constprop.0 .text ← get
        "#]],
    );
}

#[test]
fn unrelated_anonymous_constants_do_not_move() {
    check(
        "section .rodata 0x100 16\n object .L__unnamed_1 0x100 16",
        "section .data 0x100 16 w\n object .L__unnamed_1 0x100 16",
        expect![[r#"
            totals
            regions
            sections
              +16 new .data 
              -16 gone .rodata 
            crates
            symbols
              +16 new (anonymous constant) .data
              -16 gone (anonymous constant) .rodata
        "#]],
    );
}

#[test]
fn of_functions_that_do_the_same_the_name_tells_which_is_which() {
    let old = [code(".text", 0, 0x1234), code(".text", 20, 0x1234)].concat();
    let symbols = |of: &str| format!("func {of}::send 0x101 20\n func {of}::receive 0x115 20\n{old}");
    check(
        &format!("section .text 0x100 40 x\n{}", symbols("uart")),
        &format!("section .text 0x100 40 x\n{}", symbols("serial")),
        expect![[r#"
            totals
            regions
            sections
            crates
            symbols
              +0 renamed serial::receive .text ← uart::receive
              +0 renamed serial::send .text ← uart::send
        "#]],
    );
}

#[test]
fn a_new_version_of_a_crate_moves_nothing_from_file_to_file() {
    let file = |path: &str| FileUse { path: path.into(), code_bytes: 16 };
    let with = |paths: &[&str], file_idx: usize| {
        let mut report = explain("section .text 0x100 16 x\n func send 0x101 16");
        report.files = paths.iter().map(|it| file(it)).collect();
        report.symbols[0].file = Some(file_idx);
        report
    };
    let of = |old: &Report, new: &Report| {
        let diff = plimsoll_analyzer::diff(old, new);
        diff.symbols.into_iter().map(|it| (it.kind, it.old_file, it.file)).collect::<Vec<_>>()
    };
    let old = with(&["heapless-0.8.0/src/vec.rs", "src/main.rs"], 0);
    assert_eq!(of(&old, &with(&["heapless-0.9.0/src/vec.rs", "src/main.rs"], 0)), []);
    let moved = with(&["heapless-0.8.0/src/vec.rs", "src/main.rs"], 1);
    let files = (Some("heapless-0.8.0/src/vec.rs".to_owned()), Some("src/main.rs".to_owned()));
    assert_eq!(of(&old, &moved), [(ChangeKind::Moved, files.0, files.1)]);
}
