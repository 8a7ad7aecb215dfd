//! GitHub Actions: variables and the event file.
//!
//! For a pull request `GITHUB_SHA` names a merge commit that exists only for the test run; the
//! event file names the head that people see.

use super::{CiFacts, PullFacts, commit, time};
use crate::environment::Environment;
use anyhow::Context;
use plimsoll_protocol::ProjectName;
use serde::Deserialize;
use std::fs;

/// What we read of the event file; everything may be missing.
#[derive(Debug, Default, Deserialize)]
struct Event {
    pull_request: Option<PullRequest>,
    head_commit: Option<HeadCommit>,
}

#[derive(Debug, Deserialize)]
struct PullRequest {
    number: u32,
    head: Side,
    base: Side,
}

#[derive(Debug, Deserialize)]
struct Side {
    sha: String,
    #[serde(rename = "ref")]
    branch: String,
}

#[derive(Debug, Deserialize)]
struct HeadCommit {
    id: String,
    message: Option<String>,
    timestamp: Option<String>,
    author: Option<Author>,
}

#[derive(Debug, Deserialize)]
struct Author {
    name: Option<String>,
}

pub(super) fn facts(environment: &Environment) -> anyhow::Result<CiFacts> {
    let event = event(environment)?;
    let mut facts = CiFacts {
        project: environment.text("GITHUB_REPOSITORY").and_then(|it| ProjectName::parse(it).ok()),
        ci_url: run_url(environment),
        ..CiFacts::default()
    };
    match event.pull_request {
        Some(pull) => add_pull_request(&mut facts, pull)?,
        None => add_push(&mut facts, environment, event.head_commit),
    }
    Ok(facts)
}

fn event(environment: &Environment) -> anyhow::Result<Event> {
    let Some(path) = environment.path("GITHUB_EVENT_PATH") else { return Ok(Event::default()) };
    let context = || format!("cannot read GitHub's event file {}", path.display());
    let text = fs::read_to_string(path).with_context(context)?;
    serde_json::from_str(&text).with_context(context)
}

fn add_pull_request(facts: &mut CiFacts, pull: PullRequest) -> anyhow::Result<()> {
    let head = plimsoll_protocol::CommitId::parse(&pull.head.sha)
        .context("GitHub's event file, pull_request.head.sha")?;
    facts.commit = Some(head);
    facts.branch = Some(pull.head.branch);
    facts.pull_request = Some(PullFacts {
        number: pull.number,
        base_commit: commit(Some(&pull.base.sha)),
        base_branch: Some(pull.base.branch),
        merge_base: None,
    });
    Ok(())
}

fn add_push(facts: &mut CiFacts, environment: &Environment, head: Option<HeadCommit>) {
    facts.commit = commit(environment.text("GITHUB_SHA"));
    if environment.text("GITHUB_REF_TYPE") != Some("tag") {
        let name = environment.text("GITHUB_HEAD_REF").or(environment.text("GITHUB_REF_NAME"));
        facts.branch = name.map(str::to_owned);
    }
    // The event tells of the pushed commit even where nothing is checked out.
    let head = head.filter(|it| facts.commit.as_ref().is_some_and(|commit| commit.as_str() == it.id));
    if let Some(head) = head {
        facts.message = head.message.and_then(|it| it.lines().next().map(str::to_owned));
        facts.committed_at = time(head.timestamp.as_deref());
        facts.author = head.author.and_then(|it| it.name);
    }
}

fn run_url(environment: &Environment) -> Option<String> {
    let server = environment.text("GITHUB_SERVER_URL")?;
    let repository = environment.text("GITHUB_REPOSITORY")?;
    let run = environment.text("GITHUB_RUN_ID")?;
    Some(format!("{server}/{repository}/actions/runs/{run}"))
}
