//! Stacks and heaps by any of their names and shapes, and what is none.

use expect_test::expect;

use crate::support::inputs::Case;
use crate::support::{explain, explain_in, laws, memory, regions};
use plimsoll_analyzer::Report;

const MEMORY: &str = "MEMORY { FLASH (rx) : ORIGIN = 0x08000000, LENGTH = 64K
                               RAM (rwx) : ORIGIN = 0x20000000, LENGTH = 4K }";

#[test]
fn the_stacks_of_a_pico_are_reservations_though_they_are_called_dummies() {
    let case = Case::of("pico-stack");
    let steps = ["arm-none-eabi-as pico.s -o pico.o", "arm-none-eabi-ld -T pico.ld pico.o -o pico.elf"];
    let Some(elf) = case.built("pico.elf", &steps) else { return };
    let report = plimsoll_analyzer::analyze(&elf, &memory(&case.text("pico.ld"))).unwrap();
    laws::check(&report);
    let scratch = &report.regions[3];
    assert_eq!((scratch.used_bytes, scratch.reserved_bytes, scratch.static_bytes), (2048, 2048, Some(0)));
}

#[test]
fn fillers_of_esp_idf_stay_fillers() {
    let report = explain(
        "section .flash.text 0x42000020 64 x
         section .flash_rodata_dummy 0x3c000020 64 nobits
         section .dram0.dummy 0x3fc80000 64 w nobits",
    );
    assert_eq!((report.totals.flash_bytes, report.totals.ram_bytes), (64, 0));
}

#[test]
fn what_holds_objects_is_no_filler() {
    let report = explain(
        "section .text 0x08000000 64 x
         section .retained_gap 0x20000000 64 w nobits
         object keep 0x20000000 60",
    );
    assert_eq!((report.totals.ram_bytes, report.totals.static_ram_bytes), (64, Some(64)));
}

fn reserved(section: &str) -> u64 {
    let report = explain(&format!("section .text 0 64 x\n section .bss 0x20000000 16 w nobits\n {section}"));
    report.totals.reserved_bytes
}

#[test]
fn stacks_and_heaps_have_many_names() {
    for name in [
        ".stack",
        ".stack1_dummy",
        "._user_heap_stack",
        ".heap",
        "CSTACK",
        "HEAP",
        "ARM_LIB_STACKHEAP",
        ".sysmem",
        "SU",
        "SI",
        "ustack_tc0",
        "csa_tc0",
        ".stack_bss",
        "ISTACK",
    ] {
        assert_eq!(reserved(&format!("section {name} 0x20000010 256 w nobits")), 256, "{name}");
    }
    for name in [".noinit", ".SUB", "SIGNALS", ".uninit"] {
        assert_eq!(reserved(&format!("section {name} 0x20000010 256 w nobits")), 0, "{name}");
    }
}

/// Keil's start-up files set them aside among zeroed data, under a name.
#[test]
fn blocks_inside_of_a_section_are_reserved() {
    let report = explain(
        "section ER_IROM1 0x08000000 64 x
         section RW_IRAM1 0x20000000 1600 w nobits
         object state 0x20000000 64
         object Heap_Mem 0x20000040 512
         object Stack_Mem 0x20000240 1024",
    );
    assert_eq!((report.totals.ram_bytes, report.totals.static_ram_bytes), (1600, Some(64)));
}

/// IAR's linker says where a block begins and ends.
#[test]
fn so_are_blocks_between_their_borders() {
    let image = "section .text 0x08000000 64 x
         section P2 0x20000000 1600 w nobits
         object state 0x20000000 64
         label CSTACK$$Base 0x20000040 0
         label CSTACK$$Limit 0x20000440 0
         label HEAP$$Base 0x20000440 0
         absolute HEAP$$Limit 0x20000640 0
         label TABLE$$Base 0x20000000 0
         label TABLE$$Limit 0x20000040 0";
    assert_eq!(explain(image).totals.static_ram_bytes, Some(64));
    let broken = image.replace("CSTACK$$Limit 0x20000440", "CSTACK$$Limit 0x20000030");
    assert_eq!(explain(&broken).totals.static_ram_bytes, Some(64 + 1024));
}

/// +400 B of statics show where a heap takes what is left.
#[test]
fn static_use_shows_what_a_heap_that_fills_the_rest_hides() {
    let image = |bss: u64| -> Report {
        let heap = 0x2000_0000 + bss;
        let image = format!(
            "section .text 0x08000000 64 x
             section .bss 0x20000000 {bss} w nobits
             section .the_rest {heap:#x} {} w nobits
             object state 0x20000000 {bss}",
            4096 - bss
        );
        explain_in(&image, MEMORY)
    };
    let (old, new) = (image(800), image(1200));
    let ram =
        |it: &Report| (it.regions[1].used_bytes, it.regions[1].static_bytes, it.totals.static_ram_bytes);
    assert_eq!([ram(&old), ram(&new)], [(4096, Some(800), Some(800)), (4096, Some(1200), Some(1200))]);
    let diff = plimsoll_analyzer::diff(&old, &new);
    let changed = |rows: &[plimsoll_analyzer::Change], name: &str| {
        rows.iter().find(|it| it.name == name).map(|it| it.delta_bytes)
    };
    assert_eq!((changed(&diff.totals, "ram"), changed(&diff.static_use, "static")), (Some(0), Some(400)));
    assert_eq!(
        (changed(&diff.regions, "RAM"), changed(&diff.static_use, "static-RAM")),
        (Some(0), Some(400))
    );
}

#[test]
fn memory_without_content_in_flash_stores_nothing_whatever_its_name() {
    let report = explain_in(
        "section .text 0x08000000 64 x
         section .crash_dump 0x08000040 1024 nobits
         object main 0x08000000 64",
        MEMORY,
    );
    expect![[r#"
        flash 64 ram 0
        FLASH flash 1088 of 65536, reserved 1024
          0x8000000 64 .text run
          0x8000040 1024 .crash_dump run
        RAM ram 0 of 4096
    "#]]
    .assert_eq(&regions(&report));
}
