//! Statics in RAM that nobody writes: flash would do for them.

use super::kinds;
use super::statics::statics;
use super::{Case, Saving, counted, evidence, grouped, insight};
use crate::access::{self, Use};
use crate::report::{Certainty, Insight, SectionKind, Symbol, SymbolKind};
use crate::span::Span;

/// In flash, a static and its neighbours lie otherwise: at most so many bytes.
const ALIGNMENT_BYTES: u64 = 16;
/// So many readers are named with a static.
const MAX_READERS: usize = 2;

/// One piece of advice for all of them.
pub(super) fn advise(case: &Case<'_>) -> Vec<Insight> {
    let mut found: Vec<(Span, &Symbol)> = statics(case, SectionKind::Data)
        .filter(|it| it.kind == SymbolKind::Data && it.size_bytes > 0)
        .map(|it| (Span::saturating(it.run_address, it.size_bytes), it))
        .collect();
    found.sort_by_key(|it| it.0);
    // Where two share bytes, the first has them.
    found.dedup_by(|next, kept| next.0.start() < kept.0.end());
    let spans: Vec<Span> = found.iter().map(|it| it.0).collect();
    let Some(graph) = case.graph.filter(|_| !spans.is_empty()) else { return Vec::new() };
    let uses = access::uses(case.image, case.attribution, (&graph.references, &spans));
    let Some(uses) = uses else { return Vec::new() };
    let constants: Vec<(&Symbol, &Use)> = found
        .iter()
        .map(|it| it.1)
        .zip(&uses)
        .filter(|(_, it)| !it.may_be_written && !it.readers.is_empty())
        .collect();
    let rows: Vec<(u64, String)> =
        constants.iter().map(|(symbol, it)| (symbol.size_bytes, described(case, symbol, it))).collect();
    let saving = Saving::of_ram(rows.iter().map(|it| it.0).sum(), Certainty::AtLeast);
    let margin_bytes = rows.len() as u64 * ALIGNMENT_BYTES;
    let advice = format!(
        "{} with initial values are read and never written. As constants (`static` without `mut` and cells, `const` \
         in C) they stay in flash; leave those in RAM that have to be read fast or while flash is written.",
        counted(rows.len(), "static")
    );
    let mut lines = evidence(rows);
    lines.push(format!("{} B less for how flash is laid out with them", grouped(margin_bytes)));
    Some(insight(kinds::CONSTANTS_IN_DATA, advice, saving.less(margin_bytes), lines))
        .filter(|_| !constants.is_empty())
        .into_iter()
        .collect()
}

/// `TABLE, read by look_up and 2 more`.
fn described(case: &Case<'_>, symbol: &Symbol, found: &Use) -> String {
    let name = |it: &u64| case.symbol_at(*it).map_or_else(|| format!("{it:#x}"), |it| it.name.clone());
    let readers: Vec<String> = found.readers.iter().take(MAX_READERS).map(name).collect();
    let n_more = found.readers.len() - readers.len();
    let more = if n_more > 0 { format!(" and {} more", grouped(n_more as u64)) } else { String::new() };
    format!("{}, read by {}{more}", case.described(symbol), readers.join(", "))
}
