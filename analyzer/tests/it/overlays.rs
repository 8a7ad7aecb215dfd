//! Sections that take turns at one address.

use plimsoll_analyzer::Report;

use crate::support::{elf, explain, laws};

/// Two overlays that are stored one behind the other.
const IMAGE: &str = "
    section .text 0x8000000 16 x
    section .ov1 0x20000000 8 x load 0x8001000
    section .ov2 0x20000000 16 x load 0x8001008
    section .data 0x20000100 4 w load 0x8000010
    func main 0x8000001 16
    func a1 0x20000001 8 in .ov1
    func a2 0x20000001 16 in .ov2
    object state 0x20000100 4";

fn crates(report: &Report) -> Vec<(&str, u64, u64)> {
    report.crates.iter().map(|it| (it.name.as_str(), it.flash_bytes, it.ram_bytes)).collect()
}

#[test]
fn memory_that_overlays_share_counts_once_and_is_nobodys_own() {
    let report = explain(IMAGE);
    assert_eq!((report.totals.flash_bytes, report.totals.ram_bytes), (16 + 8 + 16 + 4, 16 + 4));
    assert_eq!(crates(&report), [("(unknown)", 44, 12), ("(shared by overlays)", 0, 8)]);
}

#[test]
fn crates_of_overlays_add_up_to_the_change() {
    let old = explain(IMAGE);
    let smaller = IMAGE.replace(".ov2 0x20000000 16", ".ov2 0x20000000 4");
    let new = explain(&smaller.replace("a2 0x20000001 16", "a2 0x20000001 4"));
    let diff = plimsoll_analyzer::diff(&old, &new);
    laws::check_diff(&old, &new, &diff);
    let change = |rows: &[plimsoll_analyzer::Change]| rows.iter().map(|it| it.delta_bytes).sum::<i64>();
    assert_eq!((change(&diff.totals), change(&diff.crates)), (-12 - 8, -12 - 8), "{diff:?}");
}

#[test]
fn a_reference_to_an_address_of_overlays_leads_to_all_that_is_there() {
    let report = explain(CALLING);
    let is_reachable = |name: &str| report.symbols.iter().find(|it| it.name == name).unwrap().reachable;
    assert_eq!(["a1", "a2"].map(is_reachable), [Some(true); 2]);
    let why = plimsoll_analyzer::why(&*elf::build(CALLING), "a2").unwrap();
    assert_eq!(why.kept_by.iter().map(|it| it.name.as_str()).collect::<Vec<_>>(), ["main"]);
}

#[test]
fn code_of_an_overlay_is_read_where_another_has_its_address() {
    let report = explain(CALLING);
    let helper = report.symbols.iter().find(|it| it.name == "helper").unwrap();
    assert_eq!(helper.reachable, Some(true));
}

/// `main` jumps to where both overlays run, by its literal; `a2` to `helper`, by a literal where `a1` has zeroes.
const CALLING: &str = "
    section .vector_table 0x8000000 8
    section .text 0x8000100 24 x
    section .ov1 0x20000000 8 x load 0x8001000
    section .ov2 0x20000000 8 x load 0x8001008
    section .bss 0x20000100 64 w nobits
    func main 0x8000101 16
    func helper 0x8000111 8
    func a1 0x20000001 8 in .ov1
    func a2 0x20000001 8 in .ov2
    word .vector_table 0 0x20000140
    word .vector_table 4 0x8000101
    half .text 0 0x4800
    half .text 2 0x4700
    word .text 4 0x20000001
    half .ov2 0 0x4800
    half .ov2 2 0x4700
    word .ov2 4 0x8000111";
