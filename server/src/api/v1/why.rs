//! Why a symbol is in a build, answered from its ELF.

use crate::api::docs::{ProjectPath, ReadRefusals};
use crate::api::v1::builds::BuildPath;
use crate::auth::ReadProject;
use crate::cache::CachePolicy;
use crate::error::{AppError, AppResult};
use crate::extract::{Json, Path, Query};
use crate::jobs::question::ask;
use crate::state::AppState;
use axum::extract::State;
use plimsoll_analyzer::{Why, WhyError};
use plimsoll_protocol::Problem;
use serde::Deserialize;
use utoipa::IntoParams;

/// Which symbol.
#[derive(Debug, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
pub struct WhyQuery {
    /// Its name as the report shows it, its mangled one, or the end of its path (`fmt::write`); of several symbols
    /// with one name the one at an address as `NAME@0xADDRESS`
    symbol: String,
}

/// Why a symbol is in a build: the way that leads to it, and who keeps it alive
#[utoipa::path(
    get, path = "/projects/{owner}/{name}/builds/{build_id}/why", tag = "builds", operation_id = "explain_symbol",
    params(ProjectPath, BuildPath, WhyQuery),
    responses(
        (status = 200, description = "The reason", body = Why),
        (status = 409, description = "Several symbols are called so, or references are not known", body = Problem, content_type = "application/problem+json"),
        ReadRefusals
    ),
    security((), ("token" = []))
)]
pub async fn show(
    State(state): State<AppState>,
    ReadProject { project, .. }: ReadProject,
    Path(path): Path<BuildPath>,
    Query(query): Query<WhyQuery>,
) -> AppResult<(CachePolicy, Json<Why>)> {
    let answer =
        ask(&state, (project.project_id, path.build_id), move |files| files.why(&query.symbol)).await?;
    answer.map(|it| (CachePolicy::Day, Json(it))).map_err(refusal)
}

fn refusal(error: WhyError) -> AppError {
    match error {
        WhyError::Unknown(_) => AppError::NotFound("symbol"),
        other => AppError::Conflict(format!("{other}.")),
    }
}
