//! The folder of a private Postgres: who owns it, who holds it, and where its socket is.

use super::PostgresError;
use sha2::{Digest, Sha256};
use std::fs::{self, DirBuilder, File, OpenOptions, Permissions, TryLockError};
use std::io::{ErrorKind, Read, Seek, Write};
use std::os::unix::ffi::OsStrExt;
use std::os::unix::fs::{DirBuilderExt, MetadataExt, PermissionsExt, chown};
use std::path::{Path, PathBuf};

/// Only a part of the socket's name: nothing listens on TCP.
pub(super) const PORT: u16 = 5432;

/// `sockaddr_un` has room for 108 bytes, the last of which is zero.
const MAX_SOCKET_PATH_BYTES: usize = 107;
const SOCKET_NAME: &str = "/.s.PGSQL.5432";
const PASSWD: &str = "/etc/passwd";

/// The user that Postgres runs as when this process is root, whom Postgres refuses to serve.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct RunAs {
    pub(super) name: String,
    pub(super) uid: u32,
    pub(super) gid: u32,
}

/// A data folder that this process alone holds.
#[derive(Debug)]
pub(super) struct Folder {
    /// What belongs to Postgres's user, closed to everybody else.
    pub(super) home: PathBuf,
    /// The cluster (`PGDATA`).
    pub(super) cluster: PathBuf,
    /// Where the socket is.
    pub(super) socket_dir: PathBuf,
    /// Another user to run as, if this process is root.
    pub(super) run_as: Option<RunAs>,
    /// Held until Postgres is gone.
    _lock: File,
}

impl Folder {
    /// Makes what is missing and takes the lock.
    pub(super) fn open(data_dir: &Path) -> Result<Self, PostgresError> {
        let data_dir = create_data_dir(data_dir)?;
        let home = data_dir.join("postgres");
        let run_as = run_as(&home)?;
        let lock = lock(&data_dir)?;
        create_private(&home, run_as.as_ref())?;
        if let Some(run_as) = &run_as {
            let_through(&data_dir, run_as)?;
        }
        let socket_dir = socket_dir(&home);
        create_private(&socket_dir, run_as.as_ref())?;
        Ok(Self { cluster: home.join("cluster"), home, socket_dir, run_as, _lock: lock })
    }

    /// A name for this cluster that shows in the titles of its processes.
    pub(super) fn cluster_name(&self) -> String {
        format!("plimsoll-{}", fingerprint(&self.home))
    }
}

impl Drop for Folder {
    fn drop(&mut self) {
        if !self.socket_dir.starts_with(&self.home) {
            // Under /tmp nothing of ours should stay. One that is not empty is still in use.
            fs::remove_dir(&self.socket_dir).ok();
        }
    }
}

/// Where the socket of the Postgres under `data_dir` is, whoever started it.
pub(super) fn socket_dir_of(data_dir: &Path) -> Result<PathBuf, PostgresError> {
    let data_dir = fs::canonicalize(data_dir).map_err(PostgresError::io("open", data_dir))?;
    Ok(socket_dir(&data_dir.join("postgres")))
}

/// Below `home` if that is short and plain, else under `/tmp`: libpq splits a host at commas, URLs
/// want UTF-8, and the system's limit is hard.
fn socket_dir(home: &Path) -> PathBuf {
    let dir = home.join("socket");
    let is_plain =
        dir.to_str().is_some_and(|it| !it.contains([',', '"', '\\']) && !it.contains(char::is_control));
    if is_plain && dir.as_os_str().len() + SOCKET_NAME.len() <= MAX_SOCKET_PATH_BYTES {
        return dir;
    }
    let uid = rustix::process::geteuid().as_raw();
    PathBuf::from(format!("/tmp/plimsoll-{uid}-{}", fingerprint(home)))
}

fn fingerprint(path: &Path) -> String {
    let hash = Sha256::digest(path.as_os_str().as_bytes());
    hash[..8].iter().map(|it| format!("{it:02x}")).collect()
}

fn create_data_dir(data_dir: &Path) -> Result<PathBuf, PostgresError> {
    let absolute = std::path::absolute(data_dir).map_err(PostgresError::io("use", data_dir))?;
    if let Some(parent) = absolute.parent() {
        fs::create_dir_all(parent).map_err(PostgresError::io("create", parent))?;
    }
    match DirBuilder::new().mode(0o700).create(&absolute) {
        Err(e) if e.kind() != ErrorKind::AlreadyExists => {
            return Err(PostgresError::io("create", &absolute)(e));
        }
        _ => {}
    }
    fs::canonicalize(&absolute).map_err(PostgresError::io("open", &absolute))
}

