//! A private Postgres for a chore: started by the server program, gone afterwards.

use crate::command::terminate;
use crate::workspace::{built, root};
use anyhow::{Context as _, Result, bail};
use std::io::{BufRead as _, BufReader};
use std::os::unix::process::CommandExt as _;
use std::process::{Child, Command, Stdio};
use tempfile::TempDir;

/// A running, empty Postgres. Dropped, it stops and its data is removed.
pub struct PrivatePostgres {
    child: Child,
    /// For `DATABASE_URL`.
    pub url: String,
    _data: TempDir,
}

impl PrivatePostgres {
    /// Starts it and waits until it answers. The server must have been built.
    pub fn start() -> Result<Self> {
        let data = tempfile::Builder::new().prefix("plimsoll-postgres-").tempdir()?;
        let mut command = Command::new(built("plimsoll-server"));
        command.current_dir(root()).arg("postgres").arg("--data").arg(data.path()).env_remove("DATABASE_URL");
        command.env("PLIMSOLL_LOG", "warn").stdin(Stdio::null()).stdout(Stdio::piped());
        // Its own group: Ctrl-C ends the chore first, and then we stop it.
        let mut child = command.process_group(0).spawn().context("starting plimsoll-server postgres")?;
        let stdout = child.stdout.take().context("the server program has no output")?;
        let mut url = String::new();
        BufReader::new(stdout).read_line(&mut url)?;
        let postgres = Self { child, url: url.trim().to_owned(), _data: data };
        if postgres.url.is_empty() {
            bail!("Postgres did not start; what it says stands above");
        }
        Ok(postgres)
    }
}

impl Drop for PrivatePostgres {
    fn drop(&mut self) {
        let ended = terminate(&self.child).and_then(|()| Ok(self.child.wait()?));
        if let Err(error) = ended {
            crate::terminal::say(format!("warning: a private Postgres may still run: {error:#}"));
        }
    }
}
