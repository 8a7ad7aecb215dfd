//! Advice in step with its documentation, and sane on every real image.

use std::collections::BTreeSet;

use plimsoll_analyzer::report::Certainty;

use crate::support::corpus;

#[test]
fn every_kind_of_advice_is_documented_with_its_source() {
    let path = concat!(env!("CARGO_MANIFEST_DIR"), "/../docs/INSIGHTS.md");
    let text = std::fs::read_to_string(path).unwrap();
    let mut kinds = BTreeSet::new();
    for (kind, source_url) in plimsoll_analyzer::insight_sources() {
        let row = text.lines().find(|it| it.starts_with(&format!("| `{kind}` |")));
        assert!(row.is_some_and(|it| it.contains(source_url)), "{kind} and {source_url} in {path}");
        assert!(kinds.insert(kind), "{kind} twice");
    }
}

#[test]
fn advice_on_real_firmware_saves_no_more_than_there_is() {
    for (name, content) in corpus::all().into_iter().chain(corpus::truths()) {
        let report = plimsoll_analyzer::analyze(&content, &[]).unwrap();
        let totals = &report.totals;
        let known: BTreeSet<&str> = plimsoll_analyzer::insight_sources().map(|it| it.0).collect();
        for it in &report.insights {
            assert!(
                it.flash_bytes <= totals.flash_bytes && it.ram_bytes <= totals.ram_bytes,
                "{name}: {it:?}"
            );
            assert!(known.contains(it.kind.as_str()) && !it.evidence.is_empty(), "{name}: {it:?}");
            assert!(it.evidence.len() <= 10 && it.advice.len() < 1000, "{name}: {it:?}");
        }
        let sure = report.insights.iter().filter(|it| it.certainty != Certainty::UpTo);
        assert!(sure.map(|it| it.flash_bytes).all(|it| it < totals.flash_bytes), "{name}");
        assert!(report.insights.is_sorted_by(|a, b| a.saves_bytes >= b.saves_bytes), "{name}");
    }
}

#[test]
fn a_line_is_named_where_most_of_formatting_hangs_on_it() {
    let line_of = |name: &str| {
        let report = plimsoll_analyzer::analyze(&corpus::file(name)?, &[]).unwrap();
        let found = report.insights.iter().find(|it| it.kind == "formatting_line");
        Some(found.map(|it| it.advice.clone()))
    };
    let Some(line) = line_of("m0p-rust-rp2040-embassy.elf") else { return };
    assert!(line.is_some_and(|it| it.contains("src/lib.rs:381 pulls most of formatting in")));
    assert_eq!(line_of("rv32-rust-esp32c5.elf"), Some(None), "many lines share it");
}
