//! Builds beside their baselines.

use plimsoll_protocol::LinkFailure;
use sqlx::PgExecutor;
use sqlx::types::Json;
use time::OffsetDateTime;
use uuid::Uuid;

/// A build as lists show it.
pub struct BuildRow {
    /// The build.
    pub build_id: Uuid,
    /// The target's name.
    pub target: String,
    /// What was built.
    pub commit_id: String,
    /// Where from.
    pub branch: Option<String>,
    /// Of which pull request.
    pub pull_request: Option<i32>,
    /// Who.
    pub author: Option<String>,
    /// First line of the message.
    pub message: Option<String>,
    /// When it was committed.
    pub committed_at: OffsetDateTime,
    /// `queued`, `measured`, `failed` or `unlinked`.
    pub state: String,
    /// Why it failed.
    pub failure: Option<String>,
    /// Why it did not link.
    pub link_failure: Option<Json<LinkFailure>>,
    /// Its totals, once measured.
    pub flash_bytes: Option<i64>,
    /// Once measured.
    pub ram_bytes: Option<i64>,
    /// The baseline's totals.
    pub old_flash_bytes: Option<i64>,
    /// The baseline's totals.
    pub old_ram_bytes: Option<i64>,
    /// How many budgets judged it.
    pub n_verdicts: i64,
    /// How many of them it breaks.
    pub n_over: i64,
}

/// What only a build's own page shows of it.
pub struct BuildFacts {
    /// The target.
    pub target_id: Uuid,
    /// When it came.
    pub uploaded_at: OffsetDateTime,
    /// Whether the work tree had uncommitted changes.
    pub is_dirty: bool,
    /// The CI run.
    pub ci_url: Option<String>,
    /// Size of the ELF.
    pub elf_bytes: i64,
    /// Size of the linker's map, where one was sent.
    pub map_bytes: Option<i64>,
    /// By which version of the report it was measured.
    pub schema_version: Option<i32>,
    /// What it is compared with.
    pub baseline_build_id: Option<Uuid>,
    /// Of the baseline.
    pub baseline_commit_id: Option<String>,
    /// Unmeasured commits between the baseline and the one wanted.
    pub commits_behind: Option<i32>,
    /// The baseline's formatting bytes.
    pub old_formatting_bytes: Option<i64>,
    /// The baseline's RAM without what is only set aside, where that was measured.
    pub old_static_ram_bytes: Option<i64>,
}

/// The newest builds of a target on every branch, from `skip` on.
pub async fn recent(
    db: impl PgExecutor<'_>,
    (project_id, target_id): (Uuid, Uuid),
    skip: i64,
    limit: i64,
) -> sqlx::Result<Vec<BuildRow>> {
    sqlx::query_as!(
        BuildRow,
        r#"
        select    build.build_id, target.name as target, build.commit_id, build.branch, build.pull_request,
                  build.author, build.message, build.committed_at, build.state, build.failure,
                  build.link_failure as "link_failure: Json<LinkFailure>",
                  build.flash_bytes, build.ram_bytes,
                  old.flash_bytes as old_flash_bytes, old.ram_bytes as old_ram_bytes,
                  (select count(*) from verdict
                   where  verdict.project_id = build.project_id and verdict.build_id = build.build_id) as "n_verdicts!",
                  (select count(*) from verdict
                   where  verdict.project_id = build.project_id and verdict.build_id = build.build_id
                     and  (used_bytes is null or used_bytes > limit_bytes)) as "n_over!"
        from      build
        join      target on target.project_id = build.project_id and target.target_id = build.target_id
        left join build old on old.project_id = build.project_id and old.build_id = build.baseline_build_id
        where     build.project_id = $1 and build.target_id = $2
        order by  build.committed_at desc, build.uploaded_at desc, build.build_id desc
        offset    $3
        limit     $4
        "#,
        project_id,
        target_id,
        skip,
        limit
    )
    .fetch_all(db)
    .await
}

/// These builds, in no particular order.
pub async fn find(
    db: impl PgExecutor<'_>,
    project_id: Uuid,
    build_ids: &[Uuid],
) -> sqlx::Result<Vec<BuildRow>> {
    sqlx::query_as!(
        BuildRow,
        r#"
        select    build.build_id, target.name as target, build.commit_id, build.branch, build.pull_request,
                  build.author, build.message, build.committed_at, build.state, build.failure,
                  build.link_failure as "link_failure: Json<LinkFailure>",
                  build.flash_bytes, build.ram_bytes,
                  old.flash_bytes as old_flash_bytes, old.ram_bytes as old_ram_bytes,
                  (select count(*) from verdict
                   where  verdict.project_id = build.project_id and verdict.build_id = build.build_id) as "n_verdicts!",
                  (select count(*) from verdict
                   where  verdict.project_id = build.project_id and verdict.build_id = build.build_id
                     and  (used_bytes is null or used_bytes > limit_bytes)) as "n_over!"
        from      build
        join      target on target.project_id = build.project_id and target.target_id = build.target_id
        left join build old on old.project_id = build.project_id and old.build_id = build.baseline_build_id
        where     build.project_id = $1 and build.build_id = any($2)
        "#,
        project_id,
        build_ids
    )
    .fetch_all(db)
    .await
}

/// The rest of what a build's own page shows.
pub async fn facts(
    db: impl PgExecutor<'_>,
    project_id: Uuid,
    build_id: Uuid,
) -> sqlx::Result<Option<BuildFacts>> {
    sqlx::query_as!(
        BuildFacts,
        r#"
        select    build.target_id, build.uploaded_at, build.is_dirty, build.ci_url, build.elf_bytes, build.map_bytes,
                  build.baseline_build_id, old.commit_id as "baseline_commit_id?", build.commits_behind,
                  old.formatting_bytes as old_formatting_bytes,
                  (select value_bytes
                   from   measurement
                   where  measurement.project_id = build.project_id
                     and  measurement.build_id = build.baseline_build_id
                     and  kind = 'static' and measurement.name = 'static'
                   limit  1) as old_static_ram_bytes,
                  report.schema_version as "schema_version?"
        from      build
        left join report on report.project_id = build.project_id and report.build_id = build.build_id
        left join build old on old.project_id = build.project_id and old.build_id = build.baseline_build_id
        where     build.project_id = $1 and build.build_id = $2
        "#,
        project_id,
        build_id
    )
    .fetch_optional(db)
    .await
}

/// A build to choose in a list.
pub struct ChoiceRow {
    /// The build.
    pub build_id: Uuid,
    /// The target's name.
    pub target: String,
    /// What was built.
    pub commit_id: String,
    /// Where from.
    pub branch: Option<String>,
    /// Of which pull request.
    pub pull_request: Option<i32>,
    /// First line of the message.
    pub message: Option<String>,
    /// When it was committed.
    pub committed_at: OffsetDateTime,
    /// What it is compared with.
    pub baseline_build_id: Option<Uuid>,
}

/// The newest measured builds of a project.
pub async fn choices(db: impl PgExecutor<'_>, project_id: Uuid, limit: i64) -> sqlx::Result<Vec<ChoiceRow>> {
    sqlx::query_as!(
        ChoiceRow,
        r#"
        select   build_id, target.name as target, commit_id, branch, pull_request, message, committed_at,
                 baseline_build_id
        from     build
        join     target on target.project_id = build.project_id and target.target_id = build.target_id
        where    build.project_id = $1 and state = 'measured'
        order by committed_at desc, uploaded_at desc, build_id desc
        limit    $2
        "#,
        project_id,
        limit
    )
    .fetch_all(db)
    .await
}
