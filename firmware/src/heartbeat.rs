//! Tells when something that repeats is due, by a microsecond counter that wraps every 71 minutes.

/// Something that is due once per period.
#[derive(Debug, Clone)]
pub struct Heartbeat {
    due_us: u32,
    period_us: u32,
}

impl Heartbeat {
    /// Due for the first time one period after `now_us`. Periods up to 35 minutes can be told from the past.
    pub const fn new(now_us: u32, period_us: u32) -> Self {
        Self { due_us: now_us.wrapping_add(period_us), period_us }
    }

    /// Whether it is due; then the next time is [`next_due_us`].
    pub fn is_due(&mut self, now_us: u32) -> bool {
        let late_us = now_us.wrapping_sub(self.due_us);
        if late_us > u32::MAX / 2 {
            return false;
        }
        self.due_us = next_due_us(self.due_us, now_us, self.period_us);
        true
    }

    /// Changes the period from the next time on.
    pub fn change_period(&mut self, period_us: u32) {
        self.period_us = period_us;
    }
}

/// When what was due at `due_us`, and is done at `now_us`, is due again: one period later, so that delays do
/// not add up.
///
/// Whoever is late by a period or more has missed beats. They are not made up for: a period shorter than
/// the work would otherwise fall behind until the past looked like the future.
pub const fn next_due_us(due_us: u32, now_us: u32, period_us: u32) -> u32 {
    let late_us = now_us.wrapping_sub(due_us);
    let last_us = if late_us < period_us { due_us } else { now_us };
    last_us.wrapping_add(period_us)
}

#[cfg(test)]
mod tests;
