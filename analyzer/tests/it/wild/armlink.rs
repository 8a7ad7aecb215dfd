//! armlink's images: one load segment for a load region, in whose part of the file the initial values of RAM are too.

use plimsoll_analyzer::Report;

use crate::support::inputs::Case;
use crate::support::{explain, explain_in, laws};

/// Flash and RAM in all, then what each region uses.
fn figures(report: &Report) -> (u64, u64, Vec<u64>) {
    let used = report.regions.iter().map(|it| it.used_bytes).collect();
    (report.totals.flash_bytes, report.totals.ram_bytes, used)
}

fn built(file: &'static str, step: &str) -> Option<Report> {
    let report = plimsoll_analyzer::analyze(&Case::of("armlink").built(file, &[step])?, &[]).unwrap();
    laws::check(&report);
    laws::segments_are_in_regions(&report);
    assert!(report.warnings.is_empty(), "{:?}", report.warnings);
    Some(report)
}

#[test]
fn initial_values_are_stored_where_the_file_has_them() {
    let Some(report) = built("plain.axf", "python3 mkarmlink.py plain.axf") else { return };
    assert_eq!(figures(&report), (140, 320, vec![140, 320]));
    let stored: Vec<Option<u64>> = report.sections.iter().map(|it| it.load_address).take(3).collect();
    assert_eq!(stored, [Some(0x0800_0000), Some(0x0800_004c), None]);
}

#[test]
fn packed_values_take_what_is_stored_of_flash_and_what_they_unpack_to_of_ram() {
    let Some(report) = built("packed.axf", "python3 mkarmlink.py packed.axf packed") else { return };
    assert_eq!(figures(&report), (92, 320, vec![92, 320]));
    let size = |name: &str| report.symbols.iter().find(|it| it.name == name).unwrap().size_bytes;
    assert_eq!((size("table"), size("buffer")), (64, 256));
    let packed = report.sections.iter().find(|it| it.name == "(packed) RW_IRAM1").unwrap();
    assert_eq!((packed.size_bytes, packed.load_address), (16, Some(0x0800_004c)));
}

/// A load region with two execution regions of code and two of data; `SIZES` are of the data.
fn scattered(first: &str, second: &str) -> String {
    format!(
        "section ER_IROM1 0x08000000 0x100 x rwe
         section ER_FAST 0x10000000 0x40 x behind
         section RW_IRAM1 0x20000000 {first} w behind
         section RW_IRAM2 0x20008000 {second} w behind
         section RW_IRAM1 0x20000060 0x100 w nobits align 8
         section ARM_LIB_STACK 0x20001000 0x400 w nobits
         object table 0x20000000 0x5c in RW_IRAM1
         object other 0x20008000 0x20 in RW_IRAM2"
    )
}

#[test]
fn every_execution_region_is_stored_behind_the_one_before() {
    let report = explain(&scattered("0x5c", "0x20"));
    let stored: Vec<Option<u64>> = report.sections.iter().map(|it| it.load_address).take(4).collect();
    assert_eq!(stored, [0x0800_0000, 0x0800_0100, 0x0800_0140, 0x0800_019c].map(Some));
    // The four bytes before the zero-initialised part only align it: nothing is packed.
    assert!(report.sections.iter().all(|it| !it.name.starts_with('(')));
    assert_eq!(report.totals.flash_bytes, 0x1bc);
    assert_eq!(report.totals.ram_bytes, 0x40 + 0x60 + 0x100 + 0x400 + 0x20);
}

#[test]
fn packed_values_end_at_their_last_symbol_where_nothing_of_their_name_follows() {
    let report = explain(&scattered("0x18", "0x8"));
    assert_eq!(report.totals.flash_bytes, 0x100 + 0x40 + 0x18 + 0x8);
    assert_eq!(report.totals.ram_bytes, 0x40 + 0x60 + 0x100 + 0x400 + 0x20);
    let sizes = report.sections.iter().filter(|it| it.name.starts_with("RW_")).map(|it| it.size_bytes);
    assert_eq!(sizes.collect::<Vec<_>>(), [0x60, 0x20, 0x100]);
}

#[test]
fn a_symbol_that_is_too_long_unpacks_nothing_over_what_lies_behind() {
    let report =
        explain(&format!("{}\nobject wild 0x20008000 0x7fffffff in RW_IRAM2", scattered("0x5c", "0x20")));
    assert!(report.sections.iter().all(|it| it.size_bytes < 0x1000));
}

#[test]
fn a_script_tells_the_same() {
    let script = "MEMORY { FLASH (rx) : ORIGIN = 0x08000000, LENGTH = 64K  FAST (rwx) : ORIGIN = 0x10000000, LENGTH = 1K
        RAM (rwx) : ORIGIN = 0x20000000, LENGTH = 64K }";
    let report = explain_in(&scattered("0x18", "0x8"), script);
    assert_eq!(figures(&report), (0x160, 0x5c0, vec![0x160, 0x40, 0x580]));
}

#[test]
fn physical_addresses_that_are_all_zero_are_missing_only_where_several_segments_have_content() {
    let several = "section .text 0x08000000 64 x load 0\n section .data 0x20000000 16 w load 0
        section .bss 0x20000010 8 w nobits load 0";
    let report = explain(several);
    let stored: Vec<Option<u64>> = report.sections.iter().map(|it| it.load_address).take(2).collect();
    assert_eq!(stored, [Some(0x0800_0000), Some(0x2000_0000)]);
    let single = explain("section .text 0x08000000 64 x load 0\n section .bss 0x20000010 8 w nobits load 0");
    assert_eq!(single.sections[0].load_address, Some(0));
}
