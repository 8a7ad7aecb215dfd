//! A vector table of which one slot is in use, and nothing stands behind it.

use crate::support::elf;
use crate::support::inputs::Case;
use crate::support::reach::explained;

const LINK: &str = "arm-none-eabi-gcc -mcpu=cortex-m3 -mthumb -Os -nostdlib -ffreestanding \
    -Wl,--defsym=_estack=0x20005000,-e,Reset_Handler,-Ttext=0x08000000 v.c -o v.elf";

fn advice(elf: &[u8]) -> String {
    let report = explained(elf, "");
    let unused = report.insights.iter().find(|it| it.kind == "unused_vectors");
    unused.map_or_else(String::new, |it| format!("{} {}", it.flash_bytes, it.advice))
}

#[test]
fn the_slot_in_use_is_never_advised_away() {
    let case = Case::of("vectors");
    if case.run(LINK).is_none() {
        return;
    }
    let advice = advice(&case.read("v.elf"));
    assert!(advice.starts_with("212 The last 53 slots of the vector table are all empty."), "{advice}");
}

/// A table with these handlers from the 16th slot on: `halt` is `b .`, `serve` stores and returns, `dispatch` calls.
fn table(handlers: &[u32]) -> Vec<u8> {
    let n_bytes = 64 + handlers.len() * 4;
    let mut text = format!(
        "section .vector_table 0 {n_bytes}
        object vectors 0 {n_bytes}
        word .vector_table 0 0x20001000
        word .vector_table 4 0x1001
        section .text 0x1000 0x40 x
        func reset 0x1001 2
        half .text 0 0xe7fe
        func halt 0x1005 4
        half .text 4 0xbe00
        half .text 6 0xe7fd
        func serve 0x1009 4
        half .text 8 0x6001
        half .text 10 0x4770
        func dispatch 0x1011 8
        half .text 16 0xb510
        half .text 18 0xf7ff
        half .text 20 0xfff9
        half .text 22 0xbd10\n"
    );
    for (slot, handler) in handlers.iter().enumerate() {
        text += &format!("word .vector_table {} {handler:#x}\n", 64 + slot * 4);
    }
    elf::build(&text)
}

#[test]
fn only_what_halts_in_several_slots_counts_as_nobody_s() {
    const HALT: u32 = 0x1005;
    const SERVE: u32 = 0x1009;
    const DISPATCH: u32 = 0x1011;
    let with = |default: u32| {
        let mut handlers = vec![default; 40];
        handlers[9] = SERVE;
        advice(&table(&handlers))
    };
    assert!(
        with(HALT).starts_with("120 The last 30 slots of the vector table all lead to halt"),
        "{}",
        with(HALT)
    );
    assert!(with(0).starts_with("120 The last 30 slots"), "{}", with(0));
    assert!(with(u32::MAX).starts_with("120 The last 30 slots"), "{}", with(u32::MAX));
    // Each slot leads to the one that tells them apart, as in Zephyr.
    assert_eq!(with(DISPATCH), "");
    // The last two interrupts share a handler.
    assert_eq!(advice(&table(&[[0; 38].as_slice(), &[SERVE; 2]].concat())), "");
    // The last one stops on purpose, and nothing else does.
    assert_eq!(advice(&table(&[[SERVE; 20].as_slice(), &[HALT], &[0; 10]].concat())), "");
}

/// A table without `const`, as `rwe` has it: it is read before any code runs, so no byte of it can be set later.
#[test]
fn a_writable_table_of_few_handlers_is_not_advised_to_be_filled_later() {
    let image = elf::build(
        "section .isr_vector 0x08000000 0xc0 w x
         object vectors 0x08000000 0xc0
         word .isr_vector 0 0x20001000
         word .isr_vector 4 0x08000101
         section .text 0x08000100 0x10 x
         func reset 0x08000101 8
         half .text 0 0x4800
         half .text 2 0xe7fe
         word .text 4 0x20000000
         section .data 0x20000000 0xc0 w load 0x08000110
         object buffer 0x20000000 0xc0
         half .data 0 1",
    );
    let report = explained(&image, "");
    let zeroes = report.insights.iter().find(|it| it.kind == "zeroes_in_data").unwrap();
    assert_eq!((zeroes.flash_bytes, zeroes.evidence.join(", ")), (0xc0, "192 B buffer".to_owned()));
}
