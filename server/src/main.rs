//! The program: options in, exit code out.

use clap::Parser as _;
use plimsoll_server::config::Cli;
use std::process::ExitCode;

fn main() -> ExitCode {
    match plimsoll_server::serve::run(Cli::parse()) {
        Ok(code) => code,
        Err(error) => {
            eprintln!("error: {error:#}");
            ExitCode::FAILURE
        }
    }
}
