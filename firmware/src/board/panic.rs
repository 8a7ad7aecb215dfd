//! A panic stops the program and says nothing: words would cost more flash than the program itself.

use core::panic::PanicInfo;

/// Sleeps for ever with interrupts off. A debugger finds the place in the call stack.
#[panic_handler]
fn halt(_info: &PanicInfo<'_>) -> ! {
    cortex_m::interrupt::disable();
    loop {
        cortex_m::asm::wfi();
    }
}
