//! Two regions that show one memory.

use plimsoll_analyzer::Report;

use crate::support::explain_in;

/// An ESP32-C3: code at one address, data behind it at the other. The filler in between takes nothing.
const IMAGE: &str = "machine riscv
    section .iram0.text 0x40380000 0x100 x
    section .dram0.dummy 0x3fc80000 0x100 w nobits
    section .dram0.data 0x3fc80100 0x80 w
    section .dram0.bss 0x3fc80180 0x40 w nobits";

const SCRIPT: &str = "MEMORY {
    iram0_0_seg (RX) : ORIGIN = 0x40380000, LENGTH = 0x50000
    dram0_0_seg (RW) : ORIGIN = 0x3fc80000, LENGTH = 0x50000
}";

/// For each region: used here, used elsewhere, the names of its other windows.
fn uses(report: &Report) -> Vec<(u64, u64, Vec<&str>)> {
    let windows = |it: &plimsoll_analyzer::report::Region| it.windows.len();
    assert!(report.regions.iter().map(windows).sum::<usize>() <= 2);
    let row = |it: &'_ plimsoll_analyzer::report::Region| (it.used_bytes, it.used_elsewhere_bytes);
    let names = |idx: usize| report.regions[idx].windows.iter().map(String::as_str).collect();
    report.regions.iter().map(row).enumerate().map(|(idx, (a, b))| (a, b, names(idx))).collect()
}

#[test]
fn windows_on_one_memory_know_what_is_used_through_the_other() {
    let report = explain_in(IMAGE, SCRIPT);
    assert_eq!(uses(&report), [(0x100, 0xc0, vec!["dram0_0_seg"]), (0xc0, 0x100, vec!["iram0_0_seg"])]);
    assert_eq!(report.totals.ram_bytes, 0x1c0);
}

#[test]
fn what_two_windows_show_counts_once() {
    let image = format!("{IMAGE}\nsection .dram0.view 0x3fc80000 0x40 w");
    let report = explain_in(&image, SCRIPT);
    assert_eq!(uses(&report), [(0x100, 0xc0, vec!["dram0_0_seg"]), (0x100, 0xc0, vec!["iram0_0_seg"])]);
    assert_eq!(report.totals.ram_bytes, 0x1c0);
}

#[test]
fn the_same_addresses_of_another_machine_are_two_memories() {
    let report = explain_in(&IMAGE.replace("riscv", "arm"), SCRIPT);
    assert_eq!(uses(&report), [(0x100, 0, vec![]), (0xc0, 0, vec![])]);
}

#[test]
fn an_esp32_c2_has_its_window_elsewhere() {
    let report = explain_in(
        "machine riscv\nsection .iram0.text 0x40380000 0x100 x\nsection .dram0.data 0x3fca0100 0x80 w",
        "MEMORY { I (RX) : ORIGIN = 0x40380000, LENGTH = 0x20000 D (RW) : ORIGIN = 0x3fca0000, LENGTH = 0x20000 }",
    );
    assert_eq!(uses(&report), [(0x100, 0x80, vec!["D"]), (0x80, 0x100, vec!["I"])]);
}
