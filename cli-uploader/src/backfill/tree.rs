//! A work tree for the walk alone, so that the user's is never touched.

use super::shell::GIT_VARIABLES;
use crate::environment::Environment;
use crate::failure::{self, hinted};
use crate::git::first_line;
use anyhow::{Context, anyhow, bail};
use plimsoll_protocol::CommitId;
use std::hash::{DefaultHasher, Hash, Hasher};
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

/// The work tree. Dropped, it is removed with all that was built in it, unless it is to be kept.
#[derive(Debug)]
pub(super) struct Tree {
    pub path: PathBuf,
    /// The repository's own folder.
    common: PathBuf,
    is_kept: bool,
}

impl Tree {
    /// Finds the one of an earlier walk, or makes it.
    pub(super) fn open(
        common: &Path,
        environment: &Environment,
        (commit, is_kept): (&CommitId, bool),
    ) -> anyhow::Result<Self> {
        let path = place(common, environment)?;
        let is_left = path.is_dir() && is_registered(common, &path)?;
        if path.exists() && !is_left {
            let error = anyhow!("{} is in the way", path.display());
            return Err(hinted(error, "the commits are checked out there: remove it"));
        }
        let tree = Self { path, common: common.to_owned(), is_kept };
        // What a killed walk left may be broken.
        if is_left && check_out(&tree.path, commit).is_err() {
            tree.remove()?;
        }
        if !tree.path.exists() {
            let path = tree.path.to_string_lossy();
            let add = ["worktree", "add", "--quiet", "--force", "--detach", "--no-checkout", &path];
            git(common, &[&add[..], &[commit.as_str()]].concat()).context("cannot make a work tree")?;
        }
        Ok(tree)
    }

    fn remove(&self) -> anyhow::Result<()> {
        let path = self.path.to_string_lossy();
        git(&self.common, &["worktree", "remove", "--force", "--force", &path])
            .context("cannot remove the work tree")?;
        Ok(())
    }
}

impl Drop for Tree {
    fn drop(&mut self) {
        if self.is_kept {
            failure::note(&format!("the work tree is kept in {}", self.path.display()));
        } else if self.path.exists()
            && let Err(error) = self.remove()
        {
            failure::warn(&failure::chain(&error));
        }
    }
}

/// Makes the files of the work tree at `path` those of the commit. What was built stays.
pub(super) fn check_out(path: &Path, commit: &CommitId) -> anyhow::Result<()> {
    git(path, &["checkout", "--quiet", "--force", "--detach", commit.as_str()])
        .context("cannot check out the commit")?;
    if path.join(".gitmodules").is_file() {
        git(path, &["submodule", "--quiet", "update", "--init", "--recursive", "--force"])
            .context("cannot check out the submodules")?;
    }
    Ok(())
}

fn is_registered(common: &Path, path: &Path) -> anyhow::Result<bool> {
    let list = git(common, &["worktree", "list", "--porcelain"]).context("cannot list the work trees")?;
    let line = format!("worktree {}", path.display());
    Ok(list.lines().any(|it| it == line))
}

/// Runs git there and nowhere else, and returns what it prints.
fn git(folder: &Path, arguments: &[&str]) -> anyhow::Result<String> {
    let mut git = Command::new("git");
    for name in GIT_VARIABLES {
        git.env_remove(name);
    }
    // What the user's hooks do on a checkout is not meant for this one.
    git.args(["-c", "core.hooksPath=/dev/null"]).args(arguments);
    git.env("LC_ALL", "C").stdin(Stdio::null()).current_dir(folder);
    let output = git.output().context("cannot run git")?;
    if !output.status.success() {
        bail!("git {}: {}", arguments[0], first_line(&output.stderr));
    }
    Ok(String::from_utf8_lossy(&output.stdout).into_owned())
}

/// The same place for each walk through a repository, since some images hold the path that they were built in.
/// Not inside of the repository, where cargo and others would find the settings of today.
fn place(common: &Path, environment: &Environment) -> anyhow::Result<PathBuf> {
    let mut hasher = DefaultHasher::new();
    common.hash(&mut hasher);
    let cache = environment.path("XDG_CACHE_HOME").map(Path::to_owned);
    let cache = cache.or_else(|| environment.path("HOME").map(|it| it.join(".cache")));
    let folder = cache.unwrap_or_else(std::env::temp_dir).join("plimsoll").join("backfill");
    std::fs::create_dir_all(&folder).with_context(|| format!("cannot make {}", folder.display()))?;
    // As git will tell it.
    let folder = folder.canonicalize().with_context(|| format!("cannot find {}", folder.display()))?;
    Ok(folder.join(format!("{:016x}", hasher.finish())))
}
