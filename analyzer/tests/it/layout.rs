//! Layouts of several files: includes, symbols, aliases, and mistakes with the name of their file.

use expect_test::{Expect, expect};
use plimsoll_analyzer::{ScriptFile, Scripts, parse_layout, script_includes};
use proptest::prelude::*;

fn scripts(files: &[(&str, &str)], included: &[(&str, &str)], symbols: &[(&str, &str)]) -> Scripts {
    let files_of =
        |list: &[(&str, &str)]| list.iter().map(|(name, text)| ScriptFile::new(*name, *text)).collect();
    let symbols = symbols.iter().map(|(name, value)| ((*name).to_owned(), (*value).to_owned())).collect();
    Scripts { files: files_of(files), included: files_of(included), symbols }
}

#[track_caller]
fn check(scripts: &Scripts, expected: Expect) {
    expected.assert_eq(&match parse_layout(scripts) {
        Ok(layout) => layout.to_string(),
        Err(error) => error.to_string(),
    });
}

#[track_caller]
fn check_text(script: &str, expected: Expect) {
    check(&scripts(&[("link.x", script)], &[], &[]), expected);
}

const CORTEX_M_RT: &str = "
    INCLUDE memory.x
    PROVIDE(_stack_start = ORIGIN(RAM) + LENGTH(RAM));
    EXTERN(__RESET_VECTOR);
    SECTIONS {
      PROVIDE(_ram_start = ORIGIN(RAM));
      .vector_table ORIGIN(FLASH) : { __vector_table = .; LONG(_stack_start & 0xFFFFFFF8); } > FLASH
      .text _stext : { *(.text .text.*); . = ALIGN(4); __etext = .; } > FLASH
      .data : ALIGN(4) { *(.data .data.*); } > RAM AT>FLASH
    }
    ASSERT(ORIGIN(FLASH) % 4 == 0, \"ERROR(cortex-m-rt): the start of the FLASH region must be 4-byte aligned\");";

#[test]
fn the_scripts_of_a_cortex_m_crate_are_read_from_the_outside_in() {
    let memory =
        "MEMORY { FLASH : ORIGIN = 0x08000000, LENGTH = 256K RAM : ORIGIN = 0x20000000, LENGTH = 40K }";
    check(
        &scripts(&[("link.x", CORTEX_M_RT)], &[("memory.x", memory)], &[]),
        expect![[r#"
        MEMORY
        {
          FLASH : ORIGIN = 0x8000000, LENGTH = 0x40000
          RAM : ORIGIN = 0x20000000, LENGTH = 0xa000
        }
    "#]],
    );
    assert_eq!(script_includes(CORTEX_M_RT), ["memory.x"]);
}

#[test]
fn several_files_are_read_in_order() {
    check(
        &scripts(
            &[
                (
                    "chip.x",
                    "_flash_size = 2M; MEMORY { FLASH (rx) : ORIGIN = 0x10000000, LENGTH = _flash_size - _boot }",
                ),
                (
                    "board.x",
                    "_boot = 4 * 1K; MEMORY { RAM : ORIGIN = 0x20000000, LENGTH = 264K } REGION_ALIAS(\"CODE\", FLASH);",
                ),
            ],
            &[],
            &[],
        ),
        expect![[r#"
            MEMORY
            {
              FLASH (rx) : ORIGIN = 0x10000000, LENGTH = 0x1ff000
              RAM : ORIGIN = 0x20000000, LENGTH = 0x42000
            }
            REGION_ALIAS("CODE", "FLASH");
        "#]],
    );
}

#[test]
fn symbols_come_from_the_command_line() {
    let script = "MEMORY { FLASH : ORIGIN = SLOT == 1 ? 0x8020000 : 0x8000000, LENGTH = SIZE }";
    check(
        &scripts(&[("slot.x", script)], &[], &[("SLOT", "0x1"), ("SIZE", "128K - 0x200")]),
        expect![[r#"
        MEMORY
        {
          FLASH : ORIGIN = 0x8020000, LENGTH = 0x1fe00
        }
    "#]],
    );
    check(
        &scripts(&[("slot.x", script)], &[], &[("SLOT", "1")]),
        expect![
            "slot.x: line 1, column 71: unknown symbol `SIZE`: neither a script nor --defsym gives it a value"
        ],
    );
    check(
        &scripts(&[("slot.x", script)], &[], &[("SLOT", "1 +")]),
        expect!["--defsym SLOT: line 1, column 4: expected a number, found the end of the script"],
    );
    check(
        &scripts(&[("slot.x", script)], &[], &[("SLOT", "1 2")]),
        expect!["--defsym SLOT: line 1, column 3: expected the end of the value, found `2`"],
    );
}

#[test]
fn aliases_belong_to_their_region_in_whatever_order() {
    let script = "
        REGION_ALIAS(\"TEXT\", CODE)
        REGION_ALIAS(CODE, FLASH);
        MEMORY { FLASH : ORIGIN = 0, LENGTH = 1K RAM : ORIGIN = ORIGIN(TEXT) + LENGTH(CODE), LENGTH = 1K }
        REGION_ALIAS(\"data ram\", RAM);";
    check_text(
        script,
        expect![[r#"
        MEMORY
        {
          FLASH : ORIGIN = 0x0, LENGTH = 0x400
          RAM : ORIGIN = 0x400, LENGTH = 0x400
        }
        REGION_ALIAS("TEXT", "FLASH");
        REGION_ALIAS("CODE", "FLASH");
        REGION_ALIAS("data ram", "RAM");
    "#]],
    );
    let layout = parse_layout(&scripts(&[("", script)], &[], &[])).unwrap();
    assert_eq!(layout.region("TEXT"), layout.region("FLASH"));
    assert_eq!(layout.region("data ram").unwrap().name, "RAM");
    assert_eq!(layout.region("FLAS"), None);
}

#[test]
fn wrong_aliases_are_told() {
    check_text(
        "MEMORY { A : ORIGIN = 0, LENGTH = 1 } REGION_ALIAS(B, C)",
        expect!["link.x: line 1, column 55: unknown region `C`"],
    );
    check_text(
        "MEMORY { A : ORIGIN = 0, LENGTH = 1 } REGION_ALIAS(B, C) REGION_ALIAS(C, B)",
        expect!["link.x: line 1, column 55: unknown region `C`"],
    );
    check_text(
        "MEMORY { A : ORIGIN = 0, LENGTH = 1 B : ORIGIN = 0, LENGTH = 1 } REGION_ALIAS(\"A\", B)",
        expect!["link.x: line 1, column 80: there is another region `A`"],
    );
    check_text(
        "MEMORY { A : ORIGIN = 0, LENGTH = 1 } REGION_ALIAS(B)",
        expect!["link.x: line 1, column 53: expected `,`, found `)`"],
    );
}

#[test]
fn a_mistake_is_told_with_its_file() {
    let outer = "/* chip */\nINCLUDE memory.x";
    check(
        &scripts(&[("link.x", outer)], &[("memory.x", "MEMORY {\n  A : ORIGIN = 0, LENGTH = 1Q }")], &[]),
        expect!["memory.x: line 2, column 28: `1Q` is not a number (the suffixes are K and M)"],
    );
    check(
        &scripts(&[("link.x", outer)], &[], &[]),
        expect!["link.x: line 2, column 9: no MEMORY block, and the included `memory.x` is missing"],
    );
    check_text(
        "MEMORY {\n  INCLUDE regions.x\n}",
        expect!["link.x: line 2, column 11: the included `regions.x` is missing"],
    );
    check_text(
        "INCLUDE regions.x MEMORY { A : ORIGIN = 0, LENGTH = size }",
        expect!["link.x: line 1, column 53: unknown symbol `size`: the included `regions.x` is missing"],
    );
}

#[test]
fn what_is_missing_but_not_needed_is_no_mistake() {
    check_text(
        "INCLUDE device.x REGION_ALIAS(B, C) MEMORY { A : ORIGIN = 0, LENGTH = 1K } SECTIONS { INCLUDE sections.x }",
        expect![[r#"
            MEMORY
            {
              A : ORIGIN = 0x0, LENGTH = 0x400
            }
        "#]],
    );
}

#[test]
fn the_report_knows_the_aliases_of_a_region() {
    let script = "MEMORY { FLASH : ORIGIN = 0x08000000, LENGTH = 1K } REGION_ALIAS(\"CODE\", FLASH);";
    let report = crate::support::explain_in("section .text 0x08000000 16", script);
    let region = &report.regions[0];
    assert_eq!((region.name.as_str(), region.aliases.as_slice()), ("FLASH", &["CODE".to_owned()][..]));
}

#[test]
fn a_symbol_without_a_value_is_told_where_the_value_is_missing() {
    check_text(
        "_end = .;\nMEMORY { A : ORIGIN = 0, LENGTH = _end }",
        expect![
            "link.x: line 1, column 8: only the linker knows what `.` comes to (needed for the LENGTH of `A`)"
        ],
    );
    check_text(
        "a = b + 1;\nb = SIZEOF(.text);\nMEMORY { A : ORIGIN = a, LENGTH = 1 }",
        expect![
            "link.x: line 2, column 5: only the linker knows what `SIZEOF` comes to (needed for the ORIGIN of `A`)"
        ],
    );
    check_text(
        "a = 4 +;\nMEMORY { A : ORIGIN = a, LENGTH = 1 }",
        expect!["link.x: line 1, column 8: expected a number, found `;` (needed for the ORIGIN of `A`)"],
    );
    check_text(
        "a += 4;\nMEMORY { A : ORIGIN = a, LENGTH = 1 }",
        expect![
            "link.x: line 1, column 6: unknown symbol `a`: neither a script nor --defsym gives it a value (needed for the ORIGIN of `A`)"
        ],
    );
    check_text(
        "MEMORY { A : ORIGIN = SIZE(A), LENGTH = 1 }",
        expect!["link.x: line 1, column 23: unknown function `SIZE`"],
    );
    check_text(
        "MEMORY { A : ORIGIN = ALIGN(4), LENGTH = 1 }",
        expect!["link.x: line 1, column 23: only the linker knows what `.` comes to"],
    );
}

#[test]
fn forward_references_are_worked_out_and_circles_told() {
    check_text(
        "MEMORY { A : ORIGIN = a, LENGTH = LENGTH(B) B : ORIGIN = 0, LENGTH = 3K } a = b; b = 2;",
        expect![[r#"
            MEMORY
            {
              A : ORIGIN = 0x2, LENGTH = 0xc00
              B : ORIGIN = 0x0, LENGTH = 0xc00
            }
        "#]],
    );
    check_text(
        "MEMORY { A : ORIGIN = 16, LENGTH = 32 } e = ORIGIN(A) + LENGTH(A); MEMORY { B : ORIGIN = e, LENGTH = 1 }",
        expect![[r#"
            MEMORY
            {
              A : ORIGIN = 0x10, LENGTH = 0x20
              B : ORIGIN = 0x30, LENGTH = 0x1
            }
        "#]],
    );
    check_text(
        "MEMORY { A : ORIGIN = 0, LENGTH = LENGTH(B) B : ORIGIN = 0, LENGTH = LENGTH(A) }",
        expect!["link.x: line 1, column 42: region `B` is made of itself"],
    );
    check_text(
        "a = b; b = a; MEMORY { A : ORIGIN = 0, LENGTH = a }",
        expect![
            "link.x: line 1, column 5: unknown symbol `b`: neither a script nor --defsym gives it a value"
        ],
    );
}

#[test]
fn includes_are_found_in_any_place_each_once() {
    let script = "INCLUDE a.x /* INCLUDE no.x */ MEMORY { INCLUDE \"my file.x\" }
        SECTIONS { .text : { INCLUDE parts/b-2.x; } } INCLUDE a.x INCLUDE";
    assert_eq!(script_includes(script), ["a.x", "my file.x", "parts/b-2.x"]);
    assert_eq!(script_includes("INCLUDE a.x /* never closed"), ["a.x"]);
}

/// Any mixture of what scripts are made of.
fn soup() -> impl Strategy<Value = String> {
    let words = "MEMORY { } ( ) : ; , = += <<= ? + - * / % ! ~ ^ && || << >= A B x . 1 0x10 $10 9K 5h \"q\" \" /* */ # \n \
        ORIGIN LENGTH DEFINED ALIGN MAX LOG2CEIL SIZEOF ASSERT SEGMENT_START PROVIDE HIDDEN INCLUDE a.x \
        REGION_ALIAS SECTIONS > AT> (rx) é \u{feff}";
    let words: Vec<&str> = words.split(' ').collect();
    prop::collection::vec(prop::sample::select(words), 0..60).prop_map(|it| it.join(" "))
}

proptest! {
    #[test]
    fn no_mixture_makes_the_parser_panic((outer, inner, symbol) in (soup(), soup(), soup())) {
        let all = scripts(&[("a.x", &outer), ("b.x", &inner)], &[("a.x", &inner)], &[]);
        if let Ok(layout) = parse_layout(&all) {
            let printed = scripts(&[("c.x", &layout.to_string())], &[], &[]);
            prop_assert_eq!(parse_layout(&printed).map(|it| it.regions), Ok(layout.regions));
        }
        let _ = parse_layout(&scripts(&[("a.x", &outer)], &[("a.x", &outer)], &[("x", &symbol)]));
        let _ = parse_layout(&scripts(&[("a.x", &format!("MEMORY {{ {inner}"))], &[], &[]));
        let regions = format!("MEMORY {{ A : ORIGIN = {symbol}, LENGTH = {inner} }}");
        let _ = parse_layout(&scripts(&[("a.x", &regions)], &[], &[("x", "4")]));
        let _ = script_includes(&outer);
    }
}

#[test]
fn work_has_bounds() {
    let many: String = (0..5_000).map(|it| format!("INCLUDE f{it}\n")).collect();
    assert_eq!(script_includes(&many).len(), 1_024);
    check(
        &scripts(&[("a.x", "INCLUDE a.x")], &[("a.x", "INCLUDE a.x")], &[]),
        expect!["a.x: line 1, column 9: files are included more than 10 deep"],
    );
    let many = "INCLUDE b.x\n".repeat(1_000);
    let large = " ".repeat(100_000);
    check(
        &scripts(&[("a.x", &many)], &[("b.x", &large)], &[]),
        expect!["b.x: line 1, column 1: more than 2 MiB of scripts"],
    );
    let regions: String = (0..300).map(|it| format!("R{it} : ORIGIN = 0, LENGTH = 1\n")).collect();
    check_text(
        &format!("MEMORY {{\n{regions}}}"),
        expect!["link.x: line 258, column 1: more than 256 regions"],
    );
    let aliases: String = (0..300).map(|it| format!("REGION_ALIAS(R{it}, A)\n")).collect();
    check_text(
        &format!("MEMORY {{ A : ORIGIN = 0, LENGTH = 1 }}\n{aliases}"),
        expect!["link.x: line 258, column 14: more than 256 aliases"],
    );
    // Long, but flat: worked out without recursion.
    let sum = format!("MEMORY {{ A : ORIGIN = 0{}, LENGTH = 1 }}", " + 1".repeat(200_000));
    check_text(
        &sum,
        expect![[r#"
        MEMORY
        {
          A : ORIGIN = 0x30d40, LENGTH = 0x1
        }
    "#]],
    );
    let choices = format!("MEMORY {{ A : ORIGIN = 0, LENGTH = {}1 }}", "0 ? 2 : ".repeat(1_000));
    check_text(&choices, expect!["link.x: line 1, column 1047: the expression is nested too deeply"]);
}
