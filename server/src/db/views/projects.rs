//! How projects stand, for lists.

use sqlx::PgExecutor;
use time::OffsetDateTime;
use uuid::Uuid;

/// How one project stands.
pub struct StandingRow {
    /// The project.
    pub project_id: Uuid,
    /// Its build configurations.
    pub n_targets: i64,
    /// Its builds.
    pub n_builds: i64,
    /// Its budgets.
    pub n_budgets: i64,
    /// Its budgets that are exceeded now.
    pub n_open_alerts: i64,
    /// When the newest build came.
    pub latest_at: Option<OffsetDateTime>,
}

/// How each of these projects stands.
pub async fn standings(db: impl PgExecutor<'_>, project_ids: &[Uuid]) -> sqlx::Result<Vec<StandingRow>> {
    sqlx::query_as!(
        StandingRow,
        r#"
        select project_id,
               (select count(*) from target where target.project_id = project.project_id) as "n_targets!",
               (select count(*) from build where build.project_id = project.project_id)   as "n_builds!",
               (select count(*) from budget where budget.project_id = project.project_id) as "n_budgets!",
               (select count(*)
                from   alert
                where  alert.project_id = project.project_id and resolved_at is null)      as "n_open_alerts!",
               (select max(uploaded_at) from build where build.project_id = project.project_id) as latest_at
        from   project
        where  project_id = any($1)
        "#,
        project_ids
    )
    .fetch_all(db)
    .await
}
