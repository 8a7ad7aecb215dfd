//! Projects and their targets.

use crate::api::docs::{ProjectPath, ReadRefusals, WriteRefusals};
use crate::api::v1::answer::{absolute, summary};
use crate::auth::{ReadProject, RequireAdmin, Viewer};
use crate::db::{self, builds::BuildFilter, targets::Target};
use crate::domain::Project;
use crate::domain::judgement::{BudgetSource, SetBudget};
use crate::error::{AppError, AppResult};
use crate::extract::{Json, Path};
use crate::state::AppState;
use crate::urls;
use axum::extract::State;
use axum::http::StatusCode;
use plimsoll_protocol::{BuildSummary, ProjectName, ProjectSummary, TargetName};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;
use uuid::Uuid;

const MAX_DESCRIPTION_CHARS: usize = 300;

/// What may be said about a project. What is left out keeps its value, or gets the usual one.
#[derive(Debug, Deserialize, ToSchema)]
pub struct ProjectBody {
    /// Whether everybody may read it [default for a new one: false].
    public: Option<bool>,
    /// One sentence about it.
    description: Option<String>,
    /// The branch whose budgets and alerts count [default for a new one: main].
    default_branch: Option<String>,
}

/// A target and how it is doing.
#[derive(Debug, Serialize, ToSchema)]
pub struct TargetSummary {
    /// Its name.
    name: TargetName,
    /// The newest build of the default branch that was measured, or that did not link.
    latest: Option<BuildSummary>,
    /// Its budgets.
    budgets: Vec<BudgetSummary>,
    /// How many budgets are crossed on the default branch.
    n_open_alerts: usize,
}

/// A budget and who set it.
#[derive(Debug, Serialize, ToSchema)]
pub struct BudgetSummary {
    /// A region's name, or `total`.
    pub subject: String,
    /// The most it may use.
    pub limit_bytes: u64,
    /// Who set it.
    pub source: BudgetSource,
}

/// Projects that you may read
#[utoipa::path(
    get, path = "/projects", tag = "projects", operation_id = "list_projects",
    responses((status = 200, description = "The projects, by name", body = Vec<ProjectSummary>), ReadRefusals),
    security((), ("token" = []))
)]
pub async fn list(State(state): State<AppState>, viewer: Viewer) -> AppResult<Json<Vec<ProjectSummary>>> {
    let projects = match viewer {
        Viewer::Admin => db::projects::list(&state.db).await?,
        Viewer::Project { project_id, .. } => db::projects::list_public(&state.db, Some(project_id)).await?,
        Viewer::Anonymous => db::projects::list_public(&state.db, None).await?,
    };
    let mut summaries = Vec::with_capacity(projects.len());
    for project in &projects {
        summaries.push(summarize(&state, project).await?);
    }
    Ok(Json(summaries))
}

/// One project
#[utoipa::path(
    get, path = "/projects/{owner}/{name}", tag = "projects", operation_id = "show_project",
    params(ProjectPath),
    responses((status = 200, description = "The project", body = ProjectSummary), ReadRefusals),
    security((), ("token" = []))
)]
pub async fn show(
    State(state): State<AppState>,
    ReadProject { project, .. }: ReadProject,
) -> AppResult<Json<ProjectSummary>> {
    Ok(Json(summarize(&state, &project).await?))
}

/// Make or change a project
#[utoipa::path(
    put, path = "/projects/{owner}/{name}", tag = "projects", operation_id = "put_project",
    params(ProjectPath),
    request_body = ProjectBody,
    responses(
        (status = 200, description = "Changed", body = ProjectSummary),
        (status = 201, description = "Made", body = ProjectSummary),
        WriteRefusals
    ),
    security(("token" = []))
)]
pub async fn put(
    State(state): State<AppState>,
    _admin: RequireAdmin,
    Path(path): Path<ProjectPath>,
    Json(body): Json<ProjectBody>,
) -> AppResult<(StatusCode, Json<ProjectSummary>)> {
    let name = ProjectName::new(&path.owner, &path.name).map_err(|it| AppError::invalid("project", it))?;
    check(&body)?;
    let (project, status) = save(&state, name, body).await?;
    Ok((status, Json(summarize(&state, &project).await?)))
}

