//! The demo's own git repository: one real commit per leg of the voyage, so that ancestry and merge bases are real.

use crate::command::output;
use crate::voyage::{Branch, LEGS, Leg, MEMORY_SCRIPT, ships};
use crate::workspace::root;
use anyhow::{Context as _, Result};
use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

/// When the voyage began, in seconds since 1970: Monday, 9 November 2026, 8:00 UTC. A fixed day makes the
/// commits the same on every machine.
const DEPARTURE_SECONDS: u64 = 1_794_211_200;

/// Where the built images lie in the work tree; ignored by git.
pub const BUILD_FOLDER: &str = "build";

/// The branch that everything is merged into.
pub const MAIN: &str = "main";

/// A repository that holds every leg.
pub struct Repository {
    folder: PathBuf,
}

impl Repository {
    /// Opens it; makes the commits that are missing.
    pub fn open(folder: PathBuf) -> Result<Self> {
        let repository = Self { folder };
        if !repository.folder.join(".git").is_dir() {
            fs::create_dir_all(&repository.folder)?;
            repository.git(&["init", "--quiet", "--initial-branch", MAIN])?;
        }
        for (idx, leg) in LEGS.iter().enumerate() {
            if repository.commit_of(leg).is_err() {
                repository.commit(idx, leg)?;
            }
        }
        Ok(repository)
    }

    /// The leg's commit id.
    pub fn commit_of(&self, leg: &Leg) -> Result<String> {
        let tag = format!("refs/tags/{}^{{commit}}", leg.name);
        Ok(self.git(&["rev-parse", "--verify", "--quiet", &tag])?.trim().to_owned())
    }

    /// Makes the work tree that of the leg.
    pub fn check_out(&self, leg: &Leg) -> Result<()> {
        self.git(&["checkout", "--quiet", "--detach", &self.commit_of(leg)?]).map(drop)
    }

    /// The work tree.
    pub fn folder(&self) -> &Path {
        &self.folder
    }

    fn commit(&self, idx: usize, leg: &Leg) -> Result<()> {
        match (parent(idx), branch_name(leg)) {
            (Some(parent), branch) => {
                self.git(&["checkout", "--quiet", "-B", branch, &self.commit_of(parent)?])?
            }
            (None, branch) => self.git(&["checkout", "--quiet", "--orphan", branch])?,
        };
        self.write_files(leg)?;
        self.git(&["add", "--all"])?;
        let date = format!("{} +0000", DEPARTURE_SECONDS + u64::from(leg.hours) * 3600);
        let mut commit = self.git_command(&["commit", "--quiet", "--no-gpg-sign", "--message", leg.message]);
        for role in ["AUTHOR", "COMMITTER"] {
            commit.env(format!("GIT_{role}_NAME"), leg.author.name);
            commit.env(format!("GIT_{role}_EMAIL"), leg.author.email);
            commit.env(format!("GIT_{role}_DATE"), &date);
        }
        output(&mut commit)?;
        self.git(&["tag", leg.name]).map(drop)
    }

    fn write_files(&self, leg: &Leg) -> Result<()> {
        let script = root().join(MEMORY_SCRIPT);
        let script = fs::read(&script).with_context(|| format!("reading {}", script.display()))?;
        let files: [(&str, Vec<u8>); 4] = [
            (".gitignore", format!("/{BUILD_FOLDER}/\n").into_bytes()),
            ("memory.x", script),
            ("plimsoll.toml", settings(leg).into_bytes()),
            (
                "features.txt",
                leg.features.iter().map(|it| format!("{it}\n")).collect::<String>().into_bytes(),
            ),
        ];
        for (name, content) in files {
            fs::write(self.folder.join(name), content)?;
        }
        Ok(())
    }

    fn git(&self, arguments: &[&str]) -> Result<String> {
        output(&mut self.git_command(arguments))
    }

