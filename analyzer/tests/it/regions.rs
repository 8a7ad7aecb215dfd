//! Use per memory region.

use expect_test::{Expect, expect};
use plimsoll_analyzer::report::RegionKind;

use crate::support::{explain, explain_in, regions};

const MEMORY: &str = "MEMORY {
    BOOT2 : ORIGIN = 0x10000000, LENGTH = 0x100
    FLASH : ORIGIN = 0x10000100, LENGTH = 2048K - 0x100
    RAM   : ORIGIN = 0x20000000, LENGTH = 256K
    SRAM4 : ORIGIN = 0x20040000, LENGTH = 4K
}";

const RP2040: &str = "
    section .boot2 0x10000000 256
    section .vector_table 0x10000100 192
    section .text 0x100001c0 1001 x align 4
    section .rodata 0x100005ac 300 align 4
    section .data 0x20000000 24 w load 0x100006d8 align 8
    section .bss 0x20000018 100 w nobits
    section .uninit 0x2000007c 20 w nobits";

#[track_caller]
fn check(description: &str, script: &str, expected: Expect) {
    expected.assert_eq(&regions(&explain_in(description, script)));
}

#[test]
fn data_counts_in_flash_and_in_ram() {
    check(
        RP2040,
        MEMORY,
        expect![[r#"
        flash 1776 ram 144
        BOOT2 flash 256 of 256
          0x10000000 256 .boot2 run
        FLASH flash 1520 of 2096896
          0x10000100 192 .vector_table run
          0x100001c0 1001 .text run
          0x100005a9 3 (alignment) run
          0x100005ac 300 .rodata run
          0x100006d8 24 .data load
        RAM ram 144 of 262144
          0x20000000 24 .data run
          0x20000018 100 .bss run
          0x2000007c 20 .uninit run
        SRAM4 ram 0 of 4096
    "#]],
    );
}

#[test]
fn without_a_script_regions_come_from_the_addresses() {
    check(
        RP2040,
        "",
        expect![[r#"
        flash 1776 ram 144
        flash flash 1776 of ?
          0x10000000 256 .boot2 run
          0x10000100 192 .vector_table run
          0x100001c0 1001 .text run
          0x100005a9 3 (alignment) run
          0x100005ac 300 .rodata run
          0x100006d8 24 .data load
        ram ram 144 of ?
          0x20000000 24 .data run
          0x20000018 100 .bss run
          0x2000007c 20 .uninit run
    "#]],
    );
}

#[test]
fn a_section_outside_of_every_region_is_named() {
    check(
        "section .text 0x10000100 64 x\n section .config 0x30000000 32\n section .ccm 0x40000000 8 w nobits",
        MEMORY,
        expect![[r#"
            flash 96 ram 8
            BOOT2 flash 0 of 256
            FLASH flash 64 of 2096896
              0x10000100 64 .text run
            RAM ram 0 of 262144
            SRAM4 ram 0 of 4096
            ! section .config: 32 bytes lie outside of every memory region
            ! section .ccm: 8 bytes lie outside of every memory region
        "#]],
    );
}

#[test]
fn complaints_without_end_are_counted() {
    let sections: String =
        (0..120).map(|it| format!("section .s{it} {} 4\n", 0x5000_0000 + 16 * it)).collect();
    let report = explain_in(&sections, MEMORY);
    assert_eq!(report.warnings.len(), 101);
    assert_eq!(report.warnings[100].message, "20 more are not listed");
}

#[test]
fn a_section_that_runs_over_the_end_of_its_region_counts_there_alone() {
    check(
        "section .boot2 0x10000000 300",
        "MEMORY { BOOT2 (rx) : ORIGIN = 0x10000000, LENGTH = 256 }",
        expect![[r#"
            flash 300 ram 0
            BOOT2 flash 300 of 256, over by 44
              0x10000000 300 .boot2 run
            ! region BOOT2: needs 300 of 256 bytes: it runs 44 over its end
        "#]],
    );
}

#[test]
fn a_region_around_others_shows_what_lies_in_them() {
    check(
        "section .bss 0x20000000 64 w nobits\n section .noinit 0x20000f00 16 w nobits",
        "MEMORY { RAM : ORIGIN = 0x20000000, LENGTH = 4K  KEEP : ORIGIN = 0x20000F00, LENGTH = 256 }",
        expect![[r#"
            flash 0 ram 80
            RAM ram 80 of 4096, contains KEEP
              0x20000000 64 .bss run
              0x20000f00 16 .noinit run
            KEEP ram 16 of 256
              0x20000f00 16 .noinit run
        "#]],
    );
}

#[test]
fn empty_regions_are_told_by_attributes_and_names() {
    let report = explain_in(
        "section .text 0x100 8 x",
        "MEMORY {
            PROGRAM : ORIGIN = 0x100, LENGTH = 1K
            SLOT (rx) : ORIGIN = 0x10000, LENGTH = 1K
            SHARED (rwx) : ORIGIN = 0x20000, LENGTH = 1K
            SRAM2 : ORIGIN = 0x30000, LENGTH = 1K
            EEPROM : ORIGIN = 0x40000, LENGTH = 1K
            DTCM (!rx) : ORIGIN = 0x50000, LENGTH = 1K
        }",
    );
    let kinds: Vec<String> = report.regions.iter().map(|it| format!("{} {:?}", it.name, it.kind)).collect();
    expect![[r#"
        PROGRAM Flash
        SLOT Flash
        SHARED Ram
        SRAM2 Ram
        EEPROM Flash
        DTCM Ram"#]]
    .assert_eq(&kinds.join("\n"));
}

#[test]
fn a_reservation_in_flash_does_not_turn_it_into_ram() {
    check(
        "section .text 0x08000000 64 x\n section .storage 0x08000400 1024 w nobits\n section .bss 0x20000000 4 w nobits",
        "MEMORY { FLASH (rx) : ORIGIN = 0x08000000, LENGTH = 64K  RAM (rwx) : ORIGIN = 0x20000000, LENGTH = 8K }",
        expect![[r#"
            flash 64 ram 4
            FLASH flash 1088 of 65536, reserved 1024
              0x8000000 64 .text run
              0x8000400 1024 .storage run
            RAM ram 4 of 8192
              0x20000000 4 .bss run
        "#]],
    );
}

#[test]
fn code_that_a_boot_loader_puts_into_ram_is_stored_too() {
    check(
        "machine riscv
         section .rwtext 0x40800000 64 x
         section .data 0x40800040 16 w
         section .bss 0x40800050 32 w nobits
         section .text 0x42000020 128 x",
        "",
        expect![[r#"
            flash 208 ram 112
            ram ram 112 of ?
              0x40800000 64 .rwtext run
              0x40800040 16 .data run
              0x40800050 32 .bss run
            flash flash 128 of ?
              0x42000020 128 .text run
        "#]],
    );
}

#[test]
fn tinygo_s_images_for_espressif_are_put_into_ram_too() {
    let image = "machine riscv
         section .data 0x3fc84a30 16 w
         section .iram 0x4038647c 64 x
         section .text 0x42000100 128 x";
    let with_dummy = format!("{image}\n section .text_dummy 0x42000000 256 nobits");
    let flash_bytes = |image: &str| explain_in(image, "").totals.flash_bytes;
    assert_eq!(flash_bytes(&with_dummy), 208);
    assert_ne!(flash_bytes(image), 208, "nothing says that a boot loader copies it");
}

#[test]
fn far_pieces_of_flash_are_one_memory_and_windows_are_several() {
    check(
        "section .text 0x08000000 64 x
         section .config 0x080e0000 32
         section .ccm 0x10000000 16 w nobits
         section .bss 0x20000000 16 w nobits
         section .sram4 0x20020000 16 w nobits
         section .backup 0x40024000 8 w nobits
         section .qspi 0x90000000 99",
        "",
        expect![[r#"
            flash 195 ram 56
            flash flash 96 of ?
              0x8000000 64 .text run
              0x80e0000 32 .config run
            ram ram 16 of ?
              0x10000000 16 .ccm run
            ram2 ram 32 of ?
              0x20000000 16 .bss run
              0x20020000 16 .sram4 run
            ram3 ram 8 of ?
              0x40024000 8 .backup run
            flash2 flash 99 of ?
              0x90000000 99 .qspi run
        "#]],
    );
}

#[test]
fn the_memories_of_small_machines_lie_close_together() {
    check(
        "machine 105
         section .data 0x1c00 16 w load 0x4500
         section .bss 0x1c10 100 w nobits
         section .text 0x4400 256 x
         section .vectors 0xff80 128",
        "",
        expect![[r#"
            flash 400 ram 116
            ram ram 116 of ?
              0x1c00 16 .data run
              0x1c10 100 .bss run
            flash flash 400 of ?
              0x4400 256 .text run
              0x4500 16 .data load
              0xff80 128 .vectors run
        "#]],
    );
}

#[test]
fn what_avr_keeps_elsewhere_is_neither_flash_nor_ram() {
    check(
        "machine 83
         section .data 0x800100 20 w load 0x100
         section .text 0x0 256 x
         section .bss 0x800114 8 w nobits
         section .eeprom 0x810000 10 w
         section .fuse 0x820000 3 w
         section .lock 0x830000 1 w",
        "",
        expect![[r#"
            flash 276 ram 28
            flash flash 276 of ?
              0x0 256 .text run
              0x100 20 .data load
            ram ram 28 of ?
              0x800100 20 .data run
              0x800114 8 .bss run
            eeprom other 10 of ?
              0x810000 10 .eeprom run
            fuse other 3 of ?
              0x820000 3 .fuse run
            lock other 1 of ?
              0x830000 1 .lock run
        "#]],
    );
    check(
        "machine 83
         section .text 0x0 256 x
         section .eeprom 0x810000 10 w",
        "MEMORY { text (rx) : ORIGIN = 0, LENGTH = 32K
                  eeprom (rw!x) : ORIGIN = 0x810000, LENGTH = 1K }",
        expect![[r#"
            flash 256 ram 0
            text flash 256 of 32768
              0x0 256 .text run
            eeprom other 10 of 1024
              0x810000 10 .eeprom run
        "#]],
    );
}

#[test]
fn an_object_file_uses_no_region() {
    check(
        "kind rel\n section .text 0 8 x\n section .data 0 4 w\n section .bss 0 16 w nobits",
        "MEMORY { FLASH : ORIGIN = 0, LENGTH = 1K }",
        expect![[r#"
            flash 12 ram 20
            FLASH flash 0 of 1024
            ! memory layout: an object file has no addresses yet, so no region is in use
        "#]],
    );
}

#[test]
fn overlapping_sections_count_once_in_their_region() {
    check(
        "section .a 0x100 64 x\n section .b 0x110 32\n section .c 0x130 32",
        "",
        expect![[r#"
        flash 80 ram 0
        flash flash 80 of ?
          0x100 64 .a run
          0x140 16 .c run
    "#]],
    );
}

#[test]
fn overlays_take_their_ram_once_and_their_flash_twice() {
    check(
        "section .text 0x1000 16 x
         section .ovl_a 0x20000000 16 x w load 0x1010
         section .ovl_b 0x20000000 24 x w load 0x1020",
        "",
        expect![[r#"
            flash 56 ram 24
            flash flash 56 of ?
              0x1000 16 .text run
              0x1010 16 .ovl_a load
              0x1020 24 .ovl_b load
            ram ram 24 of ?
              0x20000000 24 .ovl_b run
        "#]],
    );
}

#[test]
fn programs_for_an_operating_system_are_cut_where_pages_turn_writable() {
    let report = explain(
        "machine x86-64\n class 64\n kind dyn\n section .text 0x1000 64 x\n section .data 0x2000 16 w\n section .bss 0x2010 8 w nobits",
    );
    expect![[r#"
        flash 80 ram 24
        flash flash 64 of ?
          0x1000 64 .text run
        ram ram 24 of ?
          0x2000 16 .data run
          0x2010 8 .bss run
    "#]]
    .assert_eq(&regions(&report));
}

#[test]
fn the_total_and_the_only_region_of_an_image_agree() {
    // What aligns `.rodata` behind `.text` and `.data` behind that has to be stored.
    let image = "section .text 0x8000000 6 x\nsection .rodata 0x8000010 5 align 16\n\
                 section .data 0x20000000 6 w load 0x8000018 align 8\nsection .bss 0x20000008 8 w nobits align 8\n\
                 func main 0x8000001 6";
    let script =
        "MEMORY { FLASH (rx) : ORIGIN = 0x8000000, LENGTH = 64  RAM : ORIGIN = 0x20000000, LENGTH = 64 }";
    for report in [explain(image), explain_in(image, script)] {
        let used = |kind| report.regions.iter().find(|it| it.kind == kind).unwrap().used_bytes;
        let totals = report.totals;
        assert_eq!((totals.flash_bytes, totals.ram_bytes), (0x1e, 0x10));
        assert_eq!((totals.flash_bytes, totals.ram_bytes), (used(RegionKind::Flash), used(RegionKind::Ram)));
    }
}
