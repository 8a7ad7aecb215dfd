//! The watchdog, after chapter 4.7 of the RP2040 datasheet.

use super::Board;
use rp2040_pac as pac;

/// It counts down twice per microsecond: erratum RP2040-E1.
const COUNTS_PER_US: u32 = 2;

/// Everything but the two oscillators, which would take time to start again.
const WHAT_IT_RESETS: u32 = 0x1_ffff & !0b11;

/// The watchdog, running.
pub struct Watchdog {
    registers: pac::WATCHDOG,
    load: u32,
}

impl Watchdog {
    /// Resets the chip when it is not fed for so long; at most 8.3 s.
    pub fn start(board: &Board, timeout_us: u32) -> Self {
        // A debugger resets the cores, but not the watchdog.
        stop();
        // SAFETY: the mask has a bit for each block that there is.
        board.registers.PSM.wdsel().write(|w| unsafe { w.bits(WHAT_IT_RESETS) });
        let watchdog =
            Self { registers: registers(), load: timeout_us.saturating_mul(COUNTS_PER_US).min(0xff_ffff) };
        watchdog.feed();
        watchdog.registers.ctrl().modify(|_, w| w.enable().set_bit());
        watchdog
    }

    /// Starts the time anew.
    pub fn feed(&self) {
        // SAFETY: the time fits the register's 24 bits.
        self.registers.load().write(|w| unsafe { w.bits(self.load) });
    }

    /// Resets the chip now.
    pub fn reset(&self) -> ! {
        self.registers.ctrl().modify(|_, w| w.trigger().set_bit());
        loop {
            cortex_m::asm::nop();
        }
    }
}

/// Lets the chip alone from now on.
pub(super) fn stop() {
    registers().ctrl().modify(|_, w| w.enable().clear_bit());
}

fn registers() -> pac::WATCHDOG {
    // SAFETY: each write here is whole by itself; an interrupt in between does not touch these registers.
    unsafe { pac::WATCHDOG::steal() }
}
