//! GitLab CI: variables only.

use super::{CiFacts, PullFacts, commit, time};
use crate::environment::Environment;
use plimsoll_protocol::ProjectName;

pub(super) fn facts(environment: &Environment) -> CiFacts {
    let text = |name: &str| environment.text(name).map(str::to_owned);
    CiFacts {
        // Of a merged-results pipeline CI_COMMIT_SHA is a merge made for the test run.
        commit: commit(environment.text("CI_MERGE_REQUEST_SOURCE_BRANCH_SHA"))
            .or_else(|| commit(environment.text("CI_COMMIT_SHA"))),
        branch: text("CI_MERGE_REQUEST_SOURCE_BRANCH_NAME").or_else(|| text("CI_COMMIT_BRANCH")),
        pull_request: merge_request(environment),
        project: environment.text("CI_PROJECT_PATH").and_then(|it| ProjectName::parse(it).ok()),
        ci_url: text("CI_JOB_URL"),
        author: environment
            .text("CI_COMMIT_AUTHOR")
            .and_then(|it| it.split('<').next())
            .map(|it| it.trim().to_owned()),
        message: text("CI_COMMIT_TITLE"),
        committed_at: time(environment.text("CI_COMMIT_TIMESTAMP")),
    }
}

fn merge_request(environment: &Environment) -> Option<PullFacts> {
    Some(PullFacts {
        number: environment.text("CI_MERGE_REQUEST_IID")?.parse().ok()?,
        base_branch: environment.text("CI_MERGE_REQUEST_TARGET_BRANCH_NAME").map(str::to_owned),
        base_commit: commit(environment.text("CI_MERGE_REQUEST_TARGET_BRANCH_SHA")),
        merge_base: commit(environment.text("CI_MERGE_REQUEST_DIFF_BASE_SHA")),
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_merge_request_is_measured_at_its_own_head_against_gitlabs_merge_base() {
        let [merge, head, base] = ["1", "2", "3"].map(|it| it.repeat(40));
        let facts = facts(&Environment::of(&[
            ("CI_COMMIT_SHA", &merge),
            ("CI_MERGE_REQUEST_SOURCE_BRANCH_SHA", &head),
            ("CI_MERGE_REQUEST_DIFF_BASE_SHA", &base),
            ("CI_MERGE_REQUEST_IID", "12"),
            ("CI_MERGE_REQUEST_SOURCE_BRANCH_NAME", "topic"),
            ("CI_COMMIT_AUTHOR", "Ada <a@example.org>"),
            ("CI_COMMIT_TIMESTAMP", "2026-01-31T12:00:00+01:00"),
        ]));
        assert_eq!(facts.commit.unwrap().as_str(), head);
        assert_eq!(facts.branch.as_deref(), Some("topic"));
        assert_eq!(facts.author.as_deref(), Some("Ada"));
        assert!(facts.committed_at.is_some());
        let request = facts.pull_request.unwrap();
        assert_eq!((request.number, request.merge_base.unwrap().as_str()), (12, base.as_str()));
    }
}
