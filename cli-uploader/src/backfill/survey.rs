//! What is to be done with each commit, found out before anything is built.

use super::notes::Notes;
use crate::args::BackfillArgs;
use crate::client::Api;
use crate::config::Target;
use crate::git::Git;
use crate::plan::BackfillPlan;
use plimsoll_protocol::{BuildState, BuildSummary, CommitId};

/// Files that no image is built from; `--every` is for who does.
const DOCUMENTATION: [&str; 8] = [
    "**/*.md",
    "**/*.rst",
    "**/*.adoc",
    "**/LICENSE*",
    "**/COPYING*",
    "docs/**",
    ".github/**",
    ".gitlab-ci.yml",
];

/// One commit of the walk.
#[derive(Debug)]
pub(super) struct Step<'a> {
    pub commit: CommitId,
    /// First line of its message.
    pub subject: String,
    pub fate: Fate<'a>,
}

impl Step<'_> {
    pub(super) fn is_wanted(&self) -> bool {
        matches!(self.fate, Fate::Wanted(_))
    }
}

/// What is to be done with it.
#[derive(Debug)]
pub(super) enum Fate<'a> {
    /// All targets are on the server.
    There,
    /// It cannot change the image.
    Unchanged,
    /// The same command failed before, and why.
    Failed(String),
    /// To be built for these targets.
    Wanted(Vec<&'a Target>),
}

/// Asks the server, git and the notes about each commit. Without a server nothing is there.
pub(super) async fn survey<'a>(
    args: &BackfillArgs,
    plan: &'a BackfillPlan,
    (api, notes): (Option<&Api<'_>>, &Notes),
) -> anyhow::Result<Vec<Step<'a>>> {
    let patterns = patterns(args);
    let mut steps = Vec::new();
    for (idx, commit) in plan.commits.iter().enumerate() {
        let subject = plan.git.commit(commit)?.and_then(|it| it.message).unwrap_or_default();
        // The oldest has nothing to be like.
        let before = idx.checked_sub(1).and_then(|it| plan.commits.get(it));
        let fate = if is_unchanged(&plan.git, (before, commit), &patterns)? {
            Fate::Unchanged
        } else {
            let builds = match api {
                Some(api) => api.summaries_of(commit).await?,
                None => Vec::new(),
            };
            fate(args, (commit, &builds), &plan.recipe.targets, notes)
        };
        steps.push(Step { commit: commit.clone(), subject, fate });
    }
    Ok(steps)
}

fn fate<'a>(
    args: &BackfillArgs,
    (commit, builds): (&CommitId, &[BuildSummary]),
    targets: &'a [Target],
    notes: &Notes,
) -> Fate<'a> {
    let is_good = |it: &BuildSummary| !(args.retry_failed && is_failed(it));
    let is_there = |target: &Target| builds.iter().any(|it| it.target == target.name && is_good(it));
    let missing: Vec<&Target> = targets.iter().filter(|it| !is_there(it)).collect();
    if missing.is_empty() {
        return Fate::There;
    }
    let names: Vec<_> = missing.iter().map(|it| &it.name).collect();
    match notes.failure(commit, &args.build, &names).filter(|_| !args.retry_failed) {
        // Some targets were measured, and the others did not exist yet.
        Some(_) if missing.len() < targets.len() => Fate::There,
        Some(failure) => Fate::Failed(failure.reason.clone()),
        None => Fate::Wanted(missing),
    }
}

fn is_failed(build: &BuildSummary) -> bool {
    matches!(build.state, BuildState::Failed | BuildState::Unlinked)
}

fn patterns(args: &BackfillArgs) -> Vec<String> {
    let mut patterns = args.only.clone();
    if patterns.is_empty() {
        patterns.push(":(top)".to_owned());
    }
    if !args.every {
        patterns.extend(DOCUMENTATION.iter().map(|it| format!(":(top,glob,icase,exclude){it}")));
    }
    patterns
}

fn is_unchanged(
    git: &Git,
    (before, commit): (Option<&CommitId>, &CommitId),
    patterns: &[String],
) -> anyhow::Result<bool> {
    match before {
        Some(before) => Ok(!git.differs(before, commit, patterns)?),
        None => Ok(false),
    }
}
