//! Every clock from the crystal, after chapter 2.15 and 2.16 of the RP2040 datasheet.

use rp2040_pac as pac;

/// The crystal on the Pico.
pub const CRYSTAL_HZ: u32 = 12_000_000;

/// 1 ms for the crystal to settle, in units of 256 cycles.
const STARTUP_DELAY: u16 = CRYSTAL_HZ.div_ceil(1000 * 256) as u16;

/// Starts the crystal, then runs the system, the UART, the converter and the timer from it.
pub(super) fn start(registers: &pac::Peripherals) {
    let xosc = &registers.XOSC;
    xosc.ctrl().write(|w| w.freq_range()._1_15mhz());
    // SAFETY: any delay is allowed; this one is the datasheet's.
    xosc.startup().write(|w| unsafe { w.delay().bits(STARTUP_DELAY) });
    xosc.ctrl().modify(|_, w| w.enable().enable());
    while xosc.status().read().stable().bit_is_clear() {}

    // The system clock follows the reference clock after a reset, so that one switch moves both.
    let clocks = &registers.CLOCKS;
    clocks.clk_ref_ctrl().write(|w| w.src().xosc_clksrc());
    while clocks.clk_ref_selected().read().bits() != 1 << 2 {}
    clocks.clk_peri_ctrl().write(|w| w.auxsrc().clk_sys().enable().set_bit());
    clocks.clk_adc_ctrl().write(|w| w.auxsrc().xosc_clksrc().enable().set_bit());

    // The timer counts this tick: 1 µs.
    // SAFETY: 12 cycles fit the nine bits.
    registers
        .WATCHDOG
        .tick()
        .write(|w| unsafe { w.cycles().bits((CRYSTAL_HZ / 1_000_000) as u16).enable().set_bit() });
}
