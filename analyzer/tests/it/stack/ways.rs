//! What is known along the ways through a function, and which jumps are none.

use super::{roots, stack, started};
use crate::support::elf;

#[test]
fn a_slot_is_known_behind_a_loop_that_is_entered_at_its_end() {
    // main: push {r4, lr}; ldr r4, [r1, #12]; b 0x108; nop (the body); cmp r0, #0; bne 0x106; blx r4;
    // pop {r4, pc}.
    let program = "
        section .text 0x100 0x40 x
        func _ZN4demo4main17h0123456789abcdefE 0x101 24
        half .text 0 0xb510
        half .text 2 0x68cc
        half .text 4 0xe000
        half .text 6 0xbf00
        half .text 8 0x2800
        half .text 10 0xd1fc
        half .text 12 0x47a0
        half .text 14 0x4a00
        half .text 16 0xbd10
        half .text 18 0xe7fe
        label $d 0x114 0
        label $t 0x120 0
        word .text 20 0x200
        func _ZN4demo6method17h0123456789abcdefE 0x121 4
        half .text 0x20 0xb08a
        half .text 0x22 0x4770
        section .rodata 0x200 16
        object TABLE 0x200 16
        word .rodata 4 4
        word .rodata 8 4
        word .rodata 12 0x121";
    let report = started(&program.replace("half .text 14 0x4a00", "half .text 14 0x4a01"));
    assert_eq!(roots(&report), "main demo::main 48: 8 demo::main, 40 demo::method\n");
    // Where the body overwrites the register, nobody knows whom it calls: mov r4, r0.
    let report = started(&program.replace("half .text 6 0xbf00", "half .text 6 0x4604"));
    assert_eq!(stack(&report).unknown_calls.len(), 1);
}

#[test]
fn on_avr_a_jump_to_the_vectors_is_a_reset_and_reset_has_no_return_address() {
    // The vectors jump to init, which calls main, and to what jumps back to them; main: push r28; pop r28; ret.
    let report = plimsoll_analyzer::analyze(
        &elf::build(
            "machine 83
            section .text 0x0 0x18 x
            func __vectors 0 8
            half .text 0 0x940c
            half .text 2 0x0004
            half .text 4 0x940c
            half .text 6 0x0007
            func init 8 6
            half .text 8 0x940e
            half .text 10 0x0009
            half .text 12 0xcfff
            func __bad_interrupt 14 4
            half .text 14 0x940c
            func main 18 6
            half .text 18 0x93cf
            half .text 20 0x91cf
            half .text 22 0x9508",
        ),
        &[],
    )
    .unwrap();
    assert_eq!(roots(&report), "main __vectors 3: 0 __vectors, 0 init, 3 main\n");
    assert!(stack(&report).recursions.is_empty());
}
