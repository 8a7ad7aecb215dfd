//! Linker scripts against what the linkers make of them.

use plimsoll_analyzer::{Layout, LayoutError, ScriptFile, Scripts, map_file, parse_layout};
use proptest::prelude::*;
use proptest::strategy::ValueTree;
use proptest::test_runner::TestRunner;

use crate::support::linkers::{Linked, Linker, Workshop};

/// Every construct of the grammar at least once.
const SCRIPTS: [&str; 33] = [
    "MEMORY { A : ORIGIN = 0x10, LENGTH = 101b B : ORIGIN = 017, LENGTH = 17o C : ORIGIN = 99d, LENGTH = 10X }",
    "MEMORY { A : ORIGIN = $1000, LENGTH = $1K B : ORIGIN = 0x1M, LENGTH = 010K C : ORIGIN = 0X10k, LENGTH = 1000h }",
    "MEMORY { A : ORIGIN = ~0xff & 0xffffffff, LENGTH = -1 + 5 B : ORIGIN = !0, LENGTH = !5 + 8 }",
    "MEMORY { A : ORIGIN = 17 % 5 * 3 / 2, LENGTH = 8 - 4 - 2 B : ORIGIN = 100 / 7 / 2, LENGTH = 2 * (3 + 4) }",
    "MEMORY { A : ORIGIN = -7 / 2 + 16, LENGTH = -7 % 4 + 8 B : ORIGIN = -1 < 1, LENGTH = -8 >> 62 }",
    "MEMORY { A : ORIGIN = 1 + 2 << 3 & 0xff | 1, LENGTH = 256 >> 2 << 1 }",
    "MEMORY { A : ORIGIN = 3 < 4, LENGTH = (4 > 3) + 1 B : ORIGIN = 4 <= 4, LENGTH = (4 >= 5) + (4 != 5) + (4 == 4) }",
    "MEMORY { A : ORIGIN = 3 && 0, LENGTH = 0 || 8 B : ORIGIN = 1 == 1 && 5 || 0, LENGTH = 2 < 3 == 1 }",
    "MEMORY { A : ORIGIN = 1 ? 2 : 0 ? 3 : 4, LENGTH = 7 == 7 ? 0x10 : 0x20 B : ORIGIN = 0 ? 1 : 1 ? 5 : 6, LENGTH = 9 }",
    "MEMORY { A : ORIGIN = ALIGN(10, 8), LENGTH = MAX(3, 4) + MIN(7, 9) B : ORIGIN = ABSOLUTE(4), LENGTH = LOG2CEIL(100) }",
    "MEMORY { A : ORIGIN = 0 LENGTH = SEGMENT_START(\"x\", 44) B (!w!x) : ORIGIN = ASSERT(5, \"no\"), LENGTH = 7 }",
    "MEMORY { A : ORIGIN = DEFINED(given) ? 1 : 2, LENGTH = DEFINED(nobody) ? 1 : 2 }",
    "MEMORY { A : ORIGIN = 10K, LENGTH = given }",
    "x = 5; MEMORY { A : ORIGIN = x, LENGTH = x -4 B : ORIGIN = x-4, LENGTH = LENGTH(A)+ORIGIN(A) }",
    "x = 1; x = 5; MEMORY { A : ORIGIN = x, LENGTH = 4K } x = 9;",
    "MEMORY { A : ORIGIN = x, LENGTH = y } x = 5; SECTIONS { y = 12; .text : { z = 13; *(.text) } } MEMORY { B : ORIGIN = z, LENGTH = 1 }",
    "w = 4; w += 2; w *= 3; w <<= 1; w |= 1; w &= 0xfe; w -= 2; w /= 2; w >>= 1; MEMORY { A : ORIGIN = 0, LENGTH = w }",
    "PROVIDE(x = 1); PROVIDE_HIDDEN(y = 2); HIDDEN(z = 3); MEMORY { A : ORIGIN = x, LENGTH = y B : ORIGIN = z, LENGTH = 4 }",
    "PROVIDE(given = 1); MEMORY { A : ORIGIN = 0, LENGTH = given }",
    "given = DEFINED(given) ? given : 1; other = DEFINED(other) ? other : 2; MEMORY { A : ORIGIN = given, LENGTH = other }",
    "given = 6; MEMORY { A : ORIGIN = 0, LENGTH = given }",
    "MEMORY { A (rx) : org = 0, len = 1 B (RWX) : o = 4, l = 7 C (!w) : ORIGIN = 8 LENGTH = 1, D (rw!x) : ORIGIN = 9 LENGTH = 1 }",
    "MEMORY { \"my flash\" (rx) : ORIGIN = 4, LENGTH = 1K B-2 : ORIGIN = ORIGIN(\"my flash\") + 4, LENGTH = 1K C : ORIGIN = LENGTH(B-2), LENGTH = 1 }",
    "MEMORY { A (rx) : ORIGIN = 0, LENGTH = 1K } REGION_ALIAS(\"FLASH\", A); REGION_ALIAS(\"ROM\", FLASH);
     MEMORY { B : ORIGIN = ORIGIN(ROM) + LENGTH(FLASH), LENGTH = 4 }",
    "MEMORY { A : ORIGIN = 0, LENGTH = 4 } MEMORY { A : ORIGIN = 0x20, LENGTH = 8 } MEMORY { }",
    "MEMORY { A : ORIGIN = 0, LENGTH = 0 B : ORIGIN = LENGTH(A), LENGTH = 1 }",
    "# 1 \"memory.h\"\n#line 5 \"x\"\nMEMORY { # hello\nA : ORIGIN = /* here */ 0, LENGTH = 5 }",
    "MEMORY { INCLUDE regions.x B : ORIGIN = 1, LENGTH = 2 }",
    "INCLUDE outer.x MEMORY { B : ORIGIN = yy, LENGTH = 1 << yy }",
    "INCLUDE \"outer.x\"\nSECTIONS { INCLUDE sections.x .text : { *(.text) } } MEMORY { B : ORIGIN = in_sections, LENGTH = 1 }",
    "MEMORY { FLASH : ORIGIN = 0, LENGTH = 1K } SECTIONS { .text : { *(.text) } > FLASH = 0xff }",
    "MEMORY { FLASH : ORIGIN = 0, LENGTH = 1K RAM : ORIGIN = 4K, LENGTH = 1K }
     SECTIONS { .text : { *(.text) . = ALIGN(4); } > FLASH _top = ORIGIN(RAM) + LENGTH(RAM); .data : { *(.data) } > RAM AT> FLASH }
     MEMORY { LAST : ORIGIN = 8K, LENGTH = ~(~1K) }",
    "MEMORY { A : ORIGIN = 0x100, LENGTH = 4K } ENTRY(main) EXTERN(a b) OUTPUT_FORMAT(\"elf32-littlearm\")
     PHDRS { text PT_LOAD FLAGS(5); } SECTIONS { .text : { *(.text*) KEEP(*(SORT(.x.*))) LONG(5) FILL(0xff) } > A :text =0 }
     ASSERT(SIZEOF(.text) < LENGTH(A), \"too big\")",
];

fn included() -> Vec<ScriptFile> {
    vec![
        ScriptFile::new("regions.x", "A : ORIGIN = 0, LENGTH = 0x55\n"),
        ScriptFile::new("outer.x", "MEMORY { INCLUDE regions.x } yy = 3; "),
        ScriptFile::new("sections.x", "in_sections = 77;"),
    ]
}

fn parse(script: &str, symbols: &[(&str, &str)]) -> Result<Layout, LayoutError> {
    let symbols = symbols.iter().map(|(name, value)| ((*name).to_owned(), (*value).to_owned())).collect();
    let files = vec![ScriptFile::new("link.x", script)];
    parse_layout(&Scripts { files, included: included(), symbols })
}

fn layout(script: &str, symbols: &[(&str, &str)]) -> Layout {
    parse(script, symbols).unwrap_or_else(|error| panic!("{error}\n{script}"))
}

fn workshop() -> Option<Workshop> {
    let workshop = Workshop::new("int main(void) { return 0; }", None)?;
    for file in included() {
        workshop.write(&file.name, &file.text);
    }
    Some(workshop)
}

/// Name, origin and length, as the linker has worked them out.
fn as_linked(linked: &Linked, script: &str) -> Vec<(String, u64, u64)> {
    let map =
        map_file::parse(&linked.map).unwrap_or_else(|error| panic!("{error}: {}\n{script}", linked.log));
    let regions = map.memory.into_iter().map(|it| (it.name, it.origin_address, it.length_bytes));
    regions.filter(|it| it.2 > 0).collect()
}

#[test]
fn regions_are_what_gnu_ld_makes_of_them() {
    let Some(workshop) = workshop() else { return };
    for script in SCRIPTS {
        // A region may be too small for the program; the map is written all the same.
        let Some(linked) = workshop.link(Linker::Gnu, script, &["--defsym", "given=4+3"]) else { return };
        let ours = layout(script, &[("given", "4+3")]);
        let ours: Vec<_> =
            ours.regions.iter().map(|it| (it.name.clone(), it.origin_address, it.length_bytes)).collect();
        assert!(!ours.is_empty());
        assert_eq!(ours, as_linked(&linked, script), "{script}\n{}", linked.log);
    }
}

#[test]
fn what_we_print_the_linker_reads() {
    let Some(workshop) = workshop() else { return };
    for script in SCRIPTS {
        let layout = layout(script, &[("given", "7")]);
        let printed = layout.to_string();
        let Some(linked) = workshop.link(Linker::Gnu, &printed, &[]) else { return };
        let ours: Vec<_> =
            layout.regions.iter().map(|it| (it.name.clone(), it.origin_address, it.length_bytes)).collect();
        assert_eq!(ours, as_linked(&linked, &printed), "{printed}\n{}", linked.log);
        let scripts = Scripts { files: vec![ScriptFile::new("", printed)], ..Scripts::default() };
        assert_eq!(parse_layout(&scripts).unwrap().regions, layout.regions);
    }
}

/// `A:   0 B   13 B   0.00%`: the last size but one column.
fn lengths(log: &str) -> Vec<(String, u64)> {
    let row = |line: &str| {
        let (name, rest) = line.split_once(':')?;
        let columns: Vec<&str> = rest.split_whitespace().collect();
        let factor = match *columns.get(3)? {
            "B" => 1,
            "KB" => 1 << 10,
            "MB" => 1 << 20,
            _ => return None,
        };
        Some((name.trim().to_owned(), columns.get(2)?.parse::<u64>().ok()? * factor))
    };
    let mut rows: Vec<_> = log.lines().filter_map(row).collect();
    // lld lists a region again under each alias.
    rows.dedup();
    rows
}

#[test]
fn lengths_are_what_lld_makes_of_them() {
    let Some(workshop) = workshop() else { return };
    for script in [
        "MEMORY { A : ORIGIN = 0, LENGTH = 6 ^ 3 | 8 B : ORIGIN = 0, LENGTH = 1 + 2 << 3 & 0xff ^ 1 }",
        "x = 8K; MEMORY { A : ORIGIN = 0, LENGTH = x-4 B : ORIGIN = 0, LENGTH = -8 >> 62 }",
        "x = 8K; MEMORY { A : ORIGIN = 0, LENGTH = x } x = 9K;",
        "x = DEFINED(x) ? x : 5; MEMORY { A : ORIGIN = 0, LENGTH = x ? 3M : 4 B : ORIGIN = 0, LENGTH = 1000h }",
        "given = 5; MEMORY { A : ORIGIN = 0, LENGTH = given }",
        "MEMORY { A : ORIGIN = 0, LENGTH = 4K } REGION_ALIAS(\"ROM\", A) MEMORY { B : ORIGIN = 0, LENGTH = LENGTH(A) / 2 }",
    ] {
        let arguments = ["--defsym", "given=7", "--print-memory-usage"];
        let Some(linked) = workshop.link(Linker::Lld, script, &arguments) else { return };
        let ours = layout(script, &[("given", "7")]);
        let ours: Vec<_> = ours.regions.iter().map(|it| (it.name.clone(), it.length_bytes)).collect();
        assert_eq!(ours, lengths(&linked.log), "{script}\n{}", linked.log);
    }
}

/// Expressions of all operators, fully at the mercy of precedence. None divides by zero: there the linker stops.
fn expression() -> impl Strategy<Value = String> {
    let leaf = prop_oneof![
        (0_u32..100).prop_map(|it| it.to_string()),
        (0_u32..100).prop_map(|it| format!("{it:#x}")),
        Just("1K".to_owned()),
        Just("given".to_owned()),
        Just("DEFINED(given)".to_owned()),
        Just("LENGTH(A)".to_owned()),
    ];
    leaf.prop_recursive(4, 24, 3, |inner| {
        let operators = vec!["+", "-", "<", "<=", ">", ">=", "==", "!=", "&", "|", "&&", "||"];
        prop_oneof![
            (inner.clone(), prop::sample::select(operators), inner.clone())
                .prop_map(|(left, operator, right)| format!("{left} {operator} {right}")),
            (inner.clone(), prop::sample::select(vec!["*", "/", "%", "<<", ">>"]), 1_u32..8)
                .prop_map(|(left, operator, right)| format!("{left} {operator} {right}")),
            (inner.clone(), inner.clone(), inner.clone())
                .prop_map(|(condition, one, other)| format!("({condition} ? {one} : {other})")),
            (inner.clone(), inner.clone()).prop_map(|(one, other)| format!("MAX({one}, {other})")),
            (inner.clone(), inner.clone()).prop_map(|(one, other)| format!("MIN({one}, {other})")),
            (inner.clone(), 0_u32..8).prop_map(|(one, bits)| format!("ALIGN({one}, {})", 1 << bits)),
            inner.clone().prop_map(|it| format!("({it})")),
            inner.clone().prop_map(|it| format!("-({it})")),
            inner.clone().prop_map(|it| format!("!{it}")),
            inner.prop_map(|it| format!("(~({it}) & 0xffff)")),
        ]
    })
}

#[test]
fn whatever_is_calculated_comes_to_what_gnu_ld_makes_of_it() {
    let Some(workshop) = workshop() else { return };
    let mut runner = TestRunner::deterministic();
    for _ in 0..8 {
        let mut script = "MEMORY { A : ORIGIN = 0, LENGTH = 37\n".to_owned();
        let mut n_refused = 0;
        for idx in 0..200 {
            let expression = expression().new_tree(&mut runner).unwrap().current();
            let region = format!("R{idx} : ORIGIN = ({expression}) & 0x7fffffff, LENGTH = 1\n");
            // Where the linker's numbers wrap, ours are refused.
            let is_refused = parse(&format!("{script}{region}}}"), &[("given", "7")]).is_err();
            n_refused += i32::from(is_refused);
            script += if is_refused { "" } else { &region };
        }
        assert!(n_refused < 20, "{n_refused}");
        script.push('}');
        let Some(linked) = workshop.link(Linker::Gnu, &script, &["--defsym", "given=7"]) else { return };
        let ours = layout(&script, &[("given", "7")]);
        let theirs = as_linked(&linked, &script);
        assert_eq!(ours.regions.len(), theirs.len());
        for (idx, (ours, theirs)) in ours.regions.iter().zip(theirs).enumerate() {
            assert_eq!(ours.origin_address, theirs.1, "{}", script.lines().nth(idx).unwrap());
        }
    }
}
