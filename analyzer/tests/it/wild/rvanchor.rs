//! GCC's section anchors on RISC-V: one address for all constants of a unit, and indices between.

use super::riscv;
use crate::support::inputs::Case;

#[test]
fn constants_behind_an_anchor_are_reached() {
    let case = Case::of("rvanchor");
    let build = "riscv64-unknown-elf-gcc -march=rv32imc -mabi=ilp32 -Os -ffreestanding -nostdlib -T two.ld m.c -o two.elf";
    let Some(elf) = case.built("two.elf", &[build]) else { return };
    let report = plimsoll_analyzer::analyze(&elf, &[]).unwrap();
    assert_eq!(report.graph.unwrap().unreachable_bytes, 0);
}

/// `FIRST` is named; `TABLE` is loaded from by the same address, an index and 12. Nothing goes to `OTHER`.
#[test]
fn a_table_is_reached_by_its_neighbours_address_and_an_index() {
    let code = "0537 2000 0513 1005 410c 9613 0025 962a 4654 00ef 0060 a001 8082";
    let symbols = "
        func _start 0x20000000 24\nfunc use 0x20000018 2
        section .rodata 0x20000100 0x60\nnoise .rodata 0 0x60
        object FIRST 0x20000100 12\nobject TABLE 0x2000010c 64\nobject OTHER 0x2000014c 20";
    let report = plimsoll_analyzer::analyze(&riscv(code, symbols), &[]).unwrap();
    let reached = |name: &str| report.symbols.iter().find(|it| it.name == name).unwrap().reachable;
    assert_eq!((reached("FIRST"), reached("TABLE"), reached("OTHER")), (Some(true), Some(true), Some(false)));
}

/// Constants among code that nothing marks: a text whose address is formed, and one that a table points to.
#[test]
fn texts_among_code_are_found_without_marks() {
    // `lui a0, 0x20000; addi a0, a0, 0x10`, and a jump to itself.
    let code = "0537 2000 0513 0105 a001 0000 0000 0000 6574 706d 7265 7461 7275 0065 6c61 6870 0061 0000";
    let symbols = "
        func _start 0x20000000 10
        section .data 0x80000000 4 w load 0x30000000\nword .data 0 0x2000001c\nobject NAMES 0x80000000 4";
    let report = plimsoll_analyzer::analyze(&riscv(code, symbols), &[]).unwrap();
    let texts: Vec<(&str, u64, Option<bool>)> = report
        .symbols
        .iter()
        .filter(|it| it.name.starts_with('"'))
        .map(|it| (it.name.as_str(), it.size_bytes, it.reachable))
        .collect();
    assert_eq!(texts, [("\"temperature\"", 12, Some(true)), ("\"alpha\"", 6, Some(false))]);
}
