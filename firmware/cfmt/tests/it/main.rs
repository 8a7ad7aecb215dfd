//! What programs that print with cfmt do, and what the compiler says to those that cannot.
#![forbid(unsafe_code)]

mod mistakes;
mod printing;
