//! What the server does, seen from outside.
#![expect(clippy::unwrap_used, reason = "a test that cannot go on has failed")]

mod bad_input;
mod elf;
mod live;
mod postgres;
mod process;
mod resilience;
