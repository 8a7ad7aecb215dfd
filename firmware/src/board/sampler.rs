//! Samples on the timer's first alarm, whatever the main loop does meanwhile.
//!
//! The vector table names no single interrupt: that would need the register crate's own table, in every
//! program. All interrupts share one handler instead, and only this one is ever enabled.

use super::Board;
use super::thermometer::{self, Thermometer};
use crate::heartbeat::next_due_us;
use crate::ring::Ring;
use crate::temperature::RawReading;
use core::sync::atomic::{AtomicU32, Ordering};
use cortex_m::peripheral::NVIC;
use rp2040_pac as pac;

/// What waits for the main loop. Its longest line takes 8 ms at 115200 baud: eight samples at the highest rate.
static SAMPLES: Ring<16> = Ring::new();
static N_LOST: AtomicU32 = AtomicU32::new(0);
static PERIOD_US: AtomicU32 = AtomicU32::new(0);

/// The main loop's end of the samples.
pub struct Sampler<'a> {
    board: &'a Board,
}

impl<'a> Sampler<'a> {
    /// Samples from now on. The thermometer is the interrupt's from here.
    pub fn start(board: &'a Board, _thermometer: Thermometer<'a>, period_us: u32) -> Self {
        let sampler = Self { board };
        sampler.change_period(period_us);
        board.registers.TIMER.inte().write(|w| w.alarm_0().set_bit());
        // SAFETY: the handler shares nothing with the main loop but the atomics above.
        unsafe { NVIC::unmask(pac::Interrupt::TIMER_IRQ_0) };
        sampler
    }

    /// The next sample comes after one period of the new length.
    pub fn change_period(&self, period_us: u32) {
        cortex_m::interrupt::free(|_| {
            PERIOD_US.store(period_us, Ordering::Relaxed);
            let due_us = self.board.now_us().wrapping_add(period_us);
            // SAFETY: the register takes any time.
            self.board.registers.TIMER.alarm0().write(|w| unsafe { w.bits(due_us) });
        });
    }

    /// The oldest sample that was not taken yet.
    pub fn take(&self) -> Option<RawReading> {
        SAMPLES.take().map(RawReading::new)
    }

    /// How many samples found the ring full.
    pub fn n_lost(&self) -> u32 {
        N_LOST.load(Ordering::Relaxed)
    }
}

/// What the interrupt does: says when it comes again, then samples.
#[doc(hidden)]
pub fn on_interrupt() {
    // SAFETY: the timer's other registers are the main loop's, and so is the alarm while interrupts are off.
    let timer = unsafe { pac::TIMER::steal() };
    assert!(timer.ints().read().alarm_0().bit(), "only the alarm interrupts");
    timer.intr().write(|w| w.alarm_0().clear_bit_by_one());
    let (due_us, now_us) = (timer.alarm0().read().bits(), timer.timerawl().read().bits());
    let next_us = next_due_us(due_us, now_us, PERIOD_US.load(Ordering::Relaxed));
    // SAFETY: the register takes any time.
    timer.alarm0().write(|w| unsafe { w.bits(next_us) });
    // SAFETY: `Sampler::start` was given the thermometer, so that nobody else converts.
    let adc = unsafe { pac::ADC::steal() };
    if SAMPLES.put(thermometer::convert(&adc)).is_err() {
        // Only the interrupt counts, so that load and store cannot be torn apart.
        N_LOST.store(N_LOST.load(Ordering::Relaxed).wrapping_add(1), Ordering::Relaxed);
    }
}

/// Makes the sampler's handler the one of all interrupts. A program that uses the sampler says it once.
#[macro_export]
macro_rules! sample_on_interrupt {
    () => {
        #[unsafe(export_name = "DefaultHandler")]
        extern "C" fn on_interrupt() {
            $crate::board::sampler::on_interrupt();
        }
    };
}
