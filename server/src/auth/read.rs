//! A project that the visitor may read, write or administer, straight from the URL.

use crate::auth::Viewer;
use crate::db;
use crate::domain::Project;
use crate::error::{AppError, AppResult};
use crate::state::AppState;
use axum::extract::{FromRequestParts, RawPathParams};
use axum::http::request::Parts;
use plimsoll_protocol::ProjectName;

/// The project of the URL's `{owner}/{name}`, which the viewer may read. An unknown project and a private
/// one of somebody else are the same 404.
#[derive(Debug, Clone)]
pub struct ReadProject {
    /// The project.
    pub project: Project,
    /// Who asks.
    pub viewer: Viewer,
}

/// The same, and the viewer may upload to it.
#[derive(Debug, Clone)]
pub struct WriteProject {
    /// The project.
    pub project: Project,
}

/// Proof that the administrator asks.
#[derive(Debug, Clone, Copy)]
pub struct RequireAdmin;

impl FromRequestParts<AppState> for ReadProject {
    type Rejection = AppError;

    async fn from_request_parts(parts: &mut Parts, state: &AppState) -> AppResult<Self> {
        let viewer = Viewer::from_request_parts(parts, state).await?;
        let name = name_in_path(parts).await.ok_or(AppError::NotFound("project"))?;
        let project = db::projects::find(&state.db, &name).await?;
        let project = project.filter(|it| viewer.may_read(it)).ok_or(AppError::NotFound("project"))?;
        Ok(ReadProject { project, viewer })
    }
}

impl FromRequestParts<AppState> for WriteProject {
    type Rejection = AppError;

    async fn from_request_parts(parts: &mut Parts, state: &AppState) -> AppResult<Self> {
        if Viewer::from_request_parts(parts, state).await? == Viewer::Anonymous {
            return Err(AppError::Unauthorized("An upload needs a token of this project.".into()));
        }
        let ReadProject { project, viewer } = ReadProject::from_request_parts(parts, state).await?;
        if !viewer.may_upload(&project) {
            return Err(AppError::Forbidden(format!("The token is not one of {}.", project.name)));
        }
        Ok(WriteProject { project })
    }
}

impl FromRequestParts<AppState> for RequireAdmin {
    type Rejection = AppError;

    async fn from_request_parts(parts: &mut Parts, state: &AppState) -> AppResult<Self> {
        match Viewer::from_request_parts(parts, state).await? {
            Viewer::Admin => Ok(RequireAdmin),
            Viewer::Project { .. } => Err(AppError::Forbidden("Only the administrator may do this.".into())),
            Viewer::Anonymous => Err(AppError::Unauthorized("This needs the administrator's token.".into())),
        }
    }
}

/// The project's name, if the path's parts are one; a name that cannot be never reaches SQL.
async fn name_in_path(parts: &mut Parts) -> Option<ProjectName> {
    let params = RawPathParams::from_request_parts(parts, &()).await.ok()?;
    let part = |wanted| params.iter().find(|(key, _)| *key == wanted).map(|(_, value)| value);
    ProjectName::new(part("owner")?, part("name")?).ok()
}
