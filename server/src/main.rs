//! The program: options in, exit code out.

use clap::Parser as _;
use plimsoll_server::config::Cli;
use std::process::ExitCode;

fn main() -> ExitCode {
    let cli = Cli::parse();
    if cli.config.database_url.is_none() {
        forget_postgres_options();
    }
    match plimsoll_server::serve::run(cli) {
        Ok(code) => code,
        Err(error) => {
            eprintln!("error: {error:#}");
            ExitCode::FAILURE
        }
    }
}

/// Options meant for somebody's own Postgres (another `search_path`, say) would reach the private one
/// through sqlx, which reads them from the environment and offers no way not to.
#[expect(unsafe_code, reason = "changing the environment is unsafe while other threads may read it")]
fn forget_postgres_options() {
    // SAFETY: the program has just begun and has no other thread yet.
    unsafe { std::env::remove_var("PGOPTIONS") }
}
