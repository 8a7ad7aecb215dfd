//! Finds the span that holds an address, mostly in one step.
//!
//! An image of 150 MB asks a few million times who has an address. A binary search over all symbols
//! misses the cache at each step; a coarse table of where to begin leaves a step or two.

use crate::span::Span;

/// Runs of spans further apart than this are looked up apart, so that holes take no table.
const MAX_HOLE_BYTES: u64 = 1 << 16;
/// Entries of the table for each span.
const ENTRIES_PER_SPAN: u64 = 1;

/// A table over spans that are sorted and do not overlap.
#[derive(Debug, Default)]
pub(super) struct Index {
    runs: Vec<Run>,
    /// For each bucket of a run the first span that ends behind the bucket's start.
    table: Vec<u32>,
    /// Where each span starts and ends, from its run's start: close together, so that most of it stays in the
    /// cache.
    spans: Vec<(u32, u32)>,
}

/// Spans near each other.
#[derive(Debug)]
struct Run {
    extent: Span,
    /// Addresses of one bucket, as a power of two.
    shift: u32,
    /// Of its buckets in the table.
    first: usize,
    /// Of its spans.
    first_span: usize,
}

impl Index {
    /// Of fewer than 2^32 spans; more than that do not fit into a file.
    pub(super) fn new(spans: impl Iterator<Item = Span>) -> Self {
        let spans: Vec<Span> = spans.collect();
        let mut index = Self::default();
        let mut from = 0;
        for to in 1..=spans.len() {
            let is_near = spans.get(to).is_some_and(|it| {
                let reaches = it.end() - spans[from].start();
                it.start() - spans[to - 1].end() <= MAX_HOLE_BYTES && reaches < u32::MAX.into()
            });
            if !is_near {
                index.add(&spans, from, to);
                from = to;
            }
        }
        index
    }

    fn add(&mut self, spans: &[Span], from: usize, to: usize) {
        let Some(extent) = Span::between(spans[from].start(), spans[to - 1].end()) else { return };
        let max_buckets = (to - from) as u64 * ENTRIES_PER_SPAN;
        let shift = (0..63).find(|it| extent.size() >> it <= max_buckets).unwrap_or(63);
        self.runs.push(Run { extent, shift, first: self.table.len(), first_span: from });
        let mut idx = from;
        for bucket in 0..=extent.size() >> shift {
            let start = extent.start().saturating_add(bucket << shift);
            while idx + 1 < to && spans[idx].end() <= start {
                idx += 1;
            }
            self.table.push(idx as u32);
        }
        self.table.push(to as u32 - 1);
        // Only a span that is alone in its run can be too long: that is the run's extent.
        let distance = |it: u64| u32::try_from(it - extent.start()).unwrap_or(u32::MAX);
        self.spans.extend(spans[from..to].iter().map(|it| (distance(it.start()), distance(it.end()))));
    }

    /// The span that holds `address`, and its number.
    #[inline]
    pub(super) fn find(&self, address: u64) -> Option<(usize, Span)> {
        let (run_idx, idx) = self.search(address)?;
        let span = self.span_in(run_idx, idx);
        span.contains_address(address).then_some((idx, span))
    }

    /// The spans that have addresses in `span`, by number.
    pub(super) fn within(&self, span: Span) -> impl Iterator<Item = usize> {
        let from = self.search(span.start()).map_or(self.spans.len(), |it| it.1);
        (from..self.spans.len()).take_while(move |it| self.span(*it).start() < span.end())
    }

    /// The first span that ends behind `address`, by the numbers of its run and its own.
    #[inline]
    fn search(&self, address: u64) -> Option<(usize, usize)> {
        let run_idx = self.runs.partition_point(|it| it.extent.end() <= address);
        let run = self.runs.get(run_idx)?;
        let Some(distance) = address.checked_sub(run.extent.start()) else {
            return Some((run_idx, run.first_span));
        };
        let bucket = run.first + (distance >> run.shift) as usize;
        let (mut low, mut high) = (self.table[bucket] as usize, self.table[bucket + 1] as usize);
        while low < high {
            let middle = low + (high - low) / 2;
            if u64::from(self.spans[middle].1) <= distance { low = middle + 1 } else { high = middle }
        }
        Some((run_idx, low))
    }

    fn span(&self, idx: usize) -> Span {
        self.span_in(self.runs.partition_point(|it| it.first_span <= idx).saturating_sub(1), idx)
    }

    #[inline]
    fn span_in(&self, run_idx: usize, idx: usize) -> Span {
        let extent = self.runs[run_idx].extent;
        let (start, end) = self.spans[idx];
        if end == u32::MAX {
            return extent;
        }
        Span::saturating(extent.start() + u64::from(start), u64::from(end - start))
    }
}

#[cfg(test)]
mod tests;
