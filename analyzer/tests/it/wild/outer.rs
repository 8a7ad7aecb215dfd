//! A region around other regions (adafruit/circuitpython #2816).

use expect_test::expect;

use crate::support::inputs::Case;
use crate::support::{explain_in, laws, memory, regions};

#[test]
fn flash_around_its_sectors_counts_what_lies_in_them() {
    let case = Case::of("outer");
    let build = "arm-none-eabi-gcc -mcpu=cortex-m4 -mthumb -Os -ffreestanding -nostdlib -T l.ld main.c -lgcc -o a.elf";
    let Some(elf) = case.built("a.elf", &[build]) else { return };
    let report = plimsoll_analyzer::analyze(&elf, &memory(&case.text("l.ld"))).unwrap();
    laws::check(&report);
    let [flash, isr, fs, text, _] = &report.regions[..] else { panic!("{:?}", report.regions) };
    assert_eq!(flash.used_bytes, isr.used_bytes + fs.used_bytes + text.used_bytes);
    assert_eq!(flash.contains, ["FLASH_ISR", "FLASH_FS", "FLASH_TEXT"]);
    assert_eq!((isr.used_bytes, fs.used_bytes, text.used_bytes), (64, 0, 1280));
    assert_eq!(report.totals.flash_bytes, 1344, "each byte once");
}

/// Two names for one memory, without an alias.
#[test]
fn regions_of_the_same_addresses_show_the_same() {
    let report = explain_in(
        "section .text 0x08000000 100 x",
        "MEMORY { CODE (rx) : ORIGIN = 0x08000000, LENGTH = 1K  FLASH (rx) : ORIGIN = 0x08000000, LENGTH = 1K }",
    );
    expect![[r#"
        flash 100 ram 0
        CODE flash 100 of 1024, contains FLASH
          0x8000000 100 .text run
        FLASH flash 100 of 1024, contains CODE
          0x8000000 100 .text run
    "#]]
    .assert_eq(&regions(&report));
}

/// What a smaller region has of the overlap, the bigger one shows too.
#[test]
fn regions_that_overlap_both_show_what_lies_in_both() {
    let report = explain_in(
        "section .a 0x20000000 16 w nobits
         section .b 0x20000700 32 w nobits",
        "MEMORY { LOW (rw) : ORIGIN = 0x20000000, LENGTH = 2K  HIGH (rw) : ORIGIN = 0x20000600, LENGTH = 1K }",
    );
    let used: Vec<u64> = report.regions.iter().map(|it| it.used_bytes).collect();
    assert_eq!((used, report.totals.ram_bytes), (vec![48, 32], 48));
}

#[test]
fn an_outer_region_overflows_with_the_inner_one_at_its_end() {
    let report = explain_in(
        "section .text 0x08000400 1200 x",
        "MEMORY { FLASH (rx) : ORIGIN = 0x08000000, LENGTH = 2K
                  APP (rx) : ORIGIN = 0x08000400, LENGTH = 1K }",
    );
    let over: Vec<u64> = report.regions.iter().map(|it| it.overflow_bytes).collect();
    assert_eq!((over, report.totals.flash_bytes), (vec![176, 176], 1200));
}
