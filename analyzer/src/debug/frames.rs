//! Nested ranges of functions, flattened so that one look-up finds the innermost.

use super::functions::Frame;
use super::near::Near;
use crate::span::Span;

/// Addresses of one frame; a frame may have several.
#[derive(Debug, Clone, Copy)]
pub(super) struct Covered {
    pub(super) span: Span,
    pub(super) frame: u32,
}

/// The innermost frame of every address: sorted, not empty, not overlapping.
#[derive(Debug, Default)]
pub(super) struct Segments(Vec<Covered>);

impl Segments {
    /// A frame holds where no frame inside of it does. Where two functions share addresses, as after
    /// identical code was folded, the first one holds.
    pub(super) fn new(frames: &[Frame], mut covered: Vec<Covered>) -> Self {
        covered.sort_by_key(|it| (it.span.start(), frames[it.frame as usize].depth, it.frame));
        let mut flattener =
            Flattener { done: Vec::with_capacity(covered.len() * 2), open: Vec::new(), cursor: 0 };
        for next in covered {
            flattener.close_until(next.span.start());
            flattener.open(frames, next);
        }
        flattener.close_until(u64::MAX);
        flattener.done.shrink_to_fit();
        Self(flattener.done)
    }

    /// The innermost frame at `address`, and where that answer changes.
    pub(super) fn at(&self, address: u64, near: &mut Near) -> (Option<u32>, u64) {
        let idx = near.partition_point(&self.0, |it| it.span.end() <= address);
        match self.0.get(idx) {
            Some(it) if it.span.start() <= address => (Some(it.frame), it.span.end()),
            Some(it) => (None, it.span.start()),
            None => (None, u64::MAX),
        }
    }
}

struct Flattener {
    done: Vec<Covered>,
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
            self.done.push(Covered { span, frame });
            self.cursor = end;
        }
    }

    fn open(&mut self, frames: &[Frame], next: Covered) {
        let frame = frames[next.frame as usize];
        let Some(top) = self.open.last() else {
            self.open.push(next);
            return;
        };
        let around = frames[top.frame as usize];
        if around.root == frame.root && around.depth < frame.depth {
            self.open.extend(top.span.intersection(next.span).map(|span| Covered { span, ..next }));
        }
    }
}
