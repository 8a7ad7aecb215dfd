//! What holds for any text.

use plimsoll_analyzer::script_includes;
use proptest::prelude::*;

use super::parse;

const NAMES: [&str; 4] = ["a.cmd", "a.sct", "a.icf", "a.emProject"];

/// Words and marks of all the grammars.
const WORDS: [&str; 76] = [
    "MEMORY",
    "{",
    "}",
    "(",
    ")",
    "[",
    "]",
    ";",
    ",",
    ":",
    "=",
    "+",
    "-",
    "|",
    "&",
    "~",
    "!",
    "?",
    "*",
    "/",
    "<<",
    "%",
    "origin",
    "length",
    "o",
    "l",
    "PAGE",
    "GROUP",
    "fill",
    "start",
    "size",
    "define",
    "symbol",
    "region",
    "exported",
    "mem",
    "from",
    "to",
    "repeat",
    "displacement",
    "if",
    "else",
    "isempty",
    "include",
    "\"a.h\"",
    "place in",
    "0x20",
    "8",
    "1K",
    "0x2000'0000",
    "EMPTY",
    "ALIGN",
    "AlignExpr",
    "ImageLimit",
    "UNINIT",
    "A",
    "B",
    "#define A B\n",
    "#define B A A\n",
    "\n#if A\n",
    "\n#else\n",
    "\n#endif\n",
    "\n#include \"a.h\"\n",
    "#! armcc -E -DA=1\n",
    "/*",
    "*/",
    "//",
    "'",
    "\"",
    "\\\n",
    "ü",
    "linker_section_placements_segments=\"",
    "RX",
    "$(A)",
    "<MemorySegment name=\"",
    ">",
];

/// Those in any order.
fn soup() -> impl Strategy<Value = String> {
    let word = prop::sample::select(&WORDS[..]);
    prop::collection::vec((word, prop::bool::weighted(0.8)), 0..60).prop_map(|all| {
        all.into_iter().map(|(word, blank)| format!("{word}{}", if blank { " " } else { "" })).collect()
    })
}

proptest! {
    #[test]
    fn no_text_makes_a_reader_panic_and_what_is_wrong_has_its_place((text, included) in (soup(), soup())) {
        for name in NAMES {
            for text in [text.clone(), format!("MEMORY {{ {text}"), format!("define region A = {text}"), format!("A 0 8 {{ {text}")] {
                let files = [("a.h", included.as_str()), ("b.h", text.as_str())];
                let read = parse(&[(name, &text)], &files, &[("A", &included)]);
                let places: Vec<_> = match &read {
                    Ok(layout) => layout.warnings.iter().collect(),
                    Err(error) => vec![error],
                };
                for place in places {
                    let text = match place.file.as_deref() {
                        Some("a.h") | Some("--defsym A") => included.as_str(),
                        _ => text.as_str(),
                    };
                    let line = text.split('\n').nth(place.line as usize - 1);
                    prop_assert!(line.is_some_and(|it| place.column as usize <= it.chars().count() + 1), "{place}\n{text}");
                }
                // What is read, the server gets as a script that needs no other file.
                if let Ok(layout) = read {
                    let again = parse(&[("", &layout.to_string())], &[], &[]).map(|it| it.regions.len());
                    prop_assert_eq!(again, Ok(layout.regions.len()), "{}", layout);
                }
            }
        }
        let _ = script_includes(&text);
    }

    /// One memory, said in each grammar.
    #[test]
    fn all_grammars_say_the_same((start, size) in (0_u32..u32::MAX, 1_u32..u32::MAX)) {
        let (last, first) = (u64::from(start) + u64::from(size) - 1, u64::from(start));
        for (name, text) in [
            ("a.cmd", format!("MEMORY {{ R : origin = {start:#x}, length = {size} }}")),
            ("a.sct", format!("R {start:#x} {size:#X} {{ }}")),
            ("a.icf", format!("define region R = mem:[from {start} to {last:#x}];")),
            ("a.icf", format!("define region R = [from {start} size {size}];")),
            ("a.emProject", format!("<a linker_section_placements_segments=\"R RX {start:#x} {size:#x}\"/>")),
            ("a.ld", format!("MEMORY {{ R : ORIGIN = {start:#x}, LENGTH = {size} }}")),
        ] {
            let layout = parse(&[(name, &text)], &[], &[]).unwrap();
            let region = &layout.regions[0];
            prop_assert_eq!((region.origin_address, region.length_bytes), (first, u64::from(size)), "{}", text);
        }
    }
}

#[test]
fn a_name_that_was_an_alias_becomes_a_region_again() {
    let script = "MEMORY { A : o = 0, l = 8 B : o = 0, l = 8 B : o = 16, l = 8 }";
    let layout = parse(&[("a.cmd", script)], &[], &[]).unwrap();
    assert_eq!(parse(&[("", &layout.to_string())], &[], &[]), Ok(layout));
}

#[test]
fn hostile_scripts_end() {
    let nested = format!("define region A = {}", "(".repeat(100_000));
    assert!(parse(&[("a.icf", &nested)], &[], &[]).is_err());
    let nested = format!("MEMORY {{ A : o = {}", "-".repeat(100_000));
    assert!(parse(&[("a.cmd", &nested)], &[], &[]).is_err());
    let doubled: String = (0..40).map(|it| format!("#define A{it} A{} A{}\n", it + 1, it + 1)).collect();
    assert!(parse(&[("a.sct", &format!("{doubled}A0"))], &[], &[]).is_err());
    let circle = "#include \"a.h\"\nMEMORY { A : o = 0, l = 1 }";
    assert!(parse(&[("a.cmd", circle)], &[("a.h", circle)], &[]).is_err());
    let circle = "include \"a.h\";";
    assert!(parse(&[("a.icf", circle)], &[("a.h", circle)], &[]).is_err());
    let many: String = (0..1_000).map(|it| format!("R{it} : o = {it}, l = 1\n")).collect();
    assert!(parse(&[("a.cmd", &format!("MEMORY {{ {many} }}"))], &[], &[]).is_err());
}
