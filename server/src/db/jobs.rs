//! The queue. Times come as parameters, so that every replica and every test has its own clock.

use sqlx::{PgExecutor, PgTransaction};
use time::OffsetDateTime;
use uuid::Uuid;

/// A job that this worker holds until its lease ends.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct LeasedJob {
    /// Identifies it.
    pub job_id: i64,
    /// The build to measure.
    pub for_project: Uuid,
    /// The build to measure.
    pub for_build: Uuid,
    /// Whether the build has a measurement that stays if this attempt finds none.
    pub kind: JobKind,
    /// The fence: a later holder has a higher one.
    pub attempt: i32,
    /// How many attempts only found a baseline still unmeasured.
    pub n_waits: i32,
}

/// What a job is for. The queue's order is that of the stored names: what was never measured goes first.
#[derive(Debug, Clone, Copy, PartialEq, Eq, sqlx::Type)]
#[sqlx(type_name = "text", rename_all = "lowercase")]
pub enum JobKind {
    /// The first measurement of a build.
    Measure,
    /// A new measurement, by a newer analyzer, of what is measured already.
    Remeasure,
}

/// Puts the measuring of a build into the queue and wakes the workers once the transaction commits.
pub async fn enqueue(
    tx: &mut PgTransaction<'_>,
    project_id: Uuid,
    build_id: Uuid,
    now: OffsetDateTime,
) -> sqlx::Result<()> {
    sqlx::query!(
        r#"
        insert into job (kind, for_project, for_build, run_at, enqueued_at)
        values ('measure', $1, $2, $3, $3)
        "#,
        project_id,
        build_id,
        now
    )
    .execute(&mut **tx)
    .await?;
    sqlx::query!("select pg_notify('plimsoll_work', '')").fetch_one(&mut **tx).await?;
    Ok(())
}

/// Puts every build whose report is older than `schema_version` into the queue, oldest commit first, so that a
/// build's baseline comes before it. Those that are in the queue already stay as they are. Says how many came.
pub async fn enqueue_outdated(
    tx: &mut PgTransaction<'_>,
    project_id: Uuid,
    schema_version: u32,
    now: OffsetDateTime,
) -> sqlx::Result<u64> {
    let done = sqlx::query!(
        r#"
        insert into job (kind, for_project, for_build, run_at, enqueued_at)
        select   'remeasure', project_id, build_id, $3, $3
        from     report
        join     build using (project_id, build_id)
        where    project_id = $1 and schema_version < $2 and state = 'measured'
          and    not exists (select from job where for_project = project_id and for_build = build_id)
        order by committed_at, uploaded_at, build_id
        "#,
        project_id,
        i32::try_from(schema_version).unwrap_or(i32::MAX),
        now
    )
    .execute(&mut **tx)
    .await?;
    sqlx::query!("select pg_notify('plimsoll_work', '')").fetch_one(&mut **tx).await?;
    Ok(done.rows_affected())
}

/// How many builds of a project wait to be measured anew.
pub async fn count_remeasures(db: impl PgExecutor<'_>, project_id: Uuid) -> sqlx::Result<u64> {
    let n_jobs = sqlx::query_scalar!(
        r#"select count(*) as "count!" from job where kind = 'remeasure' and for_project = $1"#,
        project_id
    )
    .fetch_one(db)
    .await?;
    Ok(n_jobs.unsigned_abs())
}

/// Whether a build waits to be measured anew.
pub async fn has_remeasure(db: impl PgExecutor<'_>, project_id: Uuid, build_id: Uuid) -> sqlx::Result<bool> {
    sqlx::query_scalar!(
        r#"
        select exists (
            select from job where kind = 'remeasure' and for_project = $1 and for_build = $2) as "exists!"
        "#,
        project_id,
        build_id
    )
    .fetch_one(db)
    .await
}

/// Takes the job that has waited longest and that nobody holds.
pub async fn claim(
    db: impl PgExecutor<'_>,
    now: OffsetDateTime,
    leased_until: OffsetDateTime,
) -> sqlx::Result<Option<LeasedJob>> {
    sqlx::query_as!(
        LeasedJob,
        r#"
        update job
        set    attempt = attempt + 1, leased_until = $2
        where  job_id = (
                   select   job_id
                   from     job
                   where    run_at <= $1 and (leased_until is null or leased_until <= $1)
                   order by kind, run_at, job_id
                   limit    1
                   for update skip locked)
        returning job_id, for_project, for_build, kind as "kind: JobKind", attempt, n_waits
        "#,
        now,
        leased_until
    )
    .fetch_optional(db)
    .await
}

/// Lengthens the lease; false if another worker holds the job by now.
pub async fn set_lease(
    db: impl PgExecutor<'_>,
    job: &LeasedJob,
    leased_until: OffsetDateTime,
) -> sqlx::Result<bool> {
    let done = sqlx::query!(
        "update job set leased_until = $3 where job_id = $1 and attempt = $2",
        job.job_id,
        job.attempt,
        leased_until
    )
    .execute(db)
    .await?;
    Ok(done.rows_affected() == 1)
}

/// Ends a job together with what it did; false if another worker holds it by now, and then nothing of
/// the transaction may stay.
pub async fn delete(tx: &mut PgTransaction<'_>, job: &LeasedJob) -> sqlx::Result<bool> {
    let done = sqlx::query!("delete from job where job_id = $1 and attempt = $2", job.job_id, job.attempt)
        .execute(&mut **tx)
        .await?;
    Ok(done.rows_affected() == 1)
}

/// Lets a job run again later, after a failure.
pub async fn set_retry(
    db: impl PgExecutor<'_>,
    job: &LeasedJob,
    run_at: OffsetDateTime,
    last_error: &str,
) -> sqlx::Result<()> {
    sqlx::query!(
        r#"
        update job
        set    leased_until = null, run_at = $3, last_error = $4
        where  job_id = $1 and attempt = $2
        "#,
        job.job_id,
        job.attempt,
        run_at,
        last_error
    )
    .execute(db)
    .await?;
    Ok(())
}

/// Lets a job run again later, because its baseline is not measured yet.
pub async fn set_waiting(
    db: impl PgExecutor<'_>,
    job: &LeasedJob,
    run_at: OffsetDateTime,
) -> sqlx::Result<()> {
    sqlx::query!(
        r#"
        update job
        set    leased_until = null, run_at = $3, n_waits = n_waits + 1
        where  job_id = $1 and attempt = $2
        "#,
        job.job_id,
        job.attempt,
        run_at
    )
    .execute(db)
    .await?;
    Ok(())
}

/// Tells those who wait for the build, once the transaction commits.
pub async fn announce(tx: &mut PgTransaction<'_>, build_id: Uuid) -> sqlx::Result<()> {
    sqlx::query!("select pg_notify('plimsoll_finished', $1)", build_id.to_string())
        .fetch_one(&mut **tx)
        .await?;
    Ok(())
}

/// When the next job falls due.
pub async fn next_due(db: impl PgExecutor<'_>) -> sqlx::Result<Option<OffsetDateTime>> {
    sqlx::query_scalar!("select min(greatest(run_at, leased_until)) from job").fetch_one(db).await
}

/// How many jobs there are.
pub async fn count(db: impl PgExecutor<'_>) -> sqlx::Result<i64> {
    sqlx::query_scalar!(r#"select count(*) as "count!" from job"#).fetch_one(db).await
}
