//! Toggles the LED on GPIO 15 twice a second. The wiring is in `board`.
#![no_std]
#![no_main]

use plimsoll_firmware::board::Board;
use plimsoll_firmware::heartbeat::Heartbeat;

const PERIOD_US: u32 = 250_000;

plimsoll_firmware::program_info!(c"plimsoll blink");

#[cortex_m_rt::entry]
fn main() -> ! {
    let board = Board::start();
    let mut led = board.led();
    let mut heartbeat = Heartbeat::new(board.now_us(), PERIOD_US);
    loop {
        if heartbeat.is_due(board.now_us()) {
            led.toggle();
        }
    }
}
