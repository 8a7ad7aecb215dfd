//! How a program of Postgres is started: as whom, with what environment, and tied to our life.

use super::PostgresError;
use super::binaries::Binaries;
use super::folder::{Folder, closed_ancestor};
use std::ffi::OsString;
use std::fs::File;
use std::io;
use std::os::unix::process::CommandExt;
use std::path::Path;
use std::process::{Command, Stdio};

/// `initdb` would sync a thousand files one by one, which takes seconds; [`sync_file_system`] takes
/// one call, where there is such a call.
pub(super) const INITDB_SYNC: &[&str] = if cfg!(target_os = "linux") { &["--no-sync"] } else { &[] };

/// Whoever may open the socket is let in, and the socket's folder is closed to others.
const SETTINGS: [&str; 16] = [
    "listen_addresses=",
    "unix_socket_permissions=0700",
    "max_connections=200",
    // Said again, whatever stands in postgresql.conf: acknowledged means durable.
    "fsync=on",
    "full_page_writes=on",
    "synchronous_commit=on",
    // The log goes to this process, in English (it is searched for "No space left"), without the
    // texts of statements (they may hold what users sent).
    "logging_collector=off",
    "log_destination=stderr",
    "log_line_prefix=",
    "log_min_error_statement=panic",
    "log_error_verbosity=terse",
    "lc_messages=C",
    "log_timezone=UTC",
    "timezone=UTC",
    // Our queries are short: compiling them costs more than it gains.
    "jit=off",
    "port=5432",
];

/// A program of Postgres, ready to get its arguments.
pub(super) fn command(folder: &Folder, binaries: &Binaries, program: &str) -> Command {
    let mut command = Command::new(binaries.bindir.join(program));
    // PG* and LC_* would change what the cluster is and does; nothing else is needed.
    command.env_clear().current_dir(&folder.home).stdin(Stdio::null());
    if let Some(run_as) = &folder.run_as {
        command.uid(run_as.uid).gid(run_as.gid);
    }
    // With ours, ctrl-C would reach Postgres before the last request is answered.
    command.process_group(0);
    die_with_parent(&mut command);
    command
}

/// The postmaster itself; `pg_ctl` would put a shell and another process between it and us.
pub(super) fn postmaster(folder: &Folder, binaries: &Binaries) -> Command {
    let mut command = command(folder, binaries, "postgres");
    command.arg("-D").arg(&folder.cluster);
    for setting in SETTINGS {
        command.args(["-c", setting]);
    }
    if cfg!(target_os = "linux") {
        command.args(["-c", "recovery_init_sync_method=syncfs"]);
    }
    let mut sockets = OsString::from("unix_socket_directories=\"");
    sockets.push(&folder.socket_dir);
    sockets.push("\"");
    command.arg("-c").arg(sockets);
    command.args(["-c", &format!("cluster_name={}", folder.cluster_name())]);
    command.stdout(Stdio::null()).stderr(Stdio::piped());
    command
}

/// Why a program could not be spawned: mostly because Postgres's user cannot get at something.
pub(super) fn error(folder: &Folder, binaries: &Binaries, program: &str, e: io::Error) -> PostgresError {
    let path = binaries.bindir.join(program);
    if let Some(run_as) = folder.run_as.as_ref().filter(|_| e.kind() == io::ErrorKind::PermissionDenied) {
        for goal in [&folder.home, &path] {
            if let Some(folder) = closed_ancestor(goal, run_as) {
                return PostgresError::Unreachable { goal: goal.clone(), folder, user: run_as.name.clone() };
            }
        }
    }
    PostgresError::io("run", &path)(e)
}

/// Writes to disk what the file system of `path` still holds in memory.
#[cfg(target_os = "linux")]
pub(super) fn sync_file_system(path: &Path) -> io::Result<()> {
    Ok(rustix::fs::syncfs(File::open(path)?)?)
}

/// Elsewhere `initdb` has done it file by file.
#[cfg(not(target_os = "linux"))]
pub(super) fn sync_file_system(path: &Path) -> io::Result<()> {
    File::open(path)?.sync_all()
}

/// The child gets SIGINT (for Postgres the fast shutdown) when the thread that spawns it ends, and
/// with it when this process is killed. Without it an orphan would hold the cluster.
#[cfg(target_os = "linux")]
#[expect(unsafe_code, reason = "a death signal can only be asked for between fork and exec")]
fn die_with_parent(command: &mut Command) {
    use rustix::process::{Signal, getpid, getppid, set_parent_process_death_signal};

    let parent = getpid();
    let ask = move || {
        set_parent_process_death_signal(Some(Signal::INT))?;
        // A parent that died before the line above sends nothing any more.
        if getppid() == Some(parent) { Ok(()) } else { Err(io::ErrorKind::BrokenPipe.into()) }
    };
    // SAFETY: between fork and exec only async-signal-safe work is allowed; `ask` makes two system
    // calls, allocates nothing and takes no lock. The user is already changed then, which would
    // reset the signal.
    unsafe {
        command.pre_exec(ask);
    }
}

/// Elsewhere there is no such signal: an orphan has to be stopped by hand, as Postgres will say.
#[cfg(not(target_os = "linux"))]
fn die_with_parent(_: &mut Command) {}
