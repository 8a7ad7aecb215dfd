//! Reports, each once and compressed, and the rows that are drawn from them.

use crate::db::{joined_lines, stored_overflow, to_i64, to_u64};
use crate::domain::Recipe;
use crate::domain::build::{Measurement, MeasurementKind};
use plimsoll_analyzer::{Cause, Change, ChangeKind};
use sqlx::types::Json;
use sqlx::{PgExecutor, PgTransaction};
use uuid::Uuid;

/// The report of a build, zstd-compressed JSON.
pub async fn find(
    db: impl PgExecutor<'_>,
    project_id: Uuid,
    build_id: Uuid,
) -> sqlx::Result<Option<Vec<u8>>> {
    sqlx::query_scalar!(
        "select body_zstd from report where project_id = $1 and build_id = $2",
        project_id,
        build_id
    )
    .fetch_optional(db)
    .await
}

/// By which version of the report's meaning a build was measured.
pub async fn find_schema_version(
    db: impl PgExecutor<'_>,
    project_id: Uuid,
    build_id: Uuid,
) -> sqlx::Result<Option<u32>> {
    let version = sqlx::query_scalar!(
        "select schema_version from report where project_id = $1 and build_id = $2",
        project_id,
        build_id
    )
    .fetch_optional(db)
    .await?;
    Ok(version.and_then(|it| u32::try_from(it).ok()))
}

/// Forgets everything that measuring a build has written, so that it can be measured again.
pub async fn delete_all(tx: &mut PgTransaction<'_>, recipe: &Recipe) -> sqlx::Result<()> {
    let (project_id, build_id) = (recipe.project_id, recipe.build_id);
    sqlx::query!("delete from report where project_id = $1 and build_id = $2", project_id, build_id)
        .execute(&mut **tx)
        .await?;
    sqlx::query!("delete from measurement where project_id = $1 and build_id = $2", project_id, build_id)
        .execute(&mut **tx)
        .await?;
    sqlx::query!("delete from size_change where project_id = $1 and build_id = $2", project_id, build_id)
        .execute(&mut **tx)
        .await?;
    crate::db::budgets::delete_verdicts(tx, (project_id, build_id)).await
}

/// What a build's growth against its baseline is mostly due to, where a source line is to blame.
pub async fn find_cause(
    db: impl PgExecutor<'_>,
    project_id: Uuid,
    build_id: Uuid,
) -> sqlx::Result<Option<Cause>> {
    let cause = sqlx::query_scalar!(
        r#"select cause as "cause: Json<Cause>" from report where project_id = $1 and build_id = $2"#,
        project_id,
        build_id
    )
    .fetch_optional(db)
    .await?;
    Ok(cause.flatten().map(|it| it.0))
}

/// Stores a report, and what the growth is due to.
pub async fn insert(
    tx: &mut PgTransaction<'_>,
    recipe: &Recipe,
    body_zstd: &[u8],
    cause: Option<&Cause>,
) -> sqlx::Result<()> {
    sqlx::query!(
        r#"
        insert into report (project_id, build_id, schema_version, body_zstd, cause)
        values ($1, $2, $3, $4, $5)
        "#,
        recipe.project_id,
        recipe.build_id,
        i32::try_from(plimsoll_analyzer::report::SCHEMA_VERSION).unwrap_or(i32::MAX),
        body_zstd,
        cause.map(storable_json) as _
    )
    .execute(&mut **tx)
    .await?;
    Ok(())
}

/// Stores what graphs need.
pub async fn insert_measurements(
    tx: &mut PgTransaction<'_>,
    recipe: &Recipe,
    measurements: &[Measurement],
) -> sqlx::Result<()> {
    let kinds: Vec<String> = measurements.iter().map(|it| it.kind.as_str().to_owned()).collect();
    let names: Vec<String> = measurements.iter().map(|it| storable(&it.name)).collect();
    let values: Vec<i64> = measurements.iter().map(|it| to_i64(it.value_bytes)).collect();
    let lengths: Vec<Option<i64>> = measurements.iter().map(|it| it.length_bytes.map(to_i64)).collect();
    let overflows: Vec<i64> = measurements.iter().map(|it| to_i64(it.overflow.bytes)).collect();
    let overwrites: Vec<String> =
        measurements.iter().map(|it| storable(&joined_lines(&it.overflow.overwrites))).collect();
    sqlx::query!(
        r#"
        insert into measurement (project_id, build_id, kind, position, name, value_bytes, length_bytes,
                                 overflow_bytes, overwrites)
        select $1, $2, kind, position, name, value_bytes, length_bytes, overflow_bytes, overwrites
        from   unnest($3::text[], $4::text[], $5::bigint[], $6::bigint[], $7::bigint[], $8::text[]) with ordinality
               as it (kind, name, value_bytes, length_bytes, overflow_bytes, overwrites, position)
        "#,
        recipe.project_id,
        recipe.build_id,
        &kinds,
        &names,
        &values,
        &lengths as &[Option<i64>],
        &overflows,
        &overwrites
    )
    .execute(&mut **tx)
    .await?;
    Ok(())
}

/// Of several builds: `(build, measurement)`, in the order of the linker script or of the file.
pub async fn list_measurements(
    db: impl PgExecutor<'_>,
    project_id: Uuid,
    build_ids: &[Uuid],
    kind: MeasurementKind,
) -> sqlx::Result<Vec<(Uuid, Measurement)>> {
    let rows = sqlx::query!(
        r#"
        select   build_id, name, value_bytes, length_bytes, overflow_bytes, overwrites
        from     measurement
        where    project_id = $1 and build_id = any ($2) and kind = $3
        order by build_id, position
        "#,
        project_id,
        build_ids,
        kind.as_str()
    )
    .fetch_all(db)
    .await?;
    let rows = rows.into_iter().map(|it| {
        let measurement = Measurement {
            kind,
            name: it.name,
            value_bytes: to_u64(it.value_bytes),
            length_bytes: it.length_bytes.map(to_u64),
            overflow: stored_overflow(it.overflow_bytes, it.overwrites),
        };
        (it.build_id, measurement)
    });
    Ok(rows.collect())
}

