//! Non-overlapping ranges over one extent; the first claim to a byte wins.

use crate::span::Span;

/// Labels for the addresses of `extent`; each has at most one.
#[derive(Debug, Clone)]
pub(crate) struct ByteMap<L> {
    extent: Span,
    /// Sorted, not empty, not overlapping, inside of the extent.
    ranges: Vec<(Span, L)>,
}

impl<L: Copy> ByteMap<L> {
    pub(crate) fn new(extent: Span) -> Self {
        Self { extent, ranges: Vec::new() }
    }

    /// Labels what is still free of `span` and says how many bytes that was. Claims in the order
    /// of addresses cost constant time.
    pub(crate) fn claim(&mut self, span: Span, label: L) -> u64 {
        let Some(span) = self.extent.intersection(span) else { return 0 };
        let first = self.ranges.partition_point(|(it, _)| it.end() <= span.start());
        let mut free = Vec::new();
        let mut cursor = span.start();
        for (taken, _) in self.ranges[first..].iter().take_while(|(it, _)| it.start() < span.end()) {
            free.extend(Span::between(cursor, taken.start()).filter(|it| !it.is_empty()));
            cursor = taken.end();
        }
        free.extend(Span::between(cursor, span.end()).filter(|it| !it.is_empty()));
        let bytes = free.iter().map(|it| it.size()).sum();
        self.insert(first, free, label);
        bytes
    }

    /// What is still free of `span`, by address.
    pub(crate) fn gaps(&self, span: Span) -> impl Iterator<Item = Span> {
        let span = self.extent.intersection(span);
        let taken = span.into_iter().flat_map(|it| self.within(it)).map(|(it, _)| it);
        let end = span.map(|it| it.from(it.end()));
        let mut cursor = span.map_or(0, |it| it.start());
        taken.chain(end).filter_map(move |taken| {
            let gap = Span::between(cursor, taken.start()).filter(|it| !it.is_empty());
            cursor = taken.end();
            gap
        })
    }

    fn insert(&mut self, first: usize, free: Vec<Span>, label: L) {
        let mut at = first;
        for span in free {
            while self.ranges.get(at).is_some_and(|(it, _)| it.start() < span.start()) {
                at += 1;
            }
            self.ranges.insert(at, (span, label));
        }
    }

    /// Who has the byte at `address`.
    pub(crate) fn at(&self, address: u64) -> Option<L> {
        let idx = self.ranges.partition_point(|(it, _)| it.end() <= address);
        self.ranges.get(idx).filter(|(it, _)| it.contains_address(address)).map(|(_, label)| *label)
    }

    /// Labels every free range with what `label` says about it.
    pub(crate) fn fill(&mut self, mut label: impl FnMut(Span) -> L) {
        let mut filled = Vec::with_capacity(self.ranges.len() * 2 + 1);
        let mut cursor = self.extent.start();
        for (span, taken) in self.ranges.drain(..) {
            let gap = Span::between(cursor, span.start()).filter(|it| !it.is_empty());
            filled.extend(gap.map(|it| (it, label(it))));
            filled.push((span, taken));
            cursor = span.end();
        }
        let rest = self.extent.from(cursor);
        filled.extend((!rest.is_empty()).then(|| (rest, label(rest))));
        self.ranges = filled;
    }

    /// Gives parts of the ranges that `is_open` says another label. `labels` are sorted and do not overlap.
    pub(crate) fn refine(&mut self, labels: &[(Span, L)], is_open: impl Fn(L) -> bool) {
        if labels.is_empty() {
            return;
        }
        let mut refined = Vec::with_capacity(self.ranges.len() + 2 * labels.len());
        let mut next = 0;
        for (range, label) in self.ranges.drain(..) {
            let mut cursor = range.start();
            while let Some((span, other)) = labels.get(next).filter(|(it, _)| it.start() < range.end()) {
                let part = range.from(cursor).intersection(*span).filter(|_| is_open(label));
                if let Some(part) = part {
                    let before = Span::between(cursor, part.start()).filter(|it| !it.is_empty());
                    refined.extend(before.map(|it| (it, label)));
                    refined.push((part, *other));
                    cursor = part.end();
                }
                if span.end() > range.end() {
                    break;
                }
                next += 1;
            }
            let rest = range.from(cursor);
            refined.extend((!rest.is_empty()).then_some((rest, label)));
        }
        self.ranges = refined;
    }

    /// What is free from `address` on, up to the next claim.
    pub(crate) fn free_from(&self, address: u64) -> Option<Span> {
        let idx = self.ranges.partition_point(|(it, _)| it.end() <= address);
        let end = self.ranges.get(idx).map_or(self.extent.end(), |(it, _)| it.start());
        self.extent.intersection(Span::between(address, end)?)
    }

    /// The labelled ranges.
    pub(crate) fn all(&self) -> impl Iterator<Item = (Span, L)> {
        self.ranges.iter().copied()
    }

    /// The labelled ranges inside of `span`, cut to it.
    pub(crate) fn within(&self, span: Span) -> impl Iterator<Item = (Span, L)> {
        let first = self.ranges.partition_point(|(it, _)| it.end() <= span.start());
        self.ranges[first..]
            .iter()
            .map_while(move |(it, label)| it.intersection(span).map(|part| (part, *label)))
    }
}

#[cfg(test)]
mod tests;
