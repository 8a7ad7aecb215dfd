//! What the CI system already knows about the commit.

mod github;
mod gitlab;

use crate::environment::Environment;
use plimsoll_protocol::{CommitId, ProjectName};
use time::OffsetDateTime;
use time::format_description::well_known::Rfc3339;

/// The facts, as far as the CI system tells them.
#[derive(Debug, Default, PartialEq, Eq)]
pub(crate) struct CiFacts {
    /// The commit that is measured: of a pull request its head, never a merge made for testing.
    pub commit: Option<CommitId>,
    pub branch: Option<String>,
    pub pull_request: Option<PullFacts>,
    pub project: Option<ProjectName>,
    pub ci_url: Option<String>,
    pub author: Option<String>,
    pub message: Option<String>,
    pub committed_at: Option<OffsetDateTime>,
}

/// A pull request.
#[derive(Debug, Default, PartialEq, Eq)]
pub(crate) struct PullFacts {
    pub number: u32,
    pub base_branch: Option<String>,
    /// The tip of the base branch when the run was started; its merge base with the head is wanted.
    pub base_commit: Option<CommitId>,
    /// Where the CI system itself says that the base branch was left.
    pub merge_base: Option<CommitId>,
}

/// Asks the CI system that we run in; without one nothing is known.
pub(crate) fn detect(environment: &Environment) -> anyhow::Result<CiFacts> {
    if environment.text("GITHUB_ACTIONS") == Some("true") {
        return github::facts(environment);
    }
    if environment.text("GITLAB_CI") == Some("true") {
        return Ok(gitlab::facts(environment));
    }
    Ok(CiFacts::default())
}

fn commit(text: Option<&str>) -> Option<CommitId> {
    text.and_then(|it| CommitId::parse(it).ok())
}

fn time(text: Option<&str>) -> Option<OffsetDateTime> {
    text.and_then(|it| OffsetDateTime::parse(it, &Rfc3339).ok())
}
