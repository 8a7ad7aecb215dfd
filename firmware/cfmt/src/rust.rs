//! The formatter in Rust, for programs without a C compiler; the feature `rust-formatter` makes the macros use it.
//!
//! What it prints is what C's `printf` prints, byte by byte, with two exceptions: `{:rs}` and `{:rb}` print
//! the NULs in their text, and `{:p}` prints a null pointer as `0x0`.
//!
//! ```
//! # #[cfg(all(feature = "rust-formatter", not(feature = "lock")))] {
//! struct Uart;
//!
//! impl cfmt::Output for Uart {
//!     fn write(bytes: &[u8]) {
//!         for _byte in bytes {
//!             // Wait until there is room, then write it into the data register.
//!         }
//!     }
//! }
//!
//! cfmt::set_output!(Uart);
//! assert_eq!(cfmt::cprintln!("{:d} kg", 42), 6);
//! # }
//! ```
#![expect(
    unsafe_code,
    reason = "formats and strings come as pointers, as in C: slices and their checks would double the size"
)]

mod float;

use core::ffi::{c_char, c_int};
use core::mem::MaybeUninit;
use core::{ptr, slice};

/// Where text goes. [`set_output!`](crate::set_output) makes it the program's.
pub trait Output {
    /// Sends all of these bytes, of which there is at least one. One print calls it once per piece.
    fn write(bytes: &[u8]);

    /// The same for `ceprint!` and `ceprintln!`, if errors go elsewhere.
    fn write_error(bytes: &[u8]) {
        Self::write(bytes);
    }
}

/// Makes a type that implements [`Output`](crate::Output) the place where this program prints to.
///
/// With the feature `rust-formatter` a program without one does not link, nor does one with two. Without the feature
/// nobody would call it: it is refused.
#[macro_export]
macro_rules! set_output {
    ($output:ty) => {
        $crate::with_rust_formatter! { $crate::define_output!($output); }
    };
}

/// What [`set_output!`](crate::set_output) becomes.
#[doc(hidden)]
#[cfg(feature = "rust-formatter")]
#[macro_export]
macro_rules! with_rust_formatter {
    ($($item:tt)*) => { $($item)* };
}

/// What [`set_output!`](crate::set_output) becomes where C prints.
#[doc(hidden)]
#[cfg(not(feature = "rust-formatter"))]
#[macro_export]
macro_rules! with_rust_formatter {
    ($($item:tt)*) => {
        compile_error! {
            "C's `dprintf` prints here, not this: enable cfmt's feature `rust-formatter`, or remove `set_output!`"
        }
    };
}

/// The functions that the formatter calls. The linker tells their names to programs that have none.
#[doc(hidden)]
#[macro_export]
macro_rules! define_output {
    ($output:ty) => {
        const _: () = {
            #[unsafe(no_mangle)]
            extern "Rust" fn __cfmt_write_is_defined_by_set_output(bytes: &[u8]) {
                <$output as $crate::Output>::write(bytes)
            }

            #[unsafe(no_mangle)]
            extern "Rust" fn __cfmt_write_error_is_defined_by_set_output(bytes: &[u8]) {
                <$output as $crate::Output>::write_error(bytes)
            }
        };
    };
}

unsafe extern "Rust" {
    fn __cfmt_write_is_defined_by_set_output(bytes: &[u8]);
    fn __cfmt_write_error_is_defined_by_set_output(bytes: &[u8]);
}

/// Above a number's base in the format: a negative number has a minus.
const SIGNED: u8 = 0x20;
/// Any other has a plus.
const PLUS: u8 = 0x40;
/// Zeros fill the width.
const ZERO: u8 = 0x80;
/// The base itself.
const BASE: u8 = 0x1f;

/// Room for a number: the digits of `u64::MAX` and a sign. To set it to zero first would cost a `memset`.
type Digits = MaybeUninit<[u8; MOST_DIGITS]>;
const MOST_DIGITS: usize = 21;

/// One print under way. For the macros, which call it once per hole, in the order of the format.
#[doc(hidden)]
pub struct Printer {
    /// What of the format was not read yet.
    next: *const u8,
    printed: c_int,
    sink: unsafe fn(&mut Self, &[u8]),
    /// Where a buffer goes on.
    at: *mut u8,
    left: usize,
}

