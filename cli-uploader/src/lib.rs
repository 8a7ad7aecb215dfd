//! The command `plimsoll`: what was typed ([`args`]) becomes a checked plan ([`plan`]), and the plan runs.
//!
//! Exit codes are API: 0 fine, 1 over budget, 2 could not find out.

pub mod args;
pub mod environment;

mod analyze;
mod backfill;
mod ci;
mod client;
mod comment;
mod config;
mod failure;
mod files;
mod fmt;
mod git;
mod judge;
mod link_error;
mod linker_map;
mod markdown;
mod memory;
mod output;
mod plan;
mod size;
mod stack;
mod text;
mod upload;
mod why;

use args::{Args, Command};
use clap::CommandFactory;
use environment::Environment;
use std::process::ExitCode;

/// What a command found out. That it could not find out is an error.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Outcome {
    /// Exit code 0.
    Fine,
    /// Exit code 1.
    OverBudget,
    /// Exit code 2, where the reason has been printed already.
    Unknown,
}

/// Runs the command, prints its error if it fails, and answers with the exit code.
pub fn run(args: Args, environment: &Environment) -> ExitCode {
    args.color.apply();
    let outcome = match args.command {
        Command::Upload(it) => upload::run(&it, environment),
        Command::Backfill(it) => backfill::run(&it, environment),
        Command::Comment(it) => comment::run(&it, environment),
        Command::Analyze(it) => analyze::analyze(&it),
        Command::Diff(it) => analyze::diff(&it),
        Command::Why(it) => why::run(&it),
        Command::Stack(it) => stack::run(&it),
        Command::Fmt(it) => fmt::run(&it),
        Command::Size(it) => size::run(&it),
        Command::Completions(it) => completions(it.shell),
    };
    exit_code(outcome)
}

fn exit_code(outcome: anyhow::Result<Outcome>) -> ExitCode {
    match outcome {
        Ok(Outcome::Fine) => ExitCode::SUCCESS,
        Ok(Outcome::OverBudget) => ExitCode::from(1),
        Ok(Outcome::Unknown) => ExitCode::from(2),
        Err(error) => {
            failure::print(&error);
            ExitCode::from(2)
        }
    }
}

fn completions(shell: clap_complete::Shell) -> anyhow::Result<Outcome> {
    let mut script = Vec::new();
    clap_complete::generate(shell, &mut Args::command(), "plimsoll", &mut script);
    output::print_bytes(&script)?;
    Ok(Outcome::Fine)
}
