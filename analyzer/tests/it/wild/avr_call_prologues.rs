//! AVR's `-mcall-prologues`: libgcc's `__prologue_saves__` is jumped to and comes back through Z, and the frame's
//! size is in X.

use super::{avr, frames};
use crate::support::inputs::Case;

#[test]
fn shared_prologues_are_in_the_frames_of_their_functions() {
    let case = Case::of("avr-call-prologues");
    let build = "avr-gcc -mmcu=atmega328p -Os -mcall-prologues av.c -o av-callp.elf";
    let Some(elf) = case.built("av-callp.elf", &[build]) else { return };
    let report = plimsoll_analyzer::analyze(&elf, &[]).unwrap();
    // By GCC's `-fstack-usage`, each with the two bytes of the call.
    let root = frames(&report);
    assert!(
        root.starts_with("__vectors 114: ") && root.contains("10 main, 34 mid, 58 deep, 8 leaf"),
        "{root}"
    );
}

/// `main` has a frame of 40 bytes, saves three registers, and calls `leaf`, which pushes one.
#[test]
fn the_frame_behind_a_shared_prologue_is_known() {
    let code = "e2a8 e0b0 e0e5 e0f0 c008 d003 96a8 e0e3 c012 930f 910f 9508 930f 931f 93cf 93df \
                b7cd b7de 1bca 0bdb b60f 94f8 bfde be0f bfcd 9409 810c 811b 81aa 81b9 0fce 1dd1 \
                b60f 94f8 bfde be0f bfcd 01ed 9508";
    let functions = "
        func main 0 0x12\nfunc leaf 0x12 6\nfunc __prologue_saves__ 0x18 0x1c\nfunc __epilogue_restores__ 0x34 0x1a";
    let report = plimsoll_analyzer::analyze(&avr(code, functions), &[]).unwrap();
    assert_eq!(frames(&report), "main 46: 43 main, 3 leaf");
}
