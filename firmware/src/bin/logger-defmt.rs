//! Sends its rounds as frames of defmt: numbers of texts and their arguments, which a host makes lines of.
#![no_std]
#![no_main]

use plimsoll_firmware::board::rounds::print_rounds;
use plimsoll_firmware::round::Log;

struct Defmt;

plimsoll_firmware::program_info!(c"plimsoll logger-defmt");

#[cortex_m_rt::entry]
fn main() -> ! {
    print_rounds(|_| Defmt)
}

impl Log for Defmt {
    fn round(&mut self, n: u32, cargo: &str) {
        defmt::println!("round {=u32}: {=str} aboard", n, cargo);
    }
    fn drift(&mut self, signed: i64, small: i32) {
        defmt::println!("drift {=i64} of {=i32}", signed, small);
    }
    fn weighed(&mut self, unsigned: u64) {
        defmt::println!("weighed {=u64} times", unsigned);
    }
    fn seal(&mut self, seal: u64, n_crate: u32) {
        defmt::println!("seal {=u64:x}, crate {=u32:x}", seal, n_crate);
    }
    fn mark(&mut self, mark: char, cargo: &str) {
        defmt::println!("mark {=char}, 100% of {=str}", mark, cargo);
    }
}
