//! One figure over the builds of a branch.

use sqlx::PgExecutor;
use time::OffsetDateTime;
use uuid::Uuid;

/// Which builds of a target belong together.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Line {
    /// A branch's own builds. Pull requests from forks may have branches of the same name: they are not among them.
    Branch(String),
    /// A pull request's builds.
    PullRequest(i32),
}

impl Line {
    fn branch(&self) -> Option<&str> {
        match self {
            Line::Branch(name) => Some(name),
            Line::PullRequest(_) => None,
        }
    }

    fn pull_request(&self) -> Option<i32> {
        match self {
            Line::Branch(_) => None,
            Line::PullRequest(number) => Some(*number),
        }
    }
}

/// A branch or pull request that has builds.
pub struct LineRow {
    /// The branch, of a pull request too.
    pub branch: Option<String>,
    /// The pull request.
    pub pull_request: Option<i32>,
}

/// A build's figure.
pub struct PointRow {
    /// The build.
    pub build_id: Uuid,
    /// What was built.
    pub commit_id: String,
    /// Who.
    pub author: Option<String>,
    /// First line of the message.
    pub message: Option<String>,
    /// When it was committed.
    pub committed_at: OffsetDateTime,
    /// What it is compared with.
    pub baseline_build_id: Option<Uuid>,
    /// The figure.
    pub value_bytes: i64,
    /// The budget on it when the build was judged.
    pub limit_bytes: Option<i64>,
    /// Whether the build did not link: then the figure is what the linker would have needed.
    pub is_unlinked: bool,
}

/// The branches and pull requests of a target, those with the newest builds first.
pub async fn lines(
    db: impl PgExecutor<'_>,
    (project_id, target_id): (Uuid, Uuid),
    limit: i64,
) -> sqlx::Result<Vec<LineRow>> {
    sqlx::query_as!(
        LineRow,
        r#"
        select   case when pull_request is null then branch end as branch, pull_request
        from     build
        where    project_id = $1 and target_id = $2 and (branch is not null or pull_request is not null)
        group by 1, 2
        order by max(committed_at) desc
        limit    $3
        "#,
        project_id,
        target_id,
        limit
    )
    .fetch_all(db)
    .await
}

/// The newest figures of a line, newest first: `flash`, `ram`, `formatting`, a `region`'s use, or `static` use; each with the
/// limit that the build itself was judged by.
pub async fn points(
    db: impl PgExecutor<'_>,
    (project_id, target_id): (Uuid, Uuid),
    line: &Line,
    (metric, region): (&str, Option<&str>),
    limit: i64,
) -> sqlx::Result<Vec<PointRow>> {
    sqlx::query_as!(
        PointRow,
        r#"
        select   build_id as "build_id!", commit_id as "commit_id!", author, message,
                 committed_at as "committed_at!", baseline_build_id, value_bytes as "value_bytes!", limit_bytes,
                 is_unlinked as "is_unlinked!"
        from (
            select build.build_id, commit_id, author, message, committed_at, uploaded_at, baseline_build_id,
                   (state = 'unlinked') as is_unlinked,
                   case $5::text
                       when 'flash'      then flash_bytes
                       when 'ram'        then ram_bytes
                       when 'formatting' then formatting_bytes
                       else (select measurement.value_bytes
                             from   measurement
                             where  measurement.project_id = build.project_id
                               and  measurement.build_id = build.build_id
                               and  kind = $5::text
                               and  measurement.name = $6
                             limit  1)
                   end as value_bytes,
                   (select verdict.limit_bytes
                    from   verdict
                    where  verdict.project_id = build.project_id
                      and  verdict.build_id = build.build_id
                      and  subject = case $5::text when 'flash' then 'total' else $6 end
                   ) as limit_bytes
            from   build
            where  project_id = $1
              and  target_id = $2
              and  state in ('measured', 'unlinked')
              and  ((pull_request is null and branch = $3) or pull_request = $4)
        ) point
        where    value_bytes is not null
        order by committed_at desc, uploaded_at desc, build_id desc
        limit    $7
        "#,
        project_id,
        target_id,
        line.branch(),
        line.pull_request(),
        metric,
        region,
        limit
    )
    .fetch_all(db)
    .await
}
