//! Millions of references in eight bytes each.

use super::places::Place;
use super::{Reference, ReferenceKind};
use crate::span::Span;

/// Bits of an address once holes between sections are left out.
const ADDRESS_BITS: u32 = 30;
/// Bytes of all sections that have references: 1 GiB.
const MAX_BYTES: u64 = 1 << ADDRESS_BITS;
/// Smaller holes are not left out.
const MAX_HOLE_BYTES: u64 = 1 << 16;

const KINDS: [ReferenceKind; 6] = [
    ReferenceKind::Call,
    ReferenceKind::Jump,
    ReferenceKind::Address,
    ReferenceKind::Data,
    ReferenceKind::FallThrough,
    ReferenceKind::Access,
];

/// Addresses in a row, and the number of the first.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
struct Run {
    span: Span,
    first: u64,
}

/// References, each as one number that sorts as they do: who makes it, where it leads, how, and
/// whether nobody's bytes are there.
#[derive(Debug, Default)]
pub(crate) struct List {
    runs: Vec<Run>,
    packed: Vec<u64>,
}

impl List {
    /// For references between places; `None` where their addresses have too many bytes.
    pub(super) fn new(places: &[Place]) -> Option<Self> {
        let (Some(first), Some(last)) = (places.first(), places.last()) else { return Some(Self::default()) };
        let whole = Span::between(first.span.start(), last.span.end())?;
        let runs = if whole.size() <= MAX_BYTES { vec![Run { span: whole, first: 0 }] } else { runs(places) };
        let n_bytes = runs.last().map_or(0, |it| it.first + it.span.size());
        (n_bytes <= MAX_BYTES).then_some(Self { runs, packed: Vec::new() })
    }

    pub(crate) fn len(&self) -> usize {
        self.packed.len()
    }

    /// Adds a reference. What is not between places is left out: it connects nothing.
    #[inline]
    pub(super) fn push(&mut self, reference: Reference, leads_into_gap: bool) {
        let Reference { at_address, target_address, kind } = reference;
        if let Some((at, target)) = self.number(at_address).zip(self.number(target_address)) {
            let how = (kind as u64) << 1 | u64::from(leads_into_gap);
            self.packed.push(at << (ADDRESS_BITS + 4) | target << 4 | how);
        }
    }

    /// Sorts what was added last.
    pub(super) fn sort_from(&mut self, n_before: usize) {
        if self.packed.len() > n_before + 1 {
            self.packed[n_before..].sort_unstable();
        }
    }

    /// In order, each once. Much is in order already: this way of sorting only merges that.
    pub(super) fn finish(&mut self) {
        self.packed.sort();
        self.packed.dedup();
        self.packed.shrink_to_fit();
    }

    /// Adds references to symbols to a list that is in order.
    pub(super) fn add(&mut self, references: &[Reference]) {
        references.iter().for_each(|it| self.push(*it, false));
        if !references.is_empty() {
            self.finish();
        }
    }

    /// All, by address of what makes them.
    pub(crate) fn iter(&self) -> impl Iterator<Item = Reference> {
        self.packed.iter().map(|it| self.unpacked(*it))
    }

    /// Those that are made inside of `span`, once they are in order.
    pub(crate) fn within(&self, span: Span) -> impl Iterator<Item = Reference> {
        let from = self.packed.partition_point(|it| self.address(it >> (ADDRESS_BITS + 4)) < span.start());
        let behind = self.packed[from..].iter().map(|it| self.unpacked(*it));
        behind.take_while(move |it| it.at_address < span.end())
    }

    /// One by its number in the order.
    pub(crate) fn get(&self, idx: usize) -> Option<Reference> {
        self.packed.get(idx).map(|it| self.unpacked(*it))
    }

    /// Those that lead to where nobody's bytes are.
    pub(crate) fn leading_into_gaps(&self) -> impl Iterator<Item = Reference> {
        self.packed.iter().filter(|it| *it & 1 != 0).map(|it| self.unpacked(*it))
    }

    #[inline]
    fn number(&self, address: u64) -> Option<u64> {
        let run = self.runs.get(self.runs.partition_point(|it| it.span.end() <= address))?;
        Some(run.first + address.checked_sub(run.span.start())?)
    }

    #[inline]
    fn address(&self, number: u64) -> u64 {
        let run = self.runs.partition_point(|it| it.first <= number).saturating_sub(1);
        self.runs.get(run).map_or(0, |it| it.span.start() + (number - it.first))
    }

    #[inline]
    fn unpacked(&self, packed: u64) -> Reference {
        let mask = MAX_BYTES - 1;
        let kind = KINDS.get((packed >> 1 & 7) as usize).copied().unwrap_or(ReferenceKind::FallThrough);
        Reference {
            at_address: self.address(packed >> (ADDRESS_BITS + 4)),
            target_address: self.address(packed >> 4 & mask),
            kind,
        }
    }
}

fn runs(places: &[Place]) -> Vec<Run> {
    let mut runs: Vec<Run> = Vec::new();
    for span in places.iter().map(|it| it.span) {
        let first = runs.last().map_or(0, |it| it.first.saturating_add(it.span.size()));
        match runs.last_mut().filter(|it| span.start() - it.span.end() <= MAX_HOLE_BYTES) {
            Some(run) => run.span = Span::saturating(run.span.start(), span.end() - run.span.start()),
            None => runs.push(Run { span, first }),
        }
    }
    runs
}

#[cfg(test)]
mod tests;
