//! Which builds come before and after another.

use crate::domain::Recipe;
use sqlx::PgExecutor;
use uuid::Uuid;

/// A build that might be another's baseline.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Candidate {
    /// The build.
    pub build_id: Uuid,
    /// How many commits lie between it and the one wanted.
    pub commits_behind: i64,
    /// Whether it can be compared with already.
    pub is_measured: bool,
}

/// Which ancestors may become a baseline.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Ancestors {
    /// Those that are measured.
    Measured,
    /// Those that are measured or will be.
    MeasuredSoon,
}

/// The nearest ancestor: one that did not link has no sizes to compare with. Clean builds go before dirty ones,
/// however near; among builds of one commit those of branches and the newest go first.
pub async fn find_baseline(
    db: impl PgExecutor<'_>,
    recipe: &Recipe,
    ancestors: Ancestors,
) -> sqlx::Result<Option<Candidate>> {
    sqlx::query_as!(
        Candidate,
        r#"
        select   build_id, position - 1 as "commits_behind!", (state = 'measured') as "is_measured!"
        from     unnest($3::text[]) with ordinality as ancestor (commit_id, position)
        join     build using (commit_id)
        where    project_id = $1 and target_id = $2 and build_id <> $4
          and    state <> 'failed' and link_failure is null and (state = 'measured' or $5)
        order by is_dirty, position, (pull_request is not null), uploaded_at desc
        limit    1
        "#,
        recipe.project_id,
        recipe.target_id,
        &recipe.ancestry,
        recipe.build_id,
        ancestors == Ancestors::MeasuredSoon
    )
    .fetch_optional(db)
    .await
}

/// Whether no judged build of the default branch comes after this one: by ancestry where it tells, else
/// by the time of the commit. Ancestries are long, so only those of the fifty latest commits are looked at:
/// a commit dated before its own ancestor is rare, and a later one by date is found anyway.
pub async fn is_newest(db: impl PgExecutor<'_>, recipe: &Recipe) -> sqlx::Result<bool> {
    let later = sqlx::query_scalar!(
        r#"
        with mainline as not materialized (
            select commit_id, ancestry, committed_at
            from   build
            join   project using (project_id)
            where  project_id = $1 and target_id = $2 and build_id <> $3 and state in ('measured', 'unlinked')
              and  branch = default_branch and pull_request is null and not is_dirty
        )
        select exists (select from mainline where committed_at > $5 and commit_id <> all ($6::text[]))
            or exists (
                   select from (select ancestry from mainline order by committed_at desc limit 50) as recent
                   where $4 = any (ancestry)) as "later!"
        "#,
        recipe.project_id,
        recipe.target_id,
        recipe.build_id,
        recipe.commit,
        recipe.committed_at,
        &recipe.ancestry
    )
    .fetch_one(db)
    .await?;
    Ok(!later)
}

/// The newest judged build of the default branch, which budgets and alerts go by: the latest commit that
/// is no ancestor of another. Commits of one second are told apart by their ancestry.
pub async fn find_newest(
    db: impl PgExecutor<'_>,
    project_id: Uuid,
    target_id: Uuid,
) -> sqlx::Result<Option<Uuid>> {
    sqlx::query_scalar!(
        r#"
        with recent as (
            select   build_id, commit_id, ancestry, committed_at, uploaded_at
            from     build
            join     project using (project_id)
            where    project_id = $1 and target_id = $2 and state in ('measured', 'unlinked')
              and    branch = default_branch and pull_request is null and not is_dirty
            order by committed_at desc, uploaded_at desc
            limit    50
        )
        select   build_id
        from     recent
        where    not exists (select from recent as later where recent.commit_id = any (later.ancestry))
        order by committed_at desc, uploaded_at desc
        limit    1
        "#,
        project_id,
        target_id
    )
    .fetch_optional(db)
    .await
}
