//! Which commit, and where to look for its baseline: flags before the CI system before git.

use crate::args::CommitArgs;
use crate::ci::{CiFacts, PullFacts};
use crate::failure::{WithHint, hinted};
use crate::git::{Commit, Git, NoGit};
use anyhow::{Context, anyhow};
use plimsoll_protocol::{CommitId, NewBuild, PullRequest, TargetName};
use time::OffsetDateTime;
use time::format_description::well_known::Rfc3339;

/// How many ancestors are sent. A measured commit further back says little about this one.
const N_ANCESTORS: usize = 400;

/// The part of a build that all targets share.
#[derive(Debug)]
pub(crate) struct CommitFacts {
    /// Complete but for target, memory layout and budgets.
    pub build: NewBuild,
    pub warnings: Vec<String>,
    /// That the work tree holds another commit: the image is likely not what it is called.
    pub other_checkout: Option<String>,
}

/// The commit that is measured.
pub(super) fn head(flag: Option<&str>, ci: &CiFacts, git: &Result<Git, NoGit>) -> anyhow::Result<CommitId> {
    if let Some(text) = flag {
        return named(text, git.as_ref().ok()).context("--commit");
    }
    // In a pull request's run HEAD is a merge commit that nobody will ever see again.
    if let (Some(commit), Some(_)) = (&ci.commit, &ci.pull_request) {
        return Ok(commit.clone());
    }
    let checked_out = git.as_ref().ok().map(|it| it.resolve("HEAD")).transpose()?.flatten();
    checked_out.or_else(|| ci.commit.clone()).ok_or_else(|| {
        let why = match git {
            Ok(_) => "the repository has no commit yet".to_owned(),
            Err(error) => error.to_string(),
        };
        hinted(
            anyhow!("the commit is not known: {why}"),
            "run inside the repository, or give --commit and --committed-at (see --help)",
        )
    })
}

/// Everything that is known of the commit.
pub(super) fn resolve(
    args: &CommitArgs,
    ci: &CiFacts,
    git: Result<Git, NoGit>,
) -> anyhow::Result<CommitFacts> {
    let commit = head(args.commit.as_deref(), ci, &git)?;
    let (git, no_git) = match git {
        Ok(git) => (Some(git), None),
        Err(why) => (None, Some(why)),
    };
    let mut resolver = Resolver { args, ci, git: git.as_ref(), warnings: Vec::new() };
    let object = git.as_ref().map(|it| it.commit(&commit)).transpose()?.flatten();
    let parents = resolver.parents(object.as_ref())?;
    let pull = resolver.pull_request();
    let ancestry = resolver.ancestry(&commit, &parents, pull.as_ref())?;
    resolver.check_clone()?;
    let other_checkout = resolver.other_checkout(&commit, pull.is_some())?;
    if let (Some(why), true) = (no_git, ancestry.is_empty()) {
        resolver.warnings =
            vec![format!("{why}, so there is nothing to compare with; --ancestor or --parent tells")];
    }
    let build = NewBuild {
        // Replaced for each target; the name of the commit is a valid one.
        target: TargetName::parse(commit.as_str())?,
        committed_at: resolver.committed_at(object.as_ref())?,
        author: first([&args.author, &object.as_ref().and_then(|it| it.author.clone()), &ci.author]),
        message: first([&args.message, &object.as_ref().and_then(|it| it.message.clone()), &ci.message]),
        branch: resolver.branch()?,
        pull_request: pull.map(|it| PullRequest { number: it.number, base_branch: it.base_branch }),
        dirty: resolver.is_dirty()?,
        ci_url: first([&args.ci_url, &ci.ci_url, &None]),
        memory: None,
        link_failure: None,
        budgets: Vec::new(),
        commit,
        parents,
        ancestry,
    };
    Ok(CommitFacts { build, warnings: resolver.warnings, other_checkout })
}

struct Resolver<'a> {
    args: &'a CommitArgs,
    ci: &'a CiFacts,
    git: Option<&'a Git>,
    warnings: Vec<String>,
}

