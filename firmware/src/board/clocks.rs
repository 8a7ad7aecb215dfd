//! Clocks from the crystal, after chapters 2.15, 2.16 and 2.18 of the RP2040 datasheet.

use rp2040_pac as pac;

/// The crystal on the Pico.
pub const CRYSTAL_HZ: u32 = 12_000_000;

/// 1 ms for the crystal to settle, in units of 256 cycles.
const STARTUP_DELAY: u16 = CRYSTAL_HZ.div_ceil(1000 * 256) as u16;

/// 12 MHz × 100 = 1200 MHz, which the oscillator likes, and / 5 / 5 = 48 MHz.
const CONVERTER_MULTIPLIER: u16 = 100;
const CONVERTER_DIVISORS: (u8, u8) = (5, 5);

/// Starts the crystal, then runs the system, the UART and the timer from it.
pub(super) fn start(registers: &pac::Peripherals) {
    let xosc = &registers.XOSC;
    xosc.ctrl().write(|w| w.freq_range()._1_15mhz());
    // SAFETY: any delay is allowed; this one is the datasheet's.
    xosc.startup().write(|w| unsafe { w.delay().bits(STARTUP_DELAY) });
    xosc.ctrl().modify(|_, w| w.enable().enable());
    while xosc.status().read().stable().bit_is_clear() {}

    // A debugger resets the cores but not the clocks: the program before us may have left a PLL selected.
    let clocks = &registers.CLOCKS;
    clocks.clk_sys_ctrl().modify(|_, w| w.src().clk_ref());
    while clocks.clk_sys_selected().read().bits() != 1 << 0 {}
    clocks.clk_ref_ctrl().write(|w| w.src().xosc_clksrc());
    while clocks.clk_ref_selected().read().bits() != 1 << 2 {}
    clocks.clk_peri_ctrl().write(|w| w.auxsrc().clk_sys().enable().set_bit());

    let tick = registers.WATCHDOG.tick();
    // The timer counts this tick: 1 µs.
    // SAFETY: 12 cycles fit the nine bits.
    tick.write(|w| unsafe { w.cycles().bits((CRYSTAL_HZ / 1_000_000) as u16).enable().set_bit() });
}

/// Gives the converter its 48 MHz, by the PLL that USB would use. The crystal alone is too slow for it.
pub(super) fn start_converter(registers: &pac::Peripherals) {
    registers.RESETS.reset().modify(|_, w| w.pll_usb().clear_bit());
    while registers.RESETS.reset_done().read().pll_usb().bit_is_clear() {}

    let pll = &registers.PLL_USB;
    // SAFETY: multiplier and divisors are in the ranges that the datasheet gives.
    pll.fbdiv_int().write(|w| unsafe { w.fbdiv_int().bits(CONVERTER_MULTIPLIER) });
    pll.pwr().modify(|_, w| w.pd().clear_bit().vcopd().clear_bit());
    while pll.cs().read().lock().bit_is_clear() {}
    let (first, second) = CONVERTER_DIVISORS;
    // SAFETY: as above.
    pll.prim().write(|w| unsafe { w.postdiv1().bits(first).postdiv2().bits(second) });
    pll.pwr().modify(|_, w| w.postdivpd().clear_bit());

    registers.CLOCKS.clk_adc_ctrl().write(|w| w.auxsrc().clksrc_pll_usb().enable().set_bit());
}
