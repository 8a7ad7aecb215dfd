//! Alerts with the builds that opened and resolved them.

use plimsoll_protocol::LinkFailure;
use sqlx::PgExecutor;
use sqlx::types::Json;
use time::OffsetDateTime;
use uuid::Uuid;

/// An alert, open or resolved.
pub struct AlertRow {
    /// The target's name.
    pub target: String,
    /// A region's name, or `total`.
    pub subject: String,
    /// What was allowed.
    pub limit_bytes: i64,
    /// What was used then; absent where the region was missing.
    pub opened_bytes: Option<i64>,
    /// When that was measured.
    pub opened_at: OffsetDateTime,
    /// The build that crossed the line.
    pub opened_build_id: Uuid,
    /// Its commit.
    pub opened_commit_id: Option<String>,
    /// When that was committed, its place in history.
    pub opened_committed_at: Option<OffsetDateTime>,
    /// Its message.
    pub opened_message: Option<String>,
    /// Its author.
    pub opened_author: Option<String>,
    /// What it is compared with; absent where it did not link, which leaves nothing to compare.
    pub opened_baseline_id: Option<Uuid>,
    /// Why it did not link.
    pub opened_link_failure: Option<Json<LinkFailure>>,
    /// When it was resolved: when the build that came back was measured, or its budget changed.
    pub resolved_at: Option<OffsetDateTime>,
    /// The build that came back.
    pub resolved_build_id: Option<Uuid>,
    /// Its commit.
    pub resolved_commit_id: Option<String>,
    /// When that was committed.
    pub resolved_committed_at: Option<OffsetDateTime>,
    /// Its message.
    pub resolved_message: Option<String>,
    /// What is used by then.
    pub resolved_bytes: Option<i64>,
    /// What is allowed by then; absent where the budget was gone.
    pub resolved_limit_bytes: Option<i64>,
    /// What the newest judged build of the target's default branch uses.
    pub current_bytes: Option<i64>,
}

/// How many alerts are open.
pub async fn count_open(db: impl PgExecutor<'_>, project_id: Uuid) -> sqlx::Result<i64> {
    sqlx::query_scalar!(
        r#"select count(*) as "n!" from alert where project_id = $1 and resolved_at is null"#,
        project_id
    )
    .fetch_one(db)
    .await
}

/// A project's alerts: the open ones first, then the resolved ones; each newest first.
pub async fn list(
    db: impl PgExecutor<'_>,
    project_id: Uuid,
    default_branch: &str,
    limit: i64,
) -> sqlx::Result<Vec<AlertRow>> {
    sqlx::query_as!(
        AlertRow,
        r#"
        select    target.name as target, alert.subject, alert.limit_bytes, alert.opened_bytes, alert.opened_at,
                  opened.committed_at as "opened_committed_at?", resolved.committed_at as "resolved_committed_at?",
                  alert.opened_build_id, opened.commit_id as "opened_commit_id?", opened.message as opened_message,
                  opened.author as opened_author, case when opened.link_failure is null then opened.baseline_build_id end as opened_baseline_id,
                  opened.link_failure as "opened_link_failure: Json<LinkFailure>",
                  alert.resolved_at, alert.resolved_build_id, resolved.commit_id as "resolved_commit_id?",
                  resolved.message as resolved_message, alert.resolved_bytes,
                  alert.resolved_limit_bytes,
                  current.used_bytes as current_bytes
        from      alert
        join      target on target.project_id = alert.project_id and target.target_id = alert.target_id
        left join build opened on opened.project_id = alert.project_id and opened.build_id = alert.opened_build_id
        left join build resolved
               on resolved.project_id = alert.project_id and resolved.build_id = alert.resolved_build_id
        left join lateral (
            select   verdict.used_bytes
            from     build
            join     verdict on verdict.project_id = build.project_id and verdict.build_id = build.build_id
            where    build.project_id = alert.project_id
              and    build.target_id = alert.target_id
              and    build.branch = $2
              and    build.pull_request is null
              and    verdict.subject = alert.subject
            order by build.committed_at desc, build.uploaded_at desc
            limit    1
        ) current on alert.resolved_at is null
        where     alert.project_id = $1
        order by  alert.resolved_at desc nulls first, alert.opened_at desc, alert.subject
        limit     $3
        "#,
        project_id,
        default_branch,
        limit
    )
    .fetch_all(db)
    .await
}
