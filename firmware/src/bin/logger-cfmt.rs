//! Prints its rounds through cfmt and the formatter in C.
#![no_std]
#![no_main]

use cfmt::cprintln;
use plimsoll_firmware::board::rounds::print_rounds;
use plimsoll_firmware::round::Log;

struct Cfmt;

plimsoll_firmware::program_info!(c"plimsoll logger-cfmt");

#[cortex_m_rt::entry]
fn main() -> ! {
    print_rounds(|_| Cfmt)
}

impl Log for Cfmt {
    fn round(&mut self, n: u32, cargo: &str) {
        cprintln!("round {n:u}: {cargo:rs} aboard");
    }
    fn drift(&mut self, signed: i64, small: i32) {
        cprintln!("drift {signed:d} of {small:d}");
    }
    fn weighed(&mut self, unsigned: u64) {
        cprintln!("weighed {unsigned:u} times");
    }
    fn seal(&mut self, seal: u64, n_crate: u32) {
        cprintln!("seal {seal:x}, crate {n_crate:x}");
    }
    fn mark(&mut self, mark: char, cargo: &str) {
        cprintln!("mark {mark:rc}, 100% of {cargo:rs}");
    }
}
