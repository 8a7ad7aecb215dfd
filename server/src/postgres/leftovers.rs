//! Clears away what a killed Postgres left: processes that still run, and files that name processes that do not.

use super::PostgresError;
use super::folder::Folder;
use rustix::process::{Pid, Signal, kill_process};
use std::fs;
use std::io::ErrorKind;
use std::os::unix::ffi::OsStrExt;
use std::path::Path;
use std::time::{Duration, Instant};

const POLL_INTERVAL: Duration = Duration::from_millis(20);

/// An orphan is asked to shut down, then to drop everything, then it is not asked.
const STEPS: [(Signal, Duration); 3] = [
    (Signal::INT, Duration::from_secs(20)),
    (Signal::QUIT, Duration::from_secs(5)),
    (Signal::KILL, Duration::from_secs(5)),
];

/// Makes the cluster free to start. The caller holds the folder's lock, so whatever still runs on it
/// is an orphan, and a process id in its files that is not one of them has been reused by a stranger.
pub(super) fn clear(folder: &Folder) -> Result<(), PostgresError> {
    if !Path::new("/proc/self").exists() {
        // Without it an orphan cannot be told from a stranger. Postgres then decides itself, on the safe
        // side: it refuses to start where a process with the number in its files is alive.
        return Ok(());
    }
    let postmaster = first_line_pid(&folder.cluster.join("postmaster.pid"));
    for (signal, patience) in STEPS {
        let orphans = processes_of(folder);
        if orphans.is_empty() {
            break;
        }
        tracing::warn!(?orphans, ?signal, "stopping an orphaned Postgres");
        signal_orphans(&orphans, postmaster, signal);
        wait_until_gone(folder, patience);
    }
    let lock_file = format!(".s.PGSQL.{}.lock", super::folder::PORT);
    remove_file(&folder.cluster.join("postmaster.pid"))?;
    remove_file(&folder.socket_dir.join(lock_file))
}

/// The postmaster stops its own children, in order; without one they are on their own, and for them
/// the gentle signal means only "cancel the query".
fn signal_orphans(orphans: &[Pid], postmaster: Option<Pid>, signal: Signal) {
    let parent = postmaster.filter(|it| orphans.contains(it));
    let signal = if parent.is_none() && signal == Signal::INT { Signal::TERM } else { signal };
    let targets = match parent {
        Some(parent) if signal != Signal::KILL => vec![parent],
        _ => orphans.to_vec(),
    };
    for pid in targets {
        // One that is gone by now is what we want.
        kill_process(pid, signal).ok();
    }
}

fn wait_until_gone(folder: &Folder, patience: Duration) {
    let started = Instant::now();
    while started.elapsed() < patience && !processes_of(folder).is_empty() {
        std::thread::sleep(POLL_INTERVAL);
    }
}

/// All processes that run on this cluster. Zombies are none: they have neither title nor folder.
fn processes_of(folder: &Folder) -> Vec<Pid> {
    let entries = fs::read_dir("/proc").into_iter().flatten().flatten();
    let numbers = entries.filter_map(|it| it.file_name().to_str()?.parse().ok().and_then(Pid::from_raw));
    numbers.filter(|&pid| runs_on(pid, folder)).collect()
}

/// The postmaster shows the folder as an argument and its children the cluster's name in their title;
/// both work in the folder, but only its owner may see that, which root in a container is not.
fn runs_on(pid: Pid, folder: &Folder) -> bool {
    let proc = Path::new("/proc").join(pid.as_raw_pid().to_string());
    let is_postgres = fs::read_to_string(proc.join("comm")).is_ok_and(|it| it.contains("postgres"));
    if !is_postgres {
        return false;
    }
    let works_there = fs::read_link(proc.join("cwd")).is_ok_and(|it| it == folder.cluster);
    let title = fs::read(proc.join("cmdline")).unwrap_or_default();
    let is_postmaster = title.split(|&it| it == 0).any(|it| it == folder.cluster.as_os_str().as_bytes());
    let child_title = format!("postgres: {}:", folder.cluster_name());
    works_there || is_postmaster || title.starts_with(child_title.as_bytes())
}

fn first_line_pid(path: &Path) -> Option<Pid> {
    let text = fs::read_to_string(path).ok()?;
    Pid::from_raw(text.lines().next()?.trim().parse().ok()?)
}

fn remove_file(path: &Path) -> Result<(), PostgresError> {
    match fs::remove_file(path) {
        Err(e) if e.kind() != ErrorKind::NotFound => Err(PostgresError::io("remove", path)(e)),
        _ => Ok(()),
    }
}
