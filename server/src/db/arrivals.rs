//! Builds as they arrive: the same upload twice is one build.

use crate::db::{stored_file, to_i64};
use crate::domain::build::StoredFile;
use plimsoll_protocol::{Budget, CommitId, LinkFailure, NewBuild};
use sqlx::PgTransaction;
use sqlx::types::Json;
use time::OffsetDateTime;
use uuid::Uuid;

/// An upload whose ELF is safe, or that has none.
pub struct Arrival<'a> {
    /// Where it goes.
    pub project_id: Uuid,
    /// Where it goes.
    pub target_id: Uuid,
    /// What was sent along.
    pub build: &'a NewBuild,
    /// The ELF; an empty file where the build did not link.
    pub elf: &'a StoredFile,
    /// The linker's map, where one was sent.
    pub map: Option<&'a StoredFile>,
    /// When it arrived.
    pub uploaded_at: OffsetDateTime,
}

impl Arrival<'_> {
    fn pull_request(&self) -> Option<i32> {
        self.build.pull_request.as_ref().map(|it| i32::try_from(it.number).unwrap_or(i32::MAX))
    }

    fn base_branch(&self) -> Option<&str> {
        self.build.pull_request.as_ref()?.base_branch.as_deref()
    }
}

/// What is there already under the same commit and ELF.
pub struct Earlier {
    /// The build.
    pub build_id: Uuid,
    /// How far it has come.
    pub state: String,
    /// Where from.
    pub branch: Option<String>,
    /// Of which pull request.
    pub pull_request: Option<i32>,
    /// Whether from a work tree with changes that the commit lacks.
    pub is_dirty: bool,
    /// The linker script.
    pub memory_text: Option<String>,
    /// Limits that came with it.
    pub budgets: Vec<Budget>,
    /// Why it did not link.
    pub link_failure: Option<LinkFailure>,
    /// The linker's map.
    pub map: Option<StoredFile>,
}

/// Stores a build, unless the same is there: then nothing happens and there is no id. Whoever sends the
/// same at the same time waits here for the first.
pub async fn insert(tx: &mut PgTransaction<'_>, arrival: &Arrival<'_>) -> sqlx::Result<Option<Uuid>> {
    let build = arrival.build;
    sqlx::query_scalar!(
        r#"
        insert into build (
            project_id, build_id, target_id, commit_id, parents, ancestry, branch, pull_request, base_branch,
            author, message, committed_at, uploaded_at, is_dirty, ci_url, memory_path, memory_text,
            budgets, link_failure, elf_sha256, elf_bytes, map_sha256, map_bytes, state)
        values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15, $16, $17, $18, $19, $20, $21,
                $22, $23, 'queued')
        on conflict (project_id, target_id, commit_id, elf_sha256) do nothing
        returning build_id
        "#,
        arrival.project_id,
        Uuid::now_v7(),
        arrival.target_id,
        build.commit.as_str(),
        &texts(&build.parents),
        &texts(&build.ancestry),
        build.branch.as_deref(),
        arrival.pull_request(),
        arrival.base_branch(),
        build.author.as_deref(),
        build.message.as_deref(),
        build.committed_at,
        arrival.uploaded_at,
        build.dirty,
        build.ci_url.as_deref(),
        build.memory.as_ref().map(|it| it.path.as_str()),
        build.memory.as_ref().map(|it| it.text.as_str()),
        Json(&build.budgets) as _,
        build.link_failure.as_ref().map(Json) as _,
        &arrival.elf.sha256,
        to_i64(arrival.elf.n_bytes),
        arrival.map.map(|it| it.sha256.as_slice()),
        arrival.map.map(|it| to_i64(it.n_bytes))
    )
    .fetch_optional(&mut **tx)
    .await
}

/// The build that is there already, locked until the transaction ends.
pub async fn find_earlier(tx: &mut PgTransaction<'_>, arrival: &Arrival<'_>) -> sqlx::Result<Earlier> {
    let row = sqlx::query!(
        r#"
        select build_id, state, branch, pull_request, is_dirty, memory_text,
               budgets as "budgets: Json<Vec<Budget>>",
               link_failure as "link_failure: Json<LinkFailure>", map_sha256, map_bytes
        from   build
        where  project_id = $1 and target_id = $2 and commit_id = $3 and elf_sha256 = $4
        for    update
        "#,
        arrival.project_id,
        arrival.target_id,
        arrival.build.commit.as_str(),
        &arrival.elf.sha256
    )
    .fetch_one(&mut **tx)
    .await?;
    Ok(Earlier {
        build_id: row.build_id,
        state: row.state,
        branch: row.branch,
        pull_request: row.pull_request,
        is_dirty: row.is_dirty,
        memory_text: row.memory_text,
        budgets: row.budgets.0,
        link_failure: row.link_failure.map(|it| it.0),
        map: stored_file(row.map_sha256, row.map_bytes),
    })
}

