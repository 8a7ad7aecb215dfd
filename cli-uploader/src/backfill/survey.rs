//! What is to be done with each commit, found out before anything is built.

use super::notes::{Failure, Notes};
use crate::args::BackfillArgs;
use crate::client::Api;
use crate::config::Target;
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
    /// The same command failed before in the same environment, and why.
    Failed(Failure),
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
        let object = plan.git.commit(commit)?;
        let parent = object.as_ref().and_then(|it| it.parents.first());
        let before = idx.checked_sub(1).and_then(|it| plan.commits.get(it));
        let is_unchanged = match (before, parent) {
            (Some(before), _) => !plan.git.differs(before, commit, &patterns)?,
            (None, Some(parent)) => is_known(plan, (parent, commit), &patterns, api).await?,
            (None, None) => false,
        };
        let fate = if is_unchanged {
            Fate::Unchanged
        } else {
            let builds = summaries(api, commit).await?;
            fate(args, (commit, &builds), &plan.recipe.targets, notes)
        };
        let subject = object.and_then(|it| it.message).unwrap_or_default();
        steps.push(Step { commit: commit.clone(), subject, fate });
    }
    Ok(steps)
}

/// Whether the image of the oldest commit is its parent's, and that one is on the server already. Else what
/// comes after it would have nothing to be compared with.
async fn is_known(
    plan: &BackfillPlan,
    (parent, oldest): (&CommitId, &CommitId),
    patterns: &[String],
    api: Option<&Api<'_>>,
) -> anyhow::Result<bool> {
    // A shallow clone may lack it.
    if plan.git.commit(parent)?.is_none() || plan.git.differs(parent, oldest, patterns)? {
        return Ok(false);
    }
    let builds = summaries(api, parent).await?;
    Ok(plan.recipe.targets.iter().all(|target| builds.iter().any(|it| it.target == target.name)))
}

async fn summaries(api: Option<&Api<'_>>, commit: &CommitId) -> anyhow::Result<Vec<BuildSummary>> {
    match api {
        Some(api) => api.summaries_of(commit).await,
        None => Ok(Vec::new()),
    }
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
        Some(failure) => Fate::Failed(failure.clone()),
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
