//! The user's command: run in a shell, into a log, and ended with all that it started when nobody waits any more.

use crate::environment::Environment;
use crate::text::shortened;
use anyhow::Context;
use rustix::process::{Pid, Signal, kill_process_group, test_kill_process_group};
use std::fs::File;
use std::io::{BufRead, BufReader, Read};
use std::path::Path;
use std::process::{ExitStatus, Stdio};
use std::time::{Duration, Instant};
use tokio::process::{Child, Command};

/// So long a build may take to clean up after itself.
const GRACE: Duration = Duration::from_secs(5);
/// So much of a log is searched, and so much is shown of what is found.
const MAX_READ_BYTES: u64 = 8 * 1024 * 1024;
const COMPLAINT_CHARS: usize = 120;
/// Not the bare word: crates are called so.
const COMPLAINTS: [&str; 2] = ["error:", "error["];
const GLANCE: Duration = Duration::from_millis(20);

/// What git tells hooks and scripts would lead the build back into the user's work tree.
pub(super) const GIT_VARIABLES: [&str; 5] =
    ["GIT_DIR", "GIT_WORK_TREE", "GIT_INDEX_FILE", "GIT_PREFIX", "GIT_COMMON_DIR"];

/// Runs the command to its end. Dropped before, everything that it started is ended.
pub(super) async fn run(
    command: &str,
    (folder, environment): (&Path, &Environment),
    log: &Path,
) -> anyhow::Result<ExitStatus> {
    let output = File::create(log).with_context(|| format!("cannot write {}", log.display()))?;
    let mut shell = Command::new("sh");
    shell.args(["-c", command]).current_dir(folder).stdin(Stdio::null());
    shell.stdout(output.try_clone()?).stderr(output);
    for name in GIT_VARIABLES {
        shell.env_remove(name);
    }
    // What an old commit runs is nobody's to trust with the upload token.
    for name in environment.own_names() {
        shell.env_remove(name);
    }
    // A group of its own: it is ended as a whole, and by nobody else.
    let mut group = Group(shell.process_group(0).spawn().context("cannot run sh")?);
    group.0.wait().await.context("cannot wait for the build")
}

/// The line in which a build complained first, as compilers and linkers word it, or else its last one.
pub(super) fn complaint(log: &Path) -> Option<String> {
    let log = BufReader::new(File::open(log).ok()?.take(MAX_READ_BYTES));
    let mut last = None;
    for line in log.split(b'\n').map_while(Result::ok) {
        let line = String::from_utf8_lossy(&line).trim().to_owned();
        if COMPLAINTS.iter().any(|it| line.contains(it)) {
            return Some(shortened(&line, COMPLAINT_CHARS));
        }
        if !line.is_empty() {
            last = Some(line);
        }
    }
    last.map(|it| shortened(&it, COMPLAINT_CHARS))
}

/// A shell and its offspring.
struct Group(Child);

impl Drop for Group {
    fn drop(&mut self) {
        // Absent once the shell was waited for: what it left in the background is not ours to end.
        let id = self.0.id().and_then(|it| i32::try_from(it).ok()).and_then(Pid::from_raw);
        let Some(id) = id else { return };
        let start = Instant::now();
        let mut is_alive = kill_process_group(id, Signal::TERM).is_ok();
        while is_alive && start.elapsed() < GRACE {
            std::thread::sleep(GLANCE);
            let _ = self.0.try_wait();
            is_alive = test_kill_process_group(id).is_ok();
        }
        if is_alive {
            let _ = kill_process_group(id, Signal::KILL);
        }
    }
}
