//! What code leaves behind when it goes: values that nobody else uses, registers saved for nothing.

use crate::support::assembled::Assembler;

const FORMATTER: &str = "_ZN4core3fmt5write17h0123456789abcdefE";

/// A program around the body of `main`; the text is 8 bytes, the function that formats 2.
fn thumb(body: &str) -> Option<[u64; 3]> {
    Assembler::Thumb.saving(&format!(
        ".syntax unified
        .thumb
        .section .text
        .global main
        .type main, %function
        .thumb_func
        main:
        {body}
        .ltorg
        .size main, . - main
        .global {FORMATTER}
        .type {FORMATTER}, %function
        .thumb_func
        {FORMATTER}:
        bx lr
        .size {FORMATTER}, . - {FORMATTER}
        .section .rodata
        .align 2
        .type text, %object
        text: .ascii \"8 bytes!\"
        .size text, 8\n"
    ))
}

fn riscv(body: &str) -> Option<[u64; 3]> {
    Assembler::Riscv.saving(&format!(
        ".option norelax
        .section .text
        .global main
        .type main, %function
        main:
        {body}
        .size main, . - main
        .global {FORMATTER}
        .type {FORMATTER}, %function
        {FORMATTER}:
        ret
        .size {FORMATTER}, . - {FORMATTER}
        .section .rodata
        .align 2
        .type text, %object
        text: .ascii \"8 bytes!\"
        .size text, 8\n"
    ))
}

#[test]
fn an_address_that_was_formed_ahead_goes_with_the_call_that_uses_it() {
    let it = thumb(
        "push {r4, lr}
        ldr r4, =text
        movs r0, r4 @ cut
        bl _ZN4core3fmt5write17h0123456789abcdefE @ cut
        pop {r4, pc}",
    );
    let Some(it) = it else { return };
    assert_eq!(it, [2 + 8, 2 + 4 + 2, 4], "function and text; move, call and load; the literal");
}

#[test]
fn an_address_that_others_use_stays() {
    let it = thumb(
        "push {r4, lr}
        ldr r4, =text
        movs r0, r4 @ cut
        bl _ZN4core3fmt5write17h0123456789abcdefE @ cut
        str r4, [sp]
        pop {r4, pc}",
    );
    let Some(it) = it else { return };
    assert_eq!(it, [2, 2 + 4, 0]);
}

#[test]
fn a_value_that_is_used_in_the_next_round_of_a_loop_stays() {
    let it = thumb(
        "movs r5, #1
        next:
        str r5, [sp]
        movs r0, #0 @ cut
        bl _ZN4core3fmt5write17h0123456789abcdefE @ cut
        adds r5, #1
        b next",
    );
    let Some(it) = it else { return };
    assert_eq!(it, [2, 2 + 4, 0]);
}

#[test]
fn a_value_that_is_used_where_a_branch_leads_stays() {
    let it = thumb(
        "movs r4, #1
        movs r0, r4 @ cut
        bl _ZN4core3fmt5write17h0123456789abcdefE @ cut
        cmp r1, #4
        beq there
        b main
        there:
        str r4, [sp]
        b main",
    );
    let Some(it) = it else { return };
    assert_eq!(it, [2, 2 + 4, 0]);
}

#[test]
fn a_value_that_is_used_where_a_branch_is_not_taken_stays() {
    let it = thumb(
        "movs r4, #1
        movs r0, r4 @ cut
        bl _ZN4core3fmt5write17h0123456789abcdefE @ cut
        cmp r1, #4
        beq main
        str r4, [sp]
        b main",
    );
    let Some(it) = it else { return };
    assert_eq!(it, [2, 2 + 4, 0]);
}

#[test]
fn a_value_that_is_there_when_a_branch_leaves_the_function_stays() {
    let it = thumb(
        "movs r4, #1
        movs r0, r4 @ cut
        bl _ZN4core3fmt5write17h0123456789abcdefE @ cut
        cmp r1, #4
        beq _ZN4core3fmt5write17h0123456789abcdefE
        b main",
    );
    let Some(it) = it else { return };
    assert_eq!(it, [0, 2 + 4, 0]);
}

#[test]
fn what_is_loaded_may_be_volatile_and_stays() {
    let it = thumb(
        "ldr r0, [sp]
        bl _ZN4core3fmt5write17h0123456789abcdefE @ cut
        b main",
    );
    let Some(it) = it else { return };
    assert_eq!(it, [2, 4, 0]);
}

#[test]
fn a_comparison_goes_with_the_branch_that_asked_for_it() {
    let it = thumb(
        "cmp r1, #4
        beq main @ cut
        bl _ZN4core3fmt5write17h0123456789abcdefE @ cut
        b main",
    );
    let Some(it) = it else { return };
    assert_eq!(it, [2, 2 + 4 + 4, 0], "the comparison, the wide branch, the call");
}

#[test]
fn high_registers_that_nobody_uses_need_no_wide_push() {
    let it = thumb(
        "push {r4, r8, lr}
        mov r8, r1
        mov r0, r8 @ cut
        bl _ZN4core3fmt5write17h0123456789abcdefE @ cut
        pop {r4, r8, pc}",
    );
    let Some(it) = it else { return };
    assert_eq!(it, [2, 2 + 4 + 2 + 2 + 2, 0], "move, call, copy, half of push and pop");
}

#[test]
fn a_frame_that_holds_nothing_is_not_made() {
    let it = riscv(
        "addi sp, sp, -16
        sw ra, 12(sp)
        sw s0, 8(sp)
        lui s0, %hi(text)
        addi s0, s0, %lo(text)
        mv a0, s0 # cut
        call _ZN4core3fmt5write17h0123456789abcdefE # cut
        lw ra, 12(sp)
        lw s0, 8(sp)
        addi sp, sp, 16
        ret",
    );
    let Some(it) = it else { return };
    // auipc and jalr; the address in two parts; two registers saved and restored; the frame twice.
    assert_eq!(it, [2 + 8, 2 + 8 + 8 + 8 + 4, 0]);
}

#[test]
fn a_frame_that_others_use_stays() {
    let it = riscv(
        "addi sp, sp, -16
        sw ra, 12(sp)
        sw s0, 8(sp)
        mv s0, a1
        mv a0, s0 # cut
        call _ZN4core3fmt5write17h0123456789abcdefE # cut
        jalr s0
        lw ra, 12(sp)
        lw s0, 8(sp)
        addi sp, sp, 16
        ret",
    );
    let Some(it) = it else { return };
    assert_eq!(it, [2, 2 + 8, 0]);
}
