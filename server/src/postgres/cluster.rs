//! Makes the cluster, all of it or nothing.

use super::binaries::Binaries;
use super::folder::Folder;
use super::{PostgresError, USER, spawn};
use std::fs::{self, File};
use std::io::ErrorKind;
use std::path::Path;
use std::process::Output;
use uuid::Uuid;

/// How the folders of clusters begin that are still being made.
const UNFINISHED: &str = "cluster.new-";

/// The major version of the cluster; `None` where there is none yet.
pub(super) fn version(cluster: &Path) -> Result<Option<u32>, PostgresError> {
    let path = cluster.join("PG_VERSION");
    match fs::read_to_string(&path) {
        Ok(text) => {
            let not_a_cluster = || PostgresError::NotACluster { path: cluster.to_owned() };
            text.trim().parse().map(Some).map_err(|_| not_a_cluster())
        }
        Err(e) if e.kind() == ErrorKind::NotFound => {
            let is_empty = fs::read_dir(cluster).map_or(true, |mut it| it.next().is_none());
            if is_empty { Ok(None) } else { Err(PostgresError::NotACluster { path: cluster.to_owned() }) }
        }
        Err(e) => Err(PostgresError::io("read", &path)(e)),
    }
}

/// Makes the cluster if there is none. It is made beside its place and renamed when it is on disk, so
/// that an interrupted `initdb` is never taken for a cluster.
pub(super) fn ensure(folder: &Folder, binaries: &Binaries) -> Result<(), PostgresError> {
    remove_leftovers(&folder.home);
    if version(&folder.cluster)?.is_some() {
        return Ok(());
    }
    tracing::info!(folder = %folder.cluster.display(), major = binaries.major, "making a Postgres cluster");
    // An interrupted one may still be clearing its own folder, so every attempt has another name.
    let unfinished = folder.home.join(format!("{UNFINISHED}{}", Uuid::now_v7()));
    initdb(folder, binaries, &unfinished)?;
    spawn::sync_file_system(&unfinished).map_err(PostgresError::io("write to disk", &unfinished))?;
    fs::rename(&unfinished, &folder.cluster).map_err(PostgresError::io("create", &folder.cluster))?;
    let home = File::open(&folder.home).and_then(|it| it.sync_all());
    home.map_err(PostgresError::io("write to disk", &folder.home))
}

fn initdb(folder: &Folder, binaries: &Binaries, target: &Path) -> Result<(), PostgresError> {
    let mut command = spawn::command(folder, binaries, "initdb");
    command.arg("--pgdata").arg(target);
    command.args(["--username", USER, "--auth", "trust", "--encoding", "UTF8"]);
    command
        .args(["--data-checksums", "--lc-messages", "C"])
        .args(locale(binaries.major))
        .args(spawn::INITDB_SYNC);
    let output = command.output().map_err(|e| spawn::error(folder, binaries, "initdb", e))?;
    if output.status.success() {
        return Ok(());
    }
    remove_leftovers(&folder.home);
    Err(PostgresError::from_output("make a cluster", &folder.home, last_words(&output)))
}

/// Without a word Postgres would take the locale of whoever started the server first.
fn locale(major: u32) -> &'static [&'static str] {
    match major {
        17.. => &["--locale-provider", "builtin", "--builtin-locale", "C.UTF-8", "--locale", "C"],
        _ if cfg!(target_os = "linux") => &["--locale", "C.UTF-8"],
        _ => &["--locale", "C"],
    }
}

fn last_words(output: &Output) -> String {
    let all = [output.stdout.as_slice(), output.stderr.as_slice()].concat();
    let text = String::from_utf8_lossy(&all);
    let lines: Vec<&str> = text.lines().collect();
    lines[lines.len().saturating_sub(12)..].join("\n")
}

/// What an interrupted `initdb` left. It is in nobody's way: what cannot be removed now, the next start
/// removes.
fn remove_leftovers(home: &Path) {
    for entry in fs::read_dir(home).into_iter().flatten().flatten() {
        let is_leftover = entry.file_name().to_string_lossy().starts_with(UNFINISHED);
        if let Err(e) = if is_leftover { fs::remove_dir_all(entry.path()) } else { Ok(()) } {
            tracing::warn!(folder = %entry.path().display(), "a leftover of initdb stays until the next start: {e}");
        }
    }
}
