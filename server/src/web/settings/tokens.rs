//! Upload tokens: made, shown once, revoked.

use super::{Said, page, refused};
use crate::auth::{ReadProject, RequireAdmin};
use crate::cache::CachePolicy;
use crate::db;
use crate::domain::token::Secret;
use crate::error::{AppError, AppResult};
use crate::extract::{Form, Path};
use crate::state::AppState;
use crate::urls;
use crate::web::format::Moment;
use axum::extract::State;
use axum::response::{IntoResponse, Redirect, Response};
use plimsoll_protocol::TokenSummary;
use serde::Deserialize;
use uuid::Uuid;

/// A token in the list.
pub struct TokenLine {
    /// For revoking it.
    pub id: Uuid,
    /// What it is for.
    pub label: String,
    /// When it was made.
    pub created_at: Moment,
    /// When it was revoked.
    pub revoked_at: Option<Moment>,
}

/// A new token, the only time it is shown.
pub struct NewTokenText {
    /// What it is for.
    pub label: String,
    /// The secret.
    pub text: String,
}

/// What is typed.
#[derive(Debug, Deserialize)]
pub struct TokenForm {
    label: String,
}

/// Makes a token and shows it. Not a redirect: the text is nowhere else.
pub async fn create(
    State(state): State<AppState>,
    _: RequireAdmin,
    read: ReadProject,
    Form(form): Form<TokenForm>,
) -> AppResult<Response> {
    let label = form.label.trim();
    if label.is_empty() || label.chars().count() > 100 || label.chars().any(char::is_control) {
        return refused(&state, &read, AppError::invalid("label", "1 to 100 printable characters")).await;
    }
    let project_id = read.project.project_id;
    let secret = Secret::for_uploads(project_id)?;
    let summary = TokenSummary {
        id: Uuid::now_v7(),
        label: label.to_owned(),
        created_at: state.clock.now(),
        revoked_at: None,
    };
    db::tokens::insert(&state.db, project_id, &summary, secret.hash().as_bytes()).await?;
    let new_token = NewTokenText { label: summary.label, text: secret.reveal().to_owned() };
    let said = Said { problem: None, new_token: Some(new_token) };
    Ok((CachePolicy::Never, page(&state, &read, said).await?).into_response())
}

/// Makes a token stop working.
pub async fn revoke(
    State(state): State<AppState>,
    _: RequireAdmin,
    read: ReadProject,
    Path((_, _, token_id)): Path<(String, String, Uuid)>,
) -> AppResult<Response> {
    let project = &read.project;
    if !db::tokens::set_revoked(&state.db, project.project_id, token_id, state.clock.now()).await? {
        return Err(AppError::NotFound("token"));
    }
    Ok(Redirect::to(&format!("{}#tokens", urls::settings(&project.name))).into_response())
}
