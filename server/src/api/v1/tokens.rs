//! A project's upload tokens, made and revoked by the administrator.

use crate::api::docs::{ProjectPath, WriteRefusals};
use crate::auth::{ReadProject, RequireAdmin};
use crate::cache::CachePolicy;
use crate::db;
use crate::domain::token::Secret;
use crate::error::{AppError, AppResult};
use crate::extract::{Json, Path};
use crate::state::AppState;
use axum::extract::State;
use axum::http::StatusCode;
use plimsoll_protocol::{NewToken, TokenSummary};
use serde::Deserialize;
use utoipa::{IntoParams, ToSchema};
use uuid::Uuid;

const MAX_LABEL_CHARS: usize = 100;

/// What a new token is for.
#[derive(Debug, Deserialize, ToSchema)]
pub struct TokenBody {
    /// What it is for, e.g. `CI`.
    label: String,
}

/// The rest of a token's path.
#[derive(Debug, Deserialize, IntoParams)]
#[into_params(parameter_in = Path)]
pub struct TokenPath {
    /// Identifies the token within its project
    token_id: Uuid,
}

/// Upload tokens of a project, never their texts
#[utoipa::path(
    get, path = "/projects/{owner}/{name}/tokens", tag = "tokens", operation_id = "list_tokens",
    params(ProjectPath),
    responses((status = 200, description = "The tokens, oldest first", body = Vec<TokenSummary>), WriteRefusals),
    security(("token" = []))
)]
pub async fn list(
    State(state): State<AppState>,
    _admin: RequireAdmin,
    ReadProject { project, .. }: ReadProject,
) -> AppResult<Json<Vec<TokenSummary>>> {
    Ok(Json(db::tokens::list(&state.db, project.project_id).await?))
}

/// Make an upload token
///
/// The answer is the only place where its text is ever shown.
#[utoipa::path(
    post, path = "/projects/{owner}/{name}/tokens", tag = "tokens", operation_id = "create_token",
    params(ProjectPath),
    request_body = TokenBody,
    responses((status = 201, description = "The token", body = NewToken), WriteRefusals),
    security(("token" = []))
)]
pub async fn create(
    State(state): State<AppState>,
    _admin: RequireAdmin,
    ReadProject { project, .. }: ReadProject,
    Json(body): Json<TokenBody>,
) -> AppResult<(StatusCode, CachePolicy, Json<NewToken>)> {
    let token = new_token(&state, project.project_id, &body.label).await?;
    Ok((StatusCode::CREATED, CachePolicy::Never, Json(token)))
}

/// Makes an upload token.
pub async fn new_token(state: &AppState, project_id: Uuid, label: &str) -> AppResult<NewToken> {
    let label = label.trim();
    if !(1..=MAX_LABEL_CHARS).contains(&label.chars().count()) || label.chars().any(char::is_control) {
        return Err(AppError::invalid("label", "is not 1 to 100 printable characters"));
    }
    let secret = Secret::for_uploads(project_id)?;
    let summary = TokenSummary {
        id: Uuid::now_v7(),
        label: label.to_owned(),
        created_at: state.clock.now(),
        revoked_at: None,
    };
    db::tokens::insert(&state.db, project_id, &summary, secret.hash().as_bytes()).await?;
    Ok(NewToken { token: secret.reveal().to_owned(), summary })
}

/// Revoke an upload token
///
/// Sessions that were opened with it end at once.
#[utoipa::path(
    delete, path = "/projects/{owner}/{name}/tokens/{token_id}", tag = "tokens", operation_id = "revoke_token",
    params(ProjectPath, TokenPath),
    responses((status = 204, description = "Revoked"), WriteRefusals),
    security(("token" = []))
)]
pub async fn delete(
    State(state): State<AppState>,
    _admin: RequireAdmin,
    ReadProject { project, .. }: ReadProject,
    Path(path): Path<TokenPath>,
) -> AppResult<StatusCode> {
    match db::tokens::set_revoked(&state.db, project.project_id, path.token_id, state.clock.now()).await? {
        true => Ok(StatusCode::NO_CONTENT),
        false => Err(AppError::NotFound("token")),
    }
}
