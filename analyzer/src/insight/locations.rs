//! Places in the source that panics would name: records, and the paths that only they mention.

use std::collections::{BTreeMap, BTreeSet};

use super::kinds;
use super::{Case, Saving, evidence, insight, is_location};
use crate::report::{Certainty, Insight};

/// Records of the precompiled standard library stay whatever the options; so begin their paths.
const STANDARD_PATHS: [&[u8]; 2] = [b"/rustc/", b"library/"];
const RECORD_BYTES: u64 = 16;
/// All records become one that says `<redacted>`.
const REDACTED_BYTES: u64 = RECORD_BYTES + 10;

/// One piece of advice for all of them.
pub(super) fn advise(case: &Case<'_>) -> Vec<Insight> {
    let Some(graph) = case.graph else { return Vec::new() };
    let targets = graph.references.list.iter().map(|it| it.target_address);
    let locations: BTreeSet<u64> = targets.filter(|it| is_location(case, *it)).collect();
    let mut n_records: BTreeMap<(u64, u64), u64> = BTreeMap::new();
    for address in locations {
        let Some(path) = case.word_at(address).zip(case.word_at(address + 4)) else { continue };
        *n_records.entry(path).or_default() += 1;
    }
    let text = |(start, length): (u64, u64)| case.content(crate::span::Span::saturating(start, length));
    n_records.retain(|path, _| !STANDARD_PATHS.iter().any(|it| text(*path).starts_with(it)));
    let row = |(path, n_records): (&(u64, u64), &u64)| {
        let path = String::from_utf8_lossy(text(*path));
        let records = super::counted(*n_records as usize, "record");
        (n_records * RECORD_BYTES + path.len() as u64, format!("in {records} of {path}"))
    };
    let rows: Vec<(u64, String)> = n_records.iter().map(row).collect();
    let bytes: u64 = rows.iter().map(|it| it.0).sum();
    let n_records: u64 = n_records.values().sum();
    let advice = format!(
        "{} tell panics where they are. `-Z location-detail=none` (nightly) drops them with their \
         paths; so does link-time optimisation with a panic handler that does not read them. `--remap-path-prefix` shortens the \
         paths alone.",
        super::counted(n_records as usize, "record")
    );
    let saving = Saving::of_flash(bytes.saturating_sub(REDACTED_BYTES), Certainty::AtLeast);
    vec![insight(kinds::PANIC_LOCATIONS, advice, saving, evidence(rows))]
}