impl Resolver<'_> {
    fn parents(&self, object: Option<&Commit>) -> anyhow::Result<Vec<CommitId>> {
        if self.args.parents.is_empty() {
            return Ok(object.map(|it| it.parents.clone()).unwrap_or_default());
        }
        self.named_all(&self.args.parents, "--parent")
    }

    fn pull_request(&self) -> Option<PullFacts> {
        let ci = self.ci.pull_request.as_ref();
        let number = self.args.pull_request.or(ci.map(|it| it.number))?;
        Some(PullFacts {
            number,
            base_branch: self.args.base_branch.clone().or_else(|| ci.and_then(|it| it.base_branch.clone())),
            base_commit: ci.and_then(|it| it.base_commit.clone()),
            merge_base: ci.and_then(|it| it.merge_base.clone()),
        })
    }

    /// Of a pull request from the merge base on, else from the parent on.
    fn ancestry(
        &mut self,
        commit: &CommitId,
        parents: &[CommitId],
        pull: Option<&PullFacts>,
    ) -> anyhow::Result<Vec<CommitId>> {
        if !self.args.ancestors.is_empty() {
            return self.named_all(&self.args.ancestors, "--ancestor");
        }
        let nearest = match pull {
            Some(pull) => self.merge_base(commit, pull)?,
            None => parents.first().cloned(),
        };
        let Some(nearest) = nearest else { return Ok(Vec::new()) };
        let line =
            self.git.map(|it| it.first_parents(&nearest, N_ANCESTORS)).transpose()?.unwrap_or_default();
        // Without history at hand the nearest one is known all the same.
        Ok(if line.is_empty() { vec![nearest] } else { line })
    }

    fn merge_base(&mut self, commit: &CommitId, pull: &PullFacts) -> anyhow::Result<Option<CommitId>> {
        if let Some(text) = &self.args.merge_base {
            return named(text, self.git).map(Some).context("--merge-base");
        }
        if pull.merge_base.is_some() {
            return Ok(pull.merge_base.clone());
        }
        let mut bases: Vec<String> = pull.base_commit.iter().map(ToString::to_string).collect();
        if let Some(branch) = &pull.base_branch {
            bases.extend([format!("refs/remotes/origin/{branch}"), format!("refs/heads/{branch}")]);
        }
        for base in &bases {
            if let Some(found) =
                self.git.map(|it| it.merge_base(commit.as_str(), base)).transpose()?.flatten()
            {
                return Ok(Some(found));
            }
        }
        let branch = pull.base_branch.as_deref().unwrap_or("the base branch");
        self.warnings.push(format!(
            "the merge base with {branch} is not in this clone, so there is nothing to compare with; {DEEPEN}"
        ));
        Ok(None)
    }

    fn check_clone(&mut self) -> anyhow::Result<()> {
        let Some(git) = self.git else { return Ok(()) };
        if self.warnings.is_empty() && self.args.ancestors.is_empty() && git.is_shallow()? {
            self.warnings.push(format!(
                "this is a shallow clone: only a baseline that is near the commit can be found; {DEEPEN}"
            ));
        }
        Ok(())
    }

    /// What is wrong with the work tree where it holds another commit than the one that is named.
    fn other_checkout(&self, commit: &CommitId, is_pull: bool) -> anyhow::Result<Option<String>> {
        let Some(git) = self.git else { return Ok(None) };
        let checked_out = git.resolve("HEAD")?.filter(|it| it != commit);
        let Some(checked_out) = checked_out else { return Ok(None) };
        let parents = git.commit(&checked_out)?.map(|it| it.parents).unwrap_or_default();
        let other = parents.iter().find(|it| *it != commit);
        let (Some(other), true) = (other, parents.contains(commit)) else {
            return Ok(Some(format!(
                "the commit is {}, but {} is checked out: is that what was built?",
                commit.short(),
                checked_out.short()
            )));
        };
        // A base branch that stood still adds nothing to its merge.
        if git.merge_base(commit.as_str(), other.as_str())?.as_ref() == Some(other) {
            return Ok(None);
        }
        let whose = if is_pull { "this pull request's" } else { "this commit's" };
        Ok(Some(format!(
            "the checkout is the merge of {} into {}: what the base branch gained since the merge base is \
             counted as {whose}; {CHECK_OUT_HEAD}",
            commit.short(),
            other.short()
        )))
    }

    fn branch(&self) -> anyhow::Result<Option<String>> {
        if self.args.branch.is_some() {
            return Ok(self.args.branch.clone());
        }
        if self.ci.branch.is_some() {
            return Ok(self.ci.branch.clone());
        }
        Ok(self.git.map(Git::branch).transpose()?.flatten())
    }

    fn committed_at(&self, object: Option<&Commit>) -> anyhow::Result<OffsetDateTime> {
        if let Some(text) = &self.args.committed_at {
            return OffsetDateTime::parse(text, &Rfc3339)
                .with_context(|| format!("--committed-at `{text}`"))
                .hint("write it like 2026-01-31T12:00:00Z");
        }
        if let Some(time) = object.map(|it| it.committed_at).or(self.ci.committed_at) {
            return Ok(time);
        }
        // A pull request's head may be missing in a shallow clone; its merge was made just after it.
        let merge = self.git.filter(|_| self.ci.pull_request.is_some());
        let checked_out = merge.map(|it| it.resolve("HEAD")).transpose()?.flatten();
        if let (Some(git), Some(id)) = (merge, checked_out)
            && let Some(commit) = git.commit(&id)?
        {
            return Ok(commit.committed_at);
        }
        Err(hinted(
            anyhow!("the time of the commit is not known"),
            "give --committed-at, or fetch the commit",
        ))
    }

    /// Of a commit that was named the work tree says nothing: it belongs to what is checked out.
    fn is_dirty(&mut self) -> anyhow::Result<bool> {
        let looked_at = self.git.filter(|_| self.args.commit.is_none());
        let is_dirty = self.args.dirty || looked_at.map(Git::is_dirty).transpose()?.unwrap_or(false);
        if is_dirty {
            let what = "the work tree has uncommitted changes: the build is marked so";
            self.warnings.push(format!("{what}, sets no budgets and raises no alert"));
        }
        Ok(is_dirty)
    }

    fn named_all(&self, texts: &[String], flag: &'static str) -> anyhow::Result<Vec<CommitId>> {
        texts.iter().map(|it| named(it, self.git).context(flag)).collect()
    }
}

/// What to do about the merge that GitHub checks out of a pull request.
const CHECK_OUT_HEAD: &str =
    "on GitHub give actions/checkout `ref: ${{ github.event.pull_request.head.sha }}`";

const DEEPEN: &str = "on GitHub give actions/checkout `fetch-depth: 0`";

/// A commit as typed: all its digits, or whatever git understands.
fn named(text: &str, git: Option<&Git>) -> anyhow::Result<CommitId> {
    let refused = match CommitId::parse(text) {
        Ok(commit) => return Ok(commit),
        Err(error) => error,
    };
    let Some(git) = git else { return Err(refused.into()) };
    git.resolve(text)?.ok_or_else(|| anyhow!("git knows no commit `{text}`"))
}

fn first(texts: [&Option<String>; 3]) -> Option<String> {
    texts.into_iter().flatten().next().cloned()
}
