//! Projects, and the look-up from their names.

use crate::domain::Project;
use plimsoll_protocol::ProjectName;
use sqlx::PgExecutor;
use time::OffsetDateTime;
use uuid::Uuid;

/// A row as it is stored.
struct ProjectRow {
    project_id: Uuid,
    owner: String,
    name: String,
    description: String,
    is_public: bool,
    default_branch: String,
}

impl ProjectRow {
    /// Names are checked before they are stored, so that a refusal here means a damaged table.
    fn into_project(self) -> sqlx::Result<Project> {
        let name =
            ProjectName::new(&self.owner, &self.name).map_err(|it| sqlx::Error::Decode(Box::new(it)))?;
        Ok(Project {
            project_id: self.project_id,
            name,
            description: self.description,
            is_public: self.is_public,
            default_branch: self.default_branch,
        })
    }
}

/// The project of that name.
pub async fn find(db: impl PgExecutor<'_>, name: &ProjectName) -> sqlx::Result<Option<Project>> {
    let row = sqlx::query_as!(
        ProjectRow,
        r#"
        select project.project_id, project.owner, project.name, description, is_public, default_branch
        from   project_name
        join   project on project.project_id = project_name.id
        where  project_name.owner = $1 and project_name.name = $2
        "#,
        name.owner(),
        name.name()
    )
    .fetch_optional(db)
    .await?;
    row.map(ProjectRow::into_project).transpose()
}

/// All projects that everybody may read, by name, and those of `also` if it names one.
pub async fn list_public(db: impl PgExecutor<'_>, also: Option<Uuid>) -> sqlx::Result<Vec<Project>> {
    let rows = sqlx::query_as!(
        ProjectRow,
        r#"
        select   project_id, owner, name, description, is_public, default_branch
        from     project
        where    is_public or project_id = $1
        order by owner, name
        "#,
        also
    )
    .fetch_all(db)
    .await?;
    rows.into_iter().map(ProjectRow::into_project).collect()
}

/// All projects, by name.
pub async fn list(db: impl PgExecutor<'_>) -> sqlx::Result<Vec<Project>> {
    let rows = sqlx::query_as!(
        ProjectRow,
        r#"
        select   project_id, owner, name, description, is_public, default_branch
        from     project
        order by owner, name
        "#
    )
    .fetch_all(db)
    .await?;
    rows.into_iter().map(ProjectRow::into_project).collect()
}

/// Reserves a name; false if somebody has it. First half of making a project, in one transaction with
/// [`insert`].
pub async fn insert_name(
    db: impl PgExecutor<'_>,
    name: &ProjectName,
    project_id: Uuid,
) -> sqlx::Result<bool> {
    let done = sqlx::query!(
        r#"
        insert into project_name (owner, name, id)
        values ($1, $2, $3)
        on conflict (owner, name) do nothing
        "#,
        name.owner(),
        name.name(),
        project_id
    )
    .execute(db)
    .await?;
    Ok(done.rows_affected() == 1)
}

/// Stores a new project whose name is reserved.
pub async fn insert(db: impl PgExecutor<'_>, project: &Project, now: OffsetDateTime) -> sqlx::Result<()> {
    sqlx::query!(
        r#"
        insert into project (project_id, owner, name, description, is_public, default_branch, created_at)
        values ($1, $2, $3, $4, $5, $6, $7)
        "#,
        project.project_id,
        project.name.owner(),
        project.name.name(),
        project.description,
        project.is_public,
        project.default_branch,
        now
    )
    .execute(db)
    .await?;
    Ok(())
}

/// Changes what may change about a project.
pub async fn set(db: impl PgExecutor<'_>, project: &Project) -> sqlx::Result<()> {
    sqlx::query!(
        r#"
        update project
        set    description = $2, is_public = $3, default_branch = $4
        where  project_id = $1
        "#,
        project.project_id,
        project.description,
        project.is_public,
        project.default_branch
    )
    .execute(db)
    .await?;
    Ok(())
}
