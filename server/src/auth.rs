//! Who asks: an extractor in the signature, so that a check cannot be forgotten.
//!
//! A visitor is known by `Authorization: Bearer` or by the session cookie. A bearer token, once presented,
//! is all that counts; so a request with one needs no protection against forgery from other sites.

mod login;
mod read;
mod session;

pub use login::{Client, LoginLimit, client_of};
pub use read::{ReadProject, RequireAdmin, WriteProject};
pub use session::{close_session, open_session};

use crate::db;
use crate::domain::Project;
use crate::domain::token::{Presented, SecretHash};
use crate::error::{AppError, AppResult};
use crate::state::AppState;
use axum::extract::FromRequestParts;
use axum::http::header;
use axum::http::request::Parts;
use uuid::Uuid;

/// Who asks.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Viewer {
    /// Nobody we know.
    Anonymous,
    /// The administrator: may do everything.
    Admin,
    /// Holder of an upload token: may read and upload to one project.
    Project {
        /// The project.
        project_id: Uuid,
        /// The token.
        token_id: Uuid,
    },
}

impl Viewer {
    /// Whether the viewer may read about the project.
    pub fn may_read(&self, project: &Project) -> bool {
        project.is_public || self.may_upload(project)
    }

    /// Whether the viewer may upload to the project.
    pub fn may_upload(&self, project: &Project) -> bool {
        match self {
            Viewer::Admin => true,
            Viewer::Project { project_id, .. } => *project_id == project.project_id,
            Viewer::Anonymous => false,
        }
    }
}

/// Finds out whose token a text is; refuses one that is unknown or revoked.
pub async fn identify(state: &AppState, token: &str) -> AppResult<Viewer> {
    let unknown = || AppError::Unauthorized("The token is not valid here.".into());
    match Presented::parse(token).ok_or_else(unknown)? {
        Presented::Admin(hash) => {
            let stored = db::tokens::list_admin_hashes(&state.db).await?;
            if stored.iter().any(|it| hash.is(it)) { Ok(Viewer::Admin) } else { Err(unknown()) }
        }
        Presented::Upload(project_id, hash) => identify_upload(state, project_id, hash).await,
    }
}

async fn identify_upload(state: &AppState, project_id: Uuid, hash: SecretHash) -> AppResult<Viewer> {
    let stored = db::tokens::list_hashes(&state.db, project_id).await?;
    match stored.into_iter().find(|it| hash.is(&it.token_sha256)) {
        None => Err(AppError::Unauthorized("The token is not valid here.".into())),
        Some(it) if it.revoked_at.is_some() => {
            Err(AppError::Unauthorized("The token has been revoked.".into()))
        }
        Some(it) => Ok(Viewer::Project { project_id, token_id: it.token_id }),
    }
}

impl FromRequestParts<AppState> for Viewer {
    type Rejection = AppError;

    async fn from_request_parts(parts: &mut Parts, state: &AppState) -> AppResult<Self> {
        if let Some(viewer) = parts.extensions.get::<Viewer>() {
            return Ok(*viewer);
        }
        let viewer = match bearer_of(parts)? {
            Some(token) => identify(state, token).await?,
            None => session::viewer_of(parts, state).await?,
        };
        parts.extensions.insert(viewer);
        Ok(viewer)
    }
}

/// The bearer token of a request, if it has one.
fn bearer_of(parts: &Parts) -> AppResult<Option<&str>> {
    let Some(value) = parts.headers.get(header::AUTHORIZATION) else { return Ok(None) };
    let text = value.to_str().unwrap_or_default();
    let token = text.split_once(' ').filter(|(scheme, _)| scheme.eq_ignore_ascii_case("bearer"));
    match token {
        Some((_, token)) => Ok(Some(token.trim())),
        None => Err(AppError::Unauthorized("Write `Authorization: Bearer TOKEN`.".into())),
    }
}
