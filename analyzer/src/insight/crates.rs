//! Several versions of one crate.

use std::collections::{BTreeMap, BTreeSet};

use super::kinds;
use super::{Case, Saving, evidence, insight, is_location};
use crate::report::{Certainty, Insight};
use crate::span::Span;

/// Bytes of code by crate and version.
type Crates<'a> = BTreeMap<&'a str, BTreeMap<&'a str, u64>>;

/// Code by crate and version, from paths such as `heapless-0.8.0/src/vec.rs`; one piece of advice per crate.
pub(super) fn advise(case: &Case<'_>) -> Vec<Insight> {
    let mut crates = if case.report.files.is_empty() { by_locations(case) } else { by_files(case) };
    crates.iter_mut().for_each(|(_, versions)| versions.retain(|_, bytes| *bytes > 0));
    crates.retain(|_, versions| versions.len() > 1);
    let row = |(name, versions): (&str, BTreeMap<&str, u64>)| {
        let total_bytes: u64 = versions.values().sum();
        let biggest = versions.values().copied().max().unwrap_or(0);
        let n_versions = versions.len();
        let advice = format!(
            "{n_versions} versions of the crate {name} are in the image. `cargo tree --duplicates` says who asks for \
             which."
        );
        let rows =
            versions.into_iter().map(|(version, bytes)| (bytes, format!("{name} {version}"))).collect();
        let saving = Saving::of_flash(total_bytes - biggest, Certainty::UpTo);
        insight(kinds::CRATE_VERSIONS, advice, saving, evidence(rows))
    };
    crates.into_iter().map(row).collect()
}

fn by_files<'a>(case: &Case<'a>) -> Crates<'a> {
    let mut crates = Crates::new();
    for file in &case.report.files {
        if let Some((name, version)) = file.path.split('/').find_map(versioned) {
            *crates.entry(name).or_default().entry(version).or_default() += file.code_bytes;
        }
    }
    crates
}

/// Without debug information: functions that tell panics where they are, by the path that they tell.
fn by_locations<'a>(case: &Case<'a>) -> Crates<'a> {
    let mut users: BTreeMap<(&str, &str), BTreeSet<usize>> = BTreeMap::new();
    for reference in case.graph.iter().flat_map(|it| it.references.list.iter()) {
        let address = reference.target_address;
        if !is_location(case, address) {
            continue;
        }
        let path = case.word_at(address).zip(case.word_at(address.saturating_add(4)));
        let path = path.map(|(start, length)| case.content(Span::saturating(start, length)));
        let path = path.and_then(|it| std::str::from_utf8(it).ok()).unwrap_or_default();
        let found = path.split('/').skip_while(|it| *it != "registry").find_map(versioned);
        if let Some((found, node)) = found.zip(case.node(reference.at_address)) {
            users.entry(found).or_default().insert(node);
        }
    }
    let mut crates = Crates::new();
    for ((name, version), nodes) in users {
        let bytes = case.graph.map_or(0, |graph| nodes.iter().map(|it| graph.bytes()[*it]).sum());
        crates.entry(name).or_default().insert(version, bytes);
    }
    crates
}

/// `heapless-0.8.0` → `heapless`, `0.8.0`.
fn versioned(folder: &str) -> Option<(&str, &str)> {
    let at = folder.match_indices('-').find(|(at, _)| is_version(&folder[at + 1..]))?.0;
    Some((&folder[..at], &folder[at + 1..])).filter(|(name, _)| !name.is_empty())
}

/// Three numbers with dots between, and what may follow.
fn is_version(text: &str) -> bool {
    let core = text.split(['-', '+']).next().unwrap_or(text);
    let numbers: Vec<&str> = core.split('.').collect();
    let is_number = |it: &&str| !it.is_empty() && it.bytes().all(|it| it.is_ascii_digit());
    numbers.len() == 3 && numbers.iter().all(is_number)
}
