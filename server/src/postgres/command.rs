//! `plimsoll-server postgres [-- COMMAND…]`: the private Postgres for other programs.

use super::{DATABASE, PostgresConfig, PostgresError, PrivatePostgres, USER, folder};
use rustix::process::{Pid, Signal, kill_process};
use std::ffi::OsString;
use std::io::{self, Write};
use std::os::unix::process::ExitStatusExt;
use std::process::{ExitCode, ExitStatus};
use tokio::process::Command;
use tokio::signal::unix::{SignalKind, signal};

/// What was typed after `postgres`.
#[derive(Debug, Clone, Default, clap::Args)]
pub struct PostgresArgs {
    /// The command and its arguments.
    #[arg(last = true, value_name = "COMMAND")]
    pub command: Vec<OsString>,
}

/// Runs the subcommand; the answer is the command's own exit code.
pub async fn run_command(config: &PostgresConfig, args: &PostgresArgs) -> Result<ExitCode, PostgresError> {
    let Some((program, arguments)) = args.command.split_first() else {
        let postgres = PrivatePostgres::start(config).await?;
        let announced = announce(&postgres.url()).await;
        postgres.stop().await;
        return announced
            .map(|()| ExitCode::SUCCESS)
            .map_err(PostgresError::io("print the URL of", &config.data_dir));
    };
    // A backup while the server runs is the common case: its Postgres serves the command too.
    let postgres = PrivatePostgres::start_or_join(config).await?;
    let ended = run(program, arguments, &postgres).await;
    postgres.stop().await;
    ended.map_err(PostgresError::io("run", program.as_ref()))
}

async fn announce(url: &str) -> io::Result<()> {
    let mut terminate = signal(SignalKind::terminate())?;
    let mut interrupt = signal(SignalKind::interrupt())?;
    let mut output = io::stdout().lock();
    writeln!(output, "{url}")?;
    output.flush()?;
    drop(output);
    tokio::select! {
        _ = terminate.recv() => {}
        _ = interrupt.recv() => {}
    }
    Ok(())
}

async fn run(program: &OsString, arguments: &[OsString], postgres: &PrivatePostgres) -> io::Result<ExitCode> {
    let mut terminate = signal(SignalKind::terminate())?;
    // Ctrl-C goes to the command as well, and it decides what that means: in psql it ends a query.
    let mut interrupt = signal(SignalKind::interrupt())?;
    let mut command = Command::new(program);
    command.args(arguments).env("DATABASE_URL", postgres.url());
    // psql and pg_dump read these instead.
    command.env("PGHOST", &postgres.socket_dir).env("PGPORT", folder::PORT.to_string());
    command.env("PGUSER", USER).env("PGDATABASE", DATABASE).env("PGSSLMODE", "disable");
    let mut child = command.spawn()?;
    loop {
        tokio::select! {
            ended = child.wait() => return ended.map(exit_code),
            _ = interrupt.recv() => {}
            _ = terminate.recv() => pass_on_terminate(&child),
        }
    }
}

fn pass_on_terminate(child: &tokio::process::Child) {
    let pid = child.id().and_then(|it| Pid::from_raw(it.cast_signed()));
    if let Some(pid) = pid {
        // It may be gone by now, which is what was asked for.
        kill_process(pid, Signal::TERM).ok();
    }
}

/// As a shell tells it: 128 and the signal for a command that was killed.
fn exit_code(status: ExitStatus) -> ExitCode {
    let code = status.code().or_else(|| status.signal().map(|it| 128 + it));
    ExitCode::from(code.and_then(|it| u8::try_from(it).ok()).unwrap_or(u8::MAX))
}
