//! Alerts: a budget was crossed here and kept again there.

use crate::db::{to_i64, to_u64};
use crate::domain::Recipe;
use crate::domain::judgement::{AlertChanges, OpenAlert};
use plimsoll_protocol::TargetName;
use sqlx::{PgExecutor, PgTransaction};
use time::OffsetDateTime;
use uuid::Uuid;

/// An alert in a list.
#[derive(Debug, Clone)]
pub struct Alert {
    /// Identifies it.
    pub alert_id: Uuid,
    /// Of which target.
    pub target: TargetName,
    /// The budget's subject.
    pub subject: String,
    /// The limit that was crossed.
    pub limit_bytes: u64,
    /// The build that crossed it.
    pub opened_build_id: Uuid,
    /// When that was measured.
    pub opened_at: OffsetDateTime,
    /// When that was committed.
    pub opened_committed_at: Option<OffsetDateTime>,
    /// How much was used; absent where the region was missing.
    pub opened_bytes: Option<u64>,
    /// The build that was within again.
    pub resolved_build_id: Option<Uuid>,
    /// When.
    pub resolved_at: Option<OffsetDateTime>,
    /// When that build was committed.
    pub resolved_committed_at: Option<OffsetDateTime>,
    /// How much was used then.
    pub resolved_bytes: Option<u64>,
    /// The limit by then; absent where the budget was gone.
    pub resolved_limit_bytes: Option<u64>,
}

/// A project's alerts, open ones first, then the newest.
pub async fn list(
    db: impl PgExecutor<'_>,
    project_id: Uuid,
    target_id: Option<Uuid>,
    limit: u32,
) -> sqlx::Result<Vec<Alert>> {
    let rows = sqlx::query!(
        r#"
        select    alert_id, target.name as target, subject, limit_bytes,
                  opened_build_id, opened_at, opened.committed_at as "opened_committed_at?", opened_bytes,
                  resolved_build_id, resolved_at, resolved.committed_at as "resolved_committed_at?",
                  resolved_bytes, resolved_limit_bytes
        from      alert
        join      target using (project_id, target_id)
        left join build opened on opened.project_id = alert.project_id and opened.build_id = opened_build_id
        left join build resolved
               on resolved.project_id = alert.project_id and resolved.build_id = resolved_build_id
        where     alert.project_id = $1 and ($2::uuid is null or alert.target_id = $2)
        order by  (resolved_at is not null), opened_at desc, alert_id
        limit    $3
        "#,
        project_id,
        target_id,
        i64::from(limit)
    )
    .fetch_all(db)
    .await?;
    let alerts = rows.into_iter().map(|it| {
        Ok(Alert {
            alert_id: it.alert_id,
            target: TargetName::parse(&it.target).map_err(|it| sqlx::Error::Decode(Box::new(it)))?,
            subject: it.subject,
            limit_bytes: to_u64(it.limit_bytes),
            opened_build_id: it.opened_build_id,
            opened_at: it.opened_at,
            opened_committed_at: it.opened_committed_at,
            opened_bytes: it.opened_bytes.map(to_u64),
            resolved_build_id: it.resolved_build_id,
            resolved_at: it.resolved_at,
            resolved_committed_at: it.resolved_committed_at,
            resolved_bytes: it.resolved_bytes.map(to_u64),
            resolved_limit_bytes: it.resolved_limit_bytes.map(to_u64),
        })
    });
    alerts.collect()
}

/// A target's open alerts.
pub async fn list_open(
    db: impl PgExecutor<'_>,
    project_id: Uuid,
    target_id: Uuid,
) -> sqlx::Result<Vec<OpenAlert>> {
    sqlx::query_as!(
        OpenAlert,
        r#"
        select   alert_id, subject
        from     alert
        where    project_id = $1 and target_id = $2 and resolved_at is null
        order by subject
        "#,
        project_id,
        target_id
    )
    .fetch_all(db)
    .await
}

/// Opens and resolves what a build's judgement says.
pub async fn apply(
    tx: &mut PgTransaction<'_>,
    recipe: &Recipe,
    changes: &AlertChanges,
    now: OffsetDateTime,
) -> sqlx::Result<()> {
    for verdict in &changes.opened {
        sqlx::query!(
            r#"
            insert into alert (project_id, alert_id, target_id, subject, opened_build_id, opened_at,
                               opened_bytes, limit_bytes)
            values ($1, $2, $3, $4, $5, $6, $7, $8)
            "#,
            recipe.project_id,
            Uuid::now_v7(),
            recipe.target_id,
            verdict.subject,
            recipe.build_id,
            now,
            verdict.used_bytes.map(to_i64),
            to_i64(verdict.limit_bytes)
        )
        .execute(&mut **tx)
        .await?;
    }
    for (alert_id, verdict) in &changes.resolved {
        sqlx::query!(
            r#"
            update alert
            set    resolved_build_id = $3, resolved_at = $4, resolved_bytes = $5,
                   resolved_limit_bytes = $6
            where  project_id = $1 and alert_id = $2
            "#,
            recipe.project_id,
            alert_id,
            recipe.build_id,
            now,
            verdict.as_ref().and_then(|it| it.used_bytes).map(to_i64),
            verdict.as_ref().map(|it| to_i64(it.limit_bytes))
        )
        .execute(&mut **tx)
        .await?;
    }
    Ok(())
}
