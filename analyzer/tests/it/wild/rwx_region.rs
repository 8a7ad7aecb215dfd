//! `(rwx)` of a region says nothing: scripts grant that to RAM, to FRAM and to flash.

use crate::support::explain_in;
use plimsoll_analyzer::report::RegionKind;

#[test]
fn fram_that_may_be_written_and_run_is_no_ram() {
    let report = explain_in(
        "machine 105
         section .text 0x4400 18 x
         section .upper.text 0xa000 16 x
         section .upper.rodata 0xa010 600
         section .data 0x1c00 2 w load 0x4412
         section .bss 0x1c02 10 w nobits",
        "MEMORY { RAM (rw) : ORIGIN = 0x1C00, LENGTH = 2K FRAM (rxw) : ORIGIN = 0x4400, LENGTH = 0x4000
            HIFRAM (rxw) : ORIGIN = 0xA000, LENGTH = 0x3FFF }",
    );
    assert_eq!((report.totals.flash_bytes, report.totals.ram_bytes), (636, 12));
}

#[test]
fn external_flash_that_may_be_written_and_run_is_no_ram() {
    let script = |name: &str| {
        format!(
            "MEMORY {{ FLASH (rx) : ORIGIN = 0x08000000, LENGTH = 64K {name} (rwx) : ORIGIN = 0x90000000, LENGTH = 8M
                RAM (rwx) : ORIGIN = 0x20000000, LENGTH = 8K }}"
        )
    };
    let image = "section .text 0x08000000 24 x
        section .assets 0x90000000 32
        section .data 0x20000000 16 w load 0x08000018
        section .bss 0x20000010 20 w nobits";
    for name in ["EXTFLASH", "EXTERNAL", "QSPI"] {
        let report = explain_in(image, &script(name));
        assert_eq!((report.totals.flash_bytes, report.totals.ram_bytes), (72, 36), "{name}");
    }
    // SDRAM with textures in it, which a debugger loads.
    let report = explain_in(image, &script("SDRAM"));
    assert_eq!((report.totals.flash_bytes, report.totals.ram_bytes), (40, 68));
}

#[test]
fn memories_of_cores_and_clocks_are_ram_whatever_they_grant() {
    let script =
        "MEMORY { FLASH (rx) : ORIGIN = 0x08000000, LENGTH = 64K  ITCM (rx) : ORIGIN = 0x0, LENGTH = 64K
        rtc_slow_seg (rx) : ORIGIN = 0x50000000, LENGTH = 8K  DTCM (r) : ORIGIN = 0x20000000, LENGTH = 64K
        ccm (rx) : ORIGIN = 0x10000000, LENGTH = 64K  ITCM_FLASH (rx) : ORIGIN = 0x00200000, LENGTH = 1M
        PORTCONFIG (rx) : ORIGIN = 0x1ff00000, LENGTH = 1K SPARE (rwx) : ORIGIN = 0x60000000, LENGTH = 1K }";
    let report =
        explain_in("section .text 0x08000000 24 x\n section .a 0x0 8 x\n section .b 0x50000000 8", script);
    let ram: Vec<&str> =
        report.regions.iter().filter(|it| it.kind == RegionKind::Ram).map(|it| &*it.name).collect();
    assert_eq!(ram, ["ITCM", "rtc_slow_seg", "DTCM", "ccm", "SPARE"]);
    assert_eq!((report.totals.flash_bytes, report.totals.ram_bytes), (24, 16));
}

#[test]
fn what_is_loaded_to_ram_is_no_flash_and_a_sentence_says_what_its_bin_would_be() {
    let script = "MEMORY { FLASH (rx) : ORIGIN = 0x08000000, LENGTH = 64K  RAM (rwx) : ORIGIN = 0x20000000, LENGTH = 8K
        RAM2 (rwx) : ORIGIN = 0x24000000, LENGTH = 8K }";
    let image =
        "section .text 0x08000000 24 x\n section .data 0x20000000 16 w\n section .bss 0x20000010 20 w nobits
        section .fast 0x24000000 8 w load 0x20000100";
    let report = explain_in(image, script);
    assert_eq!((report.totals.flash_bytes, report.totals.ram_bytes), (24, 44));
    assert_eq!(
        crate::support::complaints(&report)[0].message,
        "24 B of .data, .fast have their load address in RAM, so they are no flash; a .bin of `objcopy -O binary` would \
         take 402,653,448 B, from 0x8000000 to 0x20000108"
    );
    assert_eq!(report.crates.iter().map(|it| it.flash_bytes).sum::<u64>(), 0);
    let without = explain_in(
        "section .text 0x08000000 24 x\n section .data 0x20000000 16 w\n section .bss 0x20000010 20 w nobits",
        "",
    );
    assert_eq!((without.totals.flash_bytes, without.totals.ram_bytes), (24, 36));
}
