//! Scripts of linkers that are not GNU's, each in its own grammar. All of them are written for these tests.

mod em_project;
mod icf;
mod laws;
mod scatter;
mod ti;

use expect_test::Expect;
use plimsoll_analyzer::{Layout, LayoutError, ScriptFile, Scripts, parse_layout};

/// Files, those that they include, and symbols.
fn parse(
    files: &[(&str, &str)],
    included: &[(&str, &str)],
    symbols: &[(&str, &str)],
) -> Result<Layout, LayoutError> {
    let scripts =
        |all: &[(&str, &str)]| all.iter().map(|(name, text)| ScriptFile::new(*name, *text)).collect();
    let symbols = symbols.iter().map(|(name, value)| ((*name).to_owned(), (*value).to_owned())).collect();
    parse_layout(&Scripts { files: scripts(files), included: scripts(included), symbols })
}

fn shown(layout: Result<Layout, LayoutError>) -> String {
    let layout = match layout {
        Ok(layout) => layout,
        Err(error) => return error.to_string(),
    };
    let region = |it: &plimsoll_analyzer::MemoryRegion| {
        let names: String = it.aliases.iter().map(|it| format!(" = {it}")).collect();
        let attributes =
            if it.attributes.is_empty() { String::new() } else { format!(" ({})", it.attributes) };
        format!("{}{names}{attributes} {:#x} + {:#x}\n", it.name, it.origin_address, it.length_bytes)
    };
    let regions = layout.regions.iter().map(region);
    regions.chain(layout.warnings.iter().map(|it| format!("{it}\n"))).collect()
}

#[track_caller]
fn check(name: &str, text: &str, expected: Expect) {
    expected.assert_eq(&shown(parse(&[(name, text)], &[], &[])));
}

#[test]
fn the_grammar_is_told_by_the_extension_else_by_the_content() {
    let ti = "--retain=x\nMEMORY { PAGE 0 : A : o = 0x10, l = 0x20 }";
    let icf = "define region A = mem:[from 0x10 size 0x20];";
    let scatter = "A 0x10 0x20 { B 0x10 0x20 { *(+RO) } }";
    let project = "<project linker_section_placements_segments=\"A RX 0x10 0x20\" />";
    let gnu = "MEMORY { A : ORIGIN = 0x10, LENGTH = 0x20 }";
    for (name, text) in [
        ("a.cmd", ti),
        ("a.CMD", ti),
        ("a", ti),
        ("a.icf", icf),
        ("a.txt", icf),
        ("a.sct", scatter),
        ("a", scatter),
        ("a.emProject", project),
        ("a", project),
        ("a.ld", gnu),
        ("a.x", gnu),
        ("", gnu),
        ("a.cmd", gnu),
        ("gcc.cmd", &format!("ENTRY(main) REGION_ALIAS(\"B\", A) {gnu}")),
    ] {
        let region = &parse(&[(name, text)], &[], &[]).unwrap_or_else(|it| panic!("{name}: {it}")).regions[0];
        assert_eq!((&*region.name, region.origin_address, region.length_bytes), ("A", 0x10, 0x20), "{name}");
    }
}
