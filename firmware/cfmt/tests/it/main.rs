//! What programs that print with cfmt do, and what the compiler says to those that cannot.
#![forbid(unsafe_code)]
#![expect(clippy::unwrap_used, reason = "a test stops at the first thing that is not as it should be")]

mod mistakes;
mod printing;
