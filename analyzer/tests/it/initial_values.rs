//! Initial values as the compilers of TI, IAR and Microchip store them: in a section of their own, while what they are
//! for has no content, or has it in the file and in no load segment. They cost flash what is stored, and RAM what they
//! unpack to.

use plimsoll_analyzer::Report;

use crate::support::explain;

fn totals(report: &Report) -> (u64, u64, u64) {
    (report.totals.flash_bytes, report.totals.ram_bytes, report.totals.loader_only_bytes)
}

#[test]
fn ti_stores_them_in_cinit() {
    let report = explain(
        "section .intvecs 0x0 0x26c
         section .text 0x26c 0x1092 x align 4
         section .const 0x1300 0x11c
         section .cinit 0x1420 0xd0 align 8
         section .stack 0x20000000 0x200 w nobits
         section .data 0x20000200 0xa0 w nobits
         section .bss 0x200002a0 0x38 w nobits",
    );
    assert_eq!(totals(&report), (0x14f0, 0x2d8, 0));
}

#[test]
fn iar_stores_them_behind_the_code() {
    let report = explain(
        "section A0·rw 0x08000000 0x40
         section P1·ro 0x08000040 0x800 x
         section P2·rw 0x20000000 0x60 w nobits
         section P3·ui 0x20000060 0x400 w nobits",
    );
    assert_eq!(totals(&report), (0x840, 0x460, 0));
}

#[test]
fn microchip_stores_them_in_dinit_and_repeats_them_in_no_segment() {
    let text = "machine 8
         section .reset 0x9fc00000 0x100 x
         section .text 0x9d000000 0x400 x
         section .dinit 0x9d000400 0x30";
    let report = explain(&format!(
        "{text}\n section .data 0xa0000200 0x80 w unloaded\n section .bss 0xa0000280 0x40 w nobits"
    ));
    assert_eq!(totals(&report), (0x530, 0xc0, 0));
    let is_expected = |it: &str| matches!(it, "graph" | "symbol table");
    assert!(report.warnings.iter().all(|it| is_expected(&it.place)), "{:?}", report.warnings);
    // A segment that carries them all the same is no part of the image.
    let report =
        explain(&format!("{text}\n section .data 0xa0000200 0x80 w\n section .bss 0xa0000280 0x40 w nobits"));
    assert_eq!((report.totals.flash_bytes, report.totals.ram_bytes), (0x530, 0xc0));
}
