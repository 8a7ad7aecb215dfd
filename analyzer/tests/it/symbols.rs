//! Which symbols own which bytes.

use expect_test::{Expect, expect};

use crate::support::{explain, symbols};

#[track_caller]
fn check(description: &str, expected: Expect) {
    expected.assert_eq(&symbols(&explain(description)));
}

#[test]
fn the_thumb_bit_is_not_part_of_the_address() {
    check(
        "section .text 0x100 32 x\n func reset 0x101 8",
        expect![[r#"
        reset .text 0x100 8 -
    "#]],
    );
}

#[test]
fn on_other_machines_an_odd_address_is_an_address() {
    check(
        "machine xtensa\n section .text 0x100 32 x\n func reset 0x101 8",
        expect![[r#"
        reset .text 0x101 8 -
    "#]],
    );
}

#[test]
fn an_odd_object_on_arm_stays_odd() {
    check(
        "section .rodata 0x100 32\n object text 0x101 8",
        expect![[r#"
        text .rodata 0x101 8 -
    "#]],
    );
}

#[test]
fn aliases_share_their_bytes_once() {
    check(
        "section .text 0x100 32 x
         func DefaultHandler 0x101 8
         func Timer 0x101 8 weak
         func Adc 0x101 8 weak",
        expect![[r#"
            DefaultHandler .text 0x100 8 - (Adc Timer)
        "#]],
    );
}

#[test]
fn of_several_names_the_global_one_is_shown() {
    check(
        "section .text 0x100 32 x
         func a_local 0x101 8 local
         func b_weak 0x101 8 weak
         func c_global 0x101 8",
        expect![[r#"
            c_global .text 0x100 8 - (a_local b_weak)
        "#]],
    );
}

#[test]
fn a_symbol_inside_of_another_gets_nothing() {
    check(
        "section .text 0x100 32 x\n func outer 0x101 16\n func inner 0x105 4",
        expect![[r#"
        outer .text 0x100 16 - (inner)
    "#]],
    );
}

#[test]
fn of_overlapping_symbols_the_first_by_address_has_the_bytes() {
    check(
        "section .text 0x100 32 x\n func late 0x109 16\n func early 0x101 16",
        expect![[r#"
        early .text 0x100 16 -
        late .text 0x108 8 -
    "#]],
    );
}

#[test]
fn mapping_symbols_own_nothing() {
    check(
        "section .text 0x100 32 x
         label $t 0x100 4 local
         label $d.7 0x104 4 local
         label $xrv32i2p1 0x108 4 local
         label $dollar 0x10c 4 local",
        expect![[r#"
            $dollar .text 0x10c 4 -
        "#]],
    );
}

#[test]
fn absolute_undefined_and_file_symbols_are_not_in_the_image() {
    check(
        "section .text 0x100 32 x
         func kept 0x101 4
         absolute rom_memcpy 0x104 8
         undefined elsewhere
         file main.c",
        expect![[r#"
            kept .text 0x100 4 -
        "#]],
    );
}

#[test]
fn a_function_without_size_where_another_begins_is_its_alias() {
    check(
        "section .text 0x100 32 x\n func _start 0x101 0\n func reset 0x101 4",
        expect![[r#"
            reset .text 0x100 4 - (_start)
        "#]],
    );
}

#[test]
fn defmt_indices_are_not_addresses() {
    check(
        "section .text 0x100 32 x
         section .defmt 0 16 noalloc
         label {\"tag\":\"defmt_info\"} 0x3 1 in .defmt
         func main 0x101 4",
        expect![[r#"
            main .text 0x100 4 -
        "#]],
    );
}

#[test]
fn a_symbol_that_sticks_out_of_its_section_is_cut() {
    let report = explain("section .text 0x100 32 x\n func greedy 0x111 100");
    expect![[r#"
        greedy .text 0x110 16 -
    "#]]
    .assert_eq(&symbols(&report));
    expect!["symbols that reach beyond their section, where only the inside counts: 1"]
        .assert_eq(&report.warnings[0].message);
}

#[test]
fn thread_local_symbols_count_from_the_template() {
    check(
        "class 64
         section .tdata 0x2000 16 w tls
         tls counter 4 4 in .tdata",
        expect![[r#"
            counter .tdata 0x2004 4 -
        "#]],
    );
}

#[test]
fn equal_names_after_demangling_stay_two_rows() {
    check(
        "section .text 0x100 32 x
         func _ZN4core3ptr4swap17h0123456789abcdefE 0x101 4
         func _ZN4core3ptr4swap17hfedcba9876543210E 0x105 4",
        expect![[r#"
            core::ptr::swap .text 0x100 4 core
            core::ptr::swap .text 0x104 4 core
        "#]],
    );
}

#[test]
fn an_object_file_has_every_section_to_itself() {
    check(
        "kind rel
         section .text.a 0 8 x
         section .text.b 0 8 x
         section .bss 0 8 w nobits
         func a 1 8 in .text.a
         func b 1 8 in .text.b
         object c 0 4 in .bss",
        expect![[r#"
            a .text.a 0x0 8 -
            b .text.b 0x0 8 -
            c .bss 0x0 4 -
        "#]],
    );
}

#[test]
fn big_endian_and_64_bits_read_the_same() {
    let description = "section .text 0x100 32 x\n func reset 0x100 8\n func main 0x108 12";
    let little = symbols(&explain(&format!("machine riscv\n{description}")));
    for variant in ["class 64", "endian big", "class 64\nendian big"] {
        assert_eq!(symbols(&explain(&format!("machine riscv\n{variant}\n{description}"))), little);
    }
}

#[test]
fn names_with_markup_and_control_characters_are_kept_as_they_are() {
    check(
        "section .text 0x100 32 x\n func <script>|\u{1b}[31m 0x101 4",
        expect![[r#"
        <script>|[31m .text 0x100 4 -
    "#]],
    );
}
