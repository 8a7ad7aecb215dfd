//! Computes what the other `logger-*` print, and prints nothing: what they cost is counted from here.
#![no_std]
#![no_main]

use core::hint::black_box;
use plimsoll_firmware::board::rounds::print_rounds;
use plimsoll_firmware::round::Log;

struct Silence;

plimsoll_firmware::program_info!(c"plimsoll logger-silent");

#[cortex_m_rt::entry]
fn main() -> ! {
    print_rounds(|_| Silence)
}

impl Log for Silence {
    fn round(&mut self, n: u32, cargo: &str) {
        black_box((n, cargo));
    }
    fn drift(&mut self, signed: i64, small: i32) {
        black_box((signed, small));
    }
    fn weighed(&mut self, unsigned: u64) {
        black_box(unsigned);
    }
    fn seal(&mut self, seal: u64, n_crate: u32) {
        black_box((seal, n_crate));
    }
    fn mark(&mut self, mark: char, cargo: &str) {
        black_box((mark, cargo));
    }
}
