//! What programs that print with cfmt do, and what the compiler says to those that cannot.
#![expect(clippy::unwrap_used, reason = "a test stops at the first thing that is not as it should be")]

mod agreement;
mod image;
mod mistakes;
mod with_c;
mod with_rust;

use std::io::{self, Write};

/// This process, for the formatter in Rust.
struct Process;

impl cfmt::Output for Process {
    fn write(bytes: &[u8]) {
        let mut stdout = io::stdout();
        stdout.write_all(bytes).and_then(|()| stdout.flush()).unwrap();
    }

    fn write_error(bytes: &[u8]) {
        io::stderr().write_all(bytes).unwrap();
    }
}

// Both formatters are called here, whatever the features are.
cfmt::define_output!(Process);
