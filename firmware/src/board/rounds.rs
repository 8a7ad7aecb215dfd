//! The program behind every `logger-*`.

use super::Board;
use super::uart::Uart;
use crate::round::{Log, Round};
use cfmt::cprintln;

/// Prints rounds for ever through a formatter that gets UART0, and toggles the LED after each.
pub fn print_rounds<L: Log>(formatter: impl FnOnce(Uart) -> L) -> ! {
    let board = Board::start();
    let mut led = board.led();
    let mut log = formatter(Uart::start(&board));
    let mut round = Round::first();
    loop {
        round.print(&mut log);
        led.toggle();
        round.advance();
    }
}

/// cfmt, with either of its formatters.
pub struct Cfmt;

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