fn check(body: &ProjectBody) -> AppResult<()> {
    let is_line = |it: &str, most| it.chars().count() <= most && !it.chars().any(char::is_control);
    if !body.description.as_deref().is_none_or(|it| is_line(it, MAX_DESCRIPTION_CHARS)) {
        return Err(AppError::invalid("description", "is not one line of at most 300 characters"));
    }
    if !body.default_branch.as_deref().is_none_or(|it| !it.is_empty() && is_line(it, 255)) {
        return Err(AppError::invalid("default_branch", "is not 1 to 255 printable characters"));
    }
    Ok(())
}

async fn save(state: &AppState, name: ProjectName, body: ProjectBody) -> AppResult<(Project, StatusCode)> {
    let mut tx = state.db.begin().await?;
    let project_id = Uuid::now_v7();
    if db::projects::insert_name(&mut *tx, &name, project_id).await? {
        let project = Project {
            project_id,
            name,
            description: body.description.unwrap_or_default(),
            is_public: body.public.unwrap_or(false),
            default_branch: body.default_branch.unwrap_or_else(|| "main".to_owned()),
        };
        db::projects::insert(&mut *tx, &project, state.clock.now()).await?;
        tx.commit().await?;
        return Ok((project, StatusCode::CREATED));
    }
    let found = db::projects::find(&mut *tx, &name).await?;
    let mut project = found.ok_or(AppError::NotFound("project"))?;
    project.description = body.description.unwrap_or(project.description);
    project.is_public = body.public.unwrap_or(project.is_public);
    project.default_branch = body.default_branch.unwrap_or(project.default_branch);
    db::projects::set(&mut *tx, &project).await?;
    tx.commit().await?;
    Ok((project, StatusCode::OK))
}

/// A project's targets and how they are doing
#[utoipa::path(
    get, path = "/projects/{owner}/{name}/targets", tag = "projects", operation_id = "list_targets",
    params(ProjectPath),
    responses((status = 200, description = "The targets, by name", body = Vec<TargetSummary>), ReadRefusals),
    security((), ("token" = []))
)]
pub async fn targets(
    State(state): State<AppState>,
    ReadProject { project, .. }: ReadProject,
) -> AppResult<Json<Vec<TargetSummary>>> {
    let mut summaries = Vec::new();
    for target in db::targets::list(&state.db, project.project_id).await? {
        summaries.push(summarize_target(&state, &project, target).await?);
    }
    Ok(Json(summaries))
}

async fn summarize_target(state: &AppState, project: &Project, target: Target) -> AppResult<TargetSummary> {
    let filter = BuildFilter {
        target_id: Some(target.target_id),
        branch: Some(project.default_branch.clone()),
        judged: true,
        limit: 1,
        ..BuildFilter::default()
    };
    let latest = db::builds::list(&state.db, project.project_id, &filter).await?;
    let budgets = db::budgets::list(&state.db, project.project_id, target.target_id).await?;
    let open = db::alerts::list_open(&state.db, project.project_id, target.target_id).await?;
    Ok(TargetSummary {
        name: target.name,
        latest: latest.first().map(|it| summary(state, project, it)),
        budgets: budgets.into_iter().map(BudgetSummary::from).collect(),
        n_open_alerts: open.len(),
    })
}

impl From<SetBudget> for BudgetSummary {
    fn from(it: SetBudget) -> Self {
        BudgetSummary { subject: it.budget.subject, limit_bytes: it.budget.limit_bytes, source: it.source }
    }
}

async fn summarize(state: &AppState, project: &Project) -> AppResult<ProjectSummary> {
    let targets = db::targets::list(&state.db, project.project_id).await?;
    Ok(ProjectSummary {
        project: project.name.clone(),
        url: absolute(state, &urls::project(&project.name)),
        description: project.description.clone(),
        public: project.is_public,
        targets: targets.into_iter().map(|it| it.name).collect(),
    })
}
