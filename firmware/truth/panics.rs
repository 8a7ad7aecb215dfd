//! A program that may panic in several places, each of which a rebuild can leave out: `cargo xtask truth`
//! compares what that saves with what the analyzer blames the line for.
//!
//! The check behind `// site NAME` goes with `--cfg without_NAME`; what it guards is then taken for
//! granted. With `--cfg quiet` the panic handler prints nothing. Values come from and go to volatile
//! memory, so that they are worked out in every build.
#![no_std]
#![no_main]

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

#[inline(never)]
fn expected(reading: Option<u32>) -> u32 {
    #[cfg(not(without_expected))]
    let reading = reading.expect("the sensor answers"); // site expected
    #[cfg(without_expected)]
    // SAFETY: nobody runs this program; the same below.
    let reading = unsafe { reading.unwrap_unchecked() };
    reading
}

#[inline(never)]
fn unwrapped(reading: Result<u32, u8>) -> u32 {
    #[cfg(not(without_unwrapped))]
    let reading = reading.unwrap(); // site unwrapped
    #[cfg(without_unwrapped)]
    let reading = unsafe { reading.unwrap_unchecked() };
    reading
}

fn narrowed(number: u32) -> u8 {
    #[cfg(not(without_narrowed))]
    let number = u8::try_from(number).expect("a small number"); // site narrowed
    #[cfg(without_narrowed)]
    let number = unsafe { u8::try_from(number).unwrap_unchecked() };
    number
}

#[inline(never)]
fn indexed(readings: &[u32], idx: usize) -> u32 {
    #[cfg(not(without_indexed))]
    let reading = readings[idx]; // site indexed
    #[cfg(without_indexed)]
    let reading = unsafe { *readings.get_unchecked(idx) };
    reading
}

#[inline(never)]
fn sliced(readings: &[u32], from: usize) -> &[u32] {
    #[cfg(not(without_sliced))]
    let readings = &readings[from..]; // site sliced
    #[cfg(without_sliced)]
    let readings = unsafe { readings.get_unchecked(from..) };
    readings
}

fn added(number: u32, more: u32) -> u32 {
    #[cfg(not(without_added))]
    let sum = number + more; // site added
    #[cfg(without_added)]
    let sum = number.wrapping_add(more);
    sum
}

#[inline(never)]
fn divided(number: u32, by: u32) -> u32 {
    #[cfg(not(without_divided))]
    let quotient = number / by; // site divided
    #[cfg(without_divided)]
    let quotient = unsafe { number.checked_div(by).unwrap_unchecked() };
    quotient
}

#[inline(never)]
fn refused(n_pumps: u32) {
    if n_pumps > 3 {
        #[cfg(not(without_refused))]
        panic!("{n_pumps} pumps are too many"); // site refused
        #[cfg(without_refused)]
        unsafe {
            core::hint::unreachable_unchecked()
        };
    }
    output(n_pumps);
}

#[unsafe(no_mangle)]
extern "C" fn _start() -> ! {
    loop {
        output(expected(input(Some(3))));
        output(unwrapped(input(Ok(3))));
        output(narrowed(input(200)));
        let readings = [input(1), input(2), input(3)];
        output(indexed(&readings, input(1)));
        output(sliced(&readings, input(2)).len());
        output(added(input(1), input(2)));
        output(divided(input(7), input(2)));
        refused(input(2));
    }
}

#[cfg(not(quiet))]
struct Port;

#[cfg(not(quiet))]
impl core::fmt::Write for Port {
    fn write_str(&mut self, text: &str) -> core::fmt::Result {
        text.bytes().for_each(output);
        Ok(())
    }
}

#[panic_handler]
fn panic(_info: &core::panic::PanicInfo<'_>) -> ! {
    #[cfg(not(quiet))]
    let _ = core::fmt::Write::write_fmt(&mut Port, format_args!("{_info}"));
    loop {
        output(0);
    }
}