impl Printer {
    /// To [`Output::write`].
    ///
    /// # Safety
    ///
    /// The macros made the format, and the calls of the other methods follow it.
    #[inline(never)]
    pub unsafe fn output(format: *const u8) -> Self {
        // SAFETY: `set_output!` defines it with this signature, as a safe function.
        let sink = |_: &mut Self, bytes: &[u8]| unsafe { __cfmt_write_is_defined_by_set_output(bytes) };
        Self { next: format, printed: 0, sink, at: ptr::null_mut(), left: 0 }
    }

    /// To [`Output::write_error`].
    ///
    /// # Safety
    ///
    /// As for [`Printer::output`].
    #[inline(never)]
    pub unsafe fn error(format: *const u8) -> Self {
        // SAFETY: `set_output!` defines it with this signature, as a safe function.
        let sink = |_: &mut Self, bytes: &[u8]| unsafe { __cfmt_write_error_is_defined_by_set_output(bytes) };
        Self { next: format, printed: 0, sink, at: ptr::null_mut(), left: 0 }
    }

    /// To a buffer, of which the last byte is not used, as in C.
    ///
    /// # Safety
    ///
    /// As for [`Printer::output`]; the buffer is valid for writes until the printer is gone.
    #[inline(never)]
    pub unsafe fn buffer(buffer: *mut c_char, length: usize, format: *const u8) -> Self {
        let sink = |printer: &mut Self, bytes: &[u8]| {
            for byte in bytes.iter().take(printer.left) {
                // SAFETY: `left` bytes are left, of those that the caller promised.
                unsafe {
                    printer.at.write(*byte);
                    printer.at = printer.at.add(1);
                }
                printer.left = printer.left.wrapping_sub(1);
            }
        };
        Self { next: format, printed: 0, sink, at: buffer.cast(), left: length.saturating_sub(1) }
    }

    /// Prints the rest of the text; how many bytes there were in all.
    ///
    /// # Safety
    ///
    /// As for [`Printer::output`].
    #[inline(never)]
    pub unsafe fn finish(&mut self) -> c_int {
        self.text();
        self.printed
    }

    /// `{:d} {:u} {:x} {:p}` without flags.
    ///
    /// # Safety
    ///
    /// As for [`Printer::output`].
    #[inline(never)]
    pub unsafe fn integer(&mut self, value: u64) {
        self.text();
        let kind = self.flag();
        let mut digits = Digits::uninit();
        self.put(render(value, kind, 0, &mut digits));
    }

    /// `{:d} {:u} {:x}` with a width or a plus.
    ///
    /// # Safety
    ///
    /// As for [`Printer::output`].
    #[inline(never)]
    pub unsafe fn padded(&mut self, value: u64) {
        self.text();
        let kind = self.flag();
        let width = usize::from(self.flag());
        let mut digits = Digits::uninit();
        let plus = if kind & PLUS == 0 { 0 } else { b'+' };
        let mut text = render(value, kind, plus, &mut digits);
        let missing = width.saturating_sub(text.len());
        if kind & ZERO != 0
            && let [sign @ (b'-' | b'+'), rest @ ..] = text
        {
            self.put(slice::from_ref(sign));
            text = rest;
        }
        let filler: &[u8] = if kind & ZERO == 0 { b" " } else { b"0" };
        for _ in 0..missing {
            self.put(filler);
        }
        self.put(text);
    }

    /// `{:e}`.
    ///
    /// # Safety
    ///
    /// As for [`Printer::output`].
    #[inline(never)]
    pub unsafe fn float(&mut self, value: f64) {
        self.text();
        let plus = self.flag() & PLUS != 0;
        let precision = self.flag();
        float::print(value, plus, precision, |text| self.put(text));
    }

    /// `{:cc}`.
    ///
    /// # Safety
    ///
    /// As for [`Printer::output`].
    #[inline(never)]
    pub unsafe fn byte(&mut self, value: c_int) {
        self.text();
        // `%c` prints an `unsigned char`.
        self.put(slice::from_ref(&(value as u8)));
    }