/// Gives an earlier build the place in history that was sent along this time.
pub async fn update_origin(
    tx: &mut PgTransaction<'_>,
    build_id: Uuid,
    arrival: &Arrival<'_>,
) -> sqlx::Result<()> {
    let build = arrival.build;
    sqlx::query!(
        r#"
        update build
        set    parents = $3, ancestry = $4, branch = $5, pull_request = $6, base_branch = $7,
               author = $8, message = $9, committed_at = $10, ci_url = $11
        where  project_id = $1 and build_id = $2
        "#,
        arrival.project_id,
        build_id,
        &texts(&build.parents),
        &texts(&build.ancestry),
        build.branch.as_deref(),
        arrival.pull_request(),
        arrival.base_branch(),
        build.author.as_deref(),
        build.message.as_deref(),
        build.committed_at,
        build.ci_url.as_deref()
    )
    .execute(&mut **tx)
    .await?;
    Ok(())
}

/// Gives an earlier build what it shall be measured by again.
pub async fn update_contents(
    tx: &mut PgTransaction<'_>,
    build_id: Uuid,
    arrival: &Arrival<'_>,
) -> sqlx::Result<()> {
    let build = arrival.build;
    sqlx::query!(
        r#"
        update build
        set    is_dirty = $3, memory_path = $4, memory_text = $5, budgets = $6, link_failure = $7,
               state = 'queued', failure = null
        where  project_id = $1 and build_id = $2
        "#,
        arrival.project_id,
        build_id,
        build.dirty,
        build.memory.as_ref().map(|it| it.path.as_str()),
        build.memory.as_ref().map(|it| it.text.as_str()),
        Json(&build.budgets) as _,
        build.link_failure.as_ref().map(Json) as _
    )
    .execute(&mut **tx)
    .await?;
    Ok(())
}

/// Gives an earlier build the linker's map that it shall be measured with again.
pub async fn update_map(
    tx: &mut PgTransaction<'_>,
    build_id: Uuid,
    arrival: &Arrival<'_>,
) -> sqlx::Result<()> {
    sqlx::query!(
        r#"
        update build
        set    map_sha256 = $3, map_bytes = $4, state = 'queued', failure = null
        where  project_id = $1 and build_id = $2
        "#,
        arrival.project_id,
        build_id,
        arrival.map.map(|it| it.sha256.as_slice()),
        arrival.map.map(|it| to_i64(it.n_bytes))
    )
    .execute(&mut **tx)
    .await?;
    Ok(())
}

/// Gives the ELF that arrives the place of the link that failed for the same commit, if there is one: the commit
/// links after all, and whatever points to the failed build (an alert, a comment) leads to the mended one.
/// What a dirty work tree says is never taken for a clean one's.
pub async fn replace_unlinked(tx: &mut PgTransaction<'_>, arrival: &Arrival<'_>) -> sqlx::Result<bool> {
    let done = sqlx::query!(
        r#"
        update build
        set    elf_sha256 = $4, elf_bytes = $5, state = 'failed'
        where  project_id = $1 and target_id = $2 and commit_id = $3
          and  link_failure is not null and (is_dirty or not $6)
          and  not exists (
                   select from build as same
                   where  same.project_id = $1 and same.target_id = $2 and same.commit_id = $3
                     and  same.elf_sha256 = $4)
        "#,
        arrival.project_id,
        arrival.target_id,
        arrival.build.commit.as_str(),
        &arrival.elf.sha256,
        to_i64(arrival.elf.n_bytes),
        arrival.build.dirty
    )
    .execute(&mut **tx)
    .await?;
    Ok(done.rows_affected() > 0)
}

/// Forgets the link that failed for a commit of which the same ELF was there already and comes again; its alerts
/// are then the other build's.
pub async fn delete_unlinked(
    tx: &mut PgTransaction<'_>,
    build_id: Uuid,
    arrival: &Arrival<'_>,
) -> sqlx::Result<bool> {
    let unlinked = sqlx::query_scalar!(
        r#"
        delete from build
        where  project_id = $1 and target_id = $2 and commit_id = $3
          and  link_failure is not null and build_id <> $4 and (is_dirty or not $5)
        returning build_id
        "#,
        arrival.project_id,
        arrival.target_id,
        arrival.build.commit.as_str(),
        build_id,
        arrival.build.dirty
    )
    .fetch_optional(&mut **tx)
    .await?;
    let Some(unlinked) = unlinked else { return Ok(false) };
    sqlx::query!(
        "update alert set opened_build_id = $3 where project_id = $1 and opened_build_id = $2",
        arrival.project_id,
        unlinked,
        build_id
    )
    .execute(&mut **tx)
    .await?;
    Ok(true)
}

fn texts(commits: &[CommitId]) -> Vec<String> {
    commits.iter().map(ToString::to_string).collect()
}
