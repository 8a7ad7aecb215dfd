//! `*drivers/*(.text*)`: what opens a comment elsewhere is part of a file pattern.

use plimsoll_analyzer::{map_file, parse_memory};
use proptest::prelude::*;
use proptest::strategy::ValueTree;
use proptest::test_runner::TestRunner;

use crate::support::inputs::Case;
use crate::support::linkers::{LINKERS, Linker, Workshop};

fn regions(script: &str) -> Vec<(String, u64)> {
    let regions = parse_memory(script).unwrap_or_else(|error| panic!("{error}\n{script}"));
    regions.into_iter().map(|it| (it.name, it.length_bytes)).collect()
}

#[test]
fn a_pattern_opens_no_comment() {
    let case = Case::of("script-comments");
    let (flash, ram) = (("FLASH".to_owned(), 512 << 10), |kib: u64| ("RAM".to_owned(), kib << 10));
    assert_eq!(regions(&case.text("a.ld")), std::slice::from_ref(&flash));
    assert_eq!(regions(&case.text("b.ld")), [flash.clone(), ram(64)]);
    assert_eq!(regions(&case.text("c.ld")), [flash, ram(128)]);
}

/// Input sections of all shapes, blanks and comments between them.
fn statements() -> impl Strategy<Value = String> {
    let file = prop::sample::select(vec![
        "*",
        "*lib/*",
        "a/*.o",
        "drivers/*/x.o",
        "*/*",
        "lib.a:/*",
        "[a-c]/*",
        "\"quoted/*\"",
        "?/*b",
    ]);
    let section = prop::sample::select(vec![
        ".text*",
        ".a/*",
        ".b/*c .d/*",
        "SORT(.x/*)",
        "EXCLUDE_FILE(*q/* r/*.o) .y",
    ]);
    let blank = prop::sample::select(vec![" ", "\n", " /* } { */ ", " /* x/* */ "]);
    let other = prop::sample::select(vec![
        "s = 5 /* } */ ;",
        "LONG(5 /* { */ )",
        "FILL(0xff)",
        "PROVIDE(t = . /* } */ );",
        ". = ALIGN(4) /* { */ ;",
        ";",
    ]);
    let statement = prop_oneof![
        3 => (file.clone(), section.clone()).prop_map(|(file, section)| format!("{file}({section})")),
        1 => (file, section).prop_map(|(file, section)| format!("KEEP({file}({section}))")),
        1 => other.prop_map(str::to_owned),
    ];
    prop::collection::vec((statement, blank), 1..6)
        .prop_map(|all| all.into_iter().map(|(statement, blank)| statement + blank).collect())
}

#[test]
fn both_linkers_find_the_region_behind_any_patterns() {
    let Some(workshop) = Workshop::new("int main(void) { return 0; }", None) else { return };
    let mut runner = TestRunner::deterministic();
    for _ in 0..40 {
        let statements = statements().new_tree(&mut runner).unwrap().current();
        let script = format!(
            "MEMORY {{ A : ORIGIN = 0, LENGTH = 64K }}\nSECTIONS {{ .text : {{ {statements} }} > A /* }} */ }}\n\
             MEMORY {{ B : ORIGIN = 0x10000, LENGTH = 1K }}\n/* */"
        );
        assert_eq!(regions(&script).len(), 2, "{script}");
        for linker in LINKERS {
            let Some(linked) = workshop.link(linker, &script, &["--print-memory-usage"]) else { continue };
            assert!(linked.succeeded, "{}\n{script}", linked.log);
            let finds_both = match linker {
                Linker::Gnu => map_file::parse(&linked.map).unwrap().memory.len() == 2,
                Linker::Lld => linked.log.contains("B:"),
            };
            assert!(finds_both, "{script}\n{}", linked.log);
        }
    }
}
