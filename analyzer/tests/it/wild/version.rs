//! Texts that say another version or date in each build.

use expect_test::{Expect, expect};
use plimsoll_analyzer::{Report, analyze, diff};

use crate::support::inputs::Case;
use crate::support::{elf, laws};

#[track_caller]
fn check(old: &Report, new: &Report, expected: Expect) {
    let diff = diff(old, new);
    laws::check_diff(old, new, &diff);
    let row = |it: &plimsoll_analyzer::Change| format!("{:+} {:?} {}\n", it.delta_bytes, it.kind, it.name);
    expected.assert_eq(&diff.symbols.iter().map(row).collect::<String>());
}

/// `main` loads the address of each text; they lie one behind the other.
fn with_texts(texts: &[&str]) -> Report {
    let sizes: Vec<usize> = texts.iter().map(|it| it.len() + 1).collect();
    let code_bytes = 2 * texts.len() + 4;
    let pool = code_bytes.next_multiple_of(4);
    let mut text = format!(
        "section .text 0x1000 {} x\nsection .rodata 0x2000 {} align 1\nfunc main 0x1001 {}\n",
        pool + 4 * texts.len(),
        sizes.iter().sum::<usize>(),
        pool + 4 * texts.len()
    );
    let mut at = 0;
    for (idx, it) in texts.iter().enumerate() {
        // ldr r0, [pc, …]
        let distance = (pool + 4 * idx - (2 * idx + 4) / 4 * 4) / 4;
        text.push_str(&format!("half .text {} {}\n", 2 * idx, 0x4800 + distance));
        text.push_str(&format!("word .text {} {}\n", pool + 4 * idx, 0x2000 + at));
        for (n, byte) in it.bytes().enumerate() {
            text.push_str(&format!("byte .rodata {} {byte}\n", at + n));
        }
        at += it.len() + 1;
    }
    text.push_str(&format!("half .text {} 0x4770\n", 2 * texts.len()));
    let report = analyze(&elf::build(&text), &[]).unwrap();
    laws::check(&report);
    report
}

#[test]
fn another_text_of_one_size_and_place_is_no_change_in_size() {
    check(
        &with_texts(&["firmware v1.4.2-12-gabc1234", "stays as it is", "built 10:00:01"]),
        &with_texts(&["firmware v1.4.2-13-gdef9876", "stays as it is", "built 10:12:44"]),
        expect![""],
    );
}

#[test]
fn a_text_that_became_longer_is_one_row() {
    check(
        &with_texts(&["firmware v1.9.9 of the board", "stays as it is"]),
        &with_texts(&["firmware v1.10.0 of the board", "stays as it is"]),
        expect![[r#"
            +1 Renamed "firmware v1.10.0 of the board"
        "#]],
    );
}

#[test]
fn a_text_that_something_else_refers_to_is_another() {
    let of = |name: &str, text: &str| {
        let report = with_texts(&[text]);
        let symbols = report.symbols.into_iter().map(|mut it| {
            if it.name == "main" {
                it.name = name.to_owned();
                it.mangled = name.to_owned();
            }
            it
        });
        Report { symbols: symbols.collect(), ..report }
    };
    let (old, new) = (of("first", "10:00:01"), of("second", "10:12:44"));
    let kinds: Vec<_> = diff(&old, &new).symbols.into_iter().map(|it| (it.name, it.delta_bytes)).collect();
    assert!(
        kinds.contains(&("\"10:00:01\"".to_owned(), -9)) && kinds.contains(&("\"10:12:44\"".to_owned(), 9)),
        "{kinds:?}"
    );
}

#[test]
fn what_gcc_makes_of_a_version() {
    let built = |version: &str, time: &str| {
        let case = Case::of("version");
        let source = case
            .text("m.c")
            .replace("VER", &format!("\"{version}\""))
            .replace("BUILT", &format!("\"{time}\""));
        std::fs::write(case.path().join("m.c"), source).unwrap();
        let line =
            "arm-none-eabi-gcc -mcpu=cortex-m4 -mthumb -Os -ffreestanding -nostdlib -Wl,-emain m.c -o a.elf";
        Some(analyze(&case.built("a.elf", &[line])?, &[]).unwrap())
    };
    let old = built("v1.4.2-12-gabc1234", "Dec  1 2026 10:00:01");
    let (Some(old), Some(new)) = (old, built("v1.4.2-13-gdef9876", "Dec  1 2026 10:12:44")) else { return };
    check(&old, &new, expect![""]);
    assert!(diff(&old, &new).symbols.is_empty() && diff(&old, &new).sections.is_empty());
}
