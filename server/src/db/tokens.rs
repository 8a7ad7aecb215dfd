//! Upload tokens and the administrator's, as hashes.

use plimsoll_protocol::TokenSummary;
use sqlx::{PgExecutor, PgTransaction};
use time::OffsetDateTime;
use uuid::Uuid;

/// An upload token as it is stored.
pub struct TokenRow {
    /// Identifies it within its project.
    pub token_id: Uuid,
    /// SHA-256 of its text.
    pub token_sha256: Vec<u8>,
    /// When it stopped working.
    pub revoked_at: Option<OffsetDateTime>,
}

/// A project's tokens, revoked ones too, to compare a presented one with.
pub async fn list_hashes(db: impl PgExecutor<'_>, project_id: Uuid) -> sqlx::Result<Vec<TokenRow>> {
    sqlx::query_as!(
        TokenRow,
        r#"
        select token_id, token_sha256, revoked_at
        from   upload_token
        where  project_id = $1
        "#,
        project_id
    )
    .fetch_all(db)
    .await
}

/// A project's tokens as people see them, oldest first.
pub async fn list(db: impl PgExecutor<'_>, project_id: Uuid) -> sqlx::Result<Vec<TokenSummary>> {
    sqlx::query_as!(
        TokenSummary,
        r#"
        select   token_id as "id", label, created_at, revoked_at
        from     upload_token
        where    project_id = $1
        order by created_at, token_id
        "#,
        project_id
    )
    .fetch_all(db)
    .await
}

/// Stores a new upload token.
pub async fn insert(
    db: impl PgExecutor<'_>,
    project_id: Uuid,
    summary: &TokenSummary,
    token_sha256: &[u8],
) -> sqlx::Result<()> {
    sqlx::query!(
        r#"
        insert into upload_token (project_id, token_id, label, token_sha256, created_at)
        values ($1, $2, $3, $4, $5)
        "#,
        project_id,
        summary.id,
        summary.label,
        token_sha256,
        summary.created_at
    )
    .execute(db)
    .await?;
    Ok(())
}

/// Makes a token stop working; false if there is none. A token stays revoked since the first time.
pub async fn set_revoked(
    db: impl PgExecutor<'_>,
    project_id: Uuid,
    token_id: Uuid,
    now: OffsetDateTime,
) -> sqlx::Result<bool> {
    let done = sqlx::query!(
        r#"
        update upload_token
        set    revoked_at = coalesce(revoked_at, $3)
        where  project_id = $1 and token_id = $2
        "#,
        project_id,
        token_id,
        now
    )
    .execute(db)
    .await?;
    Ok(done.rows_affected() == 1)
}

/// The administrator's token's hash.
pub async fn list_admin_hashes(db: impl PgExecutor<'_>) -> sqlx::Result<Vec<Vec<u8>>> {
    sqlx::query_scalar!("select token_sha256 from admin_token").fetch_all(db).await
}

/// Sets the administrator's token unless there is one; false if there is. Replicas that start together
/// take turns.
pub async fn insert_first_admin(
    tx: &mut PgTransaction<'_>,
    token_sha256: &[u8],
    now: OffsetDateTime,
) -> sqlx::Result<bool> {
    sqlx::query!("lock table admin_token in exclusive mode").execute(&mut **tx).await?;
    let done = sqlx::query!(
        r#"
        insert into admin_token (token_sha256, created_at)
        select $1, $2
        where  not exists (select from admin_token)
        "#,
        token_sha256,
        now
    )
    .execute(&mut **tx)
    .await?;
    Ok(done.rows_affected() == 1)
}

/// Forgets the administrator's token and ends the administrator's sessions.
pub async fn delete_admin(tx: &mut PgTransaction<'_>) -> sqlx::Result<()> {
    sqlx::query!("delete from admin_token").execute(&mut **tx).await?;
    sqlx::query!("delete from session where scope_project is null").execute(&mut **tx).await?;
    Ok(())
}
