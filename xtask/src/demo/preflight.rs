//! What would stop the demo is found before anything is built.

use super::options::Options;
use crate::workspace::target_folder;
use anyhow::{Context as _, Result, bail};
use std::fs::{File, TryLockError};
use std::io::{ErrorKind, Write as _};
use std::net::TcpListener;
use std::os::unix::fs::MetadataExt as _;
use std::path::{Path, PathBuf};

/// What a cold build of server, command and firmware takes, with room to spare.
const BUILD_BYTES: u64 = 4 << 30;

/// What a build takes when most of it is there.
const REBUILD_BYTES: u64 = 600 << 20;

/// What the server's data takes: Postgres's log of changes is most of it.
const DATA_BYTES: u64 = 300 << 20;

/// Keeps a second demo away from the same data as long as it lives.
pub struct FolderLock {
    file: File,
}

impl Drop for FolderLock {
    /// Closing is not enough: a process that another thread starts right now holds the file, too, until
    /// it has become the program that it is to run. Unlocking counts for all of them.
    fn drop(&mut self) {
        // A lock that cannot be given back goes with the process.
        let _ = self.file.unlock();
    }
}

/// Port free, disks not full, nobody else in the data folder.
pub fn check(options: &Options) -> Result<FolderLock> {
    make_folder(&options.data)?;
    let lock = lock(&options.data)?;
    is_open_to_postgres(&options.data)?;
    port_is_free(options.port)?;
    let is_built = crate::workspace::built("plimsoll-server").is_file();
    let build_bytes = if is_built { REBUILD_BYTES } else { BUILD_BYTES };
    has_room(&existing(&target_folder()), build_bytes, "to build in (CARGO_TARGET_DIR moves it)")?;
    has_room(&options.data, DATA_BYTES, "for the demo's data (--data moves it)")?;
    Ok(lock)
}

fn make_folder(folder: &Path) -> Result<()> {
    std::fs::create_dir_all(folder)
        .with_context(|| format!("cannot make the data folder {} (--data names another)", folder.display()))
}

/// Root runs Postgres as another user, who has to get through; the data folder itself is opened by the server.
fn is_open_to_postgres(data: &Path) -> Result<()> {
    if !rustix::process::geteuid().is_root() {
        return Ok(());
    }
    let folder = std::fs::canonicalize(data)?;
    let is_closed = |it: &&Path| {
        it.metadata().is_ok_and(|found| found.uid() == 0 && found.gid() == 0 && found.mode() & 0o001 == 0)
    };
    match folder.ancestors().skip(1).find(is_closed) {
        Some(closed) => bail!(
            "Postgres, which root runs as another user, cannot enter {} on the way to the data folder: \
             name another one with --data",
            closed.display()
        ),
        None => Ok(()),
    }
}

fn lock(data: &Path) -> Result<FolderLock> {
    let path = data.join("lock");
    let open = File::options().create(true).truncate(false).write(true).open(&path);
    let mut file = open.with_context(|| format!("cannot write to the data folder {}", data.display()))?;
    match file.try_lock() {
        Ok(()) => {}
        Err(TryLockError::WouldBlock) => {
            let holder = std::fs::read_to_string(&path).unwrap_or_default();
            bail!(
                "another demo (process {}) uses {}: stop it, or name another folder with --data",
                holder.trim(),
                data.display()
            );
        }
        Err(TryLockError::Error(error)) => return Err(error).context("locking the data folder"),
    }
    file.set_len(0)?;
    writeln!(file, "{}", std::process::id())?;
    Ok(FolderLock { file })
}

fn port_is_free(port: u16) -> Result<()> {
    match TcpListener::bind(("127.0.0.1", port)) {
        Ok(_) => Ok(()),
        Err(error) if error.kind() == ErrorKind::AddrInUse => {
            bail!("port {port} is taken by another program: stop it, or choose another port with --port")
        }
        Err(error) => Err(error).with_context(|| format!("port {port} cannot be used")),
    }
}

/// The nearest folder above that exists already.
fn existing(folder: &Path) -> PathBuf {
    let found = folder.ancestors().find(|it| it.is_dir());
    found.unwrap_or(Path::new("/")).to_path_buf()
}

fn has_room(folder: &Path, wanted_bytes: u64, purpose: &str) -> Result<()> {
    let disk = rustix::fs::statvfs(folder).with_context(|| format!("looking at {}", folder.display()))?;
    let free_bytes = disk.f_bavail.saturating_mul(disk.f_frsize);
    if free_bytes < wanted_bytes {
        bail!(
            "the disk is too full: {} has {} MiB free, and {} MiB are needed {purpose}",
            folder.display(),
            free_bytes >> 20,
            wanted_bytes >> 20
        );
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_taken_port_is_a_clear_sentence() {
        let listener = TcpListener::bind(("127.0.0.1", 0)).unwrap();
        let port = listener.local_addr().unwrap().port();
        let text = port_is_free(port).unwrap_err().to_string();
        assert_eq!(
            text,
            format!("port {port} is taken by another program: stop it, or choose another port with --port")
        );
        // The system chooses one that is free; of the port above nobody knows who gets it next.
        port_is_free(0).unwrap();
    }

    #[test]
    fn a_full_disk_is_a_clear_sentence() {
        let text = has_room(Path::new("/"), u64::MAX, "for a test").unwrap_err().to_string();
        assert!(
            text.starts_with("the disk is too full: / has ") && text.ends_with(" needed for a test"),
            "{text}"
        );
    }

    #[test]
    fn two_demos_do_not_share_a_folder() {
        let data = tempfile::tempdir().unwrap();
        let first = lock(data.path()).unwrap();
        let text = lock(data.path()).err().unwrap().to_string();
        assert!(text.contains(&format!("another demo (process {})", std::process::id())), "{text}");
        drop(first);
        lock(data.path()).unwrap();
    }

    #[test]
    fn root_needs_a_way_to_the_data_that_postgres_may_go() {
        if !rustix::process::geteuid().is_root() {
            return;
        }
        let closed = tempfile::tempdir().unwrap();
        let data = closed.path().join("data");
        std::fs::create_dir(&data).unwrap();
        let only_for_root = std::os::unix::fs::PermissionsExt::from_mode(0o700);
        std::fs::set_permissions(closed.path(), only_for_root).unwrap();
        let text = is_open_to_postgres(&data).unwrap_err().to_string();
        assert!(text.contains(&format!("cannot enter {} on", closed.path().display())), "{text}");
    }
}
