//! Sections: where they run, where they are stored, who owns their bytes.

use expect_test::{Expect, expect};
use plimsoll_analyzer::report::SectionRole;

use crate::support::{elf, explain, laws, sections};

#[track_caller]
fn check(description: &str, expected: Expect) {
    expected.assert_eq(&sections(&explain(description)));
}

#[test]
fn initialised_data_is_stored_in_its_segment() {
    check(
        "section .text 0x10000000 64 x
         section .data 0x20000000 16 w load 0x10000040
         section .bss 0x20000010 8 w nobits",
        expect![[r#"
            .text code content 0x10000000←0x10000000 64 = 0+0+64
            .data data content 0x20000000←0x10000040 16 = 0+0+16
            .bss bss content 0x20000010←- 8 = 0+0+8
        "#]],
    );
}

#[test]
fn a_gap_before_an_aligned_symbol_is_padding() {
    check(
        "section .text 0x100 24 x align 8
         func a 0x101 5
         func b 0x109 8
         func c 0x111 8",
        expect![[r#"
            .text code content 0x100←0x100 24 = 21+3+0
        "#]],
    );
}

#[test]
fn a_gap_that_alignment_does_not_explain_is_unattributed() {
    check(
        "section .rodata 0x100 64 align 4\n object a 0x100 4\n object b 0x120 32",
        expect![[r#"
        .rodata rodata content 0x100←0x100 64 = 36+0+28
    "#]],
    );
}

#[test]
fn a_gap_with_content_is_not_padding() {
    check(
        "section .rodata 0x100 16 align 8
         noise .rodata 5 3
         object a 0x100 5
         object b 0x108 8",
        expect![[r#"
            .rodata rodata content 0x100←0x100 16 = 13+0+3
        "#]],
    );
}

#[test]
fn the_rest_of_a_section_after_its_last_symbol_may_be_padding() {
    check(
        "section .rodata 0x100 16 align 4\n object text 0x100 13",
        expect![[r#"
        .rodata rodata content 0x100←0x100 16 = 13+3+0
    "#]],
    );
}

#[test]
fn a_section_without_symbols_is_unattributed() {
    check(
        "section .rodata 0x100 16",
        expect![[r#"
        .rodata rodata content 0x100←0x100 16 = 0+0+16
    "#]],
    );
}

#[test]
fn fillers_take_nothing() {
    check(
        "machine riscv
         section .flash.text 0x40000020 0x100 x
         section .flash_rodata_dummy 0x40000020 0x200 w nobits
         section .text_gap 0x40000120 16 nobits
         section .iram0.text_end 0x4ff20000 8 w nobits",
        expect![[r#"
            .flash.text code content 0x40000020←0x40000020 256 = 0+0+256
            .flash_rodata_dummy bss filler 0x40000020←- 512 = 0+0+0
            .text_gap bss filler 0x40000120←- 16 = 0+0+0
            .iram0.text_end bss filler 0x4ff20000←- 8 = 0+0+0
        "#]],
    );
}

#[test]
fn a_section_that_steps_over_content_is_a_filler_whatever_its_name() {
    let report = explain("section .text 0x100 64 x\n section .overlay 0x120 64 w nobits");
    assert_eq!(report.sections[1].role, SectionRole::Filler);
}

#[test]
fn stacks_and_heaps_are_reservations_that_count() {
    let report = explain(
        "section .bss 0x20000000 16 w nobits
         section .heap 0x20000010 64 w nobits
         section .stack 0x20000050 128 w nobits",
    );
    let roles: Vec<SectionRole> = report.sections.iter().take(3).map(|it| it.role).collect();
    assert_eq!(roles, [SectionRole::Content, SectionRole::Reservation, SectionRole::Reservation]);
    assert_eq!(report.totals.ram_bytes, 16 + 64 + 128);
    assert_eq!(report.regions[0].reserved_bytes, 64 + 128);
}

#[test]
fn thread_local_zeroes_are_a_template_without_memory() {
    check(
        "class 64
         section .tdata 0x2000 16 w tls
         section .tbss 0x2010 32 w tls nobits
         section .data 0x2010 8 w",
        expect![[r#"
            .tdata data content 0x2000←0x2000 16 = 0+0+16
            .tbss bss filler 0x2010←- 32 = 0+0+0
            .data data content 0x2010←0x2010 8 = 0+0+8
        "#]],
    );
}

#[test]
fn sections_that_are_not_allocated_take_no_memory() {
    let report = explain("section .text 0x100 8 x\n section .eh_frame 0 500 noalloc");
    assert_eq!(report.totals.flash_bytes, 8);
    assert!(!report.sections[1].allocated);
}

#[test]
fn overlays_share_an_address_and_are_stored_apart() {
    check(
        "section .ovl_a 0x20000000 16 x w load 0x1000
         section .ovl_b 0x20000000 24 x w load 0x1010",
        expect![[r#"
            .ovl_a code content 0x20000000←0x1000 16 = 0+0+16
            .ovl_b code content 0x20000000←0x1010 24 = 0+0+24
        "#]],
    );
}

#[test]
fn without_section_headers_segments_stand_in() {
    check(
        "section .text 0x100 64 x
         section .data 0x20000000 16 w load 0x140
         section .bss 0x20000010 8 w nobits
         without sections",
        expect![[r#"
            segment 0 code content 0x100←0x100 64 = 0+0+64
            segment 1 data content 0x20000000←0x140 16 = 0+0+16
            segment 2 bss content 0x20000010←- 8 = 0+0+8
        "#]],
    );
}

#[test]
fn a_section_that_no_segment_loads_is_pointed_out() {
    let report = explain("section .text 0x100 8 x\n section .orphan 0x200 8 unloaded");
    let warnings: Vec<&str> =
        crate::support::complaints(&report).iter().map(|it| it.place.as_str()).collect();
    assert_eq!(warnings, ["section .orphan"]);
    assert_eq!(report.totals.flash_bytes, 16);
}

#[test]
fn of_very_many_pieces_between_symbols_the_biggest_are_named() {
    const MAX_NAMED: usize = 1 << 16;
    let n = MAX_NAMED + 100;
    let mut image = elf::build(&format!(
        "section .text 0x100 16 x\nfunc main 0x101 16\nsection .data 0x100000 {} w\nobject table 0x100000 {}
         section .rodata 0x800000 {}",
        4 * n,
        4 * n,
        8 * n,
    ));
    // The content of the first section is at 0x1000 and takes 16 bytes; the next begins at a round offset.
    let data = 0x1100;
    let rodata = (data + 4 * n).next_multiple_of(0x100);
    for idx in 0..n {
        image[data + 4 * idx..][..4].copy_from_slice(&(0x80_0000 + 8 * idx as u32).to_le_bytes());
        image[rodata + 8 * idx..][..8]
            .copy_from_slice(&[0x81, 0x93, idx as u8, 0xe7, 0xc5, 0xb1, 0xa9, 0xf7]);
    }
    let report = plimsoll_analyzer::analyze(&image, &[]).unwrap();
    laws::check(&report);
    assert!(report.symbols.len() <= MAX_NAMED + 2, "{}", report.symbols.len());
    let warnings: Vec<&str> = report.warnings.iter().map(|it| it.message.as_str()).collect();
    assert!(warnings.iter().any(|it| it.contains(" pieces are more than 65536: ")), "{warnings:?}");
}
