//! Prints its rounds through cfmt and its formatter in Rust.
#![no_std]
#![no_main]

use plimsoll_firmware::board::rounds::{Cfmt, print_rounds};
use plimsoll_firmware::board::uart::Uart;

plimsoll_firmware::program_info!(c"plimsoll logger-cfmt-rust");
cfmt::set_output!(Uart);

#[cortex_m_rt::entry]
fn main() -> ! {
    print_rounds(|_| Cfmt)
}
