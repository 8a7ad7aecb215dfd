//! What may change while running. The values start non-zero, so they cost flash as well as RAM.

use crate::temperature::Hundredths;
use core::sync::atomic::{AtomicI32, AtomicU32, Ordering};

/// The settings, shared by whoever reads and whoever changes them.
#[derive(Debug)]
pub struct Settings {
    period_ms: AtomicU32,
    lower_limit: AtomicI32,
    upper_limit: AtomicI32,
}

/// A limit that a temperature crossed.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Alarm {
    /// Colder than this.
    Below(Hundredths),
    /// Warmer than this.
    Above(Hundredths),
}

impl Settings {
    /// What holds until somebody changes it: ten samples per second, an alarm outside 5 to 40 °C.
    pub const fn new() -> Self {
        Self {
            period_ms: AtomicU32::new(100),
            lower_limit: AtomicI32::new(500),
            upper_limit: AtomicI32::new(4000),
        }
    }

    /// The time between two samples.
    pub fn period_us(&self) -> u32 {
        self.period_ms.load(Ordering::Relaxed).saturating_mul(1000)
    }

    /// The same in milliseconds.
    pub fn period_ms(&self) -> u32 {
        self.period_ms.load(Ordering::Relaxed)
    }

    /// Changes the time between two samples; the command line lets 1 ms to one minute pass.
    pub fn change_period(&self, period_ms: u32) {
        self.period_ms.store(period_ms, Ordering::Relaxed);
    }

    /// Changes the temperature above which there is an alarm.
    pub fn change_upper_limit(&self, limit: Hundredths) {
        self.upper_limit.store(limit.0, Ordering::Relaxed);
    }

    /// The temperature above which there is an alarm.
    pub fn upper_limit(&self) -> Hundredths {
        Hundredths(self.upper_limit.load(Ordering::Relaxed))
    }

    /// The limit that a temperature crosses.
    pub fn alarm(&self, temperature: Hundredths) -> Option<Alarm> {
        let lower = Hundredths(self.lower_limit.load(Ordering::Relaxed));
        let upper = self.upper_limit();
        if temperature < lower {
            Some(Alarm::Below(lower))
        } else if temperature > upper {
            Some(Alarm::Above(upper))
        } else {
            None
        }
    }
}

impl Default for Settings {
    fn default() -> Self {
        Self::new()
    }
}

#[cfg(test)]
mod tests;
