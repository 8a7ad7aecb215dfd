//! Which source lines a difference between two images is put down to.

use std::process::Command;

use expect_test::{Expect, expect};
use plimsoll_analyzer::{Besides, Growth, Traced, analyze_traced, growth};

/// An image of `main.c`, for Cortex-M; `None`, with a message, where there is no compiler.
fn built(text: &str) -> Option<Vec<u8>> {
    let folder = tempfile::tempdir().unwrap();
    std::fs::write(folder.path().join("main.c"), text).unwrap();
    let flags = "-mcpu=cortex-m3 -mthumb -Os -g -ffunction-sections -fdata-sections -nostdlib -ffreestanding \
                 -Wl,--gc-sections -Wl,-Ttext=0x8000 -Wl,-Tdata=0x20000000 -Wl,-e,main main.c -o main.elf";
    let mut gcc = Command::new("arm-none-eabi-gcc");
    match gcc.current_dir(folder.path()).args(flags.split_whitespace()).output() {
        Ok(it) => assert!(it.status.success(), "{}", String::from_utf8_lossy(&it.stderr)),
        Err(error) => {
            eprintln!("skipped: arm-none-eabi-gcc: {error}");
            return None;
        }
    }
    Some(std::fs::read(folder.path().join("main.elf")).unwrap())
}

fn traced(text: &str) -> Option<Traced> {
    Some(analyze_traced(&built(text)?, &[], Besides::default()).unwrap())
}

fn growth_of(old: &str, new: &str) -> Option<Growth> {
    Some(growth(&traced(old)?, &traced(new)?))
}

/// The causes of what grew and of what shrank, which must be all of it.
#[track_caller]
fn check(old: &str, new: &str, expected: Expect) {
    let Some(growth) = growth_of(old, new) else { return };
    let mut told = String::new();
    for (side, sign) in [(&growth.grown, '+'), (&growth.shrunk, '-')] {
        let sum: u64 = side.causes.iter().map(|it| it.grown_bytes).sum();
        assert_eq!((sum, side.n_left_out), (side.bytes, 0), "{side:?}");
        for cause in &side.causes {
            told += &format!("{sign}{} {cause}\n", cause.grown_bytes);
        }
    }
    expected.assert_eq(&told);
}

/// Functions that can be asked for: `far` leads to `near` and to a table.
const LIBRARY: &str = "\
volatile unsigned port[4];
static const unsigned table[32] = {1, 2, 3, 5, 7, 11, 13};
#define APART __attribute__((noinline, noclone))
APART unsigned near(unsigned it) { return it * it + port[1] * 3; }
APART unsigned far(unsigned it) { return table[near(it) % 32] + near(port[2]); }
APART unsigned other(unsigned it) { return near(it) ^ port[3]; }
";

fn program(main: &str) -> String {
    format!("{LIBRARY}void main(void) {{\n  port[0] = 1;\n{main}  port[0] = 2;\n}}\n")
}

#[test]
fn all_that_a_new_line_lets_in_is_put_down_to_it() {
    check(
        &program(""),
        &program("  port[0] = far(7);\n"),
        expect![[r#"
        +192 far, asked for by main.c:9
        +2 main itself, at main.c:7
        +2 main itself, at main.c:11
    "#]],
    );
}

#[test]
fn what_is_gone_is_put_down_to_the_line_that_had_let_it_in() {
    check(
        &program("  port[0] = far(7);\n"),
        &program(""),
        expect![[r#"
        -192 far, asked for by main.c:9
        -2 main itself, at main.c:7
        -2 main itself, at main.c:11
    "#]],
    );
}

#[test]
fn of_two_lines_the_one_that_leads_to_more_is_named_for_what_both_lead_to() {
    let lines = "  port[0] = other(7);\n  port[0] = far(8);\n";
    check(
        &program(""),
        &program(lines),
        expect![[r#"
        +192 far, asked for by main.c:10 and 1 more line
        +28 other, asked for by main.c:9
        +2 main itself, at main.c:7
        +2 main itself, at main.c:12
    "#]],
    );
}

#[test]
fn what_was_there_before_is_no_news_for_a_second_line() {
    let old = program("  port[0] = near(7);\n");
    check(
        &old,
        &program("  port[0] = near(7);\n  port[0] = other(8);\n"),
        expect![[r#"
        +28 other, asked for by main.c:10
    "#]],
    );
}

#[test]
fn code_that_was_there_before_grew_at_its_lines() {
    let old = program("  port[1] = 5;\n");
    let new = program("  port[1] = 5;\n  if (port[2] > 100000) port[3] = port[2] / 3;\n");
    check(
        &old,
        &new,
        expect![[r#"
        +22 main itself, at main.c:10
        +2 main itself, at main.c:12
    "#]],
    );
}

#[test]
fn data_that_was_there_before_grew_where_it_is_declared() {
    let text = |n: u32| {
        format!("unsigned log_lines[{n}];\nvoid main(void) {{ ++*(volatile unsigned *)log_lines; }}\n")
    };
    check(
        &text(16),
        &text(64),
        expect![[r#"
        +192 log_lines itself, at main.c:1
    "#]],
    );
    let Some(growth) = growth_of(&text(16), &text(64)) else { return };
    let headline = growth.headline(0, 192).unwrap();
    assert_eq!(headline.memory.to_string(), "RAM");
    assert_eq!(growth.headline(0, 8), None, "too little to speak of");
    assert_eq!(growth.headline(-400, 0), None);
}

#[test]
fn a_function_that_is_inlined_now_was_there_before() {
    let text = |attribute: &str| {
        format!(
            "volatile unsigned port[4];\n\
             {attribute} static void send(unsigned it) {{\n  while (port[1] & 1) {{}}\n  port[0] = it * 77777;\n}}\n\
             void main(void) {{\n  port[2] = 1;\n  send(port[3]);\n  port[2] = 2;\n}}\n"
        )
    };
    let (apart, inside) = (text("__attribute__((noinline))"), text("inline __attribute__((always_inline))"));
    check(
        &apart,
        &inside,
        expect![[r#"
        +10 send, asked for by main.c:8
        +2 main itself, at main.c:10
        -24 send, asked for by main.c:8
    "#]],
    );
}

#[test]
fn nothing_is_said_of_two_images_that_are_the_same() {
    let text = program("  port[0] = far(7);\n");
    assert_eq!(growth_of(&text, &text).unwrap_or_default(), Growth::default());
}

#[test]
fn an_image_without_debug_information_names_what_refers() {
    let Some((old, new)) = built(&program("")).zip(built(&program("  port[0] = far(7);\n"))) else { return };
    let folder = tempfile::tempdir().unwrap();
    let stripped = |elf: &[u8]| {
        let path = folder.path().join("main.elf");
        std::fs::write(&path, elf).unwrap();
        let status = Command::new("arm-none-eabi-strip").arg("-g").arg(&path).status().unwrap();
        assert!(status.success());
        analyze_traced(&std::fs::read(&path).unwrap(), &[], Besides::default()).unwrap()
    };
    let growth = growth(&stripped(&old), &stripped(&new));
    let told: Vec<String> = growth.grown.causes.iter().map(ToString::to_string).collect();
    assert_eq!(told, ["far, asked for by main"]);
    assert_eq!(growth.grown.explained_bytes, 0, "no line is known");
}
