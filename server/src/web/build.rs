//! `GET /{owner}/{name}/builds/{build_id}`: what one build is made of.

mod report;
mod sections;
mod symbols;

use super::commit::{Commit, size_of};
use super::format::{Bytes, Moment};
use super::gauge::Standing;
use super::project::build_verdict;
use super::shell::{ProjectHead, Shell, Tab};
use super::{Page, PageResult, stored};
use crate::auth::ReadProject;
use crate::db::views::builds::{BuildFacts, BuildRow, facts, find};
use crate::db::views::targets::verdicts;
use crate::domain::Project;
use crate::error::AppError;
use crate::extract::{Path, Query};
use crate::state::AppState;
use crate::urls::{self, ProjectView};
use askama::Template;
use axum::extract::State;
use plimsoll_protocol::paths;
use report::{Old, ReportView};
use serde::Deserialize;
use uuid::Uuid;

/// Which symbols are asked for, in which order.
#[derive(Debug, Clone, Default, Deserialize)]
pub struct BuildQuery {
    filter: Option<String>,
    sort: Option<String>,
    all: Option<String>,
}

/// The page.
#[derive(Template)]
#[template(path = "pages/build.html")]
pub struct BuildPage {
    shell: Shell,
    project: ProjectHead,
    build: BuildCard,
    report: Option<ReportView>,
}

struct BuildCard {
    commit: Commit,
    target: String,
    target_url: String,
    uploaded_at: Moment,
    dirty: bool,
    ci_url: Option<String>,
    state: String,
    failure: Option<String>,
    verdict: Standing,
    verdict_text: String,
    baseline: Option<BaselineLink>,
    compare_url: Option<String>,
    compare_form_url: String,
    elf_url: String,
    elf_bytes: Bytes,
    report_url: Option<String>,
}

struct BaselineLink {
    url: String,
    id: String,
    short: String,
    words: String,
}

/// Shows the page.
pub async fn show(
    State(state): State<AppState>,
    read: ReadProject,
    Path((_, _, build_id)): Path<(String, String, Uuid)>,
    Query(query): Query<BuildQuery>,
) -> PageResult<BuildPage> {
    let project = &read.project;
    let id = project.project_id;
    let row = find(&state.db, id, &[build_id]).await?.pop().ok_or(AppError::NotFound("build"))?;
    let facts = facts(&state.db, id, build_id).await?.ok_or(AppError::NotFound("build"))?;
    let head = ProjectHead::load(&state, &read, Tab::None).await?;
    let report = match stored::report(&state, id, build_id).await? {
        Some(report) => {
            let verdicts = verdicts(&state.db, id, build_id).await?;
            let old = Old::of(&row, &facts);
            let context =
                symbols::Context { project: &project.name, build_id, target: &row.target, query: &query };
            Some(ReportView::new(&report, &verdicts, old, &context))
        }
        None => None,
    };
    let card = card(project, &row, &facts, report.is_some());
    let title = format!("{} of {}", card.commit.short, project.name);
    let shell = Shell::new(title, read.viewer, card.commit.url.clone())
        .with_json(paths::build(&project.name, build_id));
    Ok(Page(BuildPage { shell, project: head, build: card, report }))
}

fn card(project: &Project, row: &BuildRow, facts: &BuildFacts, has_report: bool) -> BuildCard {
    let (verdict, verdict_text) = build_verdict(row);
    let view = ProjectView { target: Some(&row.target), ..ProjectView::default() };
    let name = &project.name;
    BuildCard {
        commit: Commit::of(name, row),
        target: row.target.clone(),
        target_url: urls::project_view(name, view),
        uploaded_at: Moment(facts.uploaded_at),
        dirty: facts.is_dirty,
        ci_url: facts.ci_url.clone().filter(|it| is_web_address(it)),
        state: row.state.clone(),
        failure: row.failure.clone().filter(|_| row.state == "failed"),
        verdict,
        verdict_text,
        baseline: baseline(project, facts),
        compare_url: facts.baseline_build_id.map(|it| urls::compare(name, it, row.build_id)),
        compare_form_url: urls::compare_from(name, row.build_id),
        elf_url: urls::api_elf(name, row.build_id),
        elf_bytes: Bytes(size_of(Some(facts.elf_bytes)).unwrap_or(0)),
        report_url: has_report.then(|| urls::api_report(name, row.build_id)),
    }
}

impl BuildCard {
    fn is_queued(&self) -> bool {
        self.state == "queued"
    }
}

fn baseline(project: &Project, facts: &BuildFacts) -> Option<BaselineLink> {
    let id = facts.baseline_commit_id.clone()?;
    let words = match facts.commits_behind.unwrap_or(0) {
        ..=0 => "the commit it builds on".to_owned(),
        1 => "1 commit behind: the one between was not measured".to_owned(),
        n => format!("{n} commits behind: those between were not measured"),
    };
    Some(BaselineLink {
        url: urls::build(&project.name, facts.baseline_build_id?),
        short: super::commit::short(&id).to_owned(),
        id,
        words,
    })
}

/// Whether a text that somebody sent may become a link.
fn is_web_address(text: &str) -> bool {
    url::Url::parse(text).is_ok_and(|it| matches!(it.scheme(), "http" | "https") && it.has_host())
}
