//! A program that formats in several places, each of which a rebuild can leave out: `cargo xtask truth`
//! compares what that saves with what the analyzer predicted.
//!
//! A line behind `// site NAME` goes with `--cfg without_NAME`. Everything else stays as it is: values
//! come from and go to volatile memory, so that they are worked out in every build.
#![no_std]
#![no_main]

use core::fmt::{self, Write};

/// Where text goes: a register of a serial port.
struct Port(*mut u8);

impl Write for Port {
    fn write_str(&mut self, text: &str) -> fmt::Result {
        for byte in text.bytes() {
            // SAFETY: nobody runs this program.
            unsafe { self.0.write_volatile(byte) };
        }
        Ok(())
    }
}

/// A value that the compiler knows nothing about.
fn input<T: Copy>(value: T) -> T {
    // SAFETY: a reference to a local variable is valid to read.
    unsafe { (&raw const value).read_volatile() }
}

/// Keeps a value in use.
fn output<T: Copy>(value: T) {
    let mut place = value;
    // SAFETY: a reference to a local variable is valid to write.
    unsafe { (&raw mut place).write_volatile(value) };
}

#[derive(Debug, Clone, Copy)]
enum State {
    Idle,
    Moving { speed: i16, target: u32 },
    Failed(u8),
}

#[derive(Clone, Copy)]
struct Celsius(i32);

impl fmt::Display for Celsius {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(if self.0 < 0 { "minus " } else { "plus " })
    }
}

/// Formats through a trait object, whoever calls.
#[inline(never)]
fn log(port: &mut dyn Write, arguments: fmt::Arguments<'_>) {
    output(port.write_fmt(arguments).is_ok());
}

#[inline(never)]
fn counted(port: &mut Port, n_samples: u32) {
    output(n_samples);
    #[cfg(not(without_counted))]
    write!(port, "sample {n_samples} of {:#06x}\n", n_samples.rotate_left(4)).unwrap(); // site counted
    output(port.0);
}

fn state(port: &mut Port, state: State) {
    output(state);
    #[cfg(not(without_state))]
    let _ = writeln!(port, "state {state:?}"); // site state
    output(port.0);
}

#[inline(never)]
fn named(port: &mut Port, name: &str, is_ready: bool) {
    output((name.len(), is_ready));
    #[cfg(not(without_named))]
    let _ = writeln!(port, "{name:<12}|{is_ready}"); // site named
    output(port.0);
}

fn warm(port: &mut Port, celsius: Celsius) {
    output(celsius);
    #[cfg(not(without_warm))]
    let _ = writeln!(port, "now {celsius}"); // site warm
    output(port.0);
}

#[inline(never)]
fn fraction(port: &mut Port, volts: f32) {
    output(volts);
    #[cfg(not(without_fraction))]
    let _ = writeln!(port, "{volts:.3} V"); // site fraction
    output(port.0);
}

#[inline(never)]
fn total(port: &mut Port, n_bytes: u64) {
    output(n_bytes);
    #[cfg(not(without_total))]
    log(port, format_args!("{n_bytes} bytes in all\n")); // site total
    output(port.0);
}

#[inline(never)]
fn listed(port: &mut Port, readings: &[i16]) {
    output(readings.len());
    #[cfg(not(without_listed))]
    log(port, format_args!("{readings:?}\n")); // site listed
    output(port.0);
}

#[unsafe(no_mangle)]
extern "C" fn _start() -> ! {
    let mut port = Port(input(0x4000_0000) as *mut u8);
    loop {
        let number = input(7_u32);
        counted(&mut port, number);
        let all = [State::Idle, State::Moving { speed: -3, target: number }, State::Failed(number as u8)];
        state(&mut port, all[input(number as usize) % 3]);
        named(&mut port, input("pump"), input(true));
        warm(&mut port, Celsius(input(-4)));
        fraction(&mut port, input(3.3));
        total(&mut port, input(1 << 40));
        listed(&mut port, &[input(1), input(-2)]);
    }
}

#[panic_handler]
fn panic(_: &core::panic::PanicInfo<'_>) -> ! {
    loop {
        output(0);
    }
}
