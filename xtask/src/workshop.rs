//! Builds the firmware in many ways, from a copy of its sources that may be changed.

use crate::command::output;
use crate::setup::need::FIRMWARE_TARGET;
use crate::signals;
use crate::terminal::say;
use crate::voyage::NEWEST;
use crate::workspace::{built, cargo, root, target_subfolder};
use anyhow::{Context as _, Result};
use serde_json::Value;
use std::fs::{self, File, TryLockError};
use std::path::{Path, PathBuf};
use std::process::Command;
use std::thread;
use std::time::Duration;

/// File below `firmware/`, what it says, and what it is to say instead. A new file says nothing.
pub type Change = (&'static str, &'static str, &'static str);

/// One way to build the firmware.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Build<'a> {
    /// Besides `device`.
    pub features: &'a [&'a str],
    /// Of these the ones to leave out.
    pub without: &'a [&'a str],
    /// `RUSTFLAGS`.
    pub flags: &'a str,
    pub environment: &'a [(&'a str, &'a str)],
    pub changes: &'a [Change],
    pub way: Way,
}

/// What the sources are built into, and how where a build says nothing else.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Way {
    pub program: &'static str,
    pub target: &'static str,
    pub environment: &'static [(&'static str, &'static str)],
    pub changes: &'static [Change],
}

/// The program that is shipped, as it is shipped.
pub const SHIPPED: Way = Way { program: "logger", target: FIRMWARE_TARGET, environment: &[], changes: &[] };

/// The newest firmware as it is.
pub const PLAIN: Build<'_> =
    Build { features: NEWEST, without: &[], flags: "", environment: &[], changes: &[], way: SHIPPED };

/// How often a lock that somebody else has is looked at.
const LOOK_AGAIN: Duration = Duration::from_millis(200);

/// What is copied of `firmware/`.
const SOURCES: [&str; 6] = ["Cargo.toml", "build.rs", "memory.x", "src", "cfmt", "tests"];

/// A folder of sources and a folder of what is built from them.
pub struct Workshop {
    folder: PathBuf,
    /// Nobody else builds there as long as it is open.
    _lock: File,
    /// The reports of what was built so far.
    reports: Vec<(Build<'static>, Value)>,
}

impl Workshop {
    /// A fresh copy of the sources in a workspace of their own; what was built before is used again. Waits for
    /// whoever else builds there.
    pub fn new() -> Result<Self> {
        let folder = target_subfolder("advice")?;
        let lock = lock(&folder)?;
        let manifest = fs::read_to_string(root().join("Cargo.toml"))?;
        let (before, rest) = manifest.split_once("members = [").context("Cargo.toml has no members")?;
        let (_, after) = rest.split_once("]\n").context("Cargo.toml has no end of members")?;
        let members = "members = [\"firmware\", \"firmware/cfmt\", \"firmware/cfmt/macros\"]\nexclude = [\"registry\"]\n";
        let after: String = sections(after).filter(|it| !is_of_programs(it)).collect();
        let is_other = |it: &&str| it.starts_with("plimsoll-");
        let after: String = after.lines().filter(|it| !is_other(it)).map(|it| format!("{it}\n")).collect();
        write(&folder.join("Cargo.toml"), &format!("{before}{members}{after}"))?;
        fs::copy(root().join("Cargo.lock"), folder.join("Cargo.lock"))?;
        Ok(Self { folder, _lock: lock, reports: Vec::new() })
    }

    /// What the analyzer says of a build.
    pub fn report(&mut self, build: &Build<'static>) -> Result<Value> {
        if let Some((_, report)) = self.reports.iter().find(|(it, _)| it == build) {
            return Ok(report.clone());
        }
        let elf = self.program(build)?;
        let mut analyze = Command::new(built("plimsoll"));
        analyze.arg("analyze").arg(&elf).arg("--memory").arg(self.source("memory.x")).arg("--json");
        let report: Value = serde_json::from_str(&output(&mut analyze)?).context("reading the report")?;
        self.reports.push((*build, report.clone()));
        Ok(report)
    }

