//! `/{owner}/{name}/settings`: what the administrator decides about a project.

pub mod budgets;
pub mod tokens;

use super::format::Moment;
use super::shell::{ProjectHead, Shell, Tab};
use super::{Page, PageResult};
use crate::auth::{ReadProject, RequireAdmin};
use crate::db;
use crate::domain::Project;
use crate::error::{AppError, AppResult};
use crate::extract::Form;
use crate::state::AppState;
use crate::urls;
use askama::Template;
use axum::extract::State;
use axum::response::{IntoResponse, Redirect, Response};
use budgets::TargetBudgets;
use serde::Deserialize;
use tokens::{NewTokenText, TokenLine};

/// The page.
#[derive(Template)]
#[template(path = "pages/settings.html")]
pub struct SettingsPage {
    shell: Shell,
    project: ProjectHead,
    problem: Option<String>,
    new_token: Option<NewTokenText>,
    form: SettingsForm,
    targets: Vec<TargetBudgets>,
    tokens: Vec<TokenLine>,
}

/// What is typed.
#[derive(Debug, Clone, Deserialize)]
pub struct SettingsForm {
    #[serde(default)]
    description: String,
    #[serde(default)]
    default_branch: String,
    #[serde(default)]
    visibility: String,
}

impl SettingsForm {
    fn of(project: &Project) -> Self {
        Self {
            description: project.description.clone(),
            default_branch: project.default_branch.clone(),
            visibility: if project.is_public { "public" } else { "private" }.to_owned(),
        }
    }

    fn is_public(&self) -> bool {
        self.visibility == "public"
    }
}

/// What to say above the settings after a form was sent.
#[derive(Default)]
pub struct Said {
    /// What was wrong with it.
    pub problem: Option<String>,
    /// The token that it made.
    pub new_token: Option<NewTokenText>,
}

/// Shows the page.
pub async fn show(
    State(state): State<AppState>,
    _: RequireAdmin,
    read: ReadProject,
) -> PageResult<SettingsPage> {
    page(&state, &read, Said::default()).await
}

/// Changes description, default branch and visibility.
pub async fn update(
    State(state): State<AppState>,
    _: RequireAdmin,
    read: ReadProject,
    Form(form): Form<SettingsForm>,
) -> AppResult<Response> {
    let changed = changed(&read.project, &form);
    match changed {
        Ok(project) => db::projects::set(&state.db, &project).await?,
        Err(it) => return refused(&state, &read, it).await,
    }
    Ok(Redirect::to(&urls::settings(&read.project.name)).into_response())
}

fn changed(project: &Project, form: &SettingsForm) -> AppResult<Project> {
    Ok(Project {
        description: described(&form.description)?,
        default_branch: branch(&form.default_branch)?,
        is_public: form.is_public(),
        ..project.clone()
    })
}

/// The page again, with what was wrong with the form; other errors pass.
async fn refused(state: &AppState, read: &ReadProject, error: AppError) -> AppResult<Response> {
    let AppError::Invalid(field, why) = &error else { return Err(error) };
    let said = Said { problem: Some(format!("{field}: {why}")), new_token: None };
    let page = page(state, read, said).await?;
    Ok((axum::http::StatusCode::UNPROCESSABLE_ENTITY, page).into_response())
}

async fn page(state: &AppState, read: &ReadProject, said: Said) -> PageResult<SettingsPage> {
    let project = &read.project;
    let tokens = db::tokens::list(&state.db, project.project_id).await?;
    let title = format!("Settings of {}", project.name);
    Ok(Page(SettingsPage {
        shell: Shell::new(title, read.viewer, urls::settings(&project.name)),
        project: ProjectHead::load(state, read, Tab::Settings).await?,
        problem: said.problem,
        new_token: said.new_token,
        form: SettingsForm::of(project),
        targets: budgets::load(state, project).await?,
        tokens: tokens.into_iter().map(TokenLine::from).collect(),
    }))
}

/// One line of description.
pub fn described(text: &str) -> AppResult<String> {
    let text = text.trim();
    if text.chars().count() > 500 || text.chars().any(char::is_control) {
        return Err(AppError::invalid("description", "at most 500 characters on one line"));
    }
    Ok(text.to_owned())
}

/// A branch's name.
pub fn branch(text: &str) -> AppResult<String> {
    let text = text.trim();
    if text.is_empty() || text.chars().count() > 200 || text.chars().any(char::is_control) {
        return Err(AppError::invalid("default branch", "1 to 200 printable characters"));
    }
    Ok(text.to_owned())
}

/// A token in the list.
impl From<plimsoll_protocol::TokenSummary> for TokenLine {
    fn from(it: plimsoll_protocol::TokenSummary) -> Self {
        Self {
            id: it.id,
            label: it.label,
            created_at: Moment(it.created_at),
            revoked_at: it.revoked_at.map(Moment),
        }
    }
}
