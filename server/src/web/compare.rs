//! `GET /{owner}/{name}/compare?old=…&new=…`: what changed between any two builds of a project.

mod growth;
mod picker;
mod tables;

use super::build::CauseLine;
use super::commit::Commit;
use super::format::Delta;
use super::shell::{ProjectHead, Shell, Tab};
use super::{Page, PageResult, stored};
use crate::auth::ReadProject;
use crate::db::views::builds::{BuildRow, choices, find};
use crate::domain::Project;
use crate::error::{AppError, AppResult};
use crate::extract::Query;
use crate::jobs::growth::find_growth;
use crate::state::AppState;
use crate::urls;
use askama::Template;
use axum::extract::State;
use growth::CauseList;
use picker::Picker;
use serde::Deserialize;
use tables::{ChangeTable, TotalLine};
use uuid::Uuid;

const MAX_CHOICES: i64 = 300;

/// Which builds, as it stands in the address.
#[derive(Debug, Clone, Deserialize)]
pub struct CompareQuery {
    old: Option<String>,
    new: Option<String>,
    all: Option<String>,
}

/// The page.
#[derive(Template)]
#[template(path = "pages/compare.html")]
pub struct ComparePage {
    shell: Shell,
    project: ProjectHead,
    picker: Picker,
    swap_url: Option<String>,
    comparison: Option<Comparison>,
    words: String,
}

struct Comparison {
    old: Commit,
    new: Commit,
    warning: Option<&'static str>,
    totals: Vec<TotalLine>,
    cause: Option<CauseLine>,
    causes: Vec<CauseList>,
    tables: Vec<ChangeTable>,
}

/// Shows the page.
pub async fn show(
    State(state): State<AppState>,
    read: ReadProject,
    Query(query): Query<CompareQuery>,
) -> PageResult<ComparePage> {
    let project = &read.project;
    let old_id = build_id("old", query.old.as_deref())?;
    let new_id = build_id("new", query.new.as_deref())?;
    let head = ProjectHead::load(&state, &read, Tab::Compare).await?;
    let known = choices(&state.db, project.project_id, MAX_CHOICES).await?;
    let (picker, offer) = picker::picker(project, &known, old_id, new_id);
    let pair = old_id.zip(new_id);
    let (comparison, words) = match pair {
        Some(pair) => compare(&state, project, pair, query.all.is_some()).await?,
        None => (None, offer),
    };
    let here =
        pair.map_or_else(|| urls::compare_form(&project.name), |it| urls::compare(&project.name, it.0, it.1));
    let mut shell = Shell::new(format!("Compare builds of {}", project.name), read.viewer, here);
    if let Some((old, new)) = pair {
        shell = shell.with_json(urls::api_compare(&project.name, old, new));
    }
    Ok(Page(ComparePage {
        shell,
        project: head,
        picker,
        swap_url: pair.map(|(old, new)| urls::compare(&project.name, new, old)),
        comparison,
        words,
    }))
}

/// A form without a choice sends an empty text.
fn build_id(field: &'static str, text: Option<&str>) -> AppResult<Option<Uuid>> {
    let parse =
        |text: &str| Uuid::parse_str(text).map_err(|_| AppError::invalid(field, "this is not a build's id"));
    text.filter(|it| !it.is_empty()).map(parse).transpose()
}

/// Compares two builds; where one of them has no report, says so.
async fn compare(
    state: &AppState,
    project: &Project,
    (old_id, new_id): (Uuid, Uuid),
    show_all: bool,
) -> AppResult<(Option<Comparison>, String)> {
    let rows = find(&state.db, project.project_id, &[old_id, new_id]).await?;
    let row = |id| rows.iter().find(|it| it.build_id == id).ok_or(AppError::NotFound("build"));
    let (old_row, new_row) = (row(old_id)?, row(new_id)?);
    let old = stored::report(state, project.project_id, old_id).await?;
    let new = stored::report(state, project.project_id, new_id).await?;
    let (Some(old), Some(new)) = (old, new) else {
        return Ok((None, "One of these builds is not measured, so there is nothing to compare.".to_owned()));
    };
    let flash = Delta::between(Some(old.totals.flash_bytes), Some(new.totals.flash_bytes));
    let ram = Delta::between(Some(old.totals.ram_bytes), Some(new.totals.ram_bytes));
    let diff = tokio::task::spawn_blocking(move || plimsoll_analyzer::diff(&old, &new))
        .await
        .map_err(|it| AppError::Internal(anyhow::Error::new(it).context("a comparison did not finish")))?;
    let growth = find_growth(state, project.project_id, (old_id, new_id)).await?;
    let cause = growth.as_ref().and_then(|it| growth::headline(it, &diff));
    let context =
        tables::Context { project: &project.name, old_id, new_id, target: &new_row.target, show_all };
    let comparison = Comparison {
        old: commit(project, old_row),
        new: commit(project, new_row),
        warning: (old_row.target != new_row.target).then_some(
            "These builds belong to different targets, so what looks moved may never have been the same.",
        ),
        totals: tables::totals(&diff),
        cause: cause.map(|it| CauseLine::new(&it, (flash, ram), (&project.name, new_id))),
        causes: growth.map(|it| growth::lists(&it)).unwrap_or_default(),
        tables: tables::all(&diff, &context),
    };
    Ok((Some(comparison), String::new()))
}

fn commit(project: &Project, row: &BuildRow) -> Commit {
    let mut commit = Commit::of(&project.name, row);
    let place = commit.place.take();
    commit.place = Some(place.map_or_else(|| row.target.clone(), |it| format!("{it} · {}", row.target)));
    commit
}
