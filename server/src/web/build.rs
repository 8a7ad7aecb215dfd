//! `GET /{owner}/{name}/builds/{build_id}`: how one build stands, what it changed, what it could save.

pub mod advice;
pub mod duplicates;
pub mod formatting;
mod frame;
mod names;
mod report;
mod savings;
mod sections;
pub mod source;
pub mod stack;
pub mod symbols;
pub mod why;

use super::shell::{ProjectHead, Shell};
use super::{Page, PageResult};
use crate::auth::ReadProject;
use crate::db::views::targets::verdicts;
use crate::extract::Path;
use crate::state::AppState;
use crate::urls;
use askama::Template;
use axum::extract::State;
use frame::{BuildCard, Frame};
use report::{Old, ReportView};
use uuid::Uuid;

/// The page.
#[derive(Template)]
#[template(path = "pages/build.html")]
pub struct BuildPage {
    shell: Shell,
    project: ProjectHead,
    build: BuildCard,
    report: Option<ReportView>,
}

/// Shows the page.
pub async fn show(
    State(state): State<AppState>,
    read: ReadProject,
    Path((_, _, build_id)): Path<(String, String, Uuid)>,
) -> PageResult<BuildPage> {
    let project_id = read.project.project_id;
    let frame = Frame::load(&state, read, build_id, None).await?;
    let report = match &frame.report {
        Some(report) => {
            let verdicts = verdicts(&state.db, project_id, build_id).await?;
            let mut view = ReportView::new(report, &verdicts, Old::of(&frame.row, &frame.facts));
            view.savings = savings::savings(report, frame.name(), build_id);
            Some(view)
        }
        None => None,
    };
    Ok(Page(BuildPage { shell: frame.shell, project: frame.project, build: frame.build, report }))
}
