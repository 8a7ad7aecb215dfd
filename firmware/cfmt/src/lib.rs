//! `println!` for microcontrollers: the format string becomes a C `printf` call when the program is compiled.
//!
//! ```
//! use cfmt::cprintln;
//!
//! let (hold, load_kg) = ("aft", 1_200_u32);
//! cprintln!("hold {hold:rs}: {:d} kg, {:u}% full, flags {:x}", load_kg, 80_u8, 0xf00d);
//! ```
//!
//! Nothing of `core::fmt` reaches the image: no `Display`, no `Debug`, no `Formatter`, no tables. What is
//! printed at run time is a C function `dprintf`, which the program supplies: on a hosted system it is in
//! the C library, on a microcontroller it is a page of C that knows the conversions below.
//!
//! | spec | argument | C |
//! |---|---|---|
//! | `{:d}` | an integer that fits `long long` | `%lld` |
//! | `{:u}` | an unsigned integer | `%llu` |
//! | `{:x}` | an integer, in hexadecimal | `%llx` |
//! | `{:rs}` | a Rust string, `&str` | `%.*s` |
//! | `{:cs}` | a C string, `&CStr` | `%s` |
//!
//! `{{` and `}}` print braces, and `%` needs no care. A hole may have a name, `{n:d}`: it prints the argument
//! `n = …` or else the variable `n`. Every argument is evaluated exactly once. A wrong type, a wrong number
//! of arguments, an unknown spec, a NUL in the format or a format that is no literal does not compile.
//!
//! # What the program supplies
//!
//! ```c
//! int dprintf(int fd, const char *format, ...);
//! ```
//!
//! It is called with formats that hold the conversions of the table and `%%`, and with matching arguments.
//! `%.*s` of some C libraries ends at a NUL inside the string; Rust strings may hold one.
//! Whether two tasks may print at once is up to it: the macros only call it.
#![no_std]

/// Prints to standard output (file descriptor 1) through the C function `dprintf`.
///
/// Returns what `dprintf` returns: the number of bytes printed, or a negative number.
///
/// ```
/// let printed = cfmt::cprint!("{:d}% of {:rs}\n", 42, "everything");
/// assert_eq!(printed, 18);
/// ```
pub use cfmt_macros::cprint;

/// Prints to standard output (file descriptor 1) through the C function `dprintf`, with a newline.
///
/// Returns what `dprintf` returns: the number of bytes printed, or a negative number.
///
/// ```
/// let (name, count) = ("hatch", 3_u8);
/// cfmt::cprintln!("{name:rs}: {count:u} (0x{count:x})");
/// assert_eq!(cfmt::cprintln!(), 1);
/// ```
pub use cfmt_macros::cprintln;

pub mod spec;

#[doc(hidden)]
pub mod ffi;
