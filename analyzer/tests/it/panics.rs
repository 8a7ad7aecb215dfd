//! What panics print: places, paths, messages.

use plimsoll_analyzer::report::Panics;

use crate::support::assembled::Assembler;
use crate::support::explain;

const PATH: u64 = 0x2000;
const LOCATION: u64 = 0x200c;
const MESSAGE: u64 = 0x201c;
const GREETING: u64 = 0x2030;

/// A function that loads the address of a place and another one, and a panicking function that loads
/// the address of its message.
fn panics(other: u64) -> Panics {
    let mut text = format!(
        "section .text 0x1000 28 x
         section .rodata 0x2000 56
         label $t 0x1000 0 local
         label $d 0x1008 0 local
         label $t.1 0x1010 0 local
         label $d.1 0x1018 0 local
         func main 0x1001 16
         func _ZN4core9panicking9panic_fmt17h0123456789abcdefE 0x1011 12
         half .text 0 0x4801
         half .text 2 0x4802
         half .text 4 0xe7fe
         half .text 6 0xbf00
         word .text 8 {LOCATION}
         word .text 12 {other}
         half .text 16 0x4801
         half .text 18 0xe7fe
         half .text 20 0xbf00
         half .text 22 0xbf00
         word .text 24 {MESSAGE}\n"
    );
    let mut rodata = b"src/main.rs\0".to_vec();
    [PATH as u32, 11, 12, 5].iter().for_each(|it| rodata.extend(it.to_le_bytes()));
    rodata.extend(b"index out of bounds\0hello\0\0\0");
    for (idx, word) in rodata.chunks(4).enumerate() {
        let word = u32::from_le_bytes(word.try_into().unwrap());
        text.push_str(&format!("word .rodata {} {word}\n", 4 * idx));
    }
    explain(&text).panics
}

#[test]
fn places_paths_and_messages_are_what_panics_print() {
    let it = panics(GREETING);
    assert_eq!((it.n_locations, it.location_bytes, it.path_bytes, it.message_bytes), (1, 16, 11, 20));
    assert_eq!(it.total_bytes, 12 + 16 + 11 + 20);
}

#[test]
fn a_text_that_others_need_too_is_no_message() {
    let it = panics(MESSAGE);
    assert_eq!((it.path_bytes, it.message_bytes), (11, 0));
}

#[test]
fn a_path_that_others_need_too_stays_without_panics() {
    let it = panics(PATH);
    assert_eq!((it.location_bytes, it.path_bytes, it.message_bytes), (16, 0, 20));
}

#[test]
fn what_comes_before_a_conditional_return_is_not_there_for_the_panic() {
    let text = ".syntax unified
        .thumb
        .section .text
        .global main
        .type main, %function
        .thumb_func
        main:
        adds r0, r0, r1
        it cc
        bxcc lr
        bl _ZN4core9panicking9panic_fmt17h0123456789abcdefE
        .size main, . - main
        .type _ZN4core9panicking9panic_fmt17h0123456789abcdefE, %function
        .thumb_func
        _ZN4core9panicking9panic_fmt17h0123456789abcdefE:
        b .
        .size _ZN4core9panicking9panic_fmt17h0123456789abcdefE, 2\n";
    let Some(elf) = Assembler::Thumb.image(text) else { return };
    let lines = plimsoll_analyzer::fmt_blame(&elf).unwrap().panics.blame.lines;
    let saved: Vec<u64> = lines.iter().map(|it| it.saves_at_least_bytes).collect();
    assert_eq!(saved, [4 + 2], "the call, and the function");
}
