//! What git knows, asked through the `git` command: commits, branch, ancestry, merge base.

mod walk;

use anyhow::{Context, anyhow, bail};
use plimsoll_protocol::CommitId;
use std::path::{Path, PathBuf};
use std::process::{Command, Output, Stdio};
use time::{OffsetDateTime, UtcOffset};

/// A repository.
#[derive(Debug, Clone)]
pub(crate) struct Git {
    dir: PathBuf,
}

/// Why there is no repository to ask.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub(crate) enum NoGit {
    #[error("the command `git` is not installed")]
    NotInstalled,
    #[error("not in a git repository")]
    NotARepository,
    #[error("git refuses: {0}")]
    Refused(String),
}

/// A commit, as its object tells.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Commit {
    /// First parent first. These are the true parents even where a shallow clone hides them.
    pub parents: Vec<CommitId>,
    pub author: Option<String>,
    /// First line of the message.
    pub message: Option<String>,
    pub committed_at: OffsetDateTime,
}

impl Git {
    /// The repository that `dir` is in.
    pub(crate) fn open(dir: &Path) -> Result<Self, NoGit> {
        let git = Self { dir: dir.to_owned() };
        let output = git.run(&["rev-parse", "--git-dir"]).map_err(|_| NoGit::NotInstalled)?;
        if output.status.success() {
            return Ok(git);
        }
        let complaint = first_line(&output.stderr);
        if complaint.contains("not a git repository") {
            return Err(NoGit::NotARepository);
        }
        Err(NoGit::Refused(complaint))
    }

    /// The commit that a name, a short id or `HEAD` stands for; absent where git does not know it.
    pub(crate) fn resolve(&self, name: &str) -> anyhow::Result<Option<CommitId>> {
        // It would be taken for an option; no name of git's begins like that.
        if name.starts_with('-') {
            return Ok(None);
        }
        let commit = format!("{name}^{{commit}}");
        let found = self.ask(&["rev-parse", "--verify", "--quiet", &commit])?;
        found.map(|it| CommitId::parse(&it)).transpose().map_err(Into::into)
    }

    /// The commit's object; absent where the clone does not hold it.
    pub(crate) fn commit(&self, id: &CommitId) -> anyhow::Result<Option<Commit>> {
        let output = self.run(&["cat-file", "commit", id.as_str()])?;
        if !output.status.success() {
            return Ok(None);
        }
        parse_commit(&String::from_utf8_lossy(&output.stdout))
            .with_context(|| format!("cannot read commit {}", id.short()))
            .map(Some)
    }

    /// The branch that is checked out; absent for a detached head.
    pub(crate) fn branch(&self) -> anyhow::Result<Option<String>> {
        self.ask(&["symbolic-ref", "--quiet", "--short", "HEAD"])
    }

    /// Whether the clone lacks history.
    pub(crate) fn is_shallow(&self) -> anyhow::Result<bool> {
        Ok(self.ask(&["rev-parse", "--is-shallow-repository"])?.as_deref() == Some("true"))
    }

    /// Whether tracked files were changed.
    pub(crate) fn is_dirty(&self) -> anyhow::Result<bool> {
        Ok(self.ask(&["status", "--porcelain", "--untracked-files=no"])?.is_some())
    }

    /// The commit and its first-parent ancestors, nearest first.
    pub(crate) fn first_parents(&self, from: &CommitId, limit: usize) -> anyhow::Result<Vec<CommitId>> {
        let max_count = format!("--max-count={limit}");
        let lines = self.ask(&["rev-list", "--first-parent", &max_count, from.as_str(), "--"])?;
        lines.unwrap_or_default().lines().map(|it| CommitId::parse(it).map_err(Into::into)).collect()
    }

    /// Where two lines of history parted; absent where the clone does not show it.
    pub(crate) fn merge_base(&self, one: &str, other: &str) -> anyhow::Result<Option<CommitId>> {
        let found = self.ask(&["merge-base", one, other])?;
        found.map(|it| CommitId::parse(&it)).transpose().map_err(Into::into)
    }

