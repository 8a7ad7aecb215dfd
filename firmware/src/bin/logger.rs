//! Samples the temperature and logs it over UART0, as far as its features go. The wiring is in `board`.
//!
//! Features are asked with `cfg!`, so that the compiler reads every version and the linker keeps one.
#![no_std]
#![no_main]

use cfmt::{cprint, cprintln};
use core::fmt::Write;
use plimsoll_firmware::board::Board;
use plimsoll_firmware::board::thermometer::Thermometer;
use plimsoll_firmware::board::uart::Uart;
use plimsoll_firmware::command::{Command, CommandError, LineReader};
use plimsoll_firmware::decimal::Decimal;
use plimsoll_firmware::heartbeat::Heartbeat;
use plimsoll_firmware::history::{History, Summary};
use plimsoll_firmware::sample::Sample;
use plimsoll_firmware::settings::{Alarm, Settings};
use plimsoll_firmware::temperature::{Digits, Hundredths, RawReading};

/// How many samples a summary is about, and how often it comes.
const DEPTH: usize = match (cfg!(feature = "history"), cfg!(feature = "deep-history")) {
    (false, _) => 0,
    (true, false) => 64,
    (true, true) => 4096,
};
const SAMPLES_PER_SUMMARY: u32 = 8;

static SETTINGS: Settings = Settings::new();

/// Everything that lives as long as the program.
struct Logger<'a> {
    uart: Uart,
    thermometer: Thermometer<'a>,
    history: &'static mut History<DEPTH>,
    n_samples: u32,
}

plimsoll_firmware::program_info!(c"plimsoll logger");

#[cortex_m_rt::entry]
fn main() -> ! {
    static mut HISTORY: History<DEPTH> = History::new();
    let board = Board::start();
    let uart = Uart::start(&board);
    greet(&board, uart);
    let thermometer = Thermometer::start(&board);
    let mut logger = Logger { uart, thermometer, history: HISTORY, n_samples: 0 };
    let mut led = board.led();
    let mut line_reader = LineReader::new();
    let mut heartbeat = Heartbeat::new(board.now_us(), SETTINGS.period_us());
    loop {
        if heartbeat.is_due(board.now_us()) {
            led.toggle();
            logger.sample();
        }
        if cfg!(feature = "command-line")
            && let Some(command) = uart.receive().and_then(|byte| line_reader.push(byte))
        {
            logger.answer(command);
            heartbeat.change_period(SETTINGS.period_us());
        }
    }
}

fn greet(board: &Board, mut uart: Uart) {
    if cfg!(feature = "uart") {
        uart.send(concat!("plimsoll logger ", env!("CARGO_PKG_VERSION"), "\n").as_bytes());
    }
    if cfg!(feature = "boot-record") {
        // The port never refuses.
        let _ = writeln!(uart, "{:?}", board.boot_record());
    }
    uart.take_checksum();
}

impl Logger<'_> {
    fn sample(&mut self) {
        if !cfg!(feature = "counter") {
            return;
        }
        self.n_samples += 1;
        let raw = self.thermometer.read();
        self.print_sample(raw);
        if cfg!(any(feature = "sample-debug-float", feature = "sample-debug-fixed")) {
            self.print_debug(raw);
        }
        if cfg!(feature = "settings") {
            self.print_alarm(raw.hundredths());
        }
        if cfg!(feature = "history") {
            self.remember(raw.hundredths());
        }
    }

    fn print_sample(&mut self, raw: RawReading) {
        let n = self.n_samples;
        if cfg!(feature = "temperature-core-fmt") {
            // The port never refuses.
            let _ = writeln!(self.uart, "sample {n} {:.2} C", raw.celsius());
        } else if cfg!(feature = "temperature-cfmt") {
            cprint!("sample {n:d} ");
            print_temperature(raw.hundredths());
            end_line(self.uart);
        } else {
            self.uart.send(b"sample ");
            self.uart.send(Decimal::new(n).as_bytes());
            self.uart.send(b"\n");
        }
    }

    fn remember(&mut self, temperature: Hundredths) {
        self.history.push(temperature);
        if self.n_samples.is_multiple_of(SAMPLES_PER_SUMMARY) {
            self.print_summary();
        }
    }

    /// Shows the whole sample, by a float or by an integer.
    fn print_debug(&mut self, raw: RawReading) {
        let n = self.n_samples;
        // The port never refuses.
        let _ = if cfg!(feature = "sample-debug-float") {
            writeln!(self.uart, "{:?}", Sample { n, celsius: raw.celsius() })
        } else {
            writeln!(self.uart, "{:?}", Sample { n, celsius: raw.hundredths() })
        };
        self.uart.take_checksum();
    }

    fn print_alarm(&mut self, temperature: Hundredths) {
        let Some(alarm) = SETTINGS.alarm(temperature) else { return };
        let (relation, limit) = match alarm {
            Alarm::Below(limit) => ("below", limit),
            Alarm::Above(limit) => ("above", limit),
        };
        cprint!("alarm: {relation:rs} ");
        print_temperature(limit);
        end_line(self.uart);
    }

    fn print_summary(&mut self) {
        let Some(Summary { n_samples, least, greatest, mean }) = self.history.summary() else {
            cprint!("no samples yet");
            return end_line(self.uart);
        };
        cprint!("last {n_samples:u}: least ");
        print_temperature(least);
        cprint!(", greatest ");
        print_temperature(greatest);
        cprint!(", mean ");
        print_temperature(mean);
        end_line(self.uart);
    }

    fn answer(&mut self, command: Result<Command, CommandError>) {
        match command {
            Ok(Command::Help) => cprint!("commands: help, stats, period MS, limit CELSIUS"),
            Ok(Command::Stats) => return self.print_summary(),
            Ok(Command::Period { period_ms }) => {
                SETTINGS.change_period(period_ms);
                cprint!("sampling every {period_ms:u} ms")
            }
            Ok(Command::Limit { celsius }) => {
                SETTINGS.change_upper_limit(Hundredths(celsius * 100));
                cprint!("alarm above {celsius:d} C")
            }
            Err(CommandError::Unknown) => cprint!("unknown command, try help"),
            Err(CommandError::Number) => cprint!("number missing or out of range"),
            Err(CommandError::TooLong) => cprint!("line too long"),
        };
        end_line(self.uart);
    }
}

fn print_temperature(temperature: Hundredths) {
    let Digits { sign, whole, tenth, hundredth } = temperature.digits();
    cprint!("{sign:rs}{whole:u}.{tenth:u}{hundredth:u} C");
}

/// Ends a line, with the checksum of what was printed of it.
fn end_line(uart: Uart) {
    if cfg!(feature = "checksum") {
        cprint!(" *{:x}", uart.take_checksum());
    }
    cprintln!();
    uart.take_checksum();
}
