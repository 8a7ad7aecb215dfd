//! Prints its rounds through cfmt and the formatter in C.
#![no_std]
#![no_main]

use plimsoll_firmware::board::rounds::{Cfmt, print_rounds};

plimsoll_firmware::program_info!(c"plimsoll logger-cfmt");

#[cortex_m_rt::entry]
fn main() -> ! {
    print_rounds(|_| Cfmt)
}
