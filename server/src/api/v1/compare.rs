//! Any two builds of a project beside each other.

use crate::api::docs::{ProjectPath, ReadRefusals};
use crate::auth::ReadProject;
use crate::db;
use crate::domain::Project;
use crate::error::{AppError, AppResult};
use crate::extract::{Json, Query};
use crate::jobs::analyze::read_report;
use crate::jobs::growth::find_growth;
use crate::state::AppState;
use axum::extract::State;
use plimsoll_analyzer::Diff;
use plimsoll_protocol::Problem;
use serde::Deserialize;
use utoipa::IntoParams;
use uuid::Uuid;

/// The two builds.
#[derive(Debug, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
pub struct CompareQuery {
    /// The build before
    old: Uuid,
    /// The build after
    new: Uuid,
}

/// What changed from one build to another
#[utoipa::path(
    get, path = "/projects/{owner}/{name}/compare", tag = "builds", operation_id = "compare_builds",
    params(ProjectPath, CompareQuery),
    responses(
        (status = 200, description = "The differences", body = Diff),
        (status = 409, description = "One of them is not measured", body = Problem, content_type = "application/problem+json"),
        ReadRefusals
    ),
    security((), ("token" = []))
)]
pub async fn show(
    State(state): State<AppState>,
    ReadProject { project, .. }: ReadProject,
    Query(query): Query<CompareQuery>,
) -> AppResult<Json<Diff>> {
    let old = packed_report(&state, &project, query.old).await?;
    let new = packed_report(&state, &project, query.new).await?;
    let comparing = tokio::task::spawn_blocking(move || {
        anyhow::Ok(plimsoll_analyzer::diff(&read_report(&old)?, &read_report(&new)?))
    });
    let diff = comparing.await.map_err(anyhow::Error::from)??;
    let growth = find_growth(&state, project.project_id, (query.old, query.new)).await?;
    Ok(Json(Diff { growth: growth.map(|it| (*it).clone()), ..diff }))
}

async fn packed_report(state: &AppState, project: &Project, build_id: Uuid) -> AppResult<Vec<u8>> {
    super::builds::find(state, project, build_id).await?;
    let report = db::reports::find(&state.db, project.project_id, build_id).await?;
    report.ok_or_else(|| AppError::Conflict(format!("The build {build_id} has not been measured.")))
}
