//! Watches the temperature: samples by interrupt, obeys orders over UART0, keeps its settings in flash and is
//! watched by the watchdog. The wiring is in `board`.
#![no_std]
#![no_main]

use cfmt::{cprint, cprintln};
use plimsoll_firmware::board::sampler::Sampler;
use plimsoll_firmware::board::thermometer::Thermometer;
use plimsoll_firmware::board::uart::Uart;
use plimsoll_firmware::board::watchdog::Watchdog;
use plimsoll_firmware::board::{Board, starts, storage};
use plimsoll_firmware::boot::ResetCause;
use plimsoll_firmware::command::{CommandError, LineReader};
use plimsoll_firmware::history::{History, Summary};
use plimsoll_firmware::order::Order;
use plimsoll_firmware::record::Record;
use plimsoll_firmware::settings::{Alarm, Settings};
use plimsoll_firmware::supervision::Supervision;
use plimsoll_firmware::temperature::{Digits, Hundredths};

/// How many samples `status` is about.
const DEPTH: usize = 64;

/// A flash that erases as slowly as its datasheet allows takes 0.4 s.
const WATCHDOG_TIMEOUT_US: u32 = 1_000_000;

static SETTINGS: Settings = Settings::new();

/// Everything that lives as long as the program.
struct Station<'a> {
    board: &'a Board,
    sampler: Sampler<'a>,
    watchdog: Watchdog,
    supervision: Supervision,
    history: &'static mut History<DEPTH>,
    alarm: Option<Alarm>,
}

plimsoll_firmware::program_info!(c"plimsoll station", on_panic: report);
plimsoll_firmware::sample_on_interrupt!();

#[cortex_m_rt::entry]
fn main() -> ! {
    static mut HISTORY: History<DEPTH> = History::new();
    let board = &Board::start();
    let uart = Uart::start(board);
    greet(board);
    load_settings();
    let sampler = Sampler::start(board, Thermometer::start(board), SETTINGS.period_us());
    let mut station = Station {
        board,
        sampler,
        watchdog: Watchdog::start(board, WATCHDOG_TIMEOUT_US),
        supervision: Supervision::new(board.now_us()),
        history: HISTORY,
        alarm: None,
    };
    let mut led = board.led();
    let mut line_reader = LineReader::new();
    loop {
        if station.take_sample() {
            led.toggle();
        }
        if let Some(order) = uart.receive().and_then(|byte| line_reader.push_for(byte, Order::parse)) {
            station.obey(order);
        }
        station.feed_watchdog();
    }
}

fn greet(board: &Board) {
    cprintln!("plimsoll station {:rs}", env!("CARGO_PKG_VERSION"));
    let cause = match board.boot_record().cause {
        ResetCause::PowerOn => "power came up",
        ResetCause::RunPin => "the RUN pin was low",
        ResetCause::Debugger => "a debugger asked for it",
        ResetCause::WatchdogTimeout => "the watchdog was not fed",
        ResetCause::WatchdogRequest => "it was asked to",
        ResetCause::Unknown => "nobody knows why",
    };
    cprintln!("started: {cause:rs}, start {:u} since power came up", starts::count());
}

/// Takes over what was saved, and says where the settings are from.
fn load_settings() {
    let saved = storage::saved();
    if saved.is_damaged {
        cprintln!("settings: a damaged record is left alone");
    }
    if let Some(Record { sequence, period_ms, upper_limit }) = saved.newest {
        SETTINGS.change_period(period_ms);
        SETTINGS.change_upper_limit(upper_limit);
        cprint!("settings: record {sequence:u}, ");
    } else {
        cprint!("settings: nothing saved, ");
    }
    print_settings();
}

impl Station<'_> {
    /// Takes one sample from the interrupt, if there is one.
    fn take_sample(&mut self) -> bool {
        let Some(raw) = self.sampler.take() else { return false };
        self.supervision.renew(self.board.now_us());
        let temperature = raw.hundredths();
        self.history.push(temperature);
        let alarm = SETTINGS.alarm(temperature);
        if alarm != self.alarm {
            self.alarm = alarm;
            print_alarm(alarm, temperature);
        }
        true
    }

    fn feed_watchdog(&self) {
        if self.supervision.is_content(self.board.now_us(), SETTINGS.period_us()) {
            self.watchdog.feed();
        }
    }

    fn obey(&mut self, order: Result<Order, CommandError>) {
        match order {
            Ok(Order::Help) => {
                cprintln!("orders: help, status, rate MS, limit CELSIUS, save, reboot, hang, crash");
            }
            Ok(Order::Status) => self.print_status(),
            Ok(Order::Rate { period_ms }) => {
                SETTINGS.change_period(period_ms);
                self.sampler.change_period(SETTINGS.period_us());
                self.supervision.renew(self.board.now_us());
                print_settings();
            }
            Ok(Order::Limit { celsius }) => {
                SETTINGS.change_upper_limit(Hundredths(celsius * 100));
                print_settings();
            }
            Ok(Order::Save) => self.save(),
            Ok(Order::Reboot) => self.watchdog.reset(),
            Ok(Order::Hang) => hang(),
            Ok(Order::Crash) => panic!("it was asked to"),
            Err(CommandError::Unknown) => {
                cprintln!("unknown order, try help");
            }
            Err(CommandError::Number) => {
                cprintln!("number missing or out of range");
            }
            Err(CommandError::TooLong) => {
                cprintln!("line too long");
            }
        }
    }

    /// Writes the settings, and believes it only when they read back.
    fn save(&self) {
        let saved = storage::saved();
        let record = Record::after(saved.newest, SETTINGS.period_ms(), SETTINGS.upper_limit());
        self.watchdog.feed();
        storage::write(saved.next_place, record);
        if storage::saved().newest == Some(record) {
            cprintln!("saved as record {:u}", record.sequence);
        } else {
            cprintln!("the flash did not keep it");
        }
    }

    fn print_status(&self) {
        print_settings();
        if let Some(Summary { n_samples, least, greatest, mean }) = self.history.summary() {
            cprint!("last {n_samples:u}: least ");
            print_temperature(least);
            cprint!(", greatest ");
            print_temperature(greatest);
            cprint!(", mean ");
            print_temperature(mean);
            cprintln!(", {:u} lost", self.sampler.n_lost());
        }
    }
}

fn hang() -> ! {
    cprintln!("hanging");
    loop {
        core::hint::spin_loop();
    }
}

fn print_settings() {
    cprint!("every {:u} ms, alarm above ", SETTINGS.period_ms());
    print_temperature(SETTINGS.upper_limit());
    cprintln!();
}

fn print_alarm(alarm: Option<Alarm>, temperature: Hundredths) {
    let relation = match alarm {
        Some(Alarm::Below(_)) => "alarm: too cold, ",
        Some(Alarm::Above(_)) => "alarm: too warm, ",
        None => "all is well: ",
    };
    cprint!("{relation:rs}");
    print_temperature(temperature);
    cprintln!();
}

fn print_temperature(temperature: Hundredths) {
    let Digits { sign, whole, tenth, hundredth } = temperature.digits();
    cprint!("{sign:rs}{whole:u}.{tenth:u}{hundredth:u} C");
}
