//! `println!` for microcontrollers: the format string becomes a C `printf` call when the program is compiled.
//!
//! ```
//! # #[cfg(not(any(feature = "rust-formatter", feature = "lock")))] {
//! use cfmt::cprintln;
//!
//! let (hold, load_kg) = ("aft", 1_200_u32);
//! cprintln!("hold {hold:rs}: {:d} kg, {:u}% full, flags {:04x}", load_kg, 80_u8, 0xf00d);
//! # }
//! ```
//!
//! Nothing of `core::fmt` reaches the image: no `Display`, no `Debug`, no `Formatter`, no tables. What is
//! printed at run time is a C function `dprintf`, which the program supplies: on a hosted system it is in
//! the C library, on a microcontroller it is a page of C that knows the conversions below, or
//! [a formatter in Rust](#without-c).
//!
//! | spec | argument | C |
//! |---|---|---|
//! | `{:d}` | an integer that fits `long long` | `%lld` |
//! | `{:u}` | an unsigned integer | `%llu` |
//! | `{:x}` | an integer, in hexadecimal; a negative one as its bits | `%llx` |
//! | `{:p}` | a pointer or a reference, as the address | `%p` |
//! | `{:e}` | a float, as `double` | `%e` |
//! | `{:cs}` | a C string: `&CStr`, or `*const c_char` inside `unsafe` | `%s` |
//! | `{:rs}` | a Rust string, `&str` | `%.*s` |
//! | `{:rb}` | bytes as they are, `&[u8]` | `%.*s` |
//! | `{:cc}` | an ASCII `char` or `u8`; any other prints `?` | `%c` |
//! | `{:rc}` | a `char`, as UTF-8 | `%.*s` |
//!
//! `{{` and `}}` print braces, and `%` needs no care. A hole may have a name, `{n:d}`: it prints the argument
//! `n = …` or else the variable `n`. Every argument is evaluated exactly once, in its order. A wrong type, a
//! wrong number of arguments, an unknown spec, a NUL in the format or a format that is no literal does not
//! compile.
//!
//! Flags are those that mean the same in C and in Rust: `{:8d}`, `{:08x}`, `{:08u}` for a width, `{:+d}` for
//! a sign, `{:.3e}` and `{:+.3e}` for digits after the point (six without). Widths and precisions go up to 99.
//!
//! # The macros
//!
//! | macro | alias | prints to | through |
//! |---|---|---|---|
//! | [`cprint!`], [`cprintln!`] | `print!`, `println!` | standard output, file descriptor 1 | `dprintf` |
//! | [`ceprint!`], [`ceprintln!`] | `eprint!`, `eprintln!` | standard error, file descriptor 2 | `dprintf` |
//! | [`csprint!`] | `sprint!` | a `&mut str` | `snprintf` |
//! | [`cbprint!`] | `bprint!` | a `&mut [u8]` | `snprintf` |
//!
//! Import the aliases by name, `use cfmt::println;`: after `use cfmt::*` the compiler finds `println!`
//! ambiguous, wherever the standard library has one, too.
//!
//! Each returns what the C function returns: the number of bytes, or a negative number for a failure. For a
//! buffer that is the number of bytes that the whole text has; if it is not less than the buffer's length,
//! the text was cut. So no macro is a `()`, unlike the standard library's: in an arm of a `match` write
//! `Some(v) => _ = println!(…)`, and in a block end it with a semicolon, `if loud { println!("x"); }`.
//!
//! # What the program supplies
//!
//! ```c
//! int dprintf(int fd, const char *format, ...);
//! int snprintf(char *buffer, size_t length, const char *format, ...);
//! ```
//!
//! They are called with formats that hold the conversions of the table and `%%`, and with matching arguments.
//! Only what a program prints is needed: without `csprint!` and `cbprint!` no `snprintf`, without floats no
//! `%e`. C ends `%.*s` at a NUL, which a Rust string may hold: through a C library `"a\0b"` prints as `a`. The
//! formatters of this crate, the page of C and the one in Rust, print all of it.
//!
//! # Without C
//!
//! With the feature `rust-formatter` the macros call a formatter in Rust instead, and the program supplies
//! [`Output`], which has one method, `write`. See [`rust`]. Features are of the whole program: the
//! application chooses, libraries only print.
//!
//! # Threads and interrupts
//!
//! The macros only call. Whether two tasks may print at once is up to what the program supplies, or to its
//! [`lock`], with the feature of that name.
//!
//! # Safety
//!
//! The macros expand to `unsafe` code, so that programs need none: every conversion is checked against its
//! argument's type, and the format is a constant. The exception is a raw pointer for `{:cs}`, which compiles
//! with the macro inside `unsafe` only: it must point to bytes that end in NUL. What the program supplies must have the
//! signatures above and must not unwind.
#![no_std]

