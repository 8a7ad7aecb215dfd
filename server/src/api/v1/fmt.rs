//! What a build would be without the formatting of some source lines, predicted from its ELF.

use crate::api::docs::{ProjectPath, ReadRefusals};
use crate::api::v1::builds::BuildPath;
use crate::auth::ReadProject;
use crate::cache::CachePolicy;
use crate::domain::lines;
use crate::error::{AppError, AppResult};
use crate::extract::{Json, Path, Query};
use crate::jobs::question::ask;
use crate::state::AppState;
use axum::extract::State;
use plimsoll_analyzer::{PredictError, Prediction};
use plimsoll_protocol::Problem;
use serde::Deserialize;
use utoipa::IntoParams;

/// Which lines.
#[derive(Debug, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
#[expect(
    dead_code,
    reason = "it describes the query, which is read as pairs since keys may stand there several times"
)]
pub struct FmtQuery {
    /// `FILE:LINE`, where FILE is a path or its end; may be given several times
    without: Option<Vec<String>>,
    /// All lines that format
    without_all: Option<bool>,
}

/// What removing the formatting on some source lines saves at least
#[utoipa::path(
    get, path = "/projects/{owner}/{name}/builds/{build_id}/fmt", tag = "builds", operation_id = "predict_formatting",
    params(ProjectPath, BuildPath, FmtQuery),
    responses(
        (status = 200, description = "The prediction", body = Prediction),
        (status = 409, description = "The file does not tell", body = Problem, content_type = "application/problem+json"),
        (status = 422, description = "No line is named, or one that the build does not have", body = Problem, content_type = "application/problem+json"),
        ReadRefusals
    ),
    security((), ("token" = []))
)]
pub async fn show(
    State(state): State<AppState>,
    ReadProject { project, .. }: ReadProject,
    Path(path): Path<BuildPath>,
    Query(query): Query<Vec<(String, String)>>,
) -> AppResult<(CachePolicy, Json<Prediction>)> {
    let without = lines::without(&query).map_err(|it| AppError::invalid("without", it))?;
    let nothing = || AppError::invalid("without", "name lines as FILE:LINE, or say without_all=true");
    let without = without.ok_or_else(nothing)?;
    let answer = ask(&state, (project.project_id, path.build_id), move |files| {
        plimsoll_analyzer::predict(&files.elf, &without)
    })
    .await?;
    answer.map(|it| (CachePolicy::Day, Json(it))).map_err(refusal)
}

fn refusal(error: PredictError) -> AppError {
    match error {
        PredictError::NoSuchLine { .. } => AppError::invalid("without", error),
        other => AppError::Conflict(format!("This cannot be told: {other}.")),
    }
}