    /// Builds the program. The file stands until the next build.
    pub fn program(&self, build: &Build<'_>) -> Result<PathBuf> {
        SOURCES.iter().try_for_each(|it| copy(&root().join("firmware").join(it), &self.source(it)))?;
        for (file, from, to) in build.way.changes.iter().chain(build.changes) {
            let path = self.source(file);
            let text = if from.is_empty() { String::new() } else { fs::read_to_string(&path)? };
            anyhow::ensure!(text.contains(from), "{file} does not say {from:?}");
            write(&path, &text.replacen(from, to, 1))?;
        }
        let features = build.features.iter().filter(|it| !build.without.contains(it));
        let features: Vec<&str> = std::iter::once("device").chain(features.copied()).collect();
        let mut command = cargo();
        command.current_dir(&self.folder).env("CARGO_TARGET_DIR", self.folder.join("target"));
        command.args(["build", "--quiet", "--package", "plimsoll-firmware", "--bin", build.way.program]);
        command.args(["--profile", "firmware", "--target", build.way.target, "--no-default-features"]);
        command.args(["--features", &features.join(",")]);
        command
            .env("RUSTFLAGS", build.flags)
            .envs(build.way.environment.iter().chain(build.environment).copied());
        output(&mut command)?;
        Ok(self.folder.join("target").join(build.way.target).join("firmware").join(build.way.program))
    }

    fn source(&self, name: &str) -> PathBuf {
        self.folder.join("firmware").join(name)
    }
}

/// Two tasks that build other versions of the same sources in one folder would measure each other's.
fn lock(folder: &Path) -> Result<File> {
    let path = folder.join("lock");
    let file = File::create(&path).with_context(|| format!("making {}", path.display()))?;
    let mut is_told = false;
    loop {
        match file.try_lock() {
            Ok(()) => return Ok(file),
            Err(TryLockError::WouldBlock) => {}
            Err(TryLockError::Error(error)) => {
                return Err(error).with_context(|| format!("locking {}", path.display()));
            }
        }
        if !std::mem::replace(&mut is_told, true) {
            say(format!("waiting for whoever builds in {}, `truth` or `advice`", folder.display()));
        }
        // A signal to stop is only noted, so nothing may wait for ever.
        anyhow::ensure!(!signals::stop_wanted(), "stopped");
        thread::sleep(LOOK_AGAIN);
    }
}

/// The tables of a manifest, each with its heading.
fn sections(manifest: &str) -> impl Iterator<Item = &str> {
    let mut rest = manifest;
    std::iter::from_fn(move || {
        let end = rest.get(1..)?.find("\n[").map_or(rest.len(), |it| it + 2);
        let (section, after) = rest.split_at(end);
        rest = after;
        Some(section)
    })
}

/// Whether a table names crates that are not copied.
fn is_of_programs(section: &str) -> bool {
    section.trim_start().starts_with("[profile.dev")
}

/// Copies what differs, so that cargo builds only what changed.
fn copy(from: &Path, to: &Path) -> Result<()> {
    if !from.is_dir() {
        return write(to, &fs::read_to_string(from).with_context(|| format!("reading {}", from.display()))?);
    }
    for entry in from.read_dir()? {
        let path = entry?.path();
        if let Some(name) = path.file_name().filter(|it| *it != "target" && *it != "ui") {
            copy(&path, &to.join(name))?;
        }
    }
    Ok(())
}

fn write(path: &Path, text: &str) -> Result<()> {
    if fs::read_to_string(path).is_ok_and(|it| it == text) {
        return Ok(());
    }
    if let Some(folder) = path.parent() {
        fs::create_dir_all(folder)?;
    }
    fs::write(path, text).with_context(|| format!("writing {}", path.display()))
}