/// Those macros of the two back ends that the features choose.
mod chosen {
    #[cfg(not(feature = "rust-formatter"))]
    pub use cfmt_macros::{cbprint, ceprint, ceprintln, cprint, cprintln, csprint};

    #[cfg(feature = "rust-formatter")]
    pub use cfmt_macros::{
        rust_cbprint as cbprint, rust_ceprint as ceprint, rust_ceprintln as ceprintln, rust_cprint as cprint,
        rust_cprintln as cprintln, rust_csprint as csprint,
    };
}

/// Prints to standard output (file descriptor 1).
///
/// Returns what `dprintf` returns: the number of bytes printed, or a negative number.
///
/// ```
/// # #[cfg(not(any(feature = "rust-formatter", feature = "lock")))] {
/// let printed = cfmt::cprint!("{:d}% of {:rs}\n", 42, "everything");
/// assert_eq!(printed, 18);
/// # }
/// ```
pub use chosen::cprint;

/// Prints to standard output (file descriptor 1), with a newline.
///
/// Returns what `dprintf` returns: the number of bytes printed, or a negative number.
///
/// ```
/// # #[cfg(not(any(feature = "rust-formatter", feature = "lock")))] {
/// let (name, count) = ("hatch", 3_u8);
/// cfmt::cprintln!("{name:rs}: {count:u} (0x{count:02x})");
/// assert_eq!(cfmt::cprintln!(), 1);
/// # }
/// ```
pub use chosen::cprintln;

/// Prints to standard error (file descriptor 2), as [`cprint!`] does to standard output.
///
/// With the feature `rust-formatter` it prints to [`Output::write_error`], which is [`Output::write`] unless the
/// program says otherwise.
pub use chosen::ceprint;

/// Prints to standard error, as [`ceprint!`] does, with a newline.
pub use chosen::ceprintln;

/// Prints into a `&mut str`: the text, then NULs up to the end of the buffer.
///
/// Returns what `snprintf` returns: how many bytes the whole text has, or a negative number. As in C the last
/// byte is always a NUL, so that the text is cut if it has as many bytes as the buffer, or more.
///
/// The buffer is UTF-8 afterwards, whatever was printed: of a text that is cut inside a character nothing of
/// that character stays, and bytes that are not UTF-8 (from `{:rb}` or `{:cs}`) become `?`.
///
/// ```
/// let mut buffer = String::from("........");
/// assert_eq!(cfmt::csprint!(&mut buffer, "{:d} °C", 21), 6);
/// assert_eq!(buffer, "21 °C\0\0");
/// assert_eq!(buffer.trim_end_matches('\0'), "21 °C");
/// ```
///
/// The buffer's length is that of the text in it. A string that only has room for more has none here:
///
/// ```
/// let mut buffer = String::with_capacity(20);
/// assert_eq!(cfmt::csprint!(&mut buffer, "{:d} °C", 21), 6);
/// assert_eq!(buffer, "");
/// ```
pub use chosen::csprint;

/// Prints into a `&mut [u8]`: the text and a NUL; what is behind stays as it was.
///
/// Returns what `snprintf` returns: how many bytes the whole text has, or a negative number. As in C the last
/// byte is never used for text.
///
/// ```
/// let mut buffer = [b'.'; 8];
/// assert_eq!(cfmt::cbprint!(&mut buffer, "{:03u}|", 7_u8), 4);
/// assert_eq!(&buffer, b"007|\0...");
/// ```
///
/// The number may be more than the buffer holds, so that it is no end to slice to. What was printed ends at the NUL:
///
/// ```
/// use core::ffi::CStr;
///
/// let mut buffer = [0; 8];
/// assert_eq!(cfmt::cbprint!(&mut buffer, "{:u} tons of coal", 1_200_u32), 17);
/// assert_eq!(CStr::from_bytes_until_nul(&buffer), Ok(c"1200 to"));
/// ```
pub use chosen::cbprint;

#[doc(no_inline)]
pub use chosen::{
    cbprint as bprint, ceprint as eprint, ceprintln as eprintln, cprint as print, cprintln as println,
    csprint as sprint,
};

pub mod lock;
pub mod rust;
pub mod spec;

#[doc(hidden)]
pub mod buffer;
#[doc(hidden)]
pub mod ffi;

pub use rust::Output;
