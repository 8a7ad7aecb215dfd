//! Targets and how their newest build stands.

use plimsoll_protocol::LinkFailure;
use sqlx::PgExecutor;
use sqlx::types::Json;
use time::OffsetDateTime;
use uuid::Uuid;

/// A target with its newest measured build: of the default branch, or else of any.
pub struct TargetRow {
    /// The target.
    pub target_id: Uuid,
    /// Its name.
    pub name: String,
    /// Its newest measured build.
    pub build_id: Option<Uuid>,
    /// Of that build.
    pub commit_id: Option<String>,
    /// Of that build.
    pub committed_at: Option<OffsetDateTime>,
    /// Of that build.
    pub flash_bytes: Option<i64>,
    /// Of that build.
    pub ram_bytes: Option<i64>,
    /// A build of the default branch after that one which did not link.
    pub unlinked_build_id: Option<Uuid>,
    /// Why.
    pub link_failure: Option<Json<LinkFailure>>,
}

/// What a budget said of a build.
pub struct VerdictRow {
    /// The build.
    pub build_id: Uuid,
    /// A region's name, or `total`.
    pub subject: String,
    /// What is allowed.
    pub limit_bytes: i64,
    /// What is used; absent where the build has no such region.
    pub used_bytes: Option<i64>,
}

/// A region of a build.
pub struct RegionRow {
    /// Its name.
    pub name: String,
    /// Bytes in use.
    pub value_bytes: i64,
    /// Capacity, where known.
    pub length_bytes: Option<i64>,
}

/// A budget that is in force.
pub struct BudgetRow {
    /// The target.
    pub target_id: Uuid,
    /// A region's name, or `total`.
    pub subject: String,
    /// What is allowed.
    pub limit_bytes: i64,
    /// `file` or `page`.
    pub source: String,
    /// Since when.
    pub set_at: OffsetDateTime,
}

/// A project's targets, by name.
pub async fn list(
    db: impl PgExecutor<'_>,
    project_id: Uuid,
    default_branch: &str,
) -> sqlx::Result<Vec<TargetRow>> {
    sqlx::query_as!(
        TargetRow,
        r#"
        select    target.target_id, target.name, latest.build_id as "build_id?", latest.commit_id as "commit_id?",
                  latest.committed_at as "committed_at?", latest.flash_bytes, latest.ram_bytes,
                  broken.build_id as "unlinked_build_id?", broken.link_failure as "link_failure?: Json<LinkFailure>"
        from      target
        left join lateral (
            select   build_id, commit_id, committed_at, flash_bytes, ram_bytes
            from     build
            where    build.project_id = target.project_id
              and    build.target_id = target.target_id
              and    state = 'measured'
            order by coalesce(branch = $2 and pull_request is null, false) desc,
                     committed_at desc, uploaded_at desc, build_id desc
            limit    1
        ) latest on true
        left join lateral (
            select   build_id, link_failure
            from     build
            where    build.project_id = target.project_id
              and    build.target_id = target.target_id
              and    state = 'unlinked' and branch = $2 and pull_request is null and not is_dirty
              and    (latest.committed_at is null or build.committed_at >= latest.committed_at)
            order by build.committed_at desc, uploaded_at desc
            limit    1
        ) broken on true
        where     target.project_id = $1
        order by  target.name
        "#,
        project_id,
        default_branch
    )
    .fetch_all(db)
    .await
}

/// What the budgets that are in force now say of these builds; a region that something runs over the end of is judged by its
/// length.
pub async fn judgements(
    db: impl PgExecutor<'_>,
    project_id: Uuid,
    build_ids: &[Uuid],
) -> sqlx::Result<Vec<VerdictRow>> {
    sqlx::query_as!(
        VerdictRow,
        r#"
        select    build.build_id as "build_id!", budget.subject as "subject!",
                  case when measured.overflow_bytes > 0 then least(budget.limit_bytes, measured.length_bytes)
                       else budget.limit_bytes end as "limit_bytes!",
                  case budget.subject when 'total' then build.flash_bytes else measured.value_bytes end as used_bytes
        from      build
        join      budget on budget.project_id = build.project_id and budget.target_id = build.target_id
        left join lateral (
            select   value_bytes, length_bytes, overflow_bytes
            from     measurement
            where    measurement.project_id = build.project_id
              and    measurement.build_id = build.build_id
              and    kind in ('region', 'static')
              and    measurement.name = budget.subject
            order by kind
            limit    1
        ) measured on true
        where     build.project_id = $1 and build.build_id = any($2)
        union all
        select    build.build_id, measurement.name, measurement.length_bytes, measurement.value_bytes
        from      build
        join      measurement on measurement.project_id = build.project_id and measurement.build_id = build.build_id
        where     build.project_id = $1 and build.build_id = any($2)
          and     kind = 'region' and measurement.overflow_bytes > 0
          and     not exists (select from budget
                              where  budget.project_id = build.project_id and budget.target_id = build.target_id
                                and  budget.subject = measurement.name)
        order by  1, 2
        "#,
        project_id,
        build_ids
    )
    .fetch_all(db)
    .await
}

/// What the budgets of its time said of a build.
pub async fn verdicts(
    db: impl PgExecutor<'_>,
    project_id: Uuid,
    build_id: Uuid,
) -> sqlx::Result<Vec<VerdictRow>> {
    sqlx::query_as!(
        VerdictRow,
        r#"
        select   build_id, subject, limit_bytes, used_bytes
        from     verdict
        where    project_id = $1 and build_id = $2
        order by subject
        "#,
        project_id,
        build_id
    )
    .fetch_all(db)
    .await
}

/// The regions of a build, in the report's order.
pub async fn regions(
    db: impl PgExecutor<'_>,
    project_id: Uuid,
    build_id: Uuid,
) -> sqlx::Result<Vec<RegionRow>> {
    sqlx::query_as!(
        RegionRow,
        r#"
        select   name, value_bytes, length_bytes
        from     measurement
        where    project_id = $1 and build_id = $2 and kind = 'region'
        order by position
        "#,
        project_id,
        build_id
    )
    .fetch_all(db)
    .await
}

/// A project's budgets, by target and subject.
pub async fn budgets(db: impl PgExecutor<'_>, project_id: Uuid) -> sqlx::Result<Vec<BudgetRow>> {
    sqlx::query_as!(
        BudgetRow,
        r#"
        select   target_id, subject, limit_bytes, source, set_at
        from     budget
        where    project_id = $1
        order by target_id, subject
        "#,
        project_id
    )
    .fetch_all(db)
    .await
}
