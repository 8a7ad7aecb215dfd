//! Alerts: budgets that were crossed on the default branch.

use crate::api::docs::{ProjectPath, ReadRefusals};
use crate::api::v1::answer::absolute;
use crate::api::v1::builds::target_id;
use crate::auth::ReadProject;
use crate::db::{self, alerts::Alert};
use crate::domain::Project;
use crate::error::AppResult;
use crate::extract::{Json, Query};
use crate::state::AppState;
use crate::urls;
use axum::extract::State;
use plimsoll_protocol::TargetName;
use serde::{Deserialize, Serialize};
use time::OffsetDateTime;
use utoipa::{IntoParams, ToSchema};
use uuid::Uuid;

/// Which alerts.
#[derive(Debug, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
pub struct AlertsQuery {
    /// Only of this target
    target: Option<String>,
    /// At most so many, up to 500 [default: 100]
    limit: Option<u32>,
}

/// A crossed budget.
#[derive(Debug, Serialize, ToSchema)]
pub struct AlertSummary {
    /// Identifies it.
    id: Uuid,
    /// Of which target.
    target: TargetName,
    /// A region's name, or `total`.
    subject: String,
    /// The limit that was crossed.
    limit_bytes: u64,
    /// The build that crossed it.
    opened: AlertEnd,
    /// The build that was within again; absent while the alert is open.
    resolved: Option<AlertEnd>,
    /// The limit by then: a higher one may have resolved it. Absent while the alert is open, and where the
    /// budget was gone.
    resolved_limit_bytes: Option<u64>,
}

/// One end of an alert.
#[derive(Debug, Serialize, ToSchema)]
pub struct AlertEnd {
    /// The build.
    build_id: Uuid,
    /// Its page.
    url: String,
    /// When it was measured. Of a backfill that is long after the commit.
    #[serde(with = "time::serde::rfc3339")]
    at: OffsetDateTime,
    /// When it was committed: its place in history.
    #[serde(with = "time::serde::rfc3339::option", skip_serializing_if = "Option::is_none")]
    committed_at: Option<OffsetDateTime>,
    /// What it used; absent where it has no such region.
    used_bytes: Option<u64>,
}

/// Alerts, open ones first
#[utoipa::path(
    get, path = "/projects/{owner}/{name}/alerts", tag = "budgets", operation_id = "list_alerts",
    params(ProjectPath, AlertsQuery),
    responses((status = 200, description = "The alerts", body = Vec<AlertSummary>), ReadRefusals),
    security((), ("token" = []))
)]
pub async fn list(
    State(state): State<AppState>,
    ReadProject { project, .. }: ReadProject,
    Query(query): Query<AlertsQuery>,
) -> AppResult<Json<Vec<AlertSummary>>> {
    let target_id = match &query.target {
        Some(name) => Some(target_id(&state, &project, name).await?),
        None => None,
    };
    let limit = query.limit.unwrap_or(100).clamp(1, 500);
    let alerts = db::alerts::list(&state.db, project.project_id, target_id, limit).await?;
    Ok(Json(alerts.into_iter().map(|it| summary(&state, &project, it)).collect()))
}

fn summary(state: &AppState, project: &Project, alert: Alert) -> AlertSummary {
    let end = |build_id, (at, committed_at), used_bytes| AlertEnd {
        build_id,
        url: absolute(state, &urls::build(&project.name, build_id)),
        at,
        committed_at,
        used_bytes,
    };
    let resolved = alert.resolved_build_id.zip(alert.resolved_at);
    AlertSummary {
        id: alert.alert_id,
        target: alert.target,
        subject: alert.subject,
        limit_bytes: alert.limit_bytes,
        opened: end(alert.opened_build_id, (alert.opened_at, alert.opened_committed_at), alert.opened_bytes),
        resolved: resolved
            .map(|(build_id, at)| end(build_id, (at, alert.resolved_committed_at), alert.resolved_bytes)),
        resolved_limit_bytes: alert.resolved_limit_bytes,
    }
}
