//! A target's budgets, set by hand.

use crate::api::docs::{ProjectPath, ReadRefusals, WriteRefusals};
use crate::api::v1::builds::target_id;
use crate::api::v1::projects::BudgetSummary;
use crate::auth::{ReadProject, WriteProject};
use crate::db;
use crate::domain::judgement::{BudgetSource, SetBudget};
use crate::error::{AppError, AppResult};
use crate::extract::{Json, Query};
use crate::ingest::validate::check_budgets;
use crate::jobs::judge::{drop_budget, set_budget};
use crate::state::AppState;
use axum::extract::State;
use axum::http::StatusCode;
use plimsoll_protocol::Budget;
use serde::Deserialize;
use utoipa::{IntoParams, ToSchema};

/// Which target.
#[derive(Debug, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
pub struct TargetQuery {
    /// The target
    target: String,
}

/// Which budget.
#[derive(Debug, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
pub struct BudgetQuery {
    /// The target
    target: String,
    /// A region's name, or `total`
    subject: String,
}

/// A budget to set.
#[derive(Debug, Deserialize, ToSchema)]
pub struct BudgetBody {
    /// The target.
    target: String,
    /// A region's name, or `total`.
    subject: String,
    /// The most it may use.
    limit_bytes: u64,
}

/// Budgets of a target
#[utoipa::path(
    get, path = "/projects/{owner}/{name}/budgets", tag = "budgets", operation_id = "list_budgets",
    params(ProjectPath, TargetQuery),
    responses((status = 200, description = "The budgets, by subject", body = Vec<BudgetSummary>), ReadRefusals),
    security((), ("token" = []))
)]
pub async fn list(
    State(state): State<AppState>,
    ReadProject { project, .. }: ReadProject,
    Query(query): Query<TargetQuery>,
) -> AppResult<Json<Vec<BudgetSummary>>> {
    let target_id = target_id(&state, &project, &query.target).await?;
    let budgets = db::budgets::list(&state.db, project.project_id, target_id).await?;
    Ok(Json(budgets.into_iter().map(BudgetSummary::from).collect()))
}

/// Set a budget
///
/// The newest build is judged again. A budget of the same subject in `plimsoll.toml` replaces this one
/// with the next upload from the default branch.
#[utoipa::path(
    put, path = "/projects/{owner}/{name}/budgets", tag = "budgets", operation_id = "set_budget",
    params(ProjectPath),
    request_body = BudgetBody,
    responses((status = 204, description = "Set"), WriteRefusals),
    security(("token" = []))
)]
pub async fn put(
    State(state): State<AppState>,
    WriteProject { project }: WriteProject,
    Json(body): Json<BudgetBody>,
) -> AppResult<StatusCode> {
    let target_id = target_id(&state, &project, &body.target).await?;
    let budget = Budget { subject: body.subject, limit_bytes: body.limit_bytes };
    check_budgets(std::slice::from_ref(&budget))?;
    let budget = SetBudget { budget, source: BudgetSource::Page };
    set_budget(&state, (project.project_id, target_id), &budget).await?;
    Ok(StatusCode::NO_CONTENT)
}

/// Drop a budget
#[utoipa::path(
    delete, path = "/projects/{owner}/{name}/budgets", tag = "budgets", operation_id = "drop_budget",
    params(ProjectPath, BudgetQuery),
    responses((status = 204, description = "Dropped"), WriteRefusals),
    security(("token" = []))
)]
pub async fn delete(
    State(state): State<AppState>,
    WriteProject { project }: WriteProject,
    Query(query): Query<BudgetQuery>,
) -> AppResult<StatusCode> {
    let target_id = target_id(&state, &project, &query.target).await?;
    match drop_budget(&state, (project.project_id, target_id), &query.subject).await? {
        true => Ok(StatusCode::NO_CONTENT),
        false => Err(AppError::NotFound("budget")),
    }
}
