//! Builds: what arrived and what became of it.

mod lineage;

pub use lineage::{Ancestors, Candidate, find_baseline, find_newest, is_newest};

use crate::db::{stored_file, to_i64, to_u64};
use crate::domain::build::{StoredFile, state_from_stored};
use crate::domain::{Build, Recipe};
use plimsoll_protocol::{Budget, CommitId, Figures, LinkFailure, TargetName};
use sqlx::types::Json;
use sqlx::{PgExecutor, PgTransaction};
use time::OffsetDateTime;
use uuid::Uuid;

/// A row as it is stored, with its target's name.
struct BuildRow {
    build_id: Uuid,
    target_id: Uuid,
    target: String,
    commit_id: String,
    branch: Option<String>,
    pull_request: Option<i32>,
    base_branch: Option<String>,
    author: Option<String>,
    message: Option<String>,
    committed_at: OffsetDateTime,
    uploaded_at: OffsetDateTime,
    is_dirty: bool,
    ci_url: Option<String>,
    memory_path: Option<String>,
    elf_sha256: Vec<u8>,
    elf_bytes: i64,
    map_sha256: Option<Vec<u8>>,
    map_bytes: Option<i64>,
    link_failure: Option<Json<LinkFailure>>,
    state: String,
    failure: Option<String>,
    flash_bytes: Option<i64>,
    ram_bytes: Option<i64>,
    formatting_bytes: Option<i64>,
    baseline_build_id: Option<Uuid>,
    commits_behind: Option<i32>,
}

impl BuildRow {
    fn into_build(self) -> sqlx::Result<Build> {
        let figures = self.figures();
        let refused = |it| sqlx::Error::Decode(Box::new(it));
        Ok(Build {
            build_id: self.build_id,
            target_id: self.target_id,
            target: TargetName::parse(&self.target).map_err(refused)?,
            commit: CommitId::parse(&self.commit_id).map_err(refused)?,
            branch: self.branch,
            pull_request: self.pull_request.and_then(|it| u32::try_from(it).ok()),
            base_branch: self.base_branch,
            author: self.author,
            message: self.message,
            committed_at: self.committed_at,
            uploaded_at: self.uploaded_at,
            is_dirty: self.is_dirty,
            ci_url: self.ci_url,
            memory_path: self.memory_path,
            elf: StoredFile { sha256: self.elf_sha256, n_bytes: to_u64(self.elf_bytes) },
            map: stored_file(self.map_sha256, self.map_bytes),
            link_failure: self.link_failure.map(|it| it.0),
            state: state_from_stored(&self.state),
            failure: self.failure,
            figures,
            baseline_build_id: self.baseline_build_id,
            commits_behind: self.commits_behind.and_then(|it| u32::try_from(it).ok()),
        })
    }

    fn figures(&self) -> Option<Figures> {
        Some(Figures {
            flash_bytes: to_u64(self.flash_bytes?),
            ram_bytes: to_u64(self.ram_bytes?),
            formatting_bytes: to_u64(self.formatting_bytes?),
        })
    }
}

/// Which builds of a project to list.
#[derive(Debug, Clone, Default)]
pub struct BuildFilter {
    /// Only of this target.
    pub target_id: Option<Uuid>,
    /// Only of this branch; builds of pull requests then stay out.
    pub branch: Option<String>,
    /// Only of this pull request.
    pub pull_request: Option<u32>,
    /// Only of this commit.
    pub commit: Option<CommitId>,
    /// Only those listed after this build.
    pub before: Option<Uuid>,
    /// Only those of which sizes are known, be it that they did not fit.
    pub judged: bool,
    /// At most so many.
    pub limit: u32,
}

/// One build.
pub async fn find(db: impl PgExecutor<'_>, project_id: Uuid, build_id: Uuid) -> sqlx::Result<Option<Build>> {
    let row = sqlx::query_as!(
        BuildRow,
        r#"
        select build_id, target_id, target.name as target, commit_id, branch, pull_request, base_branch,
               author, message, committed_at, uploaded_at, is_dirty, ci_url, memory_path,
               elf_sha256, elf_bytes, map_sha256, map_bytes, link_failure as "link_failure: Json<LinkFailure>",
               state, failure, flash_bytes, ram_bytes, formatting_bytes, baseline_build_id, commits_behind
        from   build
        join   target using (project_id, target_id)
        where  project_id = $1 and build_id = $2
        "#,
        project_id,
        build_id
    )
    .fetch_optional(db)
    .await?;
    row.map(BuildRow::into_build).transpose()
}

