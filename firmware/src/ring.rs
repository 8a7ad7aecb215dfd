//! A ring between an interrupt and the main loop: one side puts samples in, the other takes them out.
//!
//! Nobody waits and nobody locks. Each side writes one counter and reads the other's: the counters run
//! freely and wrap, and their difference is how many samples wait. A sample is stored before the counter
//! says so (`Release`) and read after the counter was (`Acquire`); on the Cortex-M0+, where the two sides
//! take turns on one core, that keeps the compiler from swapping them and costs a barrier.
//!
//! The samples are atomics, too: two writers would lose samples, but nobody could read what was never there.

use core::sync::atomic::{AtomicU16, AtomicUsize, Ordering};

/// Up to `N` samples on their way; `N` is a power of two.
#[derive(Debug)]
pub struct Ring<const N: usize> {
    samples: [AtomicU16; N],
    /// How many were put in, by the writer only.
    n_put: AtomicUsize,
    /// How many were taken out, by the reader only.
    n_taken: AtomicUsize,
}

/// The ring is full: the reader was away for too long.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Full;

impl<const N: usize> Ring<N> {
    /// Empty, and zero in every byte, so that it stands in `.bss`.
    pub const fn new() -> Self {
        Self::starting_at(0)
    }

    const fn starting_at(count: usize) -> Self {
        const { assert!(N.is_power_of_two(), "the counters wrap, so the ring must fit their range evenly") };
        Self {
            samples: [const { AtomicU16::new(0) }; N],
            n_put: AtomicUsize::new(count),
            n_taken: AtomicUsize::new(count),
        }
    }

    /// Puts a sample in; for the one writer.
    pub fn put(&self, sample: u16) -> Result<(), Full> {
        let n_put = self.n_put.load(Ordering::Relaxed);
        let n_waiting = n_put.wrapping_sub(self.n_taken.load(Ordering::Acquire));
        let slot = self.slot(n_put).filter(|_| n_waiting < N).ok_or(Full)?;
        slot.store(sample, Ordering::Relaxed);
        self.n_put.store(n_put.wrapping_add(1), Ordering::Release);
        Ok(())
    }

    /// Takes the oldest sample out; for the one reader.
    pub fn take(&self) -> Option<u16> {
        let n_taken = self.n_taken.load(Ordering::Relaxed);
        if self.n_put.load(Ordering::Acquire) == n_taken {
            return None;
        }
        let sample = self.slot(n_taken)?.load(Ordering::Relaxed);
        self.n_taken.store(n_taken.wrapping_add(1), Ordering::Release);
        Some(sample)
    }

    fn slot(&self, count: usize) -> Option<&AtomicU16> {
        self.samples.get(count % N)
    }
}

impl<const N: usize> Default for Ring<N> {
    fn default() -> Self {
        Self::new()
    }
}

#[cfg(test)]
mod tests;
