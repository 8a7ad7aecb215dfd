//! Prints its rounds through ufmt.
#![no_std]
#![no_main]

use core::convert::Infallible;
use plimsoll_firmware::board::rounds::print_rounds;
use plimsoll_firmware::board::uart::Uart;
use plimsoll_firmware::round::Log;
use ufmt::{uWrite, uwriteln};

struct Ufmt(Uart);

impl uWrite for Ufmt {
    type Error = Infallible;

    fn write_str(&mut self, text: &str) -> Result<(), Infallible> {
        self.0.send(text.as_bytes());
        Ok(())
    }
}

plimsoll_firmware::program_info!(c"plimsoll logger-ufmt");

#[cortex_m_rt::entry]
fn main() -> ! {
    print_rounds(Ufmt)
}

impl Log for Ufmt {
    fn round(&mut self, n: u32, cargo: &str) {
        let _ = uwriteln!(self, "round {}: {} aboard", n, cargo);
    }
    fn drift(&mut self, signed: i64, small: i32) {
        let _ = uwriteln!(self, "drift {} of {}", signed, small);
    }
    fn weighed(&mut self, unsigned: u64) {
        let _ = uwriteln!(self, "weighed {} times", unsigned);
    }
    fn seal(&mut self, seal: u64, n_crate: u32) {
        let _ = uwriteln!(self, "seal {:x}, crate {:x}", seal, n_crate);
    }
    fn mark(&mut self, mark: char, cargo: &str) {
        let _ = uwriteln!(self, "mark {}, 100% of {}", mark, cargo);
    }
}