    /// Standard output without its line end; absent where git fails or says nothing.
    fn ask(&self, arguments: &[&str]) -> anyhow::Result<Option<String>> {
        let output = self.run(arguments)?;
        let text = String::from_utf8_lossy(&output.stdout).trim_end().to_owned();
        Ok(Some(text).filter(|it| output.status.success() && !it.is_empty()))
    }

    /// Runs it, whatever comes of it.
    pub(crate) fn run(&self, arguments: &[&str]) -> anyhow::Result<Output> {
        Command::new("git")
            .args(arguments)
            .current_dir(&self.dir)
            // Its messages are read above, and `status` must not write while others build.
            .env("LC_ALL", "C")
            .env("GIT_OPTIONAL_LOCKS", "0")
            .stdin(Stdio::null())
            .output()
            .map_err(|it| anyhow!(it).context(format!("cannot run git {}", arguments[0])))
    }
}

fn parse_commit(object: &str) -> anyhow::Result<Commit> {
    let (header, message) = object.split_once("\n\n").unwrap_or((object, ""));
    let field = |name: &str| header.lines().find_map(|it| it.strip_prefix(name));
    let parents = header.lines().filter_map(|it| it.strip_prefix("parent "));
    let subject = message.lines().map(str::trim).find(|it| !it.is_empty());
    Ok(Commit {
        parents: parents.map(CommitId::parse).collect::<Result<_, _>>()?,
        author: field("author ").map(name_of).filter(|it| !it.is_empty()),
        message: subject.map(str::to_owned),
        committed_at: time_of(field("committer ").context("it has no committer")?)?,
    })
}

/// `Ada Lovelace <ada@example.org> 1700000000 +0100` → `Ada Lovelace`.
fn name_of(signature: &str) -> String {
    signature.split('<').next().unwrap_or_default().trim().to_owned()
}

fn time_of(signature: &str) -> anyhow::Result<OffsetDateTime> {
    let mut words = signature.rsplit(' ');
    let (Some(zone), Some(seconds)) = (words.next(), words.next()) else {
        bail!("its committer has no time")
    };
    let time = OffsetDateTime::from_unix_timestamp(seconds.parse().context("its time is no number")?)?;
    Ok(time.to_offset(offset_of(zone).unwrap_or(UtcOffset::UTC)))
}

/// `+0130` → one and a half hours.
fn offset_of(zone: &str) -> Option<UtcOffset> {
    let (sign, digits) = zone.strip_prefix('-').map_or((1, zone.trim_start_matches('+')), |it| (-1, it));
    let number: i32 = digits.parse().ok()?;
    UtcOffset::from_whole_seconds(sign * (number / 100 * 3600 + number % 100 * 60)).ok()
}

/// The beginning of what git complains about.
pub(crate) fn first_line(bytes: &[u8]) -> String {
    let text = String::from_utf8_lossy(bytes);
    let line = text.lines().next().unwrap_or("it says nothing");
    line.strip_prefix("fatal: ").unwrap_or(line).to_owned()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_commit_object_tells_parents_author_and_time() {
        let tree = "4b825dc642cb6eb9a060e54bf8d69288fbee4904";
        let object = format!(
            "tree {tree}\nparent {tree}\nauthor Ada L. <a@b> 1 +0000\ncommitter C <c@d> 1700000000 -0130\n\
             gpgsig x\n parent y\n\n\nAdd a table\n\nLong text.\n"
        );
        let commit = parse_commit(&object).unwrap();
        assert_eq!(commit.parents, [CommitId::parse(tree).unwrap()]);
        assert_eq!(commit.author.as_deref(), Some("Ada L."));
        assert_eq!(commit.message.as_deref(), Some("Add a table"));
        assert_eq!(commit.committed_at.to_string(), "2023-11-14 20:43:20.0 -01:30:00");
    }
}
