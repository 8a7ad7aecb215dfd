//! RISC-V's Zcmp: `cm.popret` returns, and what `cm.push` saves is the frame (the code-size extensions' manual).

use super::{frames, riscv};
use crate::support::inputs::Case;

/// `_start` calls `first`, which pushes `ra`, adds and `cm.popret`s; `second` is like it and not called.
const CODE: &str = "00ef 0060 a001 b842 0505 be42 b842 0509 be42";
const FUNCTIONS: &str = "func _start 0x20000000 6\nfunc first 0x20000006 6\nfunc second 0x2000000c 6";

fn check(elf: &[u8]) {
    let why = plimsoll_analyzer::why(elf, "second").unwrap();
    assert!(!why.reachable, "{:?}", why.path);
    let report = plimsoll_analyzer::analyze(elf, &[]).unwrap();
    assert_eq!(frames(&report), "_start 16: 0 _start, 16 first");
}

#[test]
fn what_returns_with_cm_popret_does_not_run_on() {
    check(&riscv(CODE, FUNCTIONS));
    let case = Case::of("zcmp");
    let steps = [
        "llvm-mc -triple=riscv32 -mattr=+c,+m -filetype=obj zcmp.s -o zcmp.o",
        "ld.lld -Ttext=0x20000000 zcmp.o -o zcmp.elf",
    ];
    if let Some(elf) = case.built("zcmp.elf", &steps) {
        check(&elf);
    }
}

/// `cm.popretz`, and a list of registers with 16 bytes more.
#[test]
fn what_returns_zero_does_not_run_on_either() {
    let elf = riscv("00ef 0060 a001 b866 0505 bc66 b842 0509 be42", FUNCTIONS);
    let why = plimsoll_analyzer::why(&elf, "second").unwrap();
    assert!(!why.reachable, "{:?}", why.path);
    assert_eq!(frames(&plimsoll_analyzer::analyze(&elf, &[]).unwrap()), "_start 32: 0 _start, 32 first");
}

/// Where doubles are passed in registers, the same codes are stores of doubles, and nothing returns.
#[test]
fn where_doubles_have_these_codes_control_runs_on() {
    let mut elf = riscv(CODE, FUNCTIONS);
    elf[36] |= 4;
    let why = plimsoll_analyzer::why(&elf, "second").unwrap();
    assert!(why.reachable);
}

/// `cm.jalt 32` and `cm.jt 0` lead where the table of jumps says: `table` to `called`, and to `last`.
#[test]
fn jumps_through_zcmts_table_lead_where_it_says() {
    let words: String = (1..32).map(|idx| format!("word .riscv.jvt {} 0\n", idx * 4)).collect();
    let rest = format!(
        "func _start 0x20000000 4\nfunc called 0x20000004 4\nfunc last 0x20000008 2\nfunc nobody 0x2000000a 2
         section .riscv.jvt 0x20000040 132\nlabel __jvt_base$ 0x20000040 0
         word .riscv.jvt 0 0x20000008\n{words}word .riscv.jvt 128 0x20000004"
    );
    let elf = riscv("a082 a002 b842 be42 8082 8082", &rest);
    for (name, is_reached) in [("called", true), ("last", true), ("nobody", false)] {
        assert_eq!(plimsoll_analyzer::why(&elf, name).unwrap().reachable, is_reached, "{name}");
    }
    assert_eq!(frames(&plimsoll_analyzer::analyze(&elf, &[]).unwrap()), "_start 16: 0 _start, 16 called");
}
