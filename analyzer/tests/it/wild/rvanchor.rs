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
