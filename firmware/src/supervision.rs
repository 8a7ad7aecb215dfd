//! Whether the watchdog may be fed: only while samples arrive.
//!
//! A main loop that runs proves little. What must not stop is the chain from the timer through the converter
//! and the ring to the main loop, so that chain is what the watchdog watches.

/// How late a sample may be besides a period: a slow flash holds it up for 400 ms while the settings are saved.
const PATIENCE_US: u32 = 500_000;

/// When a sample arrived last.
#[derive(Debug, Clone)]
pub struct Supervision {
    last_sample_us: u32,
}

impl Supervision {
    /// Waits for the first sample from now on.
    pub const fn new(now_us: u32) -> Self {
        Self { last_sample_us: now_us }
    }

    /// A sample arrived, or the time between them changed.
    pub fn renew(&mut self, now_us: u32) {
        self.last_sample_us = now_us;
    }

    /// Whether samples arrive as they should.
    pub fn is_content(&self, now_us: u32, period_us: u32) -> bool {
        now_us.wrapping_sub(self.last_sample_us) <= period_us.saturating_add(PATIENCE_US)
    }
}

#[cfg(test)]
mod tests;
