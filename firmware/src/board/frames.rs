//! defmt's frames over UART0.

use super::uart::Uart;
use cfmt::Output as _;
use core::cell::UnsafeCell;
use defmt::{Encoder, Logger, global_logger};

#[global_logger]
struct Frames;

struct Shared(UnsafeCell<Encoder>);

// SAFETY: one core logs, outside of interrupts.
unsafe impl Sync for Shared {}

static ENCODER: Shared = Shared(UnsafeCell::new(Encoder::new()));

/// Lends the encoder out.
fn encode(action: impl FnOnce(&mut Encoder)) {
    // SAFETY: defmt calls one function of the logger after the other, and none of them calls another.
    action(unsafe { &mut *ENCODER.0.get() });
}

// SAFETY: nobody else logs meanwhile, and all bytes go through the encoder.
unsafe impl Logger for Frames {
    fn acquire() {
        encode(|it| it.start_frame(Uart::write));
    }

    unsafe fn flush() {}

    unsafe fn release() {
        encode(|it| it.end_frame(Uart::write));
    }

    unsafe fn write(bytes: &[u8]) {
        encode(|it| it.write(bytes, Uart::write));
    }
}
