//! UART0, polled: sending waits for room, receiving takes what is there.

use super::Board;
use super::clocks::CRYSTAL_HZ;
use crate::crc::Crc32;
use core::ffi::c_int;
use core::fmt;
use core::slice;
use core::sync::atomic::{AtomicU32, Ordering};
use rp2040_pac as pac;

const BAUD: u32 = 115_200;
/// The divisor `clock / (16 baud)` in 64ths, rounded.
const DIVISOR_64THS: u32 = (CRYSTAL_HZ * 8 / BAUD).div_ceil(2);

/// The checksum of the line so far, kept by whoever sends a byte.
static LINE_CRC: AtomicU32 = AtomicU32::new(Crc32::EMPTY.state());

/// UART0 after [`Uart::start`]. Copies are the same port.
#[derive(Clone, Copy)]
pub struct Uart(());

impl Uart {
    /// Gives the port its pins and its speed.
    pub fn start(board: &Board) -> Self {
        let uart = &board.registers.UART0;
        // SAFETY: the divisor's two parts fit their fields.
        uart.uartibrd().write(|w| unsafe { w.bits(DIVISOR_64THS / 64) });
        // SAFETY: as above.
        uart.uartfbrd().write(|w| unsafe { w.bits(DIVISOR_64THS % 64) });
        // SAFETY: the length of a word fits two bits. This write also takes over the divisor.
        uart.uartlcr_h().write(|w| unsafe { w.wlen().bits(0b11).fen().set_bit() });
        uart.uartcr().write(|w| w.uarten().set_bit().txe().set_bit().rxe().set_bit());
        let pins = &board.registers.IO_BANK0;
        // A receiver that nobody drives must see silence, not an endless break.
        board.registers.PADS_BANK0.gpio(1).modify(|_, w| w.pue().set_bit().pde().clear_bit());
        pins.gpio(0).gpio_ctrl().write(|w| w.funcsel().uart());
        pins.gpio(1).gpio_ctrl().write(|w| w.funcsel().uart());
        Self(())
    }

    /// Sends bytes, waiting for room.
    pub fn send(self, bytes: &[u8]) {
        let uart = registers();
        let mut crc = Crc32::from_state(LINE_CRC.load(Ordering::Relaxed));
        for &byte in bytes {
            while uart.uartfr().read().txff().bit_is_set() {}
            // SAFETY: the register takes any byte.
            uart.uartdr().write(|w| unsafe { w.data().bits(byte) });
            if cfg!(feature = "checksum") {
                crc = crc.with(byte);
            }
        }
        LINE_CRC.store(crc.state(), Ordering::Relaxed);
    }

    /// A byte that came in whole.
    pub fn receive(self) -> Option<u8> {
        let uart = registers();
        if uart.uartfr().read().rxfe().bit_is_set() {
            return None;
        }
        let received = uart.uartdr().read();
        let is_garbled = received.fe().bit() || received.be().bit();
        (!is_garbled).then(|| received.data().bits())
    }

    /// The checksum of what was sent since the last call.
    pub fn take_checksum(self) -> u32 {
        let state = LINE_CRC.load(Ordering::Relaxed);
        LINE_CRC.store(Crc32::EMPTY.state(), Ordering::Relaxed);
        Crc32::from_state(state).sum()
    }
}

impl fmt::Write for Uart {
    fn write_str(&mut self, text: &str) -> fmt::Result {
        self.send(text.as_bytes());
        Ok(())
    }
}

impl cfmt::Output for Uart {
    fn write(bytes: &[u8]) {
        Self(()).send(bytes);
    }
}

fn registers() -> pac::UART0 {
    // SAFETY: one core polls the port, and no interrupt sends but one that panics and never returns.
    unsafe { pac::UART0::steal() }
}

/// What `dprintf` prints through. Every descriptor is the one port that there is.
///
/// # Safety
///
/// `bytes` points to `length` bytes.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn write(_file_descriptor: c_int, bytes: *const u8, length: usize) -> isize {
    // SAFETY: the caller, our own dprintf, says so.
    Uart(()).send(unsafe { slice::from_raw_parts(bytes, length) });
    length as isize
}
