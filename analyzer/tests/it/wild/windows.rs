//! The two windows on internal SRAM of the ESP32-S2 and -S3, by the memories that ESP-IDF's scripts declare.

use plimsoll_analyzer::Report;

use crate::support::explain_in;
use crate::support::inputs::Case;

fn region<'a>(report: &'a Report, name: &str) -> &'a plimsoll_analyzer::report::Region {
    report.regions.iter().find(|it| it.name == name).unwrap()
}

#[track_caller]
fn check(script: &str, sections: &str, [code, data]: [(u64, u64); 2]) -> Report {
    let report = explain_in(&format!("machine xtensa\n{sections}"), &Case::of("windows").text(script));
    let told = |name: &str| {
        let it = region(&report, name);
        (it.windows.clone(), (it.used_bytes, it.used_elsewhere_bytes))
    };
    assert_eq!(told("iram0_0_seg"), (vec!["dram0_0_seg".to_owned()], code));
    assert_eq!(told("dram0_0_seg"), (vec!["iram0_0_seg".to_owned()], data));
    let others = report.regions.iter().filter(|it| !["iram0_0_seg", "dram0_0_seg"].contains(&&*it.name));
    others.for_each(|it| assert_eq!((&it.windows, it.used_elsewhere_bytes), (&vec![], 0), "{}", it.name));
    report
}

#[test]
fn an_esp32_s3_shows_what_lies_behind_the_first_16_kib_of_its_iram_a_second_time() {
    let report = check(
        "esp32s3.ld",
        "section .iram0.text 0x40374000 0x6000 x
         section .dram0.dummy 0x3fc88000 0x2000 w nobits
         section .dram0.data 0x3fc8a000 0x800 w
         section .flash.text 0x42000020 0x1000 x
         section .flash.rodata 0x3c000020 0x1000",
        [(0x6000, 0x800), (0x800, 0x2000)],
    );
    assert_eq!(report.totals.ram_bytes, 0x6800);
    // What reaches over is the same memory.
    let report = check(
        "esp32s3.ld",
        "section .iram0.text 0x40374000 0x6000 x\n section .dram0.data 0x3fc88000 0x1000 w",
        [(0x6000, 0), (0x1000, 0x1000)],
    );
    assert_eq!(report.totals.ram_bytes, 0x6000);
}

#[test]
fn an_esp32_s2_is_told_from_an_s3_by_its_sram_and_not_by_flash_and_psram() {
    check(
        "esp32s2.ld",
        "section .iram0.text 0x40024000 0x3000 x
         section .dram0.data 0x3ffb7000 0x800 w
         section .flash.text 0x40080020 0x1000 x
         section .ext_ram.bss 0x3f800000 0x1000 w nobits",
        [(0x3000, 0x800), (0x800, 0x3000)],
    );
}

#[test]
fn tricore_shows_flash_with_and_without_the_cache() {
    let script = "MEMORY { cached (rx) : ORIGIN = 0x80000000, LENGTH = 2M uncached (rx) : ORIGIN = 0xa0000000, LENGTH = 2M
        ram (rw) : ORIGIN = 0x70000000, LENGTH = 64K }";
    let image = "machine 44\n section .text 0x80000100 0x100 x\n section .startup 0xa0000000 0x20 x
        section .bss 0x70000000 0x10 w nobits";
    let report = explain_in(image, script);
    let told =
        |name: &str| (region(&report, name).windows.clone(), region(&report, name).used_elsewhere_bytes);
    assert_eq!(told("cached"), (vec!["uncached".to_owned()], 0x20));
    assert_eq!(told("uncached"), (vec!["cached".to_owned()], 0x100));
    assert_eq!((report.totals.flash_bytes, report.totals.ram_bytes), (0x120, 0x10));
}