    /// Whatever the person at the keyboard has set for git (hooks, signing, another repository) stays outside.
    fn git_command(&self, arguments: &[&str]) -> Command {
        let mut git = Command::new("git");
        isolate(&mut git);
        git.arg("-C").arg(&self.folder).args(["-c", "core.hooksPath=/dev/null", "-c", "core.autocrlf=false"]);
        git.args(arguments);
        git
    }
}

/// Takes away what would tell git of another repository or another person.
pub fn isolate(command: &mut Command) {
    for (name, _) in std::env::vars_os() {
        if name.to_string_lossy().starts_with("GIT_") {
            command.env_remove(&name);
        }
    }
    command.env("GIT_CONFIG_GLOBAL", "/dev/null").env("GIT_CONFIG_NOSYSTEM", "1");
}

/// The branch that a leg's commit is on.
pub fn branch_name(leg: &Leg) -> &'static str {
    match leg.branch {
        Branch::Main => MAIN,
        Branch::PullRequest { name, .. } => name,
    }
}

/// The leg that a leg follows.
pub fn parent(idx: usize) -> Option<&'static Leg> {
    let leg = &LEGS[idx];
    let before = LEGS[..idx].iter().rev().find(|it| branch_name(it) == branch_name(leg));
    match leg.branch {
        Branch::Main => before,
        Branch::PullRequest { from, .. } => before.or_else(|| LEGS.iter().find(|it| it.name == from)),
    }
}

/// The demo project's `plimsoll.toml`.
fn settings(leg: &Leg) -> String {
    let mut text = String::from("# What `plimsoll upload` measures here, and how much it may use.\n");
    for ship in ships(leg) {
        text += &format!(
            "\n[[target]]\nname = \"{}\"\nelf = \"{BUILD_FOLDER}/{}\"\n",
            ship.target(),
            ship.binary
        );
        if ship.memory_script().is_some() {
            text += "memory = \"memory.x\"\n";
        }
        text += "\n[target.budgets]\n";
        for (subject, limit_bytes) in ship.budgets {
            text += &format!("{subject} = {limit_bytes}\n");
        }
    }
    text
}

#[cfg(test)]
mod tests {
    use super::*;

    fn git(repository: &Repository, arguments: &[&str]) -> String {
        repository.git(arguments).unwrap().trim().to_owned()
    }

    #[test]
    fn every_leg_is_a_commit_and_the_second_opening_makes_none() {
        let folder = tempfile::tempdir().unwrap();
        let repository = Repository::open(folder.path().join("repository")).unwrap();
        let n_commits = git(&repository, &["rev-list", "--all", "--count"]);
        assert_eq!(n_commits, LEGS.len().to_string());
        let last = git(&repository, &["log", "-1", "--format=%s|%an|%ae", MAIN]);
        let leg = LEGS.iter().rfind(|it| it.branch == Branch::Main).unwrap();
        assert_eq!(last, format!("{}|{}|{}", leg.message, leg.author.name, leg.author.email));
        let again = Repository::open(folder.path().join("repository")).unwrap();
        assert_eq!(git(&again, &["rev-list", "--all", "--count"]), n_commits);
    }

    #[test]
    fn a_pull_request_leaves_main_where_the_voyage_says() {
        let folder = tempfile::tempdir().unwrap();
        let repository = Repository::open(folder.path().to_path_buf()).unwrap();
        for leg in LEGS {
            let Branch::PullRequest { from, .. } = leg.branch else { continue };
            let from = LEGS.iter().find(|it| it.name == from).unwrap();
            assert_eq!(
                git(&repository, &["merge-base", MAIN, &repository.commit_of(leg).unwrap()]),
                repository.commit_of(from).unwrap()
            );
        }
    }

    #[test]
    fn the_commits_are_the_same_everywhere() {
        let folder = tempfile::tempdir().unwrap();
        let [one, two] = ["one", "two"].map(|it| Repository::open(folder.path().join(it)).unwrap());
        assert!(LEGS.iter().all(|it| one.commit_of(it).unwrap() == two.commit_of(it).unwrap()));
    }
}
