//! The macros behind `cfmt`: a format string is read when the program is compiled, never when it runs.
//!
//! Each macro is a small compiler in three steps, and every step is a module of [`print`]:
//! *parse* turns tokens into a call and reports every mistake at its place, the *call* is plain data,
//! *expand* turns it into one C call and cannot fail. Use the crate `cfmt`, which re-exports these.

mod print;

use proc_macro::TokenStream;

/// Prints through `dprintf` to file descriptor 1. Documented where `cfmt` re-exports it.
#[proc_macro]
pub fn cprint(input: TokenStream) -> TokenStream {
    print::macro_output(input.into(), print::Target::STDOUT).into()
}

/// Prints through `dprintf` to file descriptor 1, with a newline. Documented where `cfmt` re-exports it.
#[proc_macro]
pub fn cprintln(input: TokenStream) -> TokenStream {
    print::macro_output(input.into(), print::Target::STDOUT.with_newline()).into()
}
