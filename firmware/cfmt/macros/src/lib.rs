//! The macros behind `cfmt`: a format string is read when the program is compiled, never when it runs.
//!
//! Each macro is a small compiler in three steps, and every step is a module of [`print`]:
//! *parse* turns tokens into a call and reports every mistake at its place, the *call* is plain data,
//! *expand* turns it into C or Rust and cannot fail. Use the crate `cfmt`, which re-exports these.

mod print;

use print::{Backend, Target};
use proc_macro::TokenStream;

/// Each macro once for every back end; `cfmt` exports those of the one that its features choose.
macro_rules! print_macros {
    ($($c_name:ident, $rust_name:ident, $target:expr;)*) => {$(
        /// Documented where `cfmt` re-exports it.
        #[proc_macro]
        pub fn $c_name(input: TokenStream) -> TokenStream {
            print::macro_output(input.into(), $target, Backend::C).into()
        }

        /// Documented where `cfmt` re-exports it.
        #[proc_macro]
        pub fn $rust_name(input: TokenStream) -> TokenStream {
            print::macro_output(input.into(), $target, Backend::Rust).into()
        }
    )*};
}

print_macros! {
    cprint, rust_cprint, Target::STDOUT;
    cprintln, rust_cprintln, Target::STDOUT.with_newline();
    ceprint, rust_ceprint, Target::STDERR;
    ceprintln, rust_ceprintln, Target::STDERR.with_newline();
    csprint, rust_csprint, Target::TEXT;
    cbprint, rust_cbprint, Target::BYTES;
}
