//! A bound on work that a file could ask for again and again.

use std::sync::atomic::{AtomicU64, Ordering};

/// Steps that are left. Tables of debug information refer to each other by offset, so a few bytes
/// can ask for the same megabyte a million times; real files read each table about once.
#[derive(Debug)]
pub(super) struct Budget(AtomicU64);

impl Budget {
    pub(super) fn new(steps: u64) -> Self {
        Self(AtomicU64::new(steps))
    }

    /// Whether that many steps may be taken. Once refused, everything is.
    pub(super) fn take(&self, steps: u64) -> bool {
        let taken = self.0.try_update(Ordering::Relaxed, Ordering::Relaxed, |left| left.checked_sub(steps));
        if taken.is_err() {
            self.spend();
        }
        taken.is_ok()
    }

    /// Leaves nothing.
    pub(super) fn spend(&self) {
        self.0.store(0, Ordering::Relaxed);
    }

    pub(super) fn is_spent(&self) -> bool {
        self.0.load(Ordering::Relaxed) == 0
    }
}

/// Bytes of the table of abbreviations at the start of `table`: up to its end mark.
pub(super) fn abbreviations_bytes(table: &[u8]) -> usize {
    let mut at = 0;
    let mut next = || {
        let start = at;
        while table.get(at).is_some_and(|it| it & 0x80 != 0) {
            at += 1;
        }
        at += 1;
        table.get(start..at).map(|it| (it[0], it.len() > 1, at))
    };
    // Each entry: code, tag, children, then pairs of name and form up to a pair of zeroes.
    while let Some((code, is_long, end)) = next() {
        if code == 0 && !is_long {
            return end;
        }
        if next().and_then(|_| next()).is_none() {
            break;
        }
        while let (Some(name), Some(form)) = (next(), next()) {
            if (name.0, form.0) == (0, 0) {
                break;
            }
            // DW_FORM_implicit_const has its value here.
            if form.0 == 0x21 && !form.1 && next().is_none() {
                break;
            }
        }
    }
    table.len()
}
