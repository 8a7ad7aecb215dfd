//! What a walk through history asks git, and where it keeps its notes.

use super::{Git, first_line};
use anyhow::{Context, bail};
use plimsoll_protocol::CommitId;
use std::path::PathBuf;

impl Git {
    /// First-parent history of a commit or a range, newest first.
    pub(crate) fn history(&self, revision: &str, limit: u32) -> anyhow::Result<Vec<CommitId>> {
        // It would be taken for an option; no name of git's begins like that.
        if revision.starts_with('-') {
            bail!("`{revision}` names no commit");
        }
        let max_count = format!("--max-count={limit}");
        let output = self.run(&["rev-list", "--first-parent", &max_count, revision, "--"])?;
        if !output.status.success() {
            bail!("git knows no `{revision}`: {}", first_line(&output.stderr));
        }
        let text = String::from_utf8_lossy(&output.stdout);
        text.lines().map(|it| CommitId::parse(it).map_err(Into::into)).collect()
    }

    /// Whether two commits differ in the files that these patterns stand for.
    pub(crate) fn differs(
        &self,
        old: &CommitId,
        new: &CommitId,
        patterns: &[String],
    ) -> anyhow::Result<bool> {
        let mut arguments = vec!["diff", "--quiet", "--no-ext-diff", old.as_str(), new.as_str(), "--"];
        arguments.extend(patterns.iter().map(String::as_str));
        let output = self.run(&arguments)?;
        match output.status.code() {
            Some(0) => Ok(false),
            Some(1) => Ok(true),
            _ => bail!("cannot compare {} with {}: {}", old.short(), new.short(), first_line(&output.stderr)),
        }
    }

    /// The top folder of the work tree.
    pub(crate) fn top_folder(&self) -> anyhow::Result<PathBuf> {
        let folder = self.ask(&["rev-parse", "--show-toplevel"])?;
        folder.map(PathBuf::from).context("the repository has no work tree")
    }

    /// The folder that all work trees of the repository share.
    pub(crate) fn common_folder(&self) -> anyhow::Result<PathBuf> {
        let folder = self.ask(&["rev-parse", "--git-common-dir"])?.context("the repository has no folder")?;
        let folder = self.dir.join(folder);
        folder.canonicalize().with_context(|| format!("cannot find {}", folder.display()))
    }
}
