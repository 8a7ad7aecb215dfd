//! The vocabulary for tests that run the real program and kill it.

use rustix::process::{Pid, Signal, kill_process};
use std::ffi::OsStr;
use std::io::{BufRead, BufReader, Read};
use std::path::{Path, PathBuf};
use std::process::{Child, Command, ExitStatus, Output, Stdio};
use std::sync::mpsc::{Receiver, channel};
use std::time::{Duration, Instant};
use tempfile::TempDir;

/// The program under test.
pub(crate) const PROGRAM: &str = env!("CARGO_BIN_EXE_plimsoll-server");

/// Only bounds a test that would never end; nothing is expected to take so long.
const PATIENCE: Duration = Duration::from_secs(120);

/// The program with a data folder, and nothing of the environment that would change what it does.
pub(crate) fn program(data: &Path) -> Command {
    let mut command = Command::new(PROGRAM);
    let kept = std::env::vars_os().filter(|(name, _)| !is_ours(name));
    command.env_clear().envs(kept).arg("--data").arg(data);
    command.stdin(Stdio::null()).stdout(Stdio::piped()).stderr(Stdio::piped());
    command
}

fn is_ours(name: &OsStr) -> bool {
    let name = name.to_string_lossy();
    name == "DATABASE_URL" || name.starts_with("PLIMSOLL_") || name.starts_with("PG")
}

/// A running program whose announcements can be waited for. Dropped, it is killed.
#[derive(Debug)]
pub(crate) struct Running {
    pub(crate) child: Child,
    stdout: Receiver<String>,
    stderr: Receiver<String>,
}

impl Running {
    /// Starts it.
    #[track_caller]
    pub(crate) fn start(command: &mut Command) -> Self {
        let mut child = command.spawn().unwrap();
        let stdout = lines(child.stdout.take().unwrap());
        let stderr = lines(child.stderr.take().unwrap());
        Self { child, stdout, stderr }
    }

    /// The first line of the output that begins so, without the beginning.
    #[track_caller]
    pub(crate) fn announced(&mut self, beginning: &str) -> String {
        let deadline = Instant::now() + PATIENCE;
        loop {
            match self.stdout.recv_timeout(deadline.saturating_duration_since(Instant::now())) {
                Ok(line) => match line.strip_prefix(beginning) {
                    Some(rest) => return rest.to_owned(),
                    None => continue,
                },
                Err(e) => panic!("nothing began with {beginning:?} ({e}); stderr:\n{}", self.complaints()),
            }
        }
    }

    /// The next line of the output, whatever it says.
    #[track_caller]
    pub(crate) fn next_line(&mut self) -> String {
        self.announced("")
    }

    /// Sends a signal.
    #[track_caller]
    pub(crate) fn signal(&self, signal: Signal) {
        kill_process(Pid::from_child(&self.child), signal).unwrap();
    }

    /// Kills it without a chance to say goodbye.
    #[track_caller]
    pub(crate) fn kill(&mut self) {
        self.child.kill().unwrap();
        self.child.wait().unwrap();
    }

    /// Asks it to stop, as ctrl-C does, and waits for it.
    #[track_caller]
    pub(crate) fn stop(&mut self) -> ExitStatus {
        self.signal(Signal::INT);
        self.ended()
    }

    /// Waits for it to end.
    #[track_caller]
    pub(crate) fn ended(&mut self) -> ExitStatus {
        let mut status = None;
        eventually("the program ends", || {
            status = self.child.try_wait().unwrap();
            status.is_some()
        });
        status.unwrap()
    }

    /// All it has printed to stderr so far.
    pub(crate) fn complaints(&self) -> String {
        let lines: Vec<String> = self.stderr.try_iter().collect();
        lines.join("\n")
    }
}

impl Drop for Running {
    fn drop(&mut self) {
        self.child.kill().ok();
        self.child.wait().ok();
    }
}

fn lines(output: impl Read + Send + 'static) -> Receiver<String> {
    let (send, receive) = channel();
    std::thread::spawn(move || {
        BufReader::new(output).lines().map_while(Result::ok).try_for_each(|it| send.send(it))
    });
    receive
}

/// Polls until it is so.
#[track_caller]
pub(crate) fn eventually(what: &str, mut is_so: impl FnMut() -> bool) {
    let started = Instant::now();
    while !is_so() {
        assert!(started.elapsed() < PATIENCE, "it never came to be that {what}");
        std::thread::sleep(Duration::from_millis(10));
    }
}

/// Runs a command to its end; what it printed to both outputs, and its exit code.
#[track_caller]
pub(crate) fn run(command: &mut Command) -> (Option<i32>, String) {
    let Output { status, stdout, stderr } = command.output().unwrap();
    let text = [stdout, stderr].map(|it| String::from_utf8_lossy(&it).into_owned());
    (status.code(), text.concat())
}

/// The postmaster of a data folder, as its pid file names it.
pub(crate) fn postmaster(data: &Path) -> Option<Pid> {
    let text = std::fs::read_to_string(cluster(data).join("postmaster.pid")).ok()?;
    Pid::from_raw(text.lines().next()?.parse().ok()?)
}

/// Where the cluster of a data folder is.
pub(crate) fn cluster(data: &Path) -> PathBuf {
    data.join("postgres/cluster")
}

/// Whether a process runs (a zombie does not).
pub(crate) fn is_running(pid: Pid) -> bool {
    state_and_parent(pid).is_some_and(|(state, _)| state != "Z")
}

/// The processes that a process has started.
pub(crate) fn children_of(parent: Pid) -> Vec<Pid> {
    let entries = std::fs::read_dir("/proc").unwrap().flatten();
    let all = entries.filter_map(|it| Pid::from_raw(it.file_name().to_str()?.parse().ok()?));
    all.filter(|&it| state_and_parent(it).is_some_and(|(_, of)| of == parent.to_string())).collect()
}

/// The two fields after the program's name, which may hold anything.
fn state_and_parent(pid: Pid) -> Option<(String, String)> {
    let stat = std::fs::read_to_string(format!("/proc/{pid}/stat")).ok()?;
    let mut fields = stat.rsplit_once(')')?.1.split_whitespace().map(str::to_owned);
    Some((fields.next()?, fields.next()?))
}

/// A file system of its own with little room, for as long as it lives.
#[derive(Debug)]
pub(crate) struct SmallDisk {
    pub(crate) folder: TempDir,
}

impl SmallDisk {
    /// Mounts it; not every user may.
    pub(crate) fn mount(size: &str) -> Option<Self> {
        let folder = tempfile::tempdir().unwrap();
        let mut mount = Command::new("mount");
        mount.args(["-t", "tmpfs", "-o", &format!("size={size}"), "plimsoll-test"]).arg(folder.path());
        let mounted = mount.stderr(Stdio::null()).status().is_ok_and(|it| it.success());
        mounted.then_some(Self { folder })
    }
}

impl Drop for SmallDisk {
    fn drop(&mut self) {
        // Lazily, since a program that the test has just killed may not be gone altogether.
        Command::new("umount").arg("--lazy").arg(self.folder.path()).status().ok();
    }
}
