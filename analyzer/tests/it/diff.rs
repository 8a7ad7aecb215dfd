//! What changed between two images.

use std::fmt::Write;

use expect_test::{Expect, expect};
use plimsoll_analyzer::{Change, ChangeKind};

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
            writeln!(text, "  {:+} {kind} {} {place}", it.delta_bytes, it.name).unwrap();
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
fn padding_and_unattributed_bytes_are_rows_of_their_section() {
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
              -2 shrunk (unknown) 
            symbols
              +64 new (unattributed) .text
              +7 new (unattributed) .rodata
              +2 new (padding) .text
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
