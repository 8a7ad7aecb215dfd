//! The history of one symbol.

use crate::api::docs::{ProjectPath, ReadRefusals};
use crate::api::v1::answer::absolute;
use crate::api::v1::builds::target_id;
use crate::auth::ReadProject;
use crate::db;
use crate::error::{AppError, AppResult};
use crate::extract::{Json, Query};
use crate::state::AppState;
use crate::urls;
use axum::extract::State;
use plimsoll_protocol::CommitId;
use serde::{Deserialize, Serialize};
use time::OffsetDateTime;
use utoipa::{IntoParams, ToSchema};
use uuid::Uuid;

/// Which symbol.
#[derive(Debug, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
pub struct SymbolQuery {
    /// The target
    target: String,
    /// The symbol's demangled name
    name: String,
}

/// A build of the default branch that changed the symbol.
#[derive(Debug, Serialize, ToSchema)]
pub struct SymbolPoint {
    /// The build.
    build_id: Uuid,
    /// Its page.
    url: String,
    /// Its commit.
    commit: CommitId,
    /// When it was committed.
    #[serde(with = "time::serde::rfc3339")]
    committed_at: OffsetDateTime,
    /// What it is called since this build; the name asked for where it was not renamed.
    name: String,
    /// What it was called before, where this build renamed it.
    #[serde(skip_serializing_if = "Option::is_none")]
    old_name: Option<String>,
    /// The section the symbol is in.
    section: String,
    /// The section it was in before, where this build moved it.
    #[serde(skip_serializing_if = "Option::is_none")]
    old_section: Option<String>,
    /// Size before; absent when new.
    old_bytes: Option<u64>,
    /// Size after; absent when gone.
    new_bytes: Option<u64>,
}

/// Changes of one symbol's size, oldest first
#[utoipa::path(
    get, path = "/projects/{owner}/{name}/symbols", tag = "history", operation_id = "show_symbol_history",
    params(ProjectPath, SymbolQuery),
    responses((status = 200, description = "The changes", body = Vec<SymbolPoint>), ReadRefusals),
    security((), ("token" = []))
)]
pub async fn history(
    State(state): State<AppState>,
    ReadProject { project, .. }: ReadProject,
    Query(query): Query<SymbolQuery>,
) -> AppResult<Json<Vec<SymbolPoint>>> {
    if query.name.contains('\0') {
        return Err(AppError::NotFound("symbol"));
    }
    let target_id = target_id(&state, &project, &query.target).await?;
    let changes = db::symbols::history(&state.db, (project.project_id, target_id), &query.name).await?;
    let points = changes.into_iter().map(|it| SymbolPoint {
        build_id: it.build_id,
        url: absolute(&state, &urls::build(&project.name, it.build_id)),
        commit: it.commit,
        committed_at: it.committed_at,
        name: it.name,
        old_name: it.old_name,
        section: it.section,
        old_section: it.old_section,
        old_bytes: it.old_bytes,
        new_bytes: it.new_bytes,
    });
    Ok(Json(points.collect()))
}
