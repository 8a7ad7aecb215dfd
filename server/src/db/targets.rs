//! Targets: a project's build configurations.

use plimsoll_protocol::TargetName;
use sqlx::{PgExecutor, PgTransaction};
use time::OffsetDateTime;
use uuid::Uuid;

/// A target.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Target {
    /// Identifies it within its project.
    pub target_id: Uuid,
    /// Its name.
    pub name: TargetName,
}

struct TargetRow {
    target_id: Uuid,
    name: String,
}

impl TargetRow {
    fn into_target(self) -> sqlx::Result<Target> {
        let name = TargetName::parse(&self.name).map_err(|it| sqlx::Error::Decode(Box::new(it)))?;
        Ok(Target { target_id: self.target_id, name })
    }
}

/// The target of that name.
pub async fn find(
    db: impl PgExecutor<'_>,
    project_id: Uuid,
    name: &TargetName,
) -> sqlx::Result<Option<Target>> {
    let row = sqlx::query_as!(
        TargetRow,
        "select target_id, name from target where project_id = $1 and name = $2",
        project_id,
        name.as_str()
    )
    .fetch_optional(db)
    .await?;
    row.map(TargetRow::into_target).transpose()
}

/// A project's targets, by name.
pub async fn list(db: impl PgExecutor<'_>, project_id: Uuid) -> sqlx::Result<Vec<Target>> {
    let rows = sqlx::query_as!(
        TargetRow,
        "select target_id, name from target where project_id = $1 order by name",
        project_id
    )
    .fetch_all(db)
    .await?;
    rows.into_iter().map(TargetRow::into_target).collect()
}

/// The target of that name, made if need be.
pub async fn find_or_insert(
    tx: &mut PgTransaction<'_>,
    project_id: Uuid,
    name: &TargetName,
    now: OffsetDateTime,
) -> sqlx::Result<Uuid> {
    sqlx::query!(
        r#"
        insert into target (project_id, target_id, name, created_at)
        values ($1, $2, $3, $4)
        on conflict (project_id, name) do nothing
        "#,
        project_id,
        Uuid::now_v7(),
        name.as_str(),
        now
    )
    .execute(&mut **tx)
    .await?;
    sqlx::query_scalar!(
        "select target_id from target where project_id = $1 and name = $2",
        project_id,
        name.as_str()
    )
    .fetch_one(&mut **tx)
    .await
}

/// Makes those who judge builds of one target take turns, until the transaction ends.
pub async fn lock(tx: &mut PgTransaction<'_>, project_id: Uuid, target_id: Uuid) -> sqlx::Result<()> {
    sqlx::query!(
        "select target_id from target where project_id = $1 and target_id = $2 for update",
        project_id,
        target_id
    )
    .fetch_optional(&mut **tx)
    .await?;
    Ok(())
}
