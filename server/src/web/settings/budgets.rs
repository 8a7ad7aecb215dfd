//! Budgets that are set on the page.

use super::refused;
use crate::auth::{ReadProject, RequireAdmin};
use crate::db;
use crate::db::views::targets::{BudgetRow, TargetRow, regions};
use crate::domain::Project;
use crate::domain::judgement::{BudgetSource, SetBudget};
use crate::error::{AppError, AppResult};
use crate::extract::Form;
use crate::jobs::judge;
use crate::state::AppState;
use crate::urls;
use crate::web::commit::size;
use crate::web::format::{Bytes, Moment};
use axum::extract::State;
use axum::response::{IntoResponse, Redirect, Response};
use plimsoll_protocol::{Budget, ByteCount, budget};
use serde::Deserialize;
use uuid::Uuid;

/// A target's budgets.
pub struct TargetBudgets {
    /// The target.
    pub id: Uuid,
    /// Its name.
    pub name: String,
    /// Its budgets, by subject.
    pub budgets: Vec<BudgetLine>,
    /// What could have one too.
    pub free_subjects: Vec<String>,
}

/// A budget.
pub struct BudgetLine {
    /// A region's name, or `total`.
    pub subject: String,
    /// The limit.
    pub limit: Bytes,
    /// The same as one would type it.
    pub limit_text: String,
    /// Who set it.
    pub origin: &'static str,
    /// When.
    pub set_at: Moment,
}

/// What is typed.
#[derive(Debug, Deserialize)]
pub struct BudgetForm {
    target: Uuid,
    subject: String,
    limit: String,
    remove: Option<String>,
}

/// The budgets of a project's targets.
pub async fn load(state: &AppState, project: &Project) -> AppResult<Vec<TargetBudgets>> {
    let targets = db::views::targets::list(&state.db, project.project_id, &project.default_branch).await?;
    let budgets = db::views::targets::budgets(&state.db, project.project_id).await?;
    let mut lines = Vec::with_capacity(targets.len());
    for target in &targets {
        let regions = match target.build_id {
            Some(it) => regions(&state.db, project.project_id, it).await?,
            None => Vec::new(),
        };
        let names = regions.into_iter().map(|it| it.name).collect();
        lines.push(of_target(target, &budgets, names));
    }
    Ok(lines)
}

fn of_target(target: &TargetRow, budgets: &[BudgetRow], mut subjects: Vec<String>) -> TargetBudgets {
    let own: Vec<&BudgetRow> = budgets.iter().filter(|it| it.target_id == target.target_id).collect();
    subjects.push(budget::TOTAL.to_owned());
    subjects.retain(|it| !own.iter().any(|own| own.subject == *it));
    TargetBudgets {
        id: target.target_id,
        name: target.name.clone(),
        budgets: own.into_iter().map(line).collect(),
        free_subjects: subjects,
    }
}

fn line(row: &BudgetRow) -> BudgetLine {
    let limit = size(row.limit_bytes);
    BudgetLine {
        subject: row.subject.clone(),
        limit: Bytes(limit),
        limit_text: ByteCount(limit).to_string(),
        origin: match row.source.as_str() {
            "file" => "from plimsoll.toml, whose next upload sets it again; sent",
            _ => "set here",
        },
        set_at: Moment(row.set_at),
    }
}

/// Sets or removes one budget.
pub async fn update(
    State(state): State<AppState>,
    _: RequireAdmin,
    read: ReadProject,
    Form(form): Form<BudgetForm>,
) -> AppResult<Response> {
    let project = &read.project;
    let targets = db::views::targets::list(&state.db, project.project_id, &project.default_branch).await?;
    if !targets.iter().any(|it| it.target_id == form.target) {
        return Err(AppError::NotFound("target"));
    }
    let key = (project.project_id, form.target);
    if form.remove.is_some() {
        judge::drop_budget(&state, key, &form.subject).await?;
    } else {
        match parse(&form) {
            Ok(budget) => judge::set_budget(&state, key, &budget).await?,
            Err(it) => return refused(&state, &read, it).await,
        }
    }
    Ok(Redirect::to(&format!("{}#budgets", urls::settings(&project.name))).into_response())
}

fn parse(form: &BudgetForm) -> AppResult<SetBudget> {
    let subject = form.subject.trim();
    if subject.is_empty() || subject.chars().count() > 200 || subject.chars().any(char::is_control) {
        return Err(AppError::invalid("region", "1 to 200 printable characters"));
    }
    let limit = ByteCount::parse(&form.limit).map_err(|it| AppError::invalid("limit", it))?;
    let budget = Budget { subject: subject.to_owned(), limit_bytes: limit.0 };
    Ok(SetBudget { budget, source: BudgetSource::Page })
}
