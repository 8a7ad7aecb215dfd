//! Why the chip started, from the two registers that remember it.

/// What is known at the start.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct BootRecord {
    /// Why the chip started.
    pub cause: ResetCause,
    /// What the system clock runs at.
    pub clock_hz: u32,
}

/// Why the chip started.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum ResetCause {
    /// Power came up or sagged.
    PowerOn,
    /// The RUN pin was low.
    RunPin,
    /// A debugger asked for it.
    Debugger,
    /// The watchdog was not fed in time.
    WatchdogTimeout,
    /// The program asked the watchdog for it.
    WatchdogRequest,
    /// None of the registers says why.
    Unknown,
}

impl ResetCause {
    /// Reads `WATCHDOG.REASON` and `VREG_AND_CHIP_RESET.CHIP_RESET`. The watchdog's word counts first: the
    /// chip's register keeps what it said before a watchdog's reset.
    pub const fn from_registers(watchdog_reason: u32, chip_reset: u32) -> Self {
        match () {
            () if watchdog_reason & 1 << 0 != 0 => Self::WatchdogTimeout,
            () if watchdog_reason & 1 << 1 != 0 => Self::WatchdogRequest,
            () if chip_reset & 1 << 8 != 0 => Self::PowerOn,
            () if chip_reset & 1 << 16 != 0 => Self::RunPin,
            () if chip_reset & 1 << 20 != 0 => Self::Debugger,
            () => Self::Unknown,
        }
    }
}

#[cfg(test)]
mod tests;
