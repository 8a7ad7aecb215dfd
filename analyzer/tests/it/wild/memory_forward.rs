//! A script whose regions refer to later ones, which GNU ld computes in its own way and without a word.

mod script;

use expect_test::expect;

use crate::support::inputs::Case;
use crate::support::{elf, laws, memory, regions};
use plimsoll_analyzer::{Besides, Report, map_file};

/// Sections as the case's map has them.
const IMAGE: &str = "section .text 0x08000000 56 x
    section .data 0x20000000 16 w load 0x08000038
    section .bss 0x20000010 20 w nobits
    section .stack 0x20000000 1024 w nobits";

fn explained(script: &str, map: &str) -> Report {
    let map = map_file::parse(map).unwrap();
    let besides = Besides { map: Some(&map), ..Besides::default() };
    plimsoll_analyzer::analyze_with(&elf::build(IMAGE), &memory(script), besides).unwrap()
}

#[test]
fn where_the_map_has_other_regions_than_the_script_it_says_so() {
    let case = Case::of("memory-forward");
    let report = explained(&case.text("fw.ld"), &case.text("fw.map"));
    let said: Vec<String> = crate::support::complaints(&report)
        .iter()
        .map(|it| format!("{}: {}", it.place, it.message))
        .collect();
    expect![[r#"
        region FLASH: the script says 61,440 bytes from 0x8000000 on, and the linker used 65,537 bytes from 0x8000000 on, by its map
        region RAM: the script says 7,168 bytes from 0x20000400 on, and the linker used 8,193 bytes from 0x1fffffff on, by its map
    "#]]
    .assert_eq(&(said.join("\n") + "\n"));
}

#[test]
fn without_a_script_the_map_gives_regions_and_capacities() {
    let report = explained("", &Case::of("memory-forward").text("fw.map"));
    laws::check(&report);
    expect![[r#"
        flash 72 ram 36
        FLASH flash 72 of 65537, contains CONFIG
          0x8000000 56 .text run
          0x8000038 16 .data load
        RAM ram 36 of 8193, contains STACK
          0x20000000 16 .data run
          0x20000010 20 .bss run
        STACK ram 36 of 1024
          0x20000000 16 .data run
          0x20000010 20 .bss run
        CONFIG flash 0 of 4096
    "#]]
    .assert_eq(&regions(&report));
}

#[test]
fn a_map_that_agrees_says_nothing() {
    let script = "MEMORY { FLASH (rx) : ORIGIN = 0x08000000, LENGTH = 0x10001
        RAM (rwx) : ORIGIN = 0x1fffffff, LENGTH = 0x2001
        STACK (rw) : ORIGIN = 0x20000000, LENGTH = 1K  CONFIG (r) : ORIGIN = 0x800f000, LENGTH = 4K }";
    let report = explained(script, &Case::of("memory-forward").text("fw.map"));
    assert!(crate::support::complaints(&report).is_empty(), "{:?}", report.warnings);
}

#[test]
fn the_map_of_another_image_gives_no_region() {
    let map =
        Case::of("memory-forward").text("fw.map").replace("0x08000000       0x38", "0x08000000       0x3c");
    let report = explained("", &map);
    assert!(report.regions.iter().all(|it| it.length_bytes.is_none()));
}
