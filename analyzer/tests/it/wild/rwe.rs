//! A writable vector table, a C array without `const`, makes the segment of the code writable; it is flash all the same.

use crate::support::explain;
use plimsoll_analyzer::report::RegionKind;

/// A vector table before code in a segment that grants everything.
fn image(vectors: &str, rest: &str) -> Vec<(RegionKind, u64)> {
    let report = explain(&format!(
        "section {vectors}
         word .isr_vector 0 0x20005000
         word .isr_vector 4 0x08000041
         {rest}"
    ));
    assert!(crate::support::complaints(&report).is_empty(), "{:?}", report.warnings);
    report.regions.iter().map(|it| (it.kind, it.used_bytes)).collect()
}

#[test]
fn a_writable_vector_table_does_not_make_ram_of_flash() {
    let bss = "section .text 0x08000040 152 x behind\n section .bss 0x20000000 4 w nobits";
    let regions = [(RegionKind::Flash, 216), (RegionKind::Ram, 4)];
    assert_eq!(image(".isr_vector 0x08000000 64 w rwe", bss), regions);
    // One output section for all, whose flags are those of all.
    let merged = image(".isr_vector 0x08000000 216 w x rwe", "section .bss 0x20000000 4 w nobits");
    assert_eq!(merged, regions);
    // What a script leaves in flash without content, such as room for a crash dump.
    let dump = image(
        ".isr_vector 0x08000000 64 w rwe",
        "section .text 0x08000040 152 x behind\n section .crash_dump 0x08000400 64 w nobits
         section .bss 0x20000000 4 w nobits",
    );
    assert_eq!(dump, [(RegionKind::Flash, 280), (RegionKind::Ram, 4)]);
}

#[test]
fn without_anything_in_ram_the_first_word_tells() {
    assert_eq!(image(".isr_vector 0x08000000 216 w x rwe", ""), [(RegionKind::Flash, 216)]);
}

#[test]
fn a_program_whose_stack_lies_behind_it_runs_in_ram() {
    let report = explain(
        "section .isr_vector 0x20000000 216 w x rwe
         word .isr_vector 0 0x20005000
         word .isr_vector 4 0x20000041",
    );
    assert_eq!(report.regions[0].kind, RegionKind::Ram);
    assert_eq!((report.totals.flash_bytes, report.totals.ram_bytes), (216, 216));
}
