//! Functions that melt into the one caller that is left.

use crate::support::assembled::Assembler;

/// `first` and `second` call a function that formats; the call in `first` goes. `second` saves what
/// `saves` says; `more` stands behind it.
fn saving(callee: &str, saves: &str, more: &str) -> Option<[u64; 3]> {
    saving_beside(callee, &format!("{saves}\nbl _ZN4core3fmt5write17h0123456789abcdefE"), more)
}

/// The same, where `second` does something else.
fn saving_beside(callee: &str, second: &str, more: &str) -> Option<[u64; 3]> {
    let text = format!(
        ".syntax unified
        .thumb
        .section .text
        .macro function name
        .type \\name, %function
        .thumb_func
        \\name:
        .endm
        .global main
        function main
        push {{r4, lr}}
        bl first
        bl second
        {more}
        pop {{r4, pc}}
        .size main, . - main
        function first
        push {{r4, lr}}
        bl _ZN4core3fmt5write17h0123456789abcdefE @ cut
        pop {{r4, pc}}
        .size first, . - first
        function second
        {second}
        bx lr
        .size second, . - second
        {callee}
        function _ZN4core3fmt5write17h0123456789abcdefE
        push {{r4, r5, r6, lr}}
        adds r0, #1
        str r0, [r1]
        pop {{r4, r5, r6, pc}}
        .size _ZN4core3fmt5write17h0123456789abcdefE, . - _ZN4core3fmt5write17h0123456789abcdefE\n"
    );
    Assembler::Thumb.saving(&text)
}

#[test]
fn the_last_call_goes_with_what_its_function_saves_twice() {
    let Some(it) = saving("", "push {r4, lr}", "") else { return };
    assert_eq!(it, [0, 4 + 4 + 2 + 2, 0], "both calls, push and pop");
}

#[test]
fn a_caller_that_saves_nothing_takes_over_what_its_function_saves() {
    let Some(it) = saving("", "nop", "") else { return };
    assert_eq!(it, [0, 4 + 4, 0]);
}

#[test]
fn a_function_that_others_may_call_does_not_melt() {
    let Some(it) = saving(".global _ZN4core3fmt5write17h0123456789abcdefE", "push {r4, lr}", "") else {
        return;
    };
    assert_eq!(it, [0, 4, 0]);
}

#[test]
fn a_function_that_is_called_twice_more_does_not_melt() {
    let more = "bl _ZN4core3fmt5write17h0123456789abcdefE";
    let Some(it) = saving("", "push {r4, lr}", more) else { return };
    assert_eq!(it, [0, 4, 0]);
}

#[test]
fn a_function_whose_address_is_taken_does_not_melt() {
    let Some(it) = saving("", "ldr r3, =_ZN4core3fmt5write17h0123456789abcdefE", "") else { return };
    assert_eq!(it, [0, 4, 0]);
}

#[test]
fn a_function_of_which_only_the_address_is_left_does_not_melt() {
    let Some(it) = saving_beside("", "ldr r3, =_ZN4core3fmt5write17h0123456789abcdefE", "") else { return };
    assert_eq!(it, [0, 4, 0]);
}
