//! Stored reports, unpacked where it does not hold up other requests.

use crate::db;
use crate::error::{AppError, AppResult};
use crate::jobs::analyze::read_report;
use crate::state::AppState;
use anyhow::Context as _;
use plimsoll_analyzer::Report;
use uuid::Uuid;

/// The report of a build, once it is measured.
pub async fn report(state: &AppState, project_id: Uuid, build_id: Uuid) -> AppResult<Option<Report>> {
    let Some(body) = db::reports::find(&state.db, project_id, build_id).await? else { return Ok(None) };
    let unpacked = tokio::task::spawn_blocking(move || read_report(&body)).await;
    unpacked
        .context("reading a report did not finish")
        .and_then(|it| it)
        .map(Some)
        .map_err(AppError::Internal)
}
