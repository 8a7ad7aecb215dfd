//! The program behind every `logger-*`.

use super::Board;
use super::uart::Uart;
use crate::round::{Log, Round};

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
