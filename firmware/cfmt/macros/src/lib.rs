//! The macros behind `cfmt`: a format string is read when the program is compiled, never when it runs.
//!
//! Each macro is a small compiler in three steps, and every step is a module of [`print`]:
//! *parse* turns tokens into a call and reports every mistake at its place, the *call* is plain data,
//! *expand* turns it into one C call and cannot fail. Use the crate `cfmt`, which re-exports these.

mod print;

use proc_macro::TokenStream;

/// Prints to standard output (file descriptor 1) through the C function `dprintf`.
///
/// Returns what `dprintf` returns: the number of bytes printed, or a negative number. See the crate's
/// documentation for the specs.
///
/// ```
/// let answer = cfmt::cprint!("{:d}% of {:rs}\n", 42, "everything");
/// assert_eq!(answer, 18);
/// ```
#[proc_macro]
pub fn cprint(input: TokenStream) -> TokenStream {
    print::macro_output(input.into(), print::Target::STDOUT).into()
}

/// Prints to standard output (file descriptor 1) through the C function `dprintf`, with a newline.
///
/// ```
/// let (name, count) = ("hatch", 3_u8);
/// cfmt::cprintln!("{name:rs}: {count:u} (0x{count:x})");
/// cfmt::cprintln!();
/// ```
#[proc_macro]
pub fn cprintln(input: TokenStream) -> TokenStream {
    print::macro_output(input.into(), print::Target::STDOUT.with_newline()).into()
}
