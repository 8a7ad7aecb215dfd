//! The private Postgres of a single-machine install: found, initialised, started, watched, stopped.
//!
//! The cluster lives in `<data folder>/postgres` and speaks over a Unix socket only. One supervisor
//! thread owns the postmaster: it starts it, starts it again when it dies, and takes it along when
//! this process dies, however that happens.

mod binaries;
mod cluster;
mod command;
mod error;
mod folder;
mod leftovers;
mod log;
mod spawn;
mod supervisor;

pub use command::{PostgresArgs, run_command};
pub use error::PostgresError;

use binaries::Binaries;
use folder::Folder;
use percent_encoding::{AsciiSet, NON_ALPHANUMERIC, utf8_percent_encode};
use sqlx::Connection;
use sqlx::postgres::{PgConnectOptions, PgConnection, PgSslMode};
use std::ffi::OsString;
use std::path::PathBuf;
use std::time::{Duration, Instant};
use supervisor::Supervisor;

/// The superuser of the cluster, and the database that everything is kept in: a database of its own
/// would gain nothing and make the first stop slower.
const USER: &str = "postgres";
const DATABASE: &str = "postgres";

/// Recovery after a crash replays what was written since the last checkpoint; that takes seconds, on
/// slow disks minutes.
const START_TIMEOUT: Duration = Duration::from_secs(300);

/// One that another process started may be on its way up.
const JOIN_TIMEOUT: Duration = Duration::from_secs(30);

const POLL_INTERVAL: Duration = Duration::from_millis(20);

const PATH_CHARACTERS: &AsciiSet = &NON_ALPHANUMERIC.remove(b'/').remove(b'.').remove(b'-').remove(b'_');

/// Where the private Postgres keeps its data and which binaries run it.
#[derive(Debug, Clone)]
pub struct PostgresConfig {
    /// The server's data folder; the cluster is kept in `postgres` below it.
    pub data_dir: PathBuf,
    /// The folder that holds `postgres` and `initdb` (`PG_BINDIR`); the usual places when absent.
    pub pg_bindir: Option<PathBuf>,
    /// The value of `PATH`, where the binaries are looked for.
    pub search_path: Option<OsString>,
}

/// A running private Postgres. Dropped, it is told to stop; [`stop`](Self::stop) also waits.
#[derive(Debug)]
pub struct PrivatePostgres {
    socket_dir: PathBuf,
    /// Absent when another process started it, who will also stop it.
    supervisor: Option<Supervisor>,
}

impl PrivatePostgres {
    /// Starts Postgres, on a new cluster if there is none, and waits until it answers.
    pub async fn start(config: &PostgresConfig) -> Result<Self, PostgresError> {
        let config = config.clone();
        let prepared = tokio::task::spawn_blocking(move || prepare(&config));
        let (folder, binaries) = prepared.await.map_err(PostgresError::panicked)??;
        let socket_dir = folder.socket_dir.clone();
        let supervisor = Supervisor::start(folder, binaries)?;
        let postgres = Self { socket_dir, supervisor: Some(supervisor) };
        postgres.wait_until_ready(START_TIMEOUT).await?;
        Ok(postgres)
    }

    /// Starts Postgres, or uses the one that a running server has started on the same folder.
    pub async fn start_or_join(config: &PostgresConfig) -> Result<Self, PostgresError> {
        match Self::start(config).await {
            Err(PostgresError::InUse { data_dir, .. }) => {
                let socket_dir = folder::socket_dir_of(&data_dir)?;
                let postgres = Self { socket_dir, supervisor: None };
                postgres.wait_until_ready(JOIN_TIMEOUT).await?;
                Ok(postgres)
            }
            started => started,
        }
    }

    /// How sqlx connects to it.
    pub fn connect_options(&self) -> PgConnectOptions {
        PgConnectOptions::new_without_pgpass()
            .socket(&self.socket_dir)
            .port(folder::PORT)
            .username(USER)
            .database(DATABASE)
            .ssl_mode(PgSslMode::Disable)
    }

    /// How everybody else does: a URL that sqlx and libpq (`psql`, `pg_dump`) both understand.
    pub fn url(&self) -> String {
        // The socket's folder is plain UTF-8: Folder chooses another one where it would not be.
        let host = utf8_percent_encode(&self.socket_dir.to_string_lossy(), PATH_CHARACTERS).to_string();
        let port = folder::PORT;
        format!("postgres:///{DATABASE}?host={host}&port={port}&user={USER}&sslmode=disable")
    }

    /// Stops it (open transactions are rolled back, everything committed is on disk) and waits for it.
    pub async fn stop(mut self) {
        if let Some(supervisor) = &mut self.supervisor {
            supervisor.stop().await;
        }
    }

    async fn wait_until_ready(&self, timeout: Duration) -> Result<(), PostgresError> {
        let started = Instant::now();
        let options = self.connect_options();
        loop {
            match self.connect(&options).await {
                Some(Ok(connection)) => {
                    self.supervisor.as_ref().inspect(|it| it.note_ready());
                    // It answered; how the parting goes changes nothing.
                    connection.close().await.ok();
                    return Ok(());
                }
                Some(Err(e)) if started.elapsed() > timeout => {
                    return Err(PostgresError::TimedOut { timeout, source: e });
                }
                _ => {}
            }
            if let Some(e) = self.supervisor.as_ref().and_then(Supervisor::failure) {
                return Err(e);
            }
            tokio::time::sleep(POLL_INTERVAL).await;
        }
    }

    /// Only once there is one of ours: an orphan that is about to be stopped would answer, too.
    async fn connect(&self, options: &PgConnectOptions) -> Option<sqlx::Result<PgConnection>> {
        let is_ours = self.supervisor.as_ref().is_none_or(Supervisor::is_running);
        if is_ours { Some(PgConnection::connect_with(options).await) } else { None }
    }
}

/// Everything up to the point where the postmaster can be spawned.
fn prepare(config: &PostgresConfig) -> Result<(Folder, Binaries), PostgresError> {
    let folder = Folder::open(&config.data_dir)?;
    let binaries = binaries::find(config, &folder)?;
    cluster::ensure(&folder, &binaries)?;
    Ok((folder, binaries))
}
