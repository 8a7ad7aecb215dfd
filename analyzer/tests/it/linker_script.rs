//! The `MEMORY` block, as people write it and as they get it wrong.

use std::fmt::Write;

use expect_test::{Expect, expect};
use plimsoll_analyzer::{ScriptFile, Scripts, parse_layout, parse_memory};
use proptest::prelude::*;

#[track_caller]
fn check(script: &str, expected: Expect) {
    let text = match parse_memory(script) {
        Ok(regions) => regions.iter().fold(String::new(), |mut text, it| {
            writeln!(
                text,
                "{} ({}) {:#x} + {:#x}",
                it.name, it.attributes, it.origin_address, it.length_bytes
            )
            .unwrap();
            text
        }),
        Err(error) => error.to_string(),
    };
    expected.assert_eq(&text);
}

#[track_caller]
fn refuses(body: &str, expected: Expect) {
    check(&format!("MEMORY {{\n  {body}\n}}"), expected);
}

#[test]
fn the_rp2040_s_memory_x_is_understood() {
    check(
        "MEMORY {
            BOOT2 : ORIGIN = 0x10000000, LENGTH = 0x100
            FLASH : ORIGIN = 0x10000100, LENGTH = 2048K - 0x100
            RAM   : ORIGIN = 0x20000000, LENGTH = 256K
        }
        EXTERN(BOOT2_FIRMWARE)
        SECTIONS {
            .boot2 ORIGIN(BOOT2) : { KEEP(*(.boot2)); } > BOOT2
        } INSERT BEFORE .text;",
        expect![[r#"
            BOOT2 () 0x10000000 + 0x100
            FLASH () 0x10000100 + 0x1fff00
            RAM () 0x20000000 + 0x40000
        "#]],
    );
}

#[test]
fn numbers_are_decimal_hexadecimal_or_octal_with_suffixes() {
    check(
        "MEMORY { A : ORIGIN = 4096, LENGTH = 1k  B : ORIGIN = 0X1000, LENGTH = 0x2M  C : ORIGIN = 010, LENGTH = 3M }",
        expect![[r#"
            A () 0x1000 + 0x400
            B () 0x1000 + 0x200000
            C () 0x8 + 0x300000
        "#]],
    );
}

#[test]
fn operators_bind_as_in_c() {
    check(
        "MEMORY { A : ORIGIN = 2 + 3 * 4 - (10 - 4) / 2, LENGTH = 100 / 7 / 2 }",
        expect![[r#"
        A () 0xb + 0x7
    "#]],
    );
    check(
        "MEMORY { A : ORIGIN = 1 << 4 | 3, LENGTH = 0xff & ~0 }",
        expect![[r#"
            A () 0x13 + 0xff
        "#]],
    );
    check(
        "MEMORY { A : ORIGIN = -4 + 8, LENGTH = 17 % 5 + (1 << 20 >> 4) }",
        expect![[r#"
        A () 0x4 + 0x10002
    "#]],
    );
}

#[test]
fn regions_refer_to_earlier_ones() {
    check(
        "MEMORY { FLASH : org = 0x8000000, len = 64K  REST : o = ORIGIN(FLASH) + LENGTH(FLASH), l = 1M - LENGTH(FLASH) }",
        expect![[r#"
            FLASH () 0x8000000 + 0x10000
            REST () 0x8010000 + 0xf0000
        "#]],
    );
}

#[test]
fn attributes_are_kept_as_written() {
    check(
        "MEMORY { A (rx) : ORIGIN = 0 LENGTH = 1K B(!rx) : ORIGIN = 1K LENGTH = 1K C (RWX !A) : ORIGIN = 2K LENGTH = 1K }",
        expect![[r#"
            A (rx) 0x0 + 0x400
            B (!rx) 0x400 + 0x400
            C (RWX!A) 0x800 + 0x400
        "#]],
    );
}

#[test]
fn comments_and_several_blocks_are_fine() {
    check(
        "/* MEMORY { OLD : ORIGIN = 0, LENGTH = 1 } */
         # a line for the preprocessor
         MEMORY { A : ORIGIN = /* here */ 0, LENGTH = 1K }
         SECTIONS { .text : { *(.text) } }
         MEMORY { B : ORIGIN = LENGTH(A), LENGTH = 1K }",
        expect![[r#"
            A () 0x0 + 0x400
            B () 0x400 + 0x400
        "#]],
    );
}

#[test]
fn a_blank_script_has_no_regions() {
    check(" /* nothing */\n", expect![[r#""#]]);
}

#[test]
fn a_script_without_a_block_is_a_mistake() {
    check("SECTIONS { .text : { *(.text) } }", expect!["line 1, column 1: the script has no MEMORY block"]);
}

#[test]
fn mistakes_are_told_with_their_place() {
    refuses(
        "RAM : ORIGIN = 0x2000_0000, LENGTH = 1K",
        expect!["line 2, column 18: `0x2000_0000` is not a number (the suffixes are K and M)"],
    );
    refuses(
        "RAM : ORIGIN = 0, LENGTH = 12Q",
        expect!["line 2, column 30: `12Q` is not a number (the suffixes are K and M)"],
    );
    refuses("RAM : ORIGIN = 0 LENGHT = 12", expect!["line 2, column 20: expected `LENGTH`, found `LENGHT`"]);
    refuses("RAM   ORIGIN = 0, LENGTH = 1K", expect!["line 2, column 9: expected `:`, found `ORIGIN`"]);
    refuses(
        "RAM (r 5) : ORIGIN = 0, LENGTH = 1K",
        expect!["line 2, column 10: expected region attributes like `(rx)`, found `5`"],
    );
    refuses(
        "RAM : ORIGIN = 0, LENGTH = FLASH_SIZE",
        expect![
            "line 2, column 30: unknown symbol `FLASH_SIZE`: neither a script nor --defsym gives it a value"
        ],
    );
    refuses(
        "RAM : ORIGIN = ORIGIN(FLASH), LENGTH = 1K",
        expect!["line 2, column 25: unknown region `FLASH`"],
    );
    refuses("RAM : ORIGIN = 0, LENGTH = 4 / (2 - 2)", expect!["line 2, column 32: division by zero"]);
    refuses("RAM : ORIGIN = 0 - 4, LENGTH = 1K", expect!["line 2, column 18: `ORIGIN` is negative"]);
    refuses(
        "RAM : ORIGIN = 0xffffffffffffffff, LENGTH = 2",
        expect!["line 2, column 47: region `RAM` reaches beyond 64-bit addresses"],
    );
    refuses(
        "RAM : ORIGIN = 0xffffffffffffffff + 1, LENGTH = 2",
        expect!["line 2, column 37: the result does not fit into 64 bits"],
    );
    refuses(
        "RAM : ORIGIN = 99999999999999999999, LENGTH = 2",
        expect!["line 2, column 18: `99999999999999999999` does not fit into 64 bits"],
    );
    refuses(
        "RAM : ORIGIN = 1 << 64, LENGTH = 2",
        expect!["line 2, column 20: the result does not fit into 64 bits"],
    );
    refuses("RAM : ORIGIN = , LENGTH = 2", expect!["line 2, column 18: expected a number, found `,`"]);
    refuses("RAM : ORIGIN = (1, LENGTH = 2", expect!["line 2, column 20: expected `)`, found `,`"]);
    refuses("INCLUDE other.x", expect!["line 2, column 11: the included `other.x` is missing"]);
    refuses(
        "// not a comment in linker scripts",
        expect!["line 2, column 3: expected the name of a region, found `/`"],
    );
}

#[test]
fn what_is_never_closed_is_told_where_it_opens() {
    check(
        "MEMORY {\n  RAM : ORIGIN = 0, LENGTH = 1K\n",
        expect!["line 1, column 1: this MEMORY block is never closed: a `}` is missing"],
    );
    check("\n  /* MEMORY {}", expect!["line 2, column 3: this comment is never closed"]);
    check("INPUT(\"libc.a)", expect!["line 1, column 7: this quotation mark is never closed"]);
}

#[test]
fn columns_count_characters() {
    check(
        "/* größe */ MEMORY { RAM : ORIGIN = ü, LENGTH = 1 }",
        expect!["line 1, column 37: unknown symbol `ü`: neither a script nor --defsym gives it a value"],
    );
}

#[test]
fn nesting_has_a_bound() {
    refuses(
        &format!("RAM : ORIGIN = {}1, LENGTH = 2", "(".repeat(10_000)),
        expect!["line 2, column 82: the expression is nested too deeply"],
    );
    refuses(
        &format!("RAM : ORIGIN = {}1, LENGTH = 2", "-".repeat(10_000)),
        expect!["line 2, column 145: the expression is nested too deeply"],
    );
}

/// An expression as text and what it comes to, if that is an address.
fn arithmetic() -> impl Strategy<Value = (String, i128)> {
    let leaf = (0_u32..5_000).prop_map(|it| (it.to_string(), i128::from(it)));
    leaf.prop_recursive(5, 32, 2, |inner| {
        (inner.clone(), prop::sample::select(vec!["+", "-", "*", "/"]), inner).prop_map(
            |(left, operator, right)| {
                let value = match operator {
                    "+" => left.1 + right.1,
                    "-" => left.1 - right.1,
                    "*" => left.1.saturating_mul(right.1),
                    _ => left.1.checked_div(right.1).unwrap_or(-1),
                };
                (format!("({} {operator} {})", left.0, right.0), value)
            },
        )
    })
}

proptest! {
    #[test]
    fn arithmetic_comes_to_what_it_comes_to((text, value) in arithmetic()) {
        // Whatever leaves the range on the way is refused; what is accepted is right.
        if let Ok(regions) = parse_memory(&format!("MEMORY {{ A : ORIGIN = {text}, LENGTH = 1 }}")) {
            prop_assert_eq!(i128::from(regions[0].origin_address), value);
        } else {
            let is_plain = (0..1 << 20).contains(&value) && !text.contains(['-', '/', '*']);
            prop_assert!(!is_plain, "{}", text);
        }
    }
}

#[test]
fn no_script_makes_the_parser_panic() {
    let script = "MEMORY { A (rwx) : ORIGIN = (0x10 + 4K) * 2 / 1, LENGTH = 1M - ORIGIN(A) } /* x */ \"q\"";
    for cut in 0..script.len() {
        let _ = parse_memory(&script[..cut]);
        let _ = parse_memory(&script[cut..]);
        for odd in ["{", "}", "(", "é", "/*", "\"", "<<", "9K", "-"] {
            let _ = parse_memory(&format!("{}{odd}{}", &script[..cut], &script[cut..]));
        }
    }
}

#[test]
fn a_block_without_a_brace_is_a_mistake() {
    check(
        "x = 1;\nMEMORY\n  FLASH : ORIGIN = 0, LENGTH = 1K",
        expect!["line 3, column 3: expected `{` after MEMORY, found `FLASH`"],
    );
    check("MEMORY", expect!["line 1, column 7: expected `{` after MEMORY, found the end of the script"]);
    check(
        "INPUT(MEMORY) MEMORY { A : ORIGIN = 0, LENGTH = 1 }",
        expect![[r#"
        A () 0x0 + 0x1
    "#]],
    );
}

#[track_caller]
fn warns(script: &str, expected: Expect) {
    let files = vec![ScriptFile::new("a.ld", script)];
    let layout = parse_layout(&Scripts { files, ..Scripts::default() }).unwrap();
    let regions = layout
        .regions
        .iter()
        .map(|it| format!("{} {:#x} + {:#x}\n", it.name, it.origin_address, it.length_bytes));
    expected
        .assert_eq(&regions.chain(layout.warnings.iter().map(|it| format!("{it}\n"))).collect::<String>());
}

#[test]
fn lines_for_the_preprocessor_are_told_and_what_can_be_read_is_read() {
    warns(
        "#include \"board.h\"\n#define SIZE 64K // of the big one\n#define TWICE SIZE + SIZE\n
        MEMORY {\n FLASH : ORIGIN = 0, LENGTH = SIZE\n#ifdef BIG\n  EXTRA : ORIGIN = 1M, LENGTH = (4K)\n#endif\n}",
        expect![[r#"
            FLASH 0x0 + 0x10000
            EXTRA 0x100000 + 0x1000
            a.ld: line 1, column 1: `#include` is for the C preprocessor, which no linker runs: what it would leave out is read as well, and what it would put in is not; give what it writes (`cpp -P`)
        "#]],
    );
    // Of what only the preprocessor decides nothing is said.
    warns(
        "MEMORY {\n FLASH : ORIGIN = 0, LENGTH = 1K\n#if BIG\n RAM : ORIGIN = 0x20000000, LENGTH = 8K\n#else\n
         RAM : ORIGIN = 0x20000000, LENGTH = 4K\n#endif\n}",
        expect![[r#"
            FLASH 0x0 + 0x400
            a.ld: line 3, column 1: `#if` is for the C preprocessor, which no linker runs: what it would leave out is read as well, and what it would put in is not; give what it writes (`cpp -P`)
            a.ld: line 7, column 10: the region `RAM` is declared otherwise in another branch of `#if`: only the preprocessor knows which counts
        "#]],
    );
    warns(
        "  # if the board has more\n # define nothing\nMEMORY { # ifdef\n A : ORIGIN = 0, LENGTH = 1K }",
        expect![[r#"
            A 0x0 + 0x400
        "#]],
    );
    check(
        "#ifdef BIG\n#define SIZE 8K\n#else\n#define SIZE 4K\n#endif\nMEMORY { RAM : ORIGIN = 0, LENGTH = SIZE }",
        expect![
            "line 2, column 9: the symbol `SIZE` has other values in other branches of `#if` (needed for the LENGTH of `RAM`); `#ifdef` in line 1 is for the C preprocessor: give what it writes (`cpp -P`)"
        ],
    );
    check(
        "#include \"board.h\"\nMEMORY { RAM : ORIGIN = 0, LENGTH = RAM_SIZE }",
        expect![
            "line 2, column 37: unknown symbol `RAM_SIZE`: neither a script nor --defsym gives it a value; `#include` in line 1 is for the C preprocessor: give what it writes (`cpp -P`)"
        ],
    );
    check(
        "MEMORY { RAM : ORIGIN = 0,\n#if BIG\n LENGTH = 8K\n#else\n LENGTH = 4K\n#endif\n}",
        expect![
            "line 5, column 9: expected `:`, found `=`; `#if` in line 2 is for the C preprocessor: give what it writes (`cpp -P`)"
        ],
    );
}
