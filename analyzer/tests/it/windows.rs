//! Two regions that show one memory.

use expect_test::expect;
use plimsoll_analyzer::report::RegionKind;
use plimsoll_analyzer::{Report, ScriptFile, Scripts, parse_layout};

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

/// An STM32F7: the interface of its tightly coupled memory shows the flash at a second address, and code
/// is stored through one and runs through the other.
const FLASH_IMAGE: &str = "
    section .isr_vector 0x08000000 0x40
    section .text 0x00200040 0x100 x load 0x08000040
    section .data 0x20000000 0x20 w load 0x08000140
    section .bss 0x20000020 0x10 w nobits";

const FLASH_SCRIPT: &str = "MEMORY {
    FLASH (rx) : ORIGIN = 0x08000000, LENGTH = 1M
    ITCM (rx) : ORIGIN = 0x00200000, LENGTH = 1M
    RAM (rwx) : ORIGIN = 0x20000000, LENGTH = 256K
}";

#[test]
fn code_that_runs_through_a_declared_window_on_flash_takes_no_ram() {
    let report = explain_in(FLASH_IMAGE, FLASH_SCRIPT);
    assert_eq!((report.totals.flash_bytes, report.totals.ram_bytes), (0x160, 0x130));
    for address in ["ORIGIN(FLASH)", "0x08000000", "ORIGIN(ITCM) + 0x7e00000"] {
        let report = explain_in(FLASH_IMAGE, &format!("{FLASH_SCRIPT} __plimsoll_window_ITCM = {address};"));
        assert_eq!((report.totals.flash_bytes, report.totals.ram_bytes), (0x160, 0x30));
        assert_eq!(
            uses(&report),
            [(0x160, 0, vec!["ITCM"]), (0x100, 0x60, vec!["FLASH"]), (0x30, 0, vec![])]
        );
        assert!(report.regions[..2].iter().all(|it| it.kind == RegionKind::Flash));
    }
}

#[test]
fn flash_that_two_declared_windows_show_counts_once() {
    let image = "section .text 0x08000000 0x100 x\nsection .again 0x00200080 0x100 x";
    let report = explain_in(image, &format!("{FLASH_SCRIPT} __plimsoll_window_ITCM = ORIGIN(FLASH);"));
    assert_eq!(report.totals.flash_bytes, 0x180);
    assert_eq!(uses(&report), [(0x100, 0x80, vec!["ITCM"]), (0x100, 0x80, vec!["FLASH"]), (0, 0, vec![])]);
}

#[test]
fn what_a_loader_puts_into_ram_and_runs_through_a_window_takes_it_once() {
    let script = "MEMORY {
        RAM (rwx) : ORIGIN = 0x20000000, LENGTH = 64K
        CODE (rx) : ORIGIN = 0x10000000, LENGTH = 64K
    }
    __plimsoll_window_CODE = ORIGIN(RAM);";
    let image = "section .text 0x10000000 0x100 x load 0x20000000\nsection .bss 0x20000100 0x40 w nobits";
    let report = explain_in(image, script);
    assert!(report.regions.iter().all(|it| it.kind == RegionKind::Ram));
    assert_eq!(uses(&report), [(0x140, 0, vec!["CODE"]), (0x100, 0x40, vec!["RAM"])]);
    assert_eq!((report.totals.flash_bytes, report.totals.ram_bytes), (0, 0x140));
}

#[test]
fn a_declared_window_may_begin_in_the_middle_of_ram() {
    let script = "MEMORY {
        RAM (rw) : ORIGIN = 0x20000000, LENGTH = 64K
        CODE (rwx) : ORIGIN = 0x10000000, LENGTH = 16K
    }
    __plimsoll_window_CODE = ORIGIN(RAM) + LENGTH(RAM) - LENGTH(CODE);";
    let image = "section .bss 0x2000bf00 0x200 w nobits\nsection .fast 0x10000080 0x100 w nobits";
    let report = explain_in(image, script);
    assert_eq!(uses(&report), [(0x200, 0x80, vec!["CODE"]), (0x100, 0x80, vec!["RAM"])]);
    assert_eq!(report.totals.ram_bytes, 0x280);
}

