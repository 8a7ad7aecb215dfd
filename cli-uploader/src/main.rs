//! Runs `plimsoll`: parses what was typed, runs it, and translates the outcome into an exit code.

use clap::Parser;
use std::process::ExitCode;

fn main() -> ExitCode {
    let args = plimsoll_cli::args::Args::parse();
    plimsoll_cli::run(args, &plimsoll_cli::environment::Environment::of_this_process())
}
