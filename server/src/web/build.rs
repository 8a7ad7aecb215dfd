//! `GET /{owner}/{name}/builds/{build_id}`: how one build stands, what it changed, what it could save.

pub mod advice;
pub mod duplicates;
pub mod formatting;
mod frame;
mod names;
mod outside;
mod prediction;
mod report;
mod savings;
mod sections;
pub mod source;
pub mod stack;
pub mod symbols;
mod unlinked;
pub mod why;

use super::commit::size_of;
use super::format::Delta;
use super::shell::{ProjectHead, Shell};
use super::{Page, PageResult};
use crate::auth::ReadProject;
use crate::db;
use crate::db::views::targets::verdicts;
use crate::error::AppResult;
use crate::extract::Path;
use crate::state::AppState;
use crate::urls;
use askama::Template;
use axum::extract::State;
use frame::{BuildCard, Frame};
pub use report::CauseLine;
use report::{Old, ReportView};
use unlinked::UnlinkedView;
use uuid::Uuid;

/// The page.
#[derive(Template)]
#[template(path = "pages/build.html")]
pub struct BuildPage {
    shell: Shell,
    project: ProjectHead,
    build: BuildCard,
    report: Option<ReportView>,
    unlinked: Option<UnlinkedView>,
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
            view.cause = cause(&state, &frame, (project_id, build_id)).await?;
            Some(view)
        }
        None => None,
    };
    let unlinked = unlinked::load(&state, &frame, (project_id, build_id)).await?;
    Ok(Page(BuildPage { shell: frame.shell, project: frame.project, build: frame.build, report, unlinked }))
}

/// What it grew for against the baseline.
async fn cause(
    state: &AppState,
    frame: &Frame,
    (project_id, build_id): (Uuid, Uuid),
) -> AppResult<Option<CauseLine>> {
    let cause = db::reports::find_cause(&state.db, project_id, build_id).await?;
    let row = &frame.row;
    let flash = Delta::between(size_of(row.old_flash_bytes), size_of(row.flash_bytes));
    let ram = Delta::between(size_of(row.old_ram_bytes), size_of(row.ram_bytes));
    Ok(cause.map(|it| CauseLine::new(&it, (flash, ram), (frame.name(), build_id))))
}
