//! Advice that rests on who calls whom, on Thumb.

use super::advice;
use crate::support::explain;

/// Flash with a vector table and functions of 64 bytes each from 0x1000 on, in this order; the first is
/// `main` and calls what `calls` says, as often as it says.
pub(super) fn image(functions: &[&str], calls: &[(usize, usize)]) -> String {
    let size = functions.len() * 64;
    let mut text = format!(
        "section .vector_table 0 64\nsection .text 0x1000 {size} x\nobject __VECTORS 0 64\n\
         word .vector_table 0 0x20001000\nword .vector_table 4 0x1001\nlabel $t 0x1000 0 local\n"
    );
    for (idx, name) in functions.iter().enumerate() {
        text += &format!("func {name} {:#x} 64\n{}", 0x1001 + idx * 64, different(idx));
    }
    let mut at = 0;
    for (callee, n_calls) in calls {
        for _ in 0..*n_calls {
            text += &branch_with_link(at, callee * 64);
            at += 4;
        }
    }
    text
}

/// `movs r0, #…` and `b .` at the end of a function, so that no two have the same body.
fn different(idx: usize) -> String {
    format!("half .text {} {}\nhalf .text {} 0xe7fe\n", idx * 64 + 60, 0x2000 + idx, idx * 64 + 62)
}

/// `bl`, from one offset in `.text` to another.
pub(super) fn branch_with_link(at: usize, target: usize) -> String {
    let distance = target - (at + 4);
    let (high, low) = (distance >> 12 & 0x3ff, distance >> 1 & 0x7ff);
    format!("half .text {at} {}\nhalf .text {} {}\n", 0xf000 | high, at + 2, 0xf800 | low)
}

const ADD: &str = "_ZN4core9panicking11panic_const24panic_const_add_overflow17h0123456789abcdefE";
const DIVIDE: &str = "_ZN4core9panicking11panic_const24panic_const_div_overflow17h0123456789abcdefE";
const PRECONDITION: &str = "_ZN4core3ptr4read18precondition_check17h0123456789abcdefE";

#[test]
fn overflow_checks_go_with_their_calls() {
    // Nine calls and branches of six bytes, and the function.
    let report = explain(&image(&["main", ADD], &[(1, 9)]));
    assert_eq!(advice(&report), "overflow_checks 118+0 AtLeast\n");
    assert_eq!(report.insights[0].evidence, ["9 in main"]);
}

#[test]
fn a_division_that_overflows_panics_in_every_profile() {
    assert_eq!(advice(&explain(&image(&["main", DIVIDE], &[(1, 9)]))), "");
}

#[test]
fn checks_that_nobody_calls_are_none() {
    assert_eq!(advice(&explain(&image(&["main", ADD], &[]))), "");
}

#[test]
fn locations_of_checks_go_and_those_of_others_stay() {
    // The first call loads 0x2000, the address of a location; so does the function `other`.
    let location = |loads: &str| {
        format!(
            "{}section .rodata 0x2000 32\nword .rodata 0 0x2010\nword .rodata 4 4\nword .rodata 8 7\n\
             word .rodata 12 5\nword .rodata 16 0x73722e61\nlabel $d 0x1038 0 local\nlabel $t.1 0x1040 0 local\n\
             word .text 0x38 0x2000\n{loads}",
            image(&["main", "other", ADD], &[])
        )
    };
    let call = |at: usize| format!("half .text {at} 0x480d\n{}", branch_with_link(at + 2, 0x80));
    let many: String = (0..4).map(|it| branch_with_link(0x10 + it * 4, 0x80)).collect();
    // ldr r0, [pc, #…] at 0, the call at 2; four more calls without a load; 5 × 6 + 64, then 16 + 2.
    let with_load = location(&format!("{}{many}", call(0)));
    assert_eq!(advice(&explain(&with_load)), "overflow_checks 112+0 AtLeast\n");
    let shared = format!("{with_load}\nword .rodata 24 0x2000\nobject table 0x2018 4");
    assert_eq!(advice(&explain(&shared)), "overflow_checks 94+0 AtLeast\n");
}

#[test]
fn preconditions_are_debug_assertions() {
    assert_eq!(
        advice(&explain(&image(&["main", PRECONDITION], &[(1, 2)]))),
        "debug_assertions 76+0 AtLeast\n"
    );
    assert_eq!(advice(&explain(&image(&["main", "read"], &[(1, 2)]))), "");
}

/// A vector table whose slots from the 16th on lead to `handlers`, by index of the function.
fn vectors(handlers: &[usize]) -> String {
    let n_slots = 16 + handlers.len();
    let mut text = format!(
        "section .vector_table 0 {}\nsection .text 0x1000 192 x\nobject __VECTORS 0 {}\n\
         word .vector_table 0 0x20001000\nword .vector_table 4 0x1001\nlabel $t 0x1000 0 local\n\
         func main 0x1001 64\nfunc DefaultHandler 0x1041 64\nfunc TIMER 0x1081 64\n",
        n_slots * 4,
        n_slots * 4
    );
    text.extend((0..3).map(different));
    text += "half .text 64 0xe7fe\n";
    for (slot, handler) in handlers.iter().enumerate() {
        text += &format!("word .vector_table {} {:#x}\n", (16 + slot) * 4, 0x1001 + handler * 64);
    }
    text
}

#[test]
fn vectors_behind_the_last_interrupt_in_use_are_unused() {
    let mut handlers = vec![1; 40];
    handlers[3] = 2;
    let report = explain(&vectors(&handlers));
    assert_eq!(advice(&report), "unused_vectors 144+0 UpTo\n");
    assert!(report.insights[0].advice.contains("last 36 slots"), "{:?}", report.insights[0]);
    assert!(report.insights[0].advice.contains("DefaultHandler"), "{:?}", report.insights[0]);
    handlers[35] = 2;
    assert_eq!(advice(&explain(&vectors(&handlers))), "");
}

#[test]
fn slots_of_the_processor_itself_are_never_unused() {
    assert_eq!(advice(&explain(&vectors(&[1; 8]))), "");
}
