//! The Raspberry Pi Pico as we wire it. No other module names a pin, a register or a clock.
//!
//! | GPIO | pin | wired to |
//! |---|---|---|
//! | 0 | 1 | UART0 TX, 115200 8N1 |
//! | 1 | 2 | UART0 RX |
//! | 15 | 20 | LED through 330 Ω to ground |
//! | – | – | temperature sensor inside the chip, converter input 4 |
//!
//! Everything but the converter runs from the 12 MHz crystal: a PLL less saves power and flash.
#![expect(
    unsafe_code,
    reason = "registers are shared memory, and the start-up code finds two things by their symbols"
)]

pub mod clocks;
#[cfg(feature = "defmt")]
mod frames;
pub mod loader;
pub mod panic;
pub mod rounds;
pub mod sampler;
pub mod starts;
pub mod storage;
pub mod thermometer;
pub mod uart;
pub mod watchdog;

#[doc(hidden)]
pub use rp_binary_info;

use crate::boot::{BootRecord, ResetCause};
use rp2040_pac as pac;

/// The board after its clocks run. There is one: [`Board::start`] is called once, first in `main`.
pub struct Board {
    registers: pac::Peripherals,
}

/// GPIO 15 as an output.
pub struct Led {
    sio: pac::SIO,
}

const LED_PIN: usize = 15;
const LED_MASK: u32 = 1 << LED_PIN;

impl Board {
    /// Starts the crystal and everything that the pins need.
    pub fn start() -> Self {
        // SAFETY: called once, before anything else holds a peripheral.
        let registers = unsafe { pac::Peripherals::steal() };
        clocks::start(&registers);
        release(&registers.RESETS);
        Self { registers }
    }

    /// The LED, dark.
    pub fn led(&self) -> Led {
        // SAFETY: the LED's mask is the only one that is ever written to these set and clear registers.
        let sio = unsafe { pac::SIO::steal() };
        // SAFETY: pin 15 drives an LED, so that it may be an output.
        sio.gpio_oe_set().write(|w| unsafe { w.bits(LED_MASK) });
        self.registers.IO_BANK0.gpio(LED_PIN).gpio_ctrl().write(|w| w.funcsel().sio());
        Led { sio }
    }

    /// Microseconds since the start, wrapping.
    pub fn now_us(&self) -> u32 {
        self.registers.TIMER.timerawl().read().bits()
    }

    /// Why the chip started and how fast it runs.
    pub fn boot_record(&self) -> BootRecord {
        let watchdog_reason = self.registers.WATCHDOG.reason().read().bits();
        let chip_reset = self.registers.VREG_AND_CHIP_RESET.chip_reset().read().bits();
        let cause = ResetCause::from_registers(watchdog_reason, chip_reset);
        BootRecord { cause, clock_hz: clocks::CRYSTAL_HZ }
    }
}

/// Takes what we use out of reset and waits until it answers.
fn release(resets: &pac::RESETS) {
    resets.reset().modify(|_, w| {
        w.adc().clear_bit().io_bank0().clear_bit().pads_bank0().clear_bit();
        w.timer().clear_bit().uart0().clear_bit()
    });
    loop {
        let done = resets.reset_done().read();
        let pins_are = done.io_bank0().bit() && done.pads_bank0().bit();
        if pins_are && done.adc().bit() && done.timer().bit() && done.uart0().bit() {
            return;
        }
    }
}

impl Led {
    /// Lights it if it is dark, and the other way round.
    pub fn toggle(&mut self) {
        // SAFETY: only the LED's bit changes.
        self.sio.gpio_out_xor().write(|w| unsafe { w.bits(LED_MASK) });
    }
}
