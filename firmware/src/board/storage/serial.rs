//! Erases and writes the W25Q080 by its serial commands, from RAM: meanwhile nothing can be read from flash,
//! no instruction and no constant.
//!
//! The boot ROM has functions for this. Ours knows one chip only, as the loader does; so it needs fewer
//! steps, it runs where there is no boot ROM, and every step of it is checked in the emulator.
//!
//! No arrays and no iterators over them: what the compiler leaves as a constant or as a call stands in flash.

use rp2040_pac as pac;

/// The 256 bytes of the loader's second stage, as words.
pub(super) type Loader = [u32; LOADER_WORDS];

/// How many they are.
pub(super) const LOADER_WORDS: usize = 64;

const WRITE_ENABLE: u8 = 0x06;
const READ_STATUS: u8 = 0x05;
const PAGE_PROGRAM: u8 = 0x02;
const SECTOR_ERASE: u8 = 0x20;

/// No command; in the continuous read mode that the loader leaves it is the way out.
const END_OF_CONTINUOUS_READ: u8 = 0xff;

/// Of the status: it erases or writes.
const IS_BUSY: u8 = 1 << 0;

/// 3 MHz at our clock. The loader sets its own again.
const CLOCK_DIVISOR: u16 = 4;

/// The two blocks that lead to the flash.
struct Port {
    ssi: pac::XIP_SSI,
    pins: pac::IO_QSPI,
}

/// Erases the sector and writes `bytes`, at most a page, at its start. Then flash can be read again.
///
/// # Safety
///
/// Interrupts are off; `bytes` and `loader` are in RAM, and `loader` is what the flash begins with.
#[unsafe(link_section = ".data.replace_sector")]
#[inline(never)]
pub(super) unsafe fn replace_sector(offset: u32, bytes: &[u8], loader: &Loader) {
    // SAFETY: with interrupts off nobody else holds these blocks.
    let port = unsafe { Port { ssi: pac::XIP_SSI::steal(), pins: pac::IO_QSPI::steal() } };
    port.open();
    port.end_continuous_read();
    port.change(SECTOR_ERASE, offset, &[]);
    port.change(PAGE_PROGRAM, offset, bytes);
    let entry = (&raw const *loader).addr() | 1;
    // SAFETY: the loader is position-independent Thumb code and returns when it is called, not jumped to.
    let enter_xip = unsafe { core::mem::transmute::<usize, extern "C" fn()>(entry) };
    enter_xip();
}

impl Port {
    /// Takes the port from execution in place and makes it a serial one with frames of a byte.
    #[inline(always)]
    fn open(&self) {
        self.ssi.ssienr().write(|w| w.ssi_en().clear_bit());
        // SAFETY: the divisor is even, and the datasheet allows any such.
        self.ssi.baudr().write(|w| unsafe { w.sckdv().bits(CLOCK_DIVISOR) });
        // SAFETY: the length of a frame is written as one less than its bits.
        self.ssi.ctrlr0().write(|w| unsafe { w.dfs_32().bits(7).spi_frf().std().tmod().tx_and_rx() });
        // SAFETY: the flash is the one and only slave.
        self.ssi.ser().write(|w| unsafe { w.bits(1) });
        self.ssi.ssienr().write(|w| w.ssi_en().set_bit());
    }

    /// Allows a change, asks for it and waits until it is done.
    #[inline(always)]
    fn change(&self, command: u8, offset: u32, bytes: &[u8]) {
        self.select();
        self.exchange(WRITE_ENABLE);
        self.deselect();
        self.select();
        self.exchange(command);
        self.exchange((offset >> 16) as u8);
        self.exchange((offset >> 8) as u8);
        self.exchange(offset as u8);
        for byte in bytes {
            self.exchange(*byte);
        }
        self.deselect();
        while self.status() & IS_BUSY != 0 {}
    }

    #[inline(always)]
    fn status(&self) -> u8 {
        self.select();
        self.exchange(READ_STATUS);
        let status = self.exchange(0);
        self.deselect();
        status
    }

    #[inline(always)]
    fn end_continuous_read(&self) {
        self.select();
        self.exchange(END_OF_CONTINUOUS_READ);
        self.exchange(END_OF_CONTINUOUS_READ);
        self.deselect();
    }

    /// Sends a byte and receives one.
    #[inline(always)]
    fn exchange(&self, byte: u8) -> u8 {
        // SAFETY: a frame is a byte.
        self.ssi.dr0().write(|w| unsafe { w.dr().bits(u32::from(byte)) });
        while self.ssi.sr().read().rfne().bit_is_clear() {}
        self.ssi.dr0().read().dr().bits() as u8
    }

    /// Selects the flash by hand: by itself the port would let go whenever it has nothing to send.
    #[inline(always)]
    fn select(&self) {
        self.pins.gpio_qspiss().gpio_ctrl().modify(|_, w| w.outover().low());
    }

    /// Leaves the select line to the port, which holds it high while it sends nothing.
    #[inline(always)]
    fn deselect(&self) {
        self.pins.gpio_qspiss().gpio_ctrl().modify(|_, w| w.outover().normal());
    }
}
