//! The pool, the migrations, and what a database error means. The only home of SQL: one file per table.

pub mod alerts;
pub mod arrivals;
pub mod budgets;
pub mod builds;
pub mod jobs;
pub mod projects;
pub mod reports;
pub mod sessions;
pub mod symbols;
pub mod targets;
pub mod tokens;
pub mod views;

use crate::domain::build::StoredFile;
use anyhow::Context as _;
use plimsoll_protocol::Overflow;
use sqlx::migrate::Migrator;
use sqlx::postgres::{PgConnectOptions, PgPoolOptions};
use sqlx::{Connection as _, Executor as _, PgConnection, PgPool};
use std::time::Duration;
use tokio::time::{Instant, sleep, timeout, timeout_at};

/// The schema's history, applied at start.
pub static MIGRATOR: Migrator = sqlx::migrate!("../migrations");

/// How long a request waits for a connection before it is told to come back.
const ACQUIRE_TIMEOUT: Duration = Duration::from_secs(5);

/// Between two attempts to reach a Postgres that is just starting.
const PAUSE: Duration = Duration::from_millis(200);

/// Pool settings that every pool of ours has.
///
/// sqlx 0.9.0 loses acknowledged writes without them: a cancelled `begin()` leaves an open transaction on
/// a pooled connection, and the next user's commit is rolled back with it (launchbadge/sqlx#4385). So each
/// connection that comes back is rolled back before anybody gets it, in one message with a `begin`: a
/// `rollback` of nothing would put a warning into the log of Postgres each time.
pub fn pool_options(max_connections: u32) -> PgPoolOptions {
    PgPoolOptions::new().max_connections(max_connections).acquire_timeout(ACQUIRE_TIMEOUT).after_release(
        |connection, _| {
            Box::pin(async move {
                // One that does not answer is closed: it must not hold a place in the pool for ever.
                let rolled_back = timeout(ACQUIRE_TIMEOUT, connection.execute("begin; rollback")).await;
                rolled_back.unwrap_or(Err(sqlx::Error::PoolTimedOut))?;
                Ok(true)
            })
        },
    )
}

/// Connection settings that every connection of ours has.
pub fn connect_options(options: PgConnectOptions) -> PgConnectOptions {
    options.application_name("plimsoll-server").options([
        ("idle_in_transaction_session_timeout", "30s"),
        ("statement_timeout", "60s"),
        // That the table of migrations is there already is no news.
        ("client_min_messages", "error"),
    ])
}

/// Connects and brings the schema up to date; replicas that start together take turns.
pub async fn open(options: PgConnectOptions, max_connections: u32) -> anyhow::Result<PgPool> {
    let options = connect_options(options);
    let place = format!("{}, port {}", options.get_host(), options.get_port());
    let cannot_connect = || format!("cannot connect to Postgres at {place}");
    wait_for_postgres(&options).await.with_context(cannot_connect)?;
    let pool = pool_options(max_connections).connect_with(options).await.with_context(cannot_connect)?;
    MIGRATOR.run(&pool).await.context("cannot bring the database's schema up to date")?;
    Ok(pool)
}

/// Gives a Postgres that is just starting some time. The pool would as well, but keep to itself what stands
/// in the way.
async fn wait_for_postgres(options: &PgConnectOptions) -> anyhow::Result<()> {
    let deadline = Instant::now() + ACQUIRE_TIMEOUT;
    loop {
        let attempt = timeout_at(deadline, PgConnection::connect_with(options)).await;
        match attempt.context("it does not answer")? {
            Ok(connection) => return Ok(connection.close().await?),
            Err(it) if fault_of(&it) != Fault::Away || Instant::now() + PAUSE >= deadline => {
                return Err(it.into());
            }
            Err(_) => sleep(PAUSE).await,
        }
    }
}

/// What a database error means to whoever asked.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Fault {
    /// The database is away; later it may work.
    Away,
    /// Its disk is full.
    Full,
    /// The query or the data is wrong.
    Ours,
}

/// Sorts an error.
pub fn fault_of(error: &sqlx::Error) -> Fault {
    match error {
        sqlx::Error::Io(_) | sqlx::Error::Tls(_) | sqlx::Error::PoolTimedOut => Fault::Away,
        sqlx::Error::PoolClosed | sqlx::Error::WorkerCrashed | sqlx::Error::Protocol(_) => Fault::Away,
        sqlx::Error::Database(it) => fault_of_code(it.code().as_deref().unwrap_or_default()),
        _ => Fault::Ours,
    }
}

/// By SQLSTATE: operator intervention, connection trouble, too many connections, deadlock and
/// serialisation failures pass; 53100 is `disk_full`.
fn fault_of_code(code: &str) -> Fault {
    match code {
        "53100" => Fault::Full,
        "53300" | "40001" | "40P01" | "25P03" => Fault::Away,
        _ if code.starts_with("57P") || code.starts_with("08") => Fault::Away,
        _ => Fault::Ours,
    }
}

/// A file of which the columns are both there or both absent.
pub(crate) fn stored_file(sha256: Option<Vec<u8>>, n_bytes: Option<i64>) -> Option<StoredFile> {
    Some(StoredFile { sha256: sha256?, n_bytes: to_u64(n_bytes?) })
}

/// Sizes are never negative, which no type of Postgres says.
pub(crate) fn to_u64(stored: i64) -> u64 {
    u64::try_from(stored).unwrap_or(0)
}

/// A size beyond 2⁶³ can only be claimed, not real; it is kept as the greatest that can be kept.
pub(crate) fn to_i64(size: u64) -> i64 {
    i64::try_from(size).unwrap_or(i64::MAX)
}

/// Names of regions as one text. No name has a line's end in it.
pub(crate) fn joined_lines(names: &[String]) -> String {
    names.join("\n")
}

/// What does not fit; nothing where that was not measured.
pub(crate) fn stored_overflow(bytes: Option<i64>, overwrites: Option<String>) -> Overflow {
    let overwrites = overwrites.unwrap_or_default();
    Overflow { bytes: bytes.map_or(0, to_u64), overwrites: overwrites.lines().map(str::to_owned).collect() }
}
