//! A program of a few frames, for `frames_are_as_rustc_says`.
#![no_std]
#![no_main]
use core::fmt::Write;
use core::hint::black_box;

struct Sink(u32);
impl Write for Sink {
    fn write_str(&mut self, s: &str) -> core::fmt::Result {
        for byte in s.bytes() {
            self.0 = self.0.rotate_left(5) ^ u32::from(byte);
        }
        Ok(())
    }
}

#[inline(never)]
fn sorted(n: u32) -> u32 {
    let mut values = [0_u32; 40];
    for (idx, value) in values.iter_mut().enumerate() {
        *value = black_box(n).wrapping_mul(idx as u32 + 1);
    }
    values.sort_unstable();
    black_box(&values)[n as usize % 40]
}

#[inline(never)]
fn big(n: usize) -> u8 {
    let mut buffer = [0_u8; 5000];
    black_box(&mut buffer)[n % 5000] = 1;
    buffer[(n + 1) % 5000]
}

#[inline(never)]
fn formatted(n: u32) -> u32 {
    let mut sink = Sink(n);
    let _ = write!(sink, "{n:>8} {:#x} {:?}", n + 1, (n, "text"));
    sink.0
}

#[inline(never)]
fn float(a: f64, b: f64) -> f64 {
    black_box(a) * b / black_box(3.0)
}

#[unsafe(no_mangle)]
extern "C" fn _start() -> ! {
    let n = black_box(7_u32);
    black_box(sorted(n) + formatted(n) + u32::from(big(n as usize)) + float(n.into(), 2.0) as u32);
    loop {}
}

#[panic_handler]
fn panic(info: &core::panic::PanicInfo<'_>) -> ! {
    let mut sink = Sink(0);
    let _ = write!(sink, "{info}");
    black_box(sink.0);
    loop {}
}
