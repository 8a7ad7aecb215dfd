//! A section that begins in a region and runs over its end (rust-embedded/cortex-m-rt #86, oxidecomputer/hubris #112).

use expect_test::expect;

use crate::support::inputs::Case;
use crate::support::{elf, explain_in, laws, linkers, memory, regions};
use plimsoll_analyzer::Report;

const COMPILE: &str = "arm-none-eabi-gcc -mcpu=cortex-m3 -mthumb -Os -g -ffreestanding -nostdlib";

fn explained(elf: &[u8], script: &str) -> Report {
    let report = plimsoll_analyzer::analyze(elf, &memory(script)).unwrap();
    laws::check(&report);
    report
}

#[test]
fn stored_data_overflows_the_region_that_it_begins_in_and_names_the_neighbour() {
    let case = Case::of("overflow");
    let steps = format!("{COMPILE} -T l.ld start.c m.c -o b.elf");
    let Some(elf) = case.built("b.elf", &[&steps]) else { return };
    expect![[r#"
        flash 2488 ram 2400
        FLASH flash 2488 of 2048, over by 440, overwrites SETTINGS
          0x8000000 64 .isr_vector run
          0x8000040 24 .text run
          0x8000058 2400 .data load
        SETTINGS flash 0 of 2048
        RAM ram 2400 of 20480
          0x20000000 2400 .data run
        ! region FLASH: needs 2,488 of 2,048 bytes: it runs 440 over its end, into SETTINGS
    "#]]
    .assert_eq(&regions(&explained(&elf, &case.text("l2.ld"))));
}

#[test]
fn so_does_an_image_by_lld_without_a_neighbour() {
    let case = Case::of("overflow");
    let lld = linkers::program(linkers::Linker::Lld);
    let steps = [
        format!("{COMPILE} -c start.c -o start.o"),
        format!("{COMPILE} -c m.c -o m.o"),
        format!("{} -flavor gnu -T l.ld start.o m.o -o lld.elf", lld.display()),
    ];
    let steps: Vec<&str> = steps.iter().map(String::as_str).collect();
    let Some(elf) = case.built("lld.elf", &steps) else { return };
    let report = explained(&elf, &case.text("l.ld"));
    let flash = &report.regions[0];
    assert_eq!((flash.used_bytes, flash.overflow_bytes, flash.needed_bytes()), (2488, 440, 2488));
    assert!(flash.overwrites.is_empty());
}

#[test]
fn the_image_of_lld_needs_four_bytes_more() {
    let case = Case::of("overflow");
    let Some(elf) = case.given("lld.elf") else { return };
    let flash = &explained(&elf, &case.text("l.ld")).regions[0];
    assert_eq!((flash.used_bytes, flash.overflow_bytes, flash.needed_bytes()), (2492, 444, 2492));
}

#[test]
fn data_of_a_running_program_overflows_ram() {
    let report = explain_in(
        "section .text 0x08000000 64 x
         section .data 0x20000000 16 w load 0x08000040
         section .bss 0x20000010 2048 w nobits",
        "MEMORY { FLASH (rx) : ORIGIN = 0x08000000, LENGTH = 1K
                  RAM (rwx) : ORIGIN = 0x20000000, LENGTH = 2K
                  KEEP (rw) : ORIGIN = 0x20000800, LENGTH = 8
                  MORE (rw) : ORIGIN = 0x20000808, LENGTH = 1K }",
    );
    expect![[r#"
        flash 80 ram 2064
        FLASH flash 80 of 1024
          0x8000000 64 .text run
          0x8000040 16 .data load
        RAM ram 2064 of 2048, over by 16, overwrites KEEP MORE
          0x20000000 16 .data run
          0x20000010 2048 .bss run
        KEEP ram 0 of 8
        MORE ram 0 of 1024
        ! region RAM: needs 2,064 of 2,048 bytes: it runs 16 over its end, into KEEP and MORE
    "#]]
    .assert_eq(&regions(&report));
}

/// Fewer bytes than the region has, and yet more than fit: holes are needed too.
#[test]
fn a_region_with_a_hole_is_full_where_its_last_section_runs_over() {
    let report = explain_in(
        "section .vectors 0x08000000 64
         section .text 0x08000700 400 x",
        "MEMORY { FLASH (rx) : ORIGIN = 0x08000000, LENGTH = 2K }",
    );
    let flash = &report.regions[0];
    assert_eq!((flash.used_bytes, flash.overflow_bytes, flash.needed_bytes()), (464, 144, 2192));
}

#[test]
fn what_fills_a_region_to_its_last_byte_does_not_overflow() {
    let script = "MEMORY { FLASH (rx) : ORIGIN = 0x08000000, LENGTH = 2K NEXT (rx) : ORIGIN = 0x08000800, LENGTH = 2K }";
    let report = explain_in("section .text 0x08000000 2048 x\n section .next 0x08000800 2048 x", script);
    assert!(report.regions.iter().all(|it| it.overflow_bytes == 0 && it.overwrites.is_empty()));
    assert!(crate::support::complaints(&report).is_empty());
}

/// `ram0` is all of `ram1` and `ram2` in ChibiOS's scripts: a heap from the one into the other is in order.
#[test]
fn a_section_over_two_regions_is_in_the_one_around_both() {
    let report = explain_in(
        "section .bss 0x20000000 512 w nobits
         section .heap 0x20000200 1400 w nobits",
        "MEMORY { ram0 (wx) : ORIGIN = 0x20000000, LENGTH = 2K
                  ram1 (wx) : ORIGIN = 0x20000000, LENGTH = 1K
                  ram2 (wx) : ORIGIN = 0x20000400, LENGTH = 1K }",
    );
    expect![[r#"
        flash 0 ram 1912
        ram0 ram 1912 of 2048, reserved 1400, contains ram1 ram2
          0x20000000 512 .bss run
          0x20000200 1400 .heap run
        ram1 ram 512 of 1024
          0x20000000 512 .bss run
        ram2 ram 0 of 1024
    "#]]
    .assert_eq(&regions(&report));
}

/// Where no region holds all of it, the one that reaches furthest is overflowed the least.
#[test]
fn over_the_end_of_all_nested_regions_it_is_the_outer_that_overflows() {
    let report = explain_in(
        "section .bss 0x20000000 512 w nobits
         section .noinit 0x20000200 1600 w nobits",
        "MEMORY { ram0 (wx) : ORIGIN = 0x20000000, LENGTH = 2K
                  ram1 (wx) : ORIGIN = 0x20000000, LENGTH = 1K
                  ram4 (wx) : ORIGIN = 0x20000800, LENGTH = 1K }",
    );
    let [ram0, ram1, _] = &report.regions[..] else { panic!("{:?}", report.regions) };
    assert_eq!(
        (ram0.overflow_bytes, ram0.used_bytes, &ram0.overwrites[..]),
        (64, 2112, &["ram4".to_owned()][..])
    );
    assert_eq!((ram1.overflow_bytes, ram1.used_bytes), (0, 512));
}

#[test]
fn what_begins_before_a_region_counts_there_from_its_begin_on() {
    let script = "MEMORY { FLASH (rx) : ORIGIN = 0x08000000, LENGTH = 64 }";
    let image = elf::build("section .text 0x07fffff0 96 x");
    let report = plimsoll_analyzer::analyze(&image, &memory(script)).unwrap();
    laws::check(&report);
    assert_eq!((report.regions[0].used_bytes, report.regions[0].overflow_bytes), (80, 16));
    assert_eq!(crate::support::complaints(&report)[1].message, "16 bytes lie outside of every memory region");
}
