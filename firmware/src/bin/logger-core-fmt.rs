//! Prints its rounds through `core::fmt`.
#![no_std]
#![no_main]

use core::fmt::Write as _;
use plimsoll_firmware::board::rounds::print_rounds;
use plimsoll_firmware::board::uart::Uart;
use plimsoll_firmware::round::Log;

struct CoreFmt(Uart);

plimsoll_firmware::program_info!(c"plimsoll logger-core-fmt");

#[cortex_m_rt::entry]
fn main() -> ! {
    print_rounds(CoreFmt)
}

impl Log for CoreFmt {
    fn round(&mut self, n: u32, cargo: &str) {
        let _ = writeln!(self.0, "round {n}: {cargo} aboard");
    }
    fn drift(&mut self, signed: i64, small: i32) {
        let _ = writeln!(self.0, "drift {signed} of {small}");
    }
    fn weighed(&mut self, unsigned: u64) {
        let _ = writeln!(self.0, "weighed {unsigned} times");
    }
    fn seal(&mut self, seal: u64, n_crate: u32) {
        let _ = writeln!(self.0, "seal {seal:x}, crate {n_crate:x}");
    }
    fn mark(&mut self, mark: char, cargo: &str) {
        let _ = writeln!(self.0, "mark {mark}, 100% of {cargo}");
    }
}