    /// `{:rs} {:rb} {:rc}`.
    ///
    /// # Safety
    ///
    /// As for [`Printer::output`]; there are so many bytes.
    #[inline(never)]
    pub unsafe fn bytes(&mut self, length: c_int, pointer: *const c_char) {
        self.text();
        // SAFETY: the caller promised; a length is never negative.
        self.put(unsafe { &*ptr::slice_from_raw_parts(pointer.cast(), length as usize) });
    }

    /// `{:cs}`.
    ///
    /// # Safety
    ///
    /// As for [`Printer::output`]; the string ends in NUL.
    #[inline(never)]
    pub unsafe fn c_string(&mut self, string: *const c_char) {
        self.text();
        // SAFETY: the caller promised.
        self.put(unsafe { up_to_nul(string.cast()) });
    }

    /// Prints the format up to its next NUL, and steps over that.
    #[inline(never)]
    fn text(&mut self) {
        // SAFETY: the macros end every text in NUL, and call this as often as there is one.
        let text = unsafe { up_to_nul(self.next) };
        // SAFETY: the NUL is a part of the format.
        self.next = unsafe { self.next.add(text.len().wrapping_add(1)) };
        self.put(text);
    }

    /// The format's next byte.
    fn flag(&mut self) -> u8 {
        // SAFETY: the macros put it there for this kind of hole.
        unsafe {
            let flag = *self.next;
            self.next = self.next.add(1);
            flag
        }
    }

    #[inline(never)]
    fn put(&mut self, bytes: &[u8]) {
        if !bytes.is_empty() {
            // Like C's: nobody prints 2 GiB in one call.
            self.printed = self.printed.wrapping_add(bytes.len() as c_int);
            // SAFETY: a sink is safe with the printer that it was put into.
            unsafe { (self.sink)(self, bytes) }
        }
    }
}

/// The bytes before the NUL.
///
/// # Safety
///
/// There is a NUL, and all up to it stays as it is while the answer is used.
unsafe fn up_to_nul<'a>(start: *const u8) -> &'a [u8] {
    let mut length = 0;
    // SAFETY: the caller promised that the NUL is here or further on. Volatile, since the compiler would
    // see through the loop and link `strlen`, which is four times as big.
    while unsafe { start.add(length).read_volatile() } != 0 {
        length = length.wrapping_add(1);
    }
    // SAFETY: all of this was just read.
    unsafe { &*ptr::slice_from_raw_parts(start, length) }
}

/// Writes a number to the end of the room and returns it.
///
/// It divides byte by byte, the remainder before it: all fits 32 bits, and dividing by ten is a
/// multiplication. `__aeabi_uldivmod` would cost 592 bytes. Nothing overflows; the wrapping operations keep
/// the panics of a build that checks out of it.
#[inline(never)]
fn render(value: u64, kind: u8, plus: u8, digits: &mut Digits) -> &[u8] {
    let is_negative = kind & SIGNED != 0 && value.cast_signed() < 0;
    let magnitude = if is_negative { value.wrapping_neg() } else { value };
    let sign = if is_negative { b'-' } else { plus };
    let base = u32::from(kind & BASE);
    // n * inverse / 2^15 is n / base for every n that occurs, which is less than base * 256.
    let inverse = if base == 16 { 0x8000 / 16 } else { 0x8000 / 10 + 1 };
    let mut limbs = magnitude.to_le_bytes();
    let start = digits.as_mut_ptr().cast::<u8>();
    let mut first = MOST_DIGITS;
    let mut push = |byte| {
        first = first.wrapping_sub(1);
        // SAFETY: 64 bits have 20 digits at most, and one more byte is there for the sign.
        unsafe { start.add(first).write(byte) }
    };
    loop {
        let mut remainder = 0;
        let mut any = 0;
        for limb in limbs.iter_mut().rev() {
            let n = remainder << 8 | u32::from(*limb);
            let quotient = n.wrapping_mul(inverse) >> 15;
            remainder = n.wrapping_sub(quotient.wrapping_mul(base));
            *limb = quotient as u8;
            any |= quotient;
        }
        let letter = if remainder > 9 { b'a' - 10 } else { b'0' };
        push(letter.wrapping_add(remainder as u8));
        if any == 0 {
            break;
        }
    }
    if sign != 0 {
        push(sign);
    }
    // SAFETY: from the last push on all is written.
    unsafe { &*ptr::slice_from_raw_parts(start.add(first), MOST_DIGITS.wrapping_sub(first)) }
}
