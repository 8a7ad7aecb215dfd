//! The history of one symbol.

use sqlx::PgExecutor;
use time::OffsetDateTime;
use uuid::Uuid;

/// A build that changed a symbol.
pub struct SymbolChangeRow {
    /// The build.
    pub build_id: Uuid,
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
    /// What it is called since.
    pub name: String,
    /// What it was called before, where it was renamed.
    pub old_name: Option<String>,
    /// Where the symbol lies.
    pub section: String,
    /// Where it lay before, where it has moved: its section, crate or file.
    pub moved_from: Option<String>,
    /// Before; absent when new.
    pub old_bytes: Option<i64>,
    /// After; absent when gone.
    pub new_bytes: Option<i64>,
}

/// The changes of a symbol in a target, newest first, also the one that gave it another name. The hash of
/// the name finds the rows, the name decides.
pub async fn history(
    db: impl PgExecutor<'_>,
    project_id: Uuid,
    (target, name): (&str, &str),
    limit: i64,
) -> sqlx::Result<Vec<SymbolChangeRow>> {
    sqlx::query_as!(
        SymbolChangeRow,
        r#"
        select   build.build_id, commit_id, branch, pull_request, author, message, committed_at,
                 size_change.name, old_name, section, coalesce(old_section, old_crate, old_file) as moved_from,
                 old_bytes, new_bytes
        from     size_change
        join     build on build.project_id = size_change.project_id and build.build_id = size_change.build_id
        join     target on target.project_id = build.project_id and target.target_id = build.target_id
        where    size_change.project_id = $1
          and    size_change.kind = 'symbol'
          and    (md5(size_change.name) = md5($3) and size_change.name = $3
                  or md5(old_name) = md5($3) and old_name = $3)
          and    target.name = $2
        order by committed_at desc, uploaded_at desc, size_change.position
        limit    $4
        "#,
        project_id,
        target,
        name,
        limit
    )
    .fetch_all(db)
    .await
}
