//! `/new`: the administrator makes a project.

use super::shell::Shell;
use super::{Page, PageResult};
use crate::auth::{RequireAdmin, Viewer};
use crate::domain::Project;
use crate::error::{AppError, AppResult};
use crate::extract::Form;
use crate::state::AppState;
use crate::{db, urls};
use askama::Template;
use axum::extract::State;
use axum::http::StatusCode;
use axum::response::{IntoResponse, Redirect, Response};
use plimsoll_protocol::ProjectName;
use serde::Deserialize;
use uuid::Uuid;

/// The page.
#[derive(Template)]
#[template(path = "pages/new.html")]
pub struct NewProjectPage {
    shell: Shell,
    form: NewProjectForm,
    problem: Option<String>,
}

/// What is typed.
#[derive(Debug, Clone, Deserialize)]
pub struct NewProjectForm {
    #[serde(default)]
    project: String,
    #[serde(default)]
    description: String,
    #[serde(default)]
    default_branch: String,
    #[serde(default)]
    visibility: String,
}

impl NewProjectForm {
    fn is_public(&self) -> bool {
        self.visibility == "public"
    }
}

/// Shows the form.
pub async fn show(_: RequireAdmin) -> PageResult<NewProjectPage> {
    let form = NewProjectForm {
        project: String::new(),
        description: String::new(),
        default_branch: "main".to_owned(),
        visibility: "private".to_owned(),
    };
    Ok(Page(page(form, None)))
}

/// Makes the project.
pub async fn create(
    State(state): State<AppState>,
    _: RequireAdmin,
    Form(form): Form<NewProjectForm>,
) -> AppResult<Response> {
    match insert(&state, &form).await {
        Ok(project) => Ok(Redirect::to(&urls::settings(&project.name)).into_response()),
        Err(AppError::Invalid(field, why)) => {
            let status = StatusCode::UNPROCESSABLE_ENTITY;
            Ok((status, Page(page(form, Some(format!("{field}: {why}"))))).into_response())
        }
        Err(AppError::Conflict(why)) => {
            Ok((StatusCode::CONFLICT, Page(page(form, Some(why)))).into_response())
        }
        Err(it) => Err(it),
    }
}

async fn insert(state: &AppState, form: &NewProjectForm) -> AppResult<Project> {
    let name = form.project.trim();
    if name.is_empty() {
        return Err(AppError::invalid(
            "name",
            "it is missing; write `owner/name`, as the repository is called",
        ));
    }
    let name = ProjectName::parse(name).map_err(|it| AppError::invalid("name", it))?;
    let project = Project {
        project_id: Uuid::now_v7(),
        name,
        description: super::settings::described(&form.description)?,
        is_public: form.is_public(),
        default_branch: super::settings::branch(&form.default_branch)?,
    };
    let mut tx = state.db.begin().await?;
    if !db::projects::insert_name(&mut *tx, &project.name, project.project_id).await? {
        return Err(AppError::Conflict(format!("There is a project {} already.", project.name)));
    }
    db::projects::insert(&mut *tx, &project, state.clock.now()).await?;
    tx.commit().await?;
    Ok(project)
}

fn page(form: NewProjectForm, problem: Option<String>) -> NewProjectPage {
    NewProjectPage { shell: Shell::new("New project", Viewer::Admin, urls::NEW_PROJECT), form, problem }
}
