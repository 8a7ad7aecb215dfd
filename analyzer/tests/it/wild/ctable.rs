//! Tables of C whose entries begin with a text and go on with a number.

use expect_test::{Expect, expect};
use plimsoll_analyzer::report::SymbolKind;
use plimsoll_analyzer::{Report, analyze, diff};

use crate::support::inputs::Case;
use crate::support::{explain, laws};

fn texts(report: &Report) -> String {
    let texts = report.symbols.iter().filter(|it| it.kind == SymbolKind::String);
    texts.map(|it| format!("{} {}\n", it.size_bytes, it.name)).collect()
}

fn built(source: &str) -> Option<Report> {
    let line = format!(
        "arm-none-eabi-gcc -mcpu=cortex-m3 -mthumb -Os -g -ffreestanding -nostdlib -T base.ld {source} start.c -o a.elf"
    );
    let report = analyze(&Case::of("ctable").built("a.elf", &[&line])?, &[]).unwrap();
    laws::check(&report);
    Some(report)
}

#[test]
fn texts_end_at_their_nul_whatever_number_stands_behind_the_pointer() {
    let (Some(a), Some(b)) = (built("m.c"), built("m2.c")) else { return };
    expect![[r#"
        30 "starts the motor and the pump"
        25 "halts everything at once"
        19 "temperature sensor"
        17 "microphone input"
        16 "humidity sensor"
        10 "barometer"
        6 "light"
        6 "start"
        5 "halt"
    "#]]
    .assert_eq(&texts(&a));
    assert_eq!(diff(&a, &b).symbols, []);
}

/// A pointer to `temperature` and the number 4, in a table of that name, and a function that loads the table.
#[track_caller]
fn check(table: &str, behind: &str, expected: Expect) {
    let report = explain(&format!(
        "section .text 0x1000 16 x
         section .rodata 0x2000 32
         half .text 0 0x4800
         half .text 2 0x4770
         word .text 4 0x2010
         func main 0x1001 8
         word .rodata 0 0x706d6574
         word .rodata 4 0x74617265
         word .rodata 8 0x00657275
         word .rodata 16 0x2000
         word .rodata 20 4
         object {table} 0x2010 {behind}"
    ));
    expected.assert_eq(&texts(&report));
}

#[test]
fn a_number_is_a_length_only_in_tables_of_rust() {
    check(
        "items",
        "8",
        expect![[r#"
        12 "temperature"
    "#]],
    );
    check(
        "_ZN3app5ITEMS17h0123456789abcdefE",
        "8",
        expect![[r#"
        8 "erature"
        4 "temp"
    "#]],
    );
}

#[test]
fn a_word_of_another_symbol_is_no_length() {
    check(
        "_ZN3app5ITEMS17h0123456789abcdefE",
        "4",
        expect![[r#"
        12 "temperature"
    "#]],
    );
}
