//! What is in an image more than once.

use std::fmt::Write;

use expect_test::{Expect, expect};

use crate::support::explain;

#[track_caller]
fn check(description: &str, expected: Expect) {
    let report = explain(description);
    let mut text = String::new();
    for it in &report.identical_bodies {
        let names: Vec<&str> = it.symbols.iter().map(|it| report.symbols[*it].name.as_str()).collect();
        writeln!(text, "{} of {} each: {}", it.saves_up_to_bytes, it.size_bytes, names.join(" ")).unwrap();
    }
    for it in &report.duplicate_texts {
        writeln!(
            text,
            "{} of {} each: {:?} {:x?}",
            it.saves_up_to_bytes, it.size_bytes, it.text, it.run_addresses
        )
        .unwrap();
    }
    expected.assert_eq(&text);
}

#[test]
fn calls_of_one_function_from_different_places_are_the_same() {
    // Each `bl` and `bx lr`; the branches of `third` look like those of `second`, and lead elsewhere.
    check(
        "section .text 0x100 128 x
         func first 0x101 6\n half .text 0 0xf000\n half .text 2 0xf81e\n half .text 4 0x4770
         func second 0x111 6\n half .text 16 0xf000\n half .text 18 0xf816\n half .text 20 0x4770
         func third 0x121 6\n half .text 32 0xf000\n half .text 34 0xf816\n half .text 36 0x4770
         func callee 0x141 16
         func other 0x151 8",
        expect![[r#"
            6 of 6 each: first second
        "#]],
    );
}

#[test]
fn literals_are_compared_by_value() {
    let loads = "section .text 0x100 64 x
         func first 0x101 8\n half .text 0 0x4800\n half .text 2 0x4770\n word .text 4 0x1234
         func second 0x111 8\n half .text 16 0x4800\n half .text 18 0x4770\n word .text 20 0x1234
         func third 0x121 8\n half .text 32 0x4800\n half .text 34 0x4770\n word .text 36 0x1235
         label $d 0x104 0\n label $t 0x108 0\n label $d 0x114 0\n label $t 0x118 0\n label $d 0x124 0";
    check(
        loads,
        expect![[r#"
            8 of 8 each: first second
        "#]],
    );
}

#[test]
fn a_pointer_into_the_function_itself_is_an_offset() {
    // `b .` and a table with the function's own address, and in `third` with the address of `first`.
    check(
        "section .text 0x100 64 x
         func first 0x101 8\n half .text 0 0xe7fe\n half .text 2 0xbf00\n word .text 4 0x101
         func second 0x111 8\n half .text 16 0xe7fe\n half .text 18 0xbf00\n word .text 20 0x111
         func third 0x121 8\n half .text 32 0xe7fe\n half .text 34 0xbf00\n word .text 36 0x101
         label $d 0x104 0\n label $t 0x108 0\n label $d 0x114 0\n label $t 0x118 0\n label $d 0x124 0",
        expect![[r#"
            8 of 8 each: first second
        "#]],
    );
}

#[test]
fn addresses_in_two_instructions_of_risc_v_are_the_same_from_anywhere() {
    // `auipc a0, 0; addi a0, a0, 0x7c` and so on, all of 0x17c but the last, which is of 0x180.
    check(
        "machine riscv\n section .text 0x100 64 x\n section .rodata 0x160 64
         func first 0x100 8\n word .text 0 0x00000517\n word .text 4 0x07c50513
         func second 0x110 8\n word .text 16 0x00000517\n word .text 20 0x06c50513
         func third 0x120 8\n word .text 32 0x00000517\n word .text 36 0x06050513",
        expect![[r#"
            8 of 8 each: first second
        "#]],
    );
}

#[test]
fn another_register_or_condition_is_another_body() {
    // `beq .; bne .; beq .` on Thumb, then `ldr r0` and `ldr r1` of one word.
    check(
        "section .text 0x100 32 x
         func first 0x101 2\n half .text 0 0xd0fe
         func second 0x103 2\n half .text 2 0xd1fe
         func third 0x105 2\n half .text 4 0xd0fe",
        expect![[r#"
            2 of 2 each: first third
        "#]],
    );
}

#[test]
fn machines_without_a_decoder_say_nothing_of_bodies() {
    check("machine 44\n section .text 0x100 32 x\n func first 0x100 8\n func second 0x108 8", expect![""]);
}

#[test]
fn texts_that_stand_twice_are_listed() {
    // "hello" twice, "help" once, "no" is too short to tell.
    check(
        "section .text 0x100 8 x\n func main 0x101 8
         section .rodata 0x200 24
         word .rodata 0 0x6c6c6568\n half .rodata 4 0x006f
         word .rodata 6 0x706c6568\n half .rodata 10 0
         word .rodata 12 0x6c6c6568\n half .rodata 16 0x006f
         half .rodata 18 0x6f6e\n half .rodata 21 0x6f6e",
        expect![[r#"
            5 of 5 each: "hello" [200, 20c]
        "#]],
    );
}

#[test]
fn texts_that_are_written_to_are_no_duplicates() {
    check(
        "section .text 0x100 8 x\n func main 0x101 8
         section .data 0x200 16 w\n word .data 0 0x6c6c6568\n word .data 8 0x6c6c6568",
        expect![""],
    );
}