/// Stores changes against the baseline, of kind `symbol` or `crate`.
pub async fn insert_changes(
    tx: &mut PgTransaction<'_>,
    recipe: &Recipe,
    kind: &str,
    changes: &[Change],
) -> sqlx::Result<()> {
    let text = |it: &Option<String>| it.as_deref().map(storable);
    let column = |of: fn(&Change) -> &Option<String>| -> Vec<Option<String>> {
        changes.iter().map(|it| text(of(it))).collect()
    };
    let names: Vec<String> = changes.iter().map(|it| storable(&it.name)).collect();
    let sections: Vec<String> = changes.iter().map(|it| text(&it.section).unwrap_or_default()).collect();
    let olds: Vec<Option<i64>> = changes.iter().map(|it| it.old_bytes.map(to_i64)).collect();
    let news: Vec<Option<i64>> = changes.iter().map(|it| it.new_bytes.map(to_i64)).collect();
    sqlx::query!(
        r#"
        insert into size_change (project_id, build_id, kind, position, name, section, crate, old_bytes, new_bytes,
                                 old_name, old_section, old_crate, file, old_file)
        select $1, $2, $3, position, name, section, crate, old_bytes, new_bytes,
               old_name, old_section, old_crate, file, old_file
        from   unnest($4::text[], $5::text[], $6::text[], $7::bigint[], $8::bigint[],
                      $9::text[], $10::text[], $11::text[], $12::text[], $13::text[]) with ordinality
               as it (name, section, crate, old_bytes, new_bytes,
                      old_name, old_section, old_crate, file, old_file, position)
        "#,
        recipe.project_id,
        recipe.build_id,
        kind,
        &names,
        &sections,
        &column(|it| &it.krate) as &[Option<String>],
        &olds as &[Option<i64>],
        &news as &[Option<i64>],
        &column(|it| &it.old_name) as &[Option<String>],
        &column(|it| &it.old_section) as &[Option<String>],
        &column(|it| &it.old_krate) as &[Option<String>],
        &column(|it| &it.file) as &[Option<String>],
        &column(|it| &it.old_file) as &[Option<String>]
    )
    .execute(&mut **tx)
    .await?;
    Ok(())
}

/// A build's biggest changes of one kind against its baseline.
pub async fn list_changes(
    db: impl PgExecutor<'_>,
    (project_id, build_id): (Uuid, Uuid),
    kind: &str,
    limit: u32,
) -> sqlx::Result<Vec<Change>> {
    let rows = sqlx::query!(
        r#"
        select   name, section, crate as krate, old_bytes, new_bytes,
                 old_name, old_section, old_crate as old_krate, file, old_file
        from     size_change
        where    project_id = $1 and build_id = $2 and kind = $3
        order by position
        limit    $4
        "#,
        project_id,
        build_id,
        kind,
        i64::from(limit)
    )
    .fetch_all(db)
    .await?;
    let rows = rows.into_iter();
    Ok(rows
        .map(|it| Change {
            name: it.name,
            old_name: it.old_name,
            section: Some(it.section).filter(|it| !it.is_empty()),
            old_section: it.old_section,
            krate: it.krate,
            old_krate: it.old_krate,
            file: it.file,
            old_file: it.old_file,
            old_bytes: it.old_bytes.map(to_u64),
            new_bytes: it.new_bytes.map(to_u64),
            delta_bytes: it.new_bytes.unwrap_or(0) - it.old_bytes.unwrap_or(0),
            kind: ChangeKind::Same,
        })
        .map(|it| Change { kind: kind_of(&it), ..it })
        .collect())
}

/// How many changes of one kind a build has against its baseline.
pub async fn count_changes(
    db: impl PgExecutor<'_>,
    (project_id, build_id): (Uuid, Uuid),
    kind: &str,
) -> sqlx::Result<i64> {
    sqlx::query_scalar!(
        r#"
        select count(*) as "count!"
        from   size_change
        where  project_id = $1 and build_id = $2 and kind = $3
        "#,
        project_id,
        build_id,
        kind
    )
    .fetch_one(db)
    .await
}

/// The sort of a stored change.
fn kind_of(change: &Change) -> ChangeKind {
    match (change.old_bytes, change.new_bytes) {
        _ if change.old_name.is_some() => ChangeKind::Renamed,
        _ if change.origins().next().is_some() => ChangeKind::Moved,
        (None, _) => ChangeKind::New,
        (_, None) => ChangeKind::Gone,
        (Some(old), Some(new)) if new > old => ChangeKind::Grown,
        (Some(old), Some(new)) if new < old => ChangeKind::Shrunk,
        _ => ChangeKind::Same,
    }
}

/// Neither in JSON.
fn storable_json(cause: &Cause) -> Json<Cause> {
    let text = |it: &Option<String>| it.as_deref().map(storable);
    Json(Cause {
        what: storable(&cause.what),
        file: text(&cause.file),
        function: text(&cause.function),
        through: text(&cause.through),
        ..cause.clone()
    })
}

/// Postgres keeps no NUL in a text; everything else that an ELF may say, it does.
fn storable(text: &str) -> String {
    text.replace('\0', "\u{fffd}")
}
