//! What the code around changes by when something goes: what a promise leaves for it.
//!
//! The compiler lays every function out anew that what goes was called from. Nobody knows the outcome before,
//! so a promise of "at least" is less by what such a function may grow, and one of "up to" is more by what may
//! go along. `docs/INSIGHTS.md` has the measurements.

use std::collections::BTreeSet;

use super::Case;
use crate::refs::{Reference, ReferenceKind};

/// A function grows by no more than such a part of it and so many bytes, nearly twice what was measured.
const GROWTH_PART: u64 = 8;
const GROWTH_BYTES: u64 = 8;

/// Most by which so many bytes of code grow that have to do without something.
pub(super) fn growth(bytes: u64) -> u64 {
    bytes / GROWTH_PART + GROWTH_BYTES
}

/// What almost all predictions of the blame are closer than: 5 % or 64 B ([`crate::MEASURED_ERROR`]).
pub(super) fn prediction_error(bytes: u64) -> u64 {
    (bytes / 20).max(64)
}

/// How often code asks for some nodes from outside of them.
pub(super) fn n_requests(case: &Case<'_>, nodes: &BTreeSet<usize>) -> u64 {
    let Some(graph) = case.graph else { return 0 };
    let is_one = |address: u64| graph.references.nodes.at(address).is_some_and(|it| nodes.contains(&it));
    let asks = |it: &Reference| is_made_by_code(it) && is_one(it.target_address) && !is_one(it.at_address);
    graph.references.list.iter().filter(asks).count() as u64
}

/// Whether an instruction means to get there.
pub(super) fn is_made_by_code(reference: &Reference) -> bool {
    matches!(reference.kind, ReferenceKind::Call | ReferenceKind::Jump | ReferenceKind::Address)
}