/// Whom Postgres has to run as: for root the owner of what is there, else `postgres`, else `nobody`.
fn run_as(home: &Path) -> Result<Option<RunAs>, PostgresError> {
    let owner = match fs::metadata(home) {
        Ok(it) => Some(it),
        Err(e) if e.kind() == ErrorKind::NotFound => None,
        Err(e) => return Err(PostgresError::io("look at", home)(e)),
    };
    let we = rustix::process::geteuid();
    if !we.is_root() {
        return match owner {
            Some(it) if it.uid() != we.as_raw() => {
                Err(PostgresError::NotOurs { path: home.to_owned(), owner: it.uid(), we: we.as_raw() })
            }
            _ => Ok(None),
        };
    }
    // Owned by root means that an earlier start ended before it gave the folder away.
    let existing = owner.filter(|it| it.uid() != 0);
    let known = existing.map(|it| RunAs { name: it.uid().to_string(), uid: it.uid(), gid: it.gid() });
    let passwd = fs::read_to_string(PASSWD).unwrap_or_default();
    let run_as = known.or_else(|| user(&passwd, "postgres")).or_else(|| user(&passwd, "nobody"));
    Ok(Some(run_as.unwrap_or_else(|| RunAs { name: "nobody".to_owned(), uid: 65534, gid: 65534 })))
}

fn user(passwd: &str, name: &str) -> Option<RunAs> {
    passwd.lines().find_map(|line| {
        let mut fields = line.split(':');
        let found = fields.next().filter(|it| *it == name)?;
        let uid = fields.nth(1)?.parse().ok().filter(|&it| it != 0)?;
        let gid = fields.next()?.parse().ok()?;
        Some(RunAs { name: found.to_owned(), uid, gid })
    })
}

/// One server per folder: the lock goes with the process, even with one that is killed.
fn lock(data_dir: &Path) -> Result<File, PostgresError> {
    let path = data_dir.join("postgres.lock");
    let io = || PostgresError::io("lock", &path);
    let opened = OpenOptions::new().read(true).write(true).create(true).truncate(false).open(&path);
    let mut file = opened.map_err(io())?;
    match file.try_lock() {
        Ok(()) => {}
        Err(TryLockError::WouldBlock) => {
            let mut holder = String::new();
            // The number only helps to find the other process; without it the message still stands.
            file.read_to_string(&mut holder).ok();
            let holder = Some(holder.trim().to_owned()).filter(|it| !it.is_empty());
            return Err(PostgresError::InUse { data_dir: data_dir.to_owned(), holder });
        }
        Err(TryLockError::Error(e)) => return Err(io()(e)),
    }
    file.set_len(0).map_err(io())?;
    file.rewind().map_err(io())?;
    writeln!(file, "{}", std::process::id()).map_err(io())?;
    Ok(file)
}

/// A folder that only Postgres's user may enter. One that somebody else made is not trusted: under
/// `/tmp` anybody can be first.
fn create_private(path: &Path, run_as: Option<&RunAs>) -> Result<(), PostgresError> {
    let io = || PostgresError::io("create", path);
    match DirBuilder::new().mode(0o700).create(path) {
        Err(e) if e.kind() != ErrorKind::AlreadyExists => return Err(io()(e)),
        _ => {}
    }
    let we = rustix::process::geteuid().as_raw();
    let wanted = run_as.map_or(we, |it| it.uid);
    let found = fs::symlink_metadata(path).map_err(io())?;
    if !found.is_dir() || (found.uid() != wanted && found.uid() != we) {
        return Err(PostgresError::NotOurs { path: path.to_owned(), owner: found.uid(), we: wanted });
    }
    if let Some(run_as) = run_as.filter(|it| it.uid != found.uid()) {
        chown(path, Some(run_as.uid), Some(run_as.gid)).map_err(io())?;
    }
    if found.mode() & 0o777 != 0o700 {
        fs::set_permissions(path, Permissions::from_mode(0o700)).map_err(io())?;
    }
    Ok(())
}

/// Lets Postgres's group pass through root's own closed data folder, and nobody else.
fn let_through(data_dir: &Path, run_as: &RunAs) -> Result<(), PostgresError> {
    let io = || PostgresError::io("open to Postgres's user the folder", data_dir);
    let found = fs::metadata(data_dir).map_err(io())?;
    if found.uid() != 0 || found.gid() != 0 || found.mode() & 0o001 != 0 {
        return Ok(());
    }
    chown(data_dir, None, Some(run_as.gid)).map_err(io())?;
    let mode = (found.mode() & 0o700) | 0o010;
    fs::set_permissions(data_dir, Permissions::from_mode(mode)).map_err(io())
}

/// The first folder on the way to `path` that `run_as` may not enter.
pub(super) fn closed_ancestor(path: &Path, run_as: &RunAs) -> Option<PathBuf> {
    let mut ancestors: Vec<&Path> = path.ancestors().collect();
    ancestors.reverse();
    let is_closed = |it: &&&Path| {
        fs::metadata(it).is_ok_and(|found| {
            let class = if found.uid() == run_as.uid {
                0o100
            } else if found.gid() == run_as.gid {
                0o010
            } else {
                0o001
            };
            found.mode() & class == 0
        })
    };
    ancestors.iter().find(is_closed).map(|it| it.to_path_buf())
}

#[cfg(test)]
mod tests;
