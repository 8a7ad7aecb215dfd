//! RISC-V's `-msave-restore`: libgcc's routines save registers in their caller's frame, and are called through `t0`;
//! so is what LLVM outlines.

use super::{frames, riscv};
use crate::support::inputs::Case;
use crate::support::memory;

#[test]
fn what_libgcc_saves_is_in_its_callers_frame() {
    let case = Case::of("save-restore");
    let build = "riscv64-unknown-elf-gcc -march=rv32imac -mabi=ilp32 -Os -msave-restore -ffreestanding -nostdlib \
                 -T fw.ld start.c sr.c -lgcc -o sr.elf";
    let Some(elf) = case.built("sr.elf", &[build]) else { return };
    let report = plimsoll_analyzer::analyze(&elf, &memory(&case.text("fw.ld"))).unwrap();
    // By GCC's `-fstack-usage`.
    assert_eq!(frames(&report), "Reset_Handler 128: 16 Reset_Handler, 16 main, 96 deep");
}

/// As in libgcc's `save-restore.S`: the entry for `s4` takes 64 bytes and gives 32 back, that for `s0` 48. `main`
/// takes 32 more and calls `deep`, which keeps 32 and calls `leaf` of 16: less than 64.
#[test]
fn while_a_larger_entry_runs_it_needs_what_it_has_taken() {
    let code = "00ef 0060 a001 02ef 0260 1101 00ef 0080 6105 a03d 02ef 0100 00ef 0060 a005 1141 0141 8082 \
                7139 5301 d452 a021 7139 0313 fd00 dc22 de06 0133 4061 8282 4a22 0141 4422 40b2 0141 8082";
    let functions = "
        func _start 0x20000000 6\nfunc main 0x20000006 14\nfunc deep 0x20000014 10\nfunc leaf 0x2000001e 6
        func __riscv_save_4 0x20000024 8\nfunc __riscv_save_0 0x2000002c 16
        func __riscv_restore_4 0x2000003c 4\nfunc __riscv_restore_0 0x20000040 8";
    let report = plimsoll_analyzer::analyze(&riscv(code, functions), &[]).unwrap();
    assert_eq!(frames(&report), "_start 112: 0 _start, 48 main, 0 deep, 64 __riscv_save_4");
    let frame = |name: &str| report.symbols.iter().find(|it| it.name == name).unwrap().frame_bytes;
    assert_eq!((frame("main"), frame("deep")), (Some(48), Some(32)));
}

/// A prologue that is outlined, and an end that gives the frame back and calls in the last place.
#[test]
fn outlined_prologues_and_ends_are_their_callers() {
    let code = "02ef 0100 00ef 0060 a039 1141 0141 8082 1101 ce06 8282 40f2 6105 bfc5";
    let functions = "
        func _start 0x20000000 10\nfunc leaf 0x2000000a 6
        func OUTLINED_FUNCTION_0 0x20000010 6\nfunc OUTLINED_FUNCTION_1 0x20000016 6";
    let report = plimsoll_analyzer::analyze(&riscv(code, functions), &[]).unwrap();
    assert_eq!(frames(&report), "_start 48: 32 _start, 16 leaf");
}

/// `lw t1, 0(t1); jr t1` with an address that is not in the image: a veneer.
#[test]
fn behind_a_veneer_that_leaves_the_image_nothing_is_certain() {
    let code = "00ef 0060 a001 0337 9000 2303 0003 8302";
    let report =
        plimsoll_analyzer::analyze(&riscv(code, "func _start 0x20000000 6\nfunc veneer 0x20000006 10"), &[]);
    assert_eq!(frames(&report.unwrap()), "_start 0+: 0 _start");
}
