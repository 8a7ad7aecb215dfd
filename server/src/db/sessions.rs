//! Sessions of browsers, as hashes.

use sqlx::PgExecutor;
use time::OffsetDateTime;
use uuid::Uuid;

/// A live session.
pub struct SessionRow {
    /// The one project that it may read; absent for an administrator.
    pub scope_project: Option<Uuid>,
    /// The upload token that it was opened with.
    pub token_id: Option<Uuid>,
}

/// The session of that hash, unless it has expired or its token was revoked.
pub async fn find(
    db: impl PgExecutor<'_>,
    session_sha256: &[u8],
    now: OffsetDateTime,
) -> sqlx::Result<Option<SessionRow>> {
    sqlx::query_as!(
        SessionRow,
        r#"
        select    scope_project, session.token_id
        from      session
        left join upload_token
               on upload_token.project_id = scope_project and upload_token.token_id = session.token_id
        where     session_sha256 = $1
          and     expires_at > $2
          and     (scope_project is null or (upload_token.token_id is not null and revoked_at is null))
        "#,
        session_sha256,
        now
    )
    .fetch_optional(db)
    .await
}

/// Opens a session.
pub async fn insert(
    db: impl PgExecutor<'_>,
    session_sha256: &[u8],
    session: &SessionRow,
    (now, expires_at): (OffsetDateTime, OffsetDateTime),
) -> sqlx::Result<()> {
    sqlx::query!(
        r#"
        insert into session (session_sha256, scope_project, token_id, created_at, expires_at)
        values ($1, $2, $3, $4, $5)
        "#,
        session_sha256,
        session.scope_project,
        session.token_id,
        now,
        expires_at
    )
    .execute(db)
    .await?;
    Ok(())
}

/// Ends a session.
pub async fn delete(db: impl PgExecutor<'_>, session_sha256: &[u8]) -> sqlx::Result<()> {
    sqlx::query!("delete from session where session_sha256 = $1", session_sha256).execute(db).await?;
    Ok(())
}

/// Forgets expired sessions.
pub async fn delete_expired(db: impl PgExecutor<'_>, now: OffsetDateTime) -> sqlx::Result<u64> {
    let done = sqlx::query!("delete from session where expires_at <= $1", now).execute(db).await?;
    Ok(done.rows_affected())
}
