//! Builds: the list, one with its results, its whole report.

use crate::api::docs::{ProjectPath, ReadRefusals};
use crate::api::v1::answer::{answer, summary};
use crate::auth::ReadProject;
use crate::db;
use crate::db::builds::BuildFilter;
use crate::domain::{Build, Project};
use crate::error::{AppError, AppResult};
use crate::extract::{Json, Path, Query};
use crate::state::AppState;
use axum::body::Body;
use axum::extract::State;
use axum::http::header;
use axum::response::{IntoResponse as _, Response};
use plimsoll_analyzer::Report;
use plimsoll_protocol::{BuildAnswer, BuildSummary, CommitId, TargetName};
use serde::Deserialize;
use std::io::Read as _;
use utoipa::IntoParams;
use uuid::Uuid;

/// Which builds to list.
#[derive(Debug, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
pub struct BuildsQuery {
    /// Only of this target
    target: Option<String>,
    /// Only of this branch, without pull requests
    branch: Option<String>,
    /// Only of this pull request
    pull_request: Option<u32>,
    /// Only of this commit
    commit: Option<CommitId>,
    /// Only those that come after this build in the list
    before: Option<Uuid>,
    /// At most so many, up to 500 [default: 50]
    limit: Option<u32>,
}

/// The rest of a build's path.
#[derive(Debug, Deserialize, IntoParams)]
#[into_params(parameter_in = Path)]
pub struct BuildPath {
    /// Identifies the build within its project
    pub build_id: Uuid,
}

/// Builds, newest commit first
#[utoipa::path(
    get, path = "/projects/{owner}/{name}/builds", tag = "builds", operation_id = "list_builds",
    params(ProjectPath, BuildsQuery),
    responses((status = 200, description = "The builds", body = Vec<BuildSummary>), ReadRefusals),
    security((), ("token" = []))
)]
pub async fn list(
    State(state): State<AppState>,
    ReadProject { project, .. }: ReadProject,
    Query(query): Query<BuildsQuery>,
) -> AppResult<Json<Vec<BuildSummary>>> {
    let target_id = match &query.target {
        Some(name) => Some(target_id(&state, &project, name).await?),
        None => None,
    };
    let filter = BuildFilter {
        target_id,
        branch: query.branch,
        pull_request: query.pull_request,
        commit: query.commit,
        before: query.before,
        judged: false,
        limit: query.limit.unwrap_or(50).clamp(1, 500),
    };
    let builds = db::builds::list(&state.db, project.project_id, &filter).await?;
    Ok(Json(builds.iter().map(|it| summary(&state, &project, it)).collect()))
}

/// A build and its results
#[utoipa::path(
    get, path = "/projects/{owner}/{name}/builds/{build_id}", tag = "builds", operation_id = "show_build",
    params(ProjectPath, BuildPath),
    responses((status = 200, description = "The build", body = BuildAnswer), ReadRefusals),
    security((), ("token" = []))
)]
pub async fn show(
    State(state): State<AppState>,
    ReadProject { project, .. }: ReadProject,
    Path(path): Path<BuildPath>,
) -> AppResult<Json<BuildAnswer>> {
    let build = find(&state, &project, path.build_id).await?;
    Ok(Json(answer(&state, &project, &build, false).await?))
}

/// Everything that is known about a build's ELF
#[utoipa::path(
    get, path = "/projects/{owner}/{name}/builds/{build_id}/report", tag = "builds", operation_id = "show_report",
    params(ProjectPath, BuildPath),
    responses((status = 200, description = "The report", body = Report), ReadRefusals),
    security((), ("token" = []))
)]
pub async fn report(
    State(state): State<AppState>,
    ReadProject { project, .. }: ReadProject,
    Path(path): Path<BuildPath>,
) -> AppResult<Response> {
    let body_zstd = db::reports::find(&state.db, project.project_id, path.build_id).await?;
    let body_zstd = body_zstd.ok_or(AppError::NotFound("report"))?;
    let unpacking = tokio::task::spawn_blocking(move || {
        let mut json = Vec::new();
        zstd::Decoder::with_buffer(body_zstd.as_slice())?.read_to_end(&mut json)?;
        std::io::Result::Ok(json)
    });
    let json = unpacking.await.map_err(anyhow::Error::from)??;
    Ok(([(header::CONTENT_TYPE, "application/json")], Body::from(json)).into_response())
}

/// The build of that id, or a 404.
pub async fn find(state: &AppState, project: &Project, build_id: Uuid) -> AppResult<Build> {
    db::builds::find(&state.db, project.project_id, build_id).await?.ok_or(AppError::NotFound("build"))
}

/// The target of that name, or a 404.
pub async fn target_id(state: &AppState, project: &Project, name: &str) -> AppResult<Uuid> {
    let name = TargetName::parse(name).map_err(|_| AppError::NotFound("target"))?;
    let target = db::targets::find(&state.db, project.project_id, &name).await?;
    Ok(target.ok_or(AppError::NotFound("target"))?.target_id)
}
