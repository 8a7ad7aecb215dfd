//! Statics that take more memory than they need: big, or initialised with zeroes from flash.

use std::collections::BTreeSet;

use super::kinds;
use super::{Case, Saving, counted, grouped, insight};
use crate::report::{Certainty, Insight, Section, SectionKind, SectionRole, Symbol, SymbolKind};
use crate::span::Span;

/// A static is big if it takes this part of the RAM in use, and so many bytes.
const BIG_PART: u64 = 10;
const BIG_BYTES: u64 = 1024;
/// A static with one other byte in so many is mostly zeroes.
const ZEROES_PER_BYTE: usize = 16;

/// Big ones, and zeroes in flash.
pub(super) fn advise(case: &Case<'_>) -> Vec<Insight> {
    big_zero_statics(case).into_iter().chain(zeroes(case)).chain(mostly_zeroes(case)).collect()
}

fn big_zero_statics(case: &Case<'_>) -> Option<Insight> {
    let total_bytes = case.report.totals.ram_bytes;
    let min_bytes = BIG_BYTES.max(total_bytes / BIG_PART);
    let is_big = |it: &&Symbol| it.size_bytes >= min_bytes && case.is_alive(it);
    let big: Vec<&Symbol> = statics(case, SectionKind::Bss).filter(is_big).collect();
    let bytes: u64 = big.iter().map(|it| it.size_bytes).sum();
    let share = bytes * 100 / total_bytes.max(1);
    let advice = format!(
        "{} starting as zero: {} B, {share} % of the RAM in use. Check {} capacity, or let what is \
         not needed at the same time share one buffer.",
        counted(big.len(), "static"),
        grouped(bytes),
        if big.len() == 1 { "its" } else { "their" }
    );
    let saving = Saving::of_ram(bytes, Certainty::UpTo);
    (!big.is_empty()).then(|| insight(kinds::BIG_ZERO_STATICS, advice, saving, case.evidence(&big)))
}

/// Symbols in sections of one kind that are neither stacks nor heaps.
pub(super) fn statics<'a>(case: &Case<'a>, kind: SectionKind) -> impl Iterator<Item = &'a Symbol> {
    let report = case.report;
    let is_home = move |it: &&Section| it.kind == kind && it.role == SectionRole::Content && it.allocated;
    let homes: BTreeSet<&str> = report.sections.iter().filter(is_home).map(|it| it.name.as_str()).collect();
    let is_at_home = move |it: &&Symbol| homes.contains(it.section.as_str());
    report.symbols.iter().filter(|it| it.kind != SymbolKind::Function).filter(is_at_home)
}

/// How many bytes of a stored static are not zero. Of a vector table, which is read before any code runs, nothing is
/// said.
fn n_other_bytes(case: &Case<'_>, symbol: &Symbol) -> Option<usize> {
    let span = Span::saturating(symbol.run_address, symbol.size_bytes);
    let content = case.content(span);
    let is_whole = content.len() as u64 == symbol.size_bytes;
    let is_vectors = || {
        let vectors = case.graph.iter().flat_map(|it| &it.references.vectors);
        vectors.into_iter().any(|it| it.intersection(span).is_some())
    };
    (is_whole && !is_vectors()).then(|| content.iter().filter(|it| **it != 0).count())
}

fn zeroes(case: &Case<'_>) -> Option<Insight> {
    let is_zero = |it: &&Symbol| n_other_bytes(case, it) == Some(0);
    let zeroes: Vec<&Symbol> = statics(case, SectionKind::Data).filter(is_zero).collect();
    let bytes = zeroes.iter().map(|it| it.size_bytes).sum();
    let advice = format!(
        "{} with initial values in flash {} only zeroes, which start-up code writes without any. Let {} go \
         to .bss.",
        counted(zeroes.len(), "static"),
        holds(zeroes.len()),
        if zeroes.len() == 1 { "it" } else { "them" }
    );
    let saving = Saving::of_flash(bytes, Certainty::Exact);
    (!zeroes.is_empty()).then(|| insight(kinds::ZEROES_IN_DATA, advice, saving, case.evidence(&zeroes)))
}

/// The verb of one, or of several.
fn holds(n_statics: usize) -> &'static str {
    if n_statics == 1 { "holds" } else { "hold" }
}

/// One number that is not zero takes a whole buffer to flash.
fn mostly_zeroes(case: &Case<'_>) -> Option<Insight> {
    let is_mostly_zero = |it: &&Symbol| {
        let n_other = n_other_bytes(case, it).unwrap_or(0);
        n_other > 0 && (n_other * ZEROES_PER_BYTE) as u64 <= it.size_bytes
    };
    let found: Vec<&Symbol> = statics(case, SectionKind::Data).filter(is_mostly_zero).collect();
    let bytes = found.iter().map(|it| it.size_bytes).sum();
    let advice = format!(
        "{} with initial values in flash {} zeroes but for a few bytes. Start with zeroes only and set the rest \
         when the program starts, or keep the few bytes apart.",
        counted(found.len(), "static"),
        holds(found.len())
    );
    let saving = Saving::of_flash(bytes, Certainty::UpTo);
    (!found.is_empty()).then(|| insight(kinds::ZEROES_IN_DATA, advice, saving, case.evidence(&found)))
}
