//! What a panic does. A program chooses in [`program_info!`](crate::program_info).
//!
//! A handler that only halts lets the compiler drop every message and every place. One that reports keeps
//! the places: 16 bytes for each `panic!`, `unwrap` or index that is left, and the name of its file.

use super::watchdog;
use cfmt::cprintln;
use core::panic::PanicInfo;

/// Sleeps for ever with interrupts off, and says nothing. A debugger finds the place in the call stack.
pub fn halt(_info: &PanicInfo<'_>) -> ! {
    sleep_for_ever()
}

/// Says file and line over the port, once, and sleeps for ever with interrupts off. The message is lost:
/// it would need `core::fmt`. The watchdog is stopped, so that the line stays the last one.
pub fn report(info: &PanicInfo<'_>) -> ! {
    cortex_m::interrupt::disable();
    watchdog::stop();
    if let Some(place) = info.location() {
        let (file, line) = (place.file(), place.line());
        cprintln!("panicked at {file:rs}:{line:u}");
    }
    sleep_for_ever()
}

fn sleep_for_ever() -> ! {
    cortex_m::interrupt::disable();
    loop {
        cortex_m::asm::wfi();
    }
}
