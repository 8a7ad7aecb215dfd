//! Finds an installed Postgres: the one that was named, else the one that fits the cluster, else the newest usual one.

use super::folder::Folder;
use super::{PostgresConfig, PostgresError};
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::{env, fs};

/// 14 is the first to recover by `syncfs`.
const OLDEST_MAJOR: u32 = 14;

/// Folders of which each child holds one version, and where the binaries are below such a child.
const VERSIONED: [(&str, &str, &str); 4] = [
    ("/usr/lib/postgresql", "", "bin"),
    ("/usr", "pgsql-", "bin"),
    ("/opt/homebrew/opt", "postgresql@", "bin"),
    ("/usr/local/opt", "postgresql@", "bin"),
];

/// One installed Postgres.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Binaries {
    /// The folder that holds `postgres` and `initdb`.
    pub(super) bindir: PathBuf,
    /// Its major version.
    pub(super) major: u32,
}

/// The Postgres that runs the cluster in `folder`.
pub(super) fn find(config: &PostgresConfig, folder: &Folder) -> Result<Binaries, PostgresError> {
    let wanted = super::cluster::version(&folder.cluster)?;
    let found = match &config.pg_bindir {
        Some(bindir) => vec![named(bindir)?],
        None => installed(config)?,
    };
    choose(found, wanted, &folder.cluster)
}

fn choose(found: Vec<Binaries>, wanted: Option<u32>, cluster: &Path) -> Result<Binaries, PostgresError> {
    let fits = |it: &&Binaries| wanted.is_none_or(|major| it.major == major);
    if let Some(binaries) = found.iter().find(fits) {
        return Ok(binaries.clone());
    }
    Err(PostgresError::OtherVersion {
        cluster: cluster.to_owned(),
        wanted: wanted.unwrap_or(OLDEST_MAJOR),
        found: found.into_iter().map(|it| it.bindir).collect(),
    })
}

fn named(bindir: &Path) -> Result<Binaries, PostgresError> {
    let bad = |why: String| PostgresError::BadBindir { bindir: bindir.to_owned(), why };
    let absolute = std::path::absolute(bindir).map_err(|e| bad(e.to_string()))?;
    let binaries = inspect(&absolute)
        .ok_or_else(|| bad("no `postgres` and `initdb` that can be run are there".to_owned()))?;
    if binaries.major < OLDEST_MAJOR {
        return Err(bad(format!("Postgres {} is older than {OLDEST_MAJOR}", binaries.major)));
    }
    Ok(binaries)
}

/// All that can be found, the preferred one first; at least one.
fn installed(config: &PostgresConfig) -> Result<Vec<Binaries>, PostgresError> {
    let mut looked_in: Vec<PathBuf> = config.search_path.iter().flat_map(env::split_paths).collect();
    looked_in.extend(pg_config_bindir(config));
    looked_in.extend(versioned_folders());
    let mut found: Vec<Binaries> = Vec::new();
    for binaries in looked_in.iter().filter_map(|it| inspect(it)) {
        if binaries.major >= OLDEST_MAJOR && !found.contains(&binaries) {
            found.push(binaries);
        }
    }
    if found.is_empty() {
        return Err(PostgresError::NoBinaries);
    }
    Ok(found)
}

/// What `pg_config` says, where it is on the search path.
fn pg_config_bindir(config: &PostgresConfig) -> Option<PathBuf> {
    let folders = config.search_path.iter().flat_map(env::split_paths);
    let pg_config = folders.map(|it| it.join("pg_config")).find(|it| it.is_file())?;
    output_of(Command::new(pg_config).arg("--bindir")).map(PathBuf::from)
}

/// The places where distributions put several versions side by side, the newest first.
fn versioned_folders() -> Vec<PathBuf> {
    let mut found = Vec::new();
    for (parent, prefix, below) in VERSIONED {
        for entry in fs::read_dir(parent).into_iter().flatten().flatten() {
            let name = entry.file_name();
            let major = name.to_str().and_then(|it| it.strip_prefix(prefix)).and_then(leading_number);
            found.extend(major.map(|it| (it, entry.path().join(below))));
        }
    }
    found.sort_by(|a, b| b.cmp(a));
    found.into_iter().map(|(_, path)| path).collect()
}

/// The Postgres in `bindir`, if there is one. Links are followed, since `postgres` and `initdb` need
/// each other and `/usr/bin` may hold a link to only one of them.
fn inspect(bindir: &Path) -> Option<Binaries> {
    let postgres = fs::canonicalize(bindir.join("postgres")).ok()?;
    let real = postgres.parent()?;
    if !real.join("initdb").is_file() {
        return None;
    }
    let version = output_of(Command::new(&postgres).arg("--version"))?;
    let number = version.split_whitespace().find_map(leading_number)?;
    Some(Binaries { bindir: real.to_owned(), major: number })
}

fn output_of(command: &mut Command) -> Option<String> {
    let output = command.stdin(Stdio::null()).stderr(Stdio::null()).output().ok()?;
    let text = String::from_utf8(output.stdout).ok()?;
    output.status.success().then(|| text.trim().to_owned())
}

/// The major version in `15`, `15.18` or `18beta1`.
fn leading_number(text: &str) -> Option<u32> {
    let end = text.find(|it: char| !it.is_ascii_digit()).unwrap_or(text.len());
    text[..end].parse().ok()
}

#[cfg(test)]
mod tests;
