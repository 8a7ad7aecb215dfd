//! Nested ranges of functions, flattened so that one look-up finds the innermost.

use super::addresses::Addresses;
use super::near::Near;
use crate::span::Span;

/// Addresses of one frame; a frame may have several.
#[derive(Debug, Clone, Copy)]
pub(super) struct Covered {
    pub(super) span: Span,
    pub(super) frame: u32,
}

/// The frame where there is none.
const NO_FRAME: u32 = u32::MAX;

/// The innermost frame of every address. There are millions, so each takes eight bytes.
#[derive(Debug, Default)]
pub(super) struct Segments {
    /// Where another segment begins, in order.
    starts: Addresses,
    /// For each of them its frame, or [`NO_FRAME`].
    frames: Vec<u32>,
}

/// Where a frame is in the tree that inlined calls make.
#[derive(Debug, Clone, Copy)]
pub(super) struct Rank {
    /// The frame that is not inlined, itself included.
    pub(super) root: u32,
    /// How many frames it is inlined into.
    pub(super) depth: u32,
}

impl Segments {
    /// A frame holds where no frame inside of it does. Where two functions share addresses, as after
    /// identical code was folded, the first one holds.
    pub(super) fn new(ranks: &[Rank], mut covered: Vec<Covered>) -> Self {
        covered.sort_by_key(|it| (it.span.start(), ranks[it.frame as usize].depth, it.frame));
        let mut flattener = Flattener::default();
        for next in covered {
            flattener.close_until(next.span.start());
            flattener.open(ranks, next);
        }
        flattener.close_until(u64::MAX);
        flattener.finish()
    }

    /// The innermost frame at `address`, and where that answer changes.
    #[inline]
    pub(super) fn at(&self, address: u64, near: &mut Near) -> (Option<u32>, u64) {
        let behind = self.starts.n_up_to(address, near);
        let end = self.starts.get(behind).unwrap_or(u64::MAX);
        (behind.checked_sub(1).map(|it| self.frames[it]).filter(|it| *it != NO_FRAME), end)
    }
}

#[derive(Default)]
struct Flattener {
    done: Segments,
    /// Where the last segment ends.
    end: u64,
    /// Each inside of the one before.
    open: Vec<Covered>,
    cursor: u64,
}

impl Flattener {
    /// What is open holds up to `address`, the innermost first.
    fn close_until(&mut self, address: u64) {
        while let Some(top) = self.open.last().copied() {
            let end = top.span.end().min(address);
            self.emit(top.frame, end);
            if top.span.end() > address {
                break;
            }
            self.open.pop();
        }
        self.cursor = self.cursor.max(address);
    }

    fn emit(&mut self, frame: u32, end: u64) {
        if let Some(span) = Span::between(self.cursor, end).filter(|it| !it.is_empty()) {
            if self.end < span.start() && !self.done.starts.is_empty() {
                self.push(self.end, NO_FRAME);
            }
            self.push(span.start(), frame);
            (self.end, self.cursor) = (end, end);
        }
    }

    fn push(&mut self, start: u64, frame: u32) {
        self.done.starts.push(start);
        self.done.frames.push(frame);
    }

    fn finish(mut self) -> Segments {
        if !self.done.starts.is_empty() {
            self.push(self.end, NO_FRAME);
        }
        self.done.starts.shrink_to_fit();
        self.done.frames.shrink_to_fit();
        self.done
    }

    fn open(&mut self, ranks: &[Rank], next: Covered) {
        let rank = ranks[next.frame as usize];
        let Some(top) = self.open.last() else {
            self.open.push(next);
            return;
        };
        let around = ranks[top.frame as usize];
        if around.root == rank.root && around.depth < rank.depth {
            self.open.extend(top.span.intersection(next.span).map(|span| Covered { span, ..next }));
        }
    }
}
