//! A run of addresses whose end is known not to overflow.

/// `start..end` in one address space. Built with a check, so that arithmetic on it needs none.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub(crate) struct Span {
    start: u64,
    end: u64,
}

impl Span {
    /// `None` where `start + size` does not fit into 64 bits.
    pub(crate) fn new(start: u64, size: u64) -> Option<Self> {
        Some(Self { start, end: start.checked_add(size)? })
    }

    /// Cut at the end of the address space.
    pub(crate) fn saturating(start: u64, size: u64) -> Self {
        Self { start, end: start.saturating_add(size) }
    }

    /// `None` where the end lies before the start.
    pub(crate) fn between(start: u64, end: u64) -> Option<Self> {
        (start <= end).then_some(Self { start, end })
    }

    pub(crate) fn start(self) -> u64 {
        self.start
    }

    pub(crate) fn end(self) -> u64 {
        self.end
    }

    pub(crate) fn size(self) -> u64 {
        self.end - self.start
    }

    pub(crate) fn is_empty(self) -> bool {
        self.start == self.end
    }

    pub(crate) fn contains(self, other: Self) -> bool {
        self.start <= other.start && other.end <= self.end
    }

    pub(crate) fn contains_address(self, address: u64) -> bool {
        (self.start..self.end).contains(&address)
    }

    /// The common part; `None` where there is none.
    pub(crate) fn intersection(self, other: Self) -> Option<Self> {
        let common = Self::between(self.start.max(other.start), self.end.min(other.end))?;
        (!common.is_empty()).then_some(common)
    }

    /// The part at and behind `address`.
    pub(crate) fn from(self, address: u64) -> Self {
        Self { start: address.clamp(self.start, self.end), end: self.end }
    }
}

/// The largest power of two that divides `address`; the largest there is for 0.
pub(crate) fn natural_alignment(address: u64) -> u64 {
    1_u64.checked_shl(address.trailing_zeros()).unwrap_or(1 << 63)
}

/// Whether a gap of `gap_bytes` before `next` can come from aligning `next`, given that nothing
/// there asks for more than `max_align_bytes`.
pub(crate) fn is_alignment_gap(gap_bytes: u64, next: u64, max_align_bytes: u64) -> bool {
    gap_bytes < natural_alignment(next).min(max_align_bytes)
}
