//! Budgets of targets and what they said of builds.

use crate::db::{joined_lines, stored_overflow, to_i64, to_u64};
use crate::domain::judgement::{BudgetSource, SetBudget};
use plimsoll_protocol::{Budget, Verdict};
use sqlx::{PgExecutor, PgTransaction};
use time::OffsetDateTime;
use uuid::Uuid;

/// A target's budgets, by subject.
pub async fn list(
    db: impl PgExecutor<'_>,
    project_id: Uuid,
    target_id: Uuid,
) -> sqlx::Result<Vec<SetBudget>> {
    let rows = sqlx::query!(
        r#"
        select   subject, limit_bytes, source
        from     budget
        where    project_id = $1 and target_id = $2
        order by subject
        "#,
        project_id,
        target_id
    )
    .fetch_all(db)
    .await?;
    let rows = rows.into_iter();
    Ok(rows
        .map(|it| SetBudget {
            budget: Budget { subject: it.subject, limit_bytes: to_u64(it.limit_bytes) },
            source: BudgetSource::from_stored(&it.source),
        })
        .collect())
}

/// Sets one budget, whoever set it before.
pub async fn set(
    db: impl PgExecutor<'_>,
    (project_id, target_id): (Uuid, Uuid),
    budget: &SetBudget,
    now: OffsetDateTime,
) -> sqlx::Result<()> {
    sqlx::query!(
        r#"
        insert into budget (project_id, target_id, subject, limit_bytes, source, set_at)
        values ($1, $2, $3, $4, $5, $6)
        on conflict (project_id, target_id, subject) do update
        set limit_bytes = excluded.limit_bytes, source = excluded.source, set_at = excluded.set_at
        "#,
        project_id,
        target_id,
        budget.budget.subject,
        to_i64(budget.budget.limit_bytes),
        budget.source.as_str(),
        now
    )
    .execute(db)
    .await?;
    Ok(())
}

/// Drops one budget; false if there is none.
pub async fn delete(
    db: impl PgExecutor<'_>,
    (project_id, target_id): (Uuid, Uuid),
    subject: &str,
) -> sqlx::Result<bool> {
    let done = sqlx::query!(
        "delete from budget where project_id = $1 and target_id = $2 and subject = $3",
        project_id,
        target_id,
        subject
    )
    .execute(db)
    .await?;
    Ok(done.rows_affected() == 1)
}

/// Makes the file's budgets exactly those that were sent; those set by hand stay.
pub async fn set_from_file(
    tx: &mut PgTransaction<'_>,
    (project_id, target_id): (Uuid, Uuid),
    sent: &[Budget],
    now: OffsetDateTime,
) -> sqlx::Result<()> {
    let subjects: Vec<String> = sent.iter().map(|it| it.subject.clone()).collect();
    sqlx::query!(
        r#"
        delete from budget
        where  project_id = $1 and target_id = $2 and source = 'file' and subject <> all ($3::text[])
        "#,
        project_id,
        target_id,
        &subjects
    )
    .execute(&mut **tx)
    .await?;
    for budget in sent {
        let budget = SetBudget { budget: budget.clone(), source: BudgetSource::File };
        set(&mut **tx, (project_id, target_id), &budget, now).await?;
    }
    Ok(())
}

/// Stores what the budgets said of a build.
pub async fn insert_verdicts(
    tx: &mut PgTransaction<'_>,
    (project_id, build_id): (Uuid, Uuid),
    verdicts: &[Verdict],
) -> sqlx::Result<()> {
    let subjects: Vec<String> = verdicts.iter().map(|it| it.subject.clone()).collect();
    let limits: Vec<i64> = verdicts.iter().map(|it| to_i64(it.limit_bytes)).collect();
    let overflows: Vec<i64> = verdicts.iter().map(|it| to_i64(it.overflow_bytes)).collect();
    let overwrites: Vec<String> = verdicts.iter().map(|it| joined_lines(&it.overwrites)).collect();
    let used: Vec<Option<i64>> = verdicts.iter().map(|it| it.used_bytes.map(to_i64)).collect();
    sqlx::query!(
        r#"
        insert into verdict (project_id, build_id, subject, limit_bytes, used_bytes, overflow_bytes, overwrites)
        select $1, $2, subject, limit_bytes, used_bytes, overflow_bytes, overwrites
        from   unnest($3::text[], $4::bigint[], $5::bigint[], $6::bigint[], $7::text[])
               as it (subject, limit_bytes, used_bytes, overflow_bytes, overwrites)
        "#,
        project_id,
        build_id,
        &subjects,
        &limits,
        &used as &[Option<i64>],
        &overflows,
        &overwrites
    )
    .execute(&mut **tx)
    .await?;
    Ok(())
}

/// Forgets what the budgets said of a build.
pub async fn delete_verdicts(
    tx: &mut PgTransaction<'_>,
    (project_id, build_id): (Uuid, Uuid),
) -> sqlx::Result<()> {
    sqlx::query!("delete from verdict where project_id = $1 and build_id = $2", project_id, build_id)
        .execute(&mut **tx)
        .await?;
    Ok(())
}

/// What the budgets said of a build, by subject.
pub async fn list_verdicts(
    db: impl PgExecutor<'_>,
    project_id: Uuid,
    build_id: Uuid,
) -> sqlx::Result<Vec<Verdict>> {
    let rows = sqlx::query!(
        r#"
        select   subject, limit_bytes, used_bytes, overflow_bytes, overwrites
        from     verdict
        where    project_id = $1 and build_id = $2
        order by subject
        "#,
        project_id,
        build_id
    )
    .fetch_all(db)
    .await?;
    let rows = rows.into_iter().map(|it| {
        let overflow = stored_overflow(it.overflow_bytes, it.overwrites);
        Verdict::new(it.subject, to_u64(it.limit_bytes), it.used_bytes.map(to_u64)).overflowing(overflow)
    });
    Ok(rows.collect())
}