/// A project's builds, newest commit first.
pub async fn list(
    db: impl PgExecutor<'_>,
    project_id: Uuid,
    filter: &BuildFilter,
) -> sqlx::Result<Vec<Build>> {
    let rows = sqlx::query_as!(
        BuildRow,
        r#"
        select   build_id, target_id, target.name as target, commit_id, branch, pull_request, base_branch,
                 author, message, committed_at, uploaded_at, is_dirty, ci_url, memory_path,
                 elf_sha256, elf_bytes, map_sha256, map_bytes, link_failure as "link_failure: Json<LinkFailure>",
                 state, failure, flash_bytes, ram_bytes, formatting_bytes, baseline_build_id, commits_behind
        from     build
        join     target using (project_id, target_id)
        where    project_id = $1
          and    ($2::uuid is null or target_id = $2)
          and    ($3::text is null or (branch = $3 and pull_request is null))
          and    ($4::integer is null or pull_request = $4)
          and    ($5::uuid is null or (committed_at, uploaded_at, build_id) < (
                     select cursor.committed_at, cursor.uploaded_at, cursor.build_id
                     from   build as cursor
                     where  cursor.project_id = $1 and cursor.build_id = $5))
          and    (state in ('measured', 'unlinked') or not $6)
          and    ($7::text is null or commit_id = $7)
        order by committed_at desc, uploaded_at desc, build_id desc
        limit    $8
        "#,
        project_id,
        filter.target_id,
        filter.branch,
        filter.pull_request.map(|it| i32::try_from(it).unwrap_or(i32::MAX)),
        filter.before,
        filter.judged,
        filter.commit.as_ref().map(CommitId::as_str),
        i64::from(filter.limit)
    )
    .fetch_all(db)
    .await?;
    rows.into_iter().map(BuildRow::into_build).collect()
}

/// What measuring a build takes.
pub async fn find_recipe(
    db: impl PgExecutor<'_>,
    project_id: Uuid,
    build_id: Uuid,
) -> sqlx::Result<Option<Recipe>> {
    let row = sqlx::query!(
        r#"
        select target_id, commit_id, ancestry, committed_at, memory_text, elf_sha256, elf_bytes,
               map_sha256, map_bytes,
               budgets as "budgets: Json<Vec<Budget>>",
               link_failure as "link_failure: Json<LinkFailure>",
               (branch = default_branch and pull_request is null and not is_dirty) as is_mainline
        from   build
        join   project using (project_id)
        where  project_id = $1 and build_id = $2
        "#,
        project_id,
        build_id
    )
    .fetch_optional(db)
    .await?;
    Ok(row.map(|it| Recipe {
        project_id,
        build_id,
        target_id: it.target_id,
        commit: it.commit_id,
        ancestry: it.ancestry,
        committed_at: it.committed_at,
        is_mainline: it.is_mainline.unwrap_or(false),
        memory_text: it.memory_text,
        budgets: it.budgets.0,
        elf: StoredFile { sha256: it.elf_sha256, n_bytes: to_u64(it.elf_bytes) },
        map: stored_file(it.map_sha256, it.map_bytes),
        link_failure: it.link_failure.map(|it| it.0),
    }))
}

/// What measuring found.
#[derive(Debug, Clone, Copy)]
pub struct Measured {
    /// The totals.
    pub figures: Figures,
    /// What it is compared with, and how many commits behind that is.
    pub baseline: Option<(Uuid, i64)>,
    /// When.
    pub measured_at: OffsetDateTime,
}

/// Records that a build has been measured.
pub async fn set_measured(
    tx: &mut PgTransaction<'_>,
    recipe: &Recipe,
    measured: &Measured,
) -> sqlx::Result<()> {
    sqlx::query!(
        r#"
        update build
        set    state = 'measured', failure = null, measured_at = $3,
               flash_bytes = $4, ram_bytes = $5, formatting_bytes = $6,
               baseline_build_id = $7, commits_behind = $8
        where  project_id = $1 and build_id = $2
        "#,
        recipe.project_id,
        recipe.build_id,
        measured.measured_at,
        to_i64(measured.figures.flash_bytes),
        to_i64(measured.figures.ram_bytes),
        to_i64(measured.figures.formatting_bytes),
        measured.baseline.map(|it| it.0),
        measured.baseline.map(|it| i32::try_from(it.1).unwrap_or(i32::MAX))
    )
    .execute(&mut **tx)
    .await?;
    Ok(())
}

/// Records that a build did not link, and what it is compared with.
pub async fn set_unlinked(
    tx: &mut PgTransaction<'_>,
    recipe: &Recipe,
    baseline: Option<&Candidate>,
    judged_at: OffsetDateTime,
) -> sqlx::Result<()> {
    sqlx::query!(
        r#"
        update build
        set    state = 'unlinked', failure = null, measured_at = $3,
               flash_bytes = null, ram_bytes = null, formatting_bytes = null,
               baseline_build_id = $4, commits_behind = $5
        where  project_id = $1 and build_id = $2
        "#,
        recipe.project_id,
        recipe.build_id,
        judged_at,
        baseline.map(|it| it.build_id),
        baseline.map(|it| i32::try_from(it.commits_behind).unwrap_or(i32::MAX))
    )
    .execute(&mut **tx)
    .await?;
    Ok(())
}

/// Records that a build cannot be measured.
pub async fn set_failed(
    tx: &mut PgTransaction<'_>,
    (project_id, build_id): (Uuid, Uuid),
    failure: &str,
) -> sqlx::Result<()> {
    sqlx::query!(
        r#"
        update build
        set    state = 'failed', failure = $3
        where  project_id = $1 and build_id = $2
        "#,
        project_id,
        build_id,
        failure
    )
    .execute(&mut **tx)
    .await?;
    Ok(())
}
