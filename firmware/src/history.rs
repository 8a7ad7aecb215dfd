//! The last samples, in a ring.

use crate::temperature::Hundredths;

/// The last `N` temperatures; a new one takes the place of the oldest.
#[derive(Debug)]
pub struct History<const N: usize> {
    samples: [i32; N],
    next_idx: usize,
    len: usize,
}

/// What a history says in one line.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Summary {
    /// How many samples it is about.
    pub n_samples: usize,
    /// The coldest.
    pub least: Hundredths,
    /// The warmest.
    pub greatest: Hundredths,
    /// The mean, rounded towards zero.
    pub mean: Hundredths,
}

impl<const N: usize> History<N> {
    /// Without samples, and zero in every byte, so that it stands in `.bss`.
    pub const fn new() -> Self {
        Self { samples: [0; N], next_idx: 0, len: 0 }
    }

    /// Remembers a sample.
    pub fn push(&mut self, sample: Hundredths) {
        if let Some(slot) = self.samples.get_mut(self.next_idx) {
            *slot = sample.0;
        }
        self.next_idx += 1;
        if self.next_idx >= N {
            self.next_idx = 0;
        }
        self.len = N.min(self.len + 1);
    }

    /// The summary of what is remembered; `None` before the first sample.
    pub fn summary(&self) -> Option<Summary> {
        let samples = self.samples.get(..self.len)?;
        let (&first, rest) = samples.split_first()?;
        let mut summary = (first, first, first);
        for &sample in rest {
            summary = (summary.0.min(sample), summary.1.max(sample), summary.2.saturating_add(sample));
        }
        let (least, greatest, total) = summary;
        let mean = total.checked_div(i32::try_from(self.len).ok()?)?;
        Some(Summary {
            n_samples: self.len,
            least: Hundredths(least),
            greatest: Hundredths(greatest),
            mean: Hundredths(mean),
        })
    }
}

impl<const N: usize> Default for History<N> {
    fn default() -> Self {
        Self::new()
    }
}

#[cfg(test)]
mod tests;
