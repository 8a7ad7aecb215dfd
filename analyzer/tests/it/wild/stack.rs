//! A stack in the middle of RAM: its room is what was set aside for it, not what is free elsewhere.

use plimsoll_analyzer::report::Headroom;

use crate::support::elf;
use crate::support::inputs::Case;
use crate::support::reach::explained;

const COMPILE: &str =
    "arm-none-eabi-gcc -mcpu=cortex-m3 -mthumb -Os -nostdlib -ffreestanding -T l.ld m.c -o b.elf";

fn headroom(elf: &[u8], script: &str) -> Headroom {
    explained(elf, script).stack.unwrap().headroom.unwrap()
}

/// What is left, what is overwritten, and how far it leaves the region.
fn left(elf: &[u8], script: &str) -> (i64, String, u64) {
    let headroom = headroom(elf, script);
    (headroom.headroom_bytes, headroom.overwrites.join(", "), headroom.outside_bytes)
}

#[test]
fn the_reservation_that_ends_at_the_first_word_is_the_stack() {
    let case = Case::of("stack");
    let Some(elf) = case.built("b.elf", &[COMPILE]) else { return };
    let headroom = headroom(&elf, &case.text("l.ld"));
    assert_eq!(headroom.room_bytes, Some(1024));
    let over = i64::try_from(headroom.stack_bytes).unwrap() - 1024;
    assert!((90..110).contains(&over), "{over}");
    assert_eq!(headroom.headroom_bytes, -over);
}

#[test]
fn the_image_of_gcc_12_2_is_96_bytes_over() {
    let case = Case::of("stack");
    let Some(elf) = case.given("b.elf") else { return };
    assert_eq!(headroom(&elf, &case.text("l.ld")).headroom_bytes, -96);
}

#[test]
fn a_stack_below_everything_leaves_the_ram_and_one_above_data_overwrites_it() {
    let case = Case::of("stack");
    for (script, expected) in [("sp.ld", (-64, "", 64)), ("sp2.ld", (-64, "counter", 60))] {
        let link = format!("arm-none-eabi-ld -T {script} sp.o -o sp.elf");
        if case.run("arm-none-eabi-as sp.s -o sp.o").and_then(|()| case.run(&link)).is_none() {
            return;
        }
        let (bytes, overwrites, outside) = left(&case.read("sp.elf"), &case.text(script));
        assert_eq!((bytes, overwrites.as_str(), outside), expected, "{script}");
    }
}

/// `main` takes 128 bytes; the stack begins at `top`, and this else is in RAM.
fn image(top: u32, ram: &str) -> Vec<u8> {
    elf::build(&format!(
        "
        section .isr_vector 0x08000000 8
        object vectors 0x08000000 8
        word .isr_vector 0 {top:#x}
        word .isr_vector 4 0x08000101
        section .text 0x08000100 0x10 x
        func main 0x08000101 8
        half .text 0 0xb510
        half .text 2 0xb09e
        half .text 4 0xb01e
        half .text 6 0xbd10
        {ram}"
    ))
}

const SCRIPT: &str = "MEMORY { FLASH (rx) : ORIGIN = 0x08000000, LENGTH = 64K
    RAM (rwx) : ORIGIN = 0x20000000, LENGTH = 4K
    PSRAM (rwx) : ORIGIN = 0x60000000, LENGTH = 8M }";

#[test]
fn the_room_ends_at_the_next_byte_that_something_has() {
    let bss = "section .bss 0x20000000 0x100 w nobits\nobject data 0x20000000 0x100";
    let room = |top, ram: &str| headroom(&image(top, ram), SCRIPT).room_bytes;
    assert_eq!(room(0x2000_1000, bss), Some(0xf00));
    // `flip-link`: the stack is below, down to where RAM begins.
    assert_eq!(room(0x2000_0400, &bss.replace("0x20000000", "0x20000400")), Some(0x400));
    // A heap that takes what is between.
    let heap = format!("{bss}\nsection .heap 0x20000100 0xb00 w nobits");
    assert_eq!(room(0x2000_1000, &heap), Some(0x400));
    // RAM is full: what ends where the stack begins is no stack.
    let full = "section .bss 0x20000000 0x1000 w nobits\nobject buffer 0x20000000 0x1000";
    assert_eq!(room(0x2000_1000, full), Some(0));
    assert_eq!(left(&image(0x2000_1000, full), SCRIPT), (-128, "buffer".to_owned(), 0));
    // The same, but that it is called so.
    assert_eq!(room(0x2000_1000, &full.replace("buffer", "main_stack")), Some(0x1000));
    // Two stacks in one array: the first ends in the middle of it.
    let pair = "section .noinit 0x20000000 0x800 w nobits\nobject z_interrupt_stacks 0x20000000 0x800";
    assert_eq!(room(0x2000_0400, pair), Some(0x400));
}

#[test]
fn an_empty_external_ram_is_never_the_one_of_the_stack() {
    // No vector table that tells: the first word is no address of RAM.
    let ram = "section .bss 0x20000000 0x100 w nobits\nobject data 0x20000000 0x100";
    let headroom = headroom(&image(0, ram), SCRIPT);
    assert_eq!((headroom.region.as_str(), headroom.top_address), ("RAM", None));
    assert_eq!(headroom.headroom_bytes, 4096 - 256 - 128);
    let named = format!("{ram}\nabsolute __StackTop 0x20000c00 0");
    assert_eq!(self::headroom(&image(0, &named), SCRIPT).room_bytes, Some(0xb00));
}
