//! The history of one symbol, drawn from the changes that builds brought.

use crate::db::to_u64;
use plimsoll_protocol::CommitId;
use sqlx::PgExecutor;
use time::OffsetDateTime;
use uuid::Uuid;

/// A build that changed the symbol.
#[derive(Debug, Clone)]
pub struct SymbolChange {
    /// The build.
    pub build_id: Uuid,
    /// Its commit.
    pub commit: CommitId,
    /// When it was committed.
    pub committed_at: OffsetDateTime,
    /// What it is called since; the name asked for where it was not renamed.
    pub name: String,
    /// What it was called before, where it was renamed.
    pub old_name: Option<String>,
    /// The section the symbol is in.
    pub section: String,
    /// The section it was in before, where it has moved.
    pub old_section: Option<String>,
    /// Size before; absent when new.
    pub old_bytes: Option<u64>,
    /// Size after; absent when gone.
    pub new_bytes: Option<u64>,
}

/// Changes of the symbol of that name on the default branch, oldest first, the newest 1000; also the one
/// that gave it another name.
pub async fn history(
    db: impl PgExecutor<'_>,
    (project_id, target_id): (Uuid, Uuid),
    name: &str,
) -> sqlx::Result<Vec<SymbolChange>> {
    let rows = sqlx::query!(
        r#"
        select   build_id, commit_id, committed_at, size_change.name, old_name, section, old_section,
                 old_bytes, new_bytes
        from     size_change
        join     build using (project_id, build_id)
        join     project using (project_id)
        where    project_id = $1 and kind = 'symbol' and target_id = $2
          and    (md5(size_change.name) = md5($3) and size_change.name = $3
                  or md5(old_name) = md5($3) and old_name = $3)
          and    branch = default_branch and pull_request is null
        order by committed_at desc, uploaded_at desc, section
        limit    1000
        "#,
        project_id,
        target_id,
        name
    )
    .fetch_all(db)
    .await?;
    let changes = rows.into_iter().rev().map(|it| {
        Ok(SymbolChange {
            build_id: it.build_id,
            commit: CommitId::parse(&it.commit_id).map_err(|it| sqlx::Error::Decode(Box::new(it)))?,
            committed_at: it.committed_at,
            name: it.name,
            old_name: it.old_name,
            section: it.section,
            old_section: it.old_section,
            old_bytes: it.old_bytes.map(to_u64),
            new_bytes: it.new_bytes.map(to_u64),
        })
    });
    changes.collect()
}
