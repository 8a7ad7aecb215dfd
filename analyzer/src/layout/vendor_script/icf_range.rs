//! What a region of an `.icf` is: ranges of addresses, in order, none of which touches another.

/// More ranges no region has.
const MAX_RANGES: usize = 1 << 10;

/// First address, and the one behind the last.
pub(super) type Range = (i128, i128);

/// A set of addresses.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(super) struct Ranges(Vec<Range>);

impl Ranges {
    pub(super) fn one(range: Range) -> Self {
        Self(Vec::from_iter(Some(range).filter(|it| it.0 < it.1)))
    }

    pub(super) fn as_slice(&self) -> &[Range] {
        &self.0
    }

    /// Absent where there would be too many.
    pub(super) fn union(self, other: Self) -> Option<Self> {
        let mut all = self.0;
        all.extend(other.0);
        all.sort_unstable();
        let mut ranges: Vec<Range> = Vec::new();
        for (start, end) in all {
            match ranges.last_mut() {
                Some(last) if start <= last.1 => last.1 = last.1.max(end),
                _ => ranges.push((start, end)),
            }
        }
        (ranges.len() <= MAX_RANGES).then_some(Self(ranges))
    }

    pub(super) fn intersection(&self, other: &Self) -> Option<Self> {
        let common = self.0.iter().flat_map(|a| other.0.iter().map(|b| (a.0.max(b.0), a.1.min(b.1))));
        let ranges: Vec<Range> = common.filter(|it| it.0 < it.1).take(MAX_RANGES + 1).collect();
        (ranges.len() <= MAX_RANGES).then_some(Self(ranges))
    }

    pub(super) fn difference(self, other: &Self) -> Option<Self> {
        let mut ranges = self.0;
        for hole in &other.0 {
            let pieces = |it: Range| [(it.0, it.1.min(hole.0)), (it.0.max(hole.1), it.1)];
            ranges = ranges.into_iter().flat_map(pieces).filter(|it| it.0 < it.1).collect();
            if ranges.len() > MAX_RANGES {
                return None;
            }
        }
        Some(Self(ranges))
    }

    pub(super) fn size(&self) -> i128 {
        self.0.iter().map(|(start, end)| end - start).sum()
    }
}
