//! A meter that grows step by step: `--cfg step="n"` for each of the first n of its commits.

#![no_std]
#![no_main]

use core::panic::PanicInfo;
use core::ptr::{read_volatile, write_volatile};

const PORT: *mut u32 = 0x4000_4000 as *mut u32;

fn input(idx: usize) -> u32 {
    // SAFETY: nobody runs this.
    unsafe { read_volatile(PORT.wrapping_add(idx)) }
}

fn output(idx: usize, value: u32) {
    // SAFETY: nobody runs this.
    unsafe { write_volatile(PORT.wrapping_add(idx), value) }
}

#[cfg(any(step = "2", step = "6"))]
struct Uart;

#[cfg(any(step = "2", step = "6"))]
impl core::fmt::Write for Uart {
    fn write_str(&mut self, text: &str) -> core::fmt::Result {
        text.bytes().for_each(|it| output(2, it.into()));
        Ok(())
    }
}

#[cfg(step = "1")]
#[inline(never)]
fn median(values: &mut [u32; 5]) -> u32 {
    values.sort_unstable();
    values[2]
}

#[cfg(step = "3")]
trait Channel {
    fn level(&self, raw: u32) -> u32;
}

#[cfg(step = "3")]
struct Linear(u32);
#[cfg(step = "3")]
struct Stepped([u32; 24]);

#[cfg(step = "3")]
impl Channel for Linear {
    fn level(&self, raw: u32) -> u32 {
        raw.saturating_mul(self.0) / 1000
    }
}

#[cfg(step = "3")]
impl Channel for Stepped {
    fn level(&self, raw: u32) -> u32 {
        self.0.iter().take_while(|it| **it < raw).count() as u32
    }
}

#[cfg(step = "3")]
static CHANNELS: [&(dyn Channel + Sync); 2] = [
    &Linear(330),
    &Stepped([
        1, 2, 4, 8, 16, 32, 64, 100, 128, 150, 200, 256, 300, 400, 512, 600, 700, 800, 900, 1000, 1200, 1500, 1900,
        2400,
    ]),
];

#[cfg(step = "4")]
static mut SAMPLES: [u32; 512] = [0; 512];

#[cfg(step = "5")]
#[inline(never)]
fn energy(watts: u32, ms: u32) -> u64 {
    (u64::from(watts) * u64::from(ms) + 1_800_000) / 3_600_000
}

#[unsafe(no_mangle)]
extern "C" fn _start() -> ! {
    let mut n_rounds = 0_u32;
    loop {
        n_rounds = n_rounds.wrapping_add(1);
        let raw = input(0);
        #[cfg(step = "1")]
        output(1, median(&mut [raw, input(0), input(0), input(0), input(0)]));
        #[cfg(step = "2")]
        let _ = core::fmt::Write::write_fmt(&mut Uart, format_args!("round {n_rounds}: {raw:#x}\n"));
        #[cfg(step = "3")]
        output(3, CHANNELS[(raw >> 31) as usize].level(raw));
        #[cfg(step = "4")]
        // SAFETY: nobody runs this.
        unsafe {
            let at = &raw mut SAMPLES[n_rounds as usize % 512];
            output(4, read_volatile(at));
            write_volatile(at, raw);
        }
        #[cfg(step = "5")]
        output(5, energy(raw, input(1)) as u32);
        #[cfg(step = "6")]
        let _ = core::fmt::Write::write_fmt(&mut Uart, format_args!("{:.2} V\n", raw as f32 / 1241.0));
        output(0, n_rounds);
    }
}

#[panic_handler]
fn panic(_: &PanicInfo<'_>) -> ! {
    loop {
        output(7, 1);
    }
}