#[test]
fn what_a_script_declares_comes_before_what_is_known_of_chips() {
    let apart = "MEMORY { I (RX) : ORIGIN = 0x40380000, LENGTH = 0x20000 D (RW) : ORIGIN = 0x3fc80000, LENGTH = 0x20000 }
        __plimsoll_window_I = ORIGIN(D) + 0x100;";
    let report = explain_in(IMAGE, apart);
    assert_eq!(uses(&report), [(0x100, 0, vec!["D"]), (0xc0, 0x40, vec!["I"])]);
    assert_eq!(report.totals.ram_bytes, 0x100);
}

#[test]
fn declared_windows_survive_being_printed() {
    let script = "MEMORY { a : ORIGIN = 0, LENGTH = 1K, \"b-1\" : ORIGIN = 0x1000, LENGTH = 1K, c : ORIGIN = 0x2000, LENGTH = 1K }
        REGION_ALIAS(\"C\", c);
        PROVIDE(__plimsoll_window_C = ORIGIN(a));
        SECTIONS { \"__plimsoll_window_b-1\" = ORIGIN(a) + 512; }";
    let layout = parse_layout(&one(script)).unwrap();
    let shown: Vec<Option<u64>> = layout.regions.iter().map(|it| it.shows_address).collect();
    assert_eq!(shown, [None, Some(512), Some(0)]);
    assert_eq!(parse_layout(&one(&layout.to_string())), Ok(layout));
}

#[test]
fn what_is_wrong_with_a_declared_window_is_told_with_its_place() {
    let mut told = String::new();
    let complaints = [
        "__plimsoll_window_ITCN = ORIGIN(FLASH);",
        "__plimsoll_window_ITCM = 0x07ffffff;",
        "__plimsoll_window_ITCM = ORIGIN(ITCM) + 4;",
        "__plimsoll_window_ITCM = ORIGIN(FLASH) - 0x8000001;",
        "__plimsoll_window_ITCM = ORIGIN(RAM); __plimsoll_window_RAM = ORIGIN(FLASH);",
        "__plimsoll_window_ITCM = start_of_flash;",
    ];
    for it in complaints {
        let error = parse_layout(&one(&format!("{FLASH_SCRIPT}\n  {it}"))).unwrap_err();
        told += &format!("{error}\n");
    }
    let defined = ("__plimsoll_window_NONE".to_owned(), "0".to_owned());
    let scripts = Scripts { symbols: vec![defined], ..one(FLASH_SCRIPT) };
    told += &parse_layout(&scripts).unwrap_err().to_string();
    expect![[r#"
        memory.x: line 6, column 3: unknown region `ITCN`
        memory.x: line 6, column 3: the window `ITCM` shows 0x7ffffff, which is in no other region
        memory.x: line 6, column 3: the window `ITCM` shows 0x200004, which is in no other region
        memory.x: line 6, column 3: a window shows no such address
        memory.x: line 6, column 3: the window `ITCM` shows 0x20000000, which is in a window itself
        memory.x: line 6, column 28: unknown symbol `start_of_flash`: neither a script nor --defsym gives it a value
        --defsym __plimsoll_window_NONE: line 1, column 1: unknown region `NONE`"#]]
    .assert_eq(&told);
}

fn one(script: &str) -> Scripts {
    Scripts { files: vec![ScriptFile::new("memory.x", script)], ..Scripts::default() }
}

#[test]
fn flash_that_espressif_s_chips_show_is_no_ram_where_its_place_in_flash_is_the_load_address() {
    let totals = |machine: &str, [constants, code, iram, dram]: [u64; 4]| {
        let image = format!(
            "machine {machine}
             section .iram0.text {iram} 64 x load 0
             section .dram0.data {dram} 16 w load 64
             section .flash.rodata {constants} 128 load 0x10000
             section initlevel {} 8 load 0x10080
             section .flash.rodata_end {} 0xef78 w nobits
             section .flash.text {code} 256 x load 0x20000",
            constants + 128,
            constants + 136
        );
        explain_in(&image, "").totals.ram_bytes
    };
    assert_eq!(totals("xtensa", [0x3f40_0000, 0x400d_0000, 0x4008_0000, 0x3ffb_0000]), 80);
    assert_eq!(totals("xtensa", [0x3c00_0000, 0x4200_0000, 0x4037_4000, 0x3fc9_0000]), 80);
    assert_eq!(totals("riscv", [0x3c00_0000, 0x4200_0000, 0x4038_0000, 0x3fc9_0000]), 80);
}
