//! The schema: readable in one file, and fit to be distributed by project.

use expect_test::expect_file;
use sqlx::PgPool;

async fn lines(db: &PgPool, sql: &'static str) -> Vec<String> {
    sqlx::query_scalar(sql).fetch_all(db).await.unwrap()
}

#[sqlx::test(migrator = "plimsoll_server::db::MIGRATOR")]
async fn this_is_the_schema(db: PgPool) {
    let dump = lines(
        &db,
        r#"
        select   line
        from     (
            select table_name::text as relation, 1 as part, ordinal_position as position,
                   format('    %s %s%s', column_name, format_type(a.atttypid, a.atttypmod),
                          case when is_nullable = 'NO' then ' not null' else '' end) as line
            from   information_schema.columns
            join   pg_attribute a on a.attrelid = table_name::regclass and a.attname = column_name
            where  table_schema = 'public'
            union all
            select conrelid::regclass::text, 2, 0, format('  %s: %s', conname, pg_get_constraintdef(oid))
            from   pg_constraint
            where  connamespace = 'public'::regnamespace and contype <> 'n'
            union all
            select tablename::text, 3, 0, format('  %s', regexp_replace(indexdef, ' ON public\.', ' on '))
            from   pg_indexes
            where  schemaname = 'public' and indexname not in (select conname from pg_constraint)
            union all
            select relname::text, 0, 0, relname::text
            from   pg_class
            where  relnamespace = 'public'::regnamespace and relkind = 'r'
        ) as dump
        where    relation <> '_sqlx_migrations'
        order by relation, part, position, line
        "#,
    )
    .await;
    expect_file!["schema.txt"].assert_eq(&(dump.join("\n") + "\n"));
}

/// What Citus would refuse. Tables of a project are those with a column `project_id`.
#[sqlx::test(migrator = "plimsoll_server::db::MIGRATOR")]
async fn every_key_of_a_projects_table_contains_the_project(db: PgPool) {
    let found = lines(
        &db,
        r#"
        with owned as (
            select pg_class.oid, relname, attnum
            from   pg_class
            join   pg_attribute on attrelid = pg_class.oid and attname = 'project_id' and not attisdropped
            where  relkind in ('r', 'p') and relnamespace = 'public'::regnamespace
        )
        select format('%s: unique index %s lacks project_id', relname, indexrelid::regclass)
        from   owned
        join   pg_index on indrelid = owned.oid and indisunique
        where  owned.attnum <> all (indkey::int2[])
        union all
        select format('%s: primary key does not begin with project_id', relname)
        from   owned
        join   pg_index on indrelid = owned.oid and indisprimary
        where  indkey[0] <> owned.attnum
        union all
        select format('%s: foreign key %s does not pair project_id', owned.relname, conname)
        from   owned
        join   pg_constraint on conrelid = owned.oid and contype = 'f'
        join   owned as other on other.oid = confrelid
        where  not exists (
                   select from unnest(conkey, confkey) as pair (here, there)
                   where  here = owned.attnum and there = other.attnum)
        union all
        select format('foreign key %s leads from a local table to a project''s', conname)
        from   pg_constraint
        join   owned on owned.oid = confrelid
        where  contype = 'f' and conrelid not in (select oid from owned)
        union all
        select format('trigger %s', tgname)
        from   pg_trigger
        where  not tgisinternal
        union all
        select format('%s.%s: identity is narrower than bigint', attrelid::regclass, attname)
        from   pg_attribute
        where  attidentity <> '' and atttypid <> 'bigint'::regtype
        "#,
    )
    .await;
    assert_eq!(found, Vec::<String>::new());
}

#[sqlx::test(migrator = "plimsoll_server::db::MIGRATOR")]
async fn every_constraint_is_named_after_its_table(db: PgPool) {
    let strangers = lines(
        &db,
        r#"
        select conname::text
        from   pg_constraint
        where  connamespace = 'public'::regnamespace and contype <> 'n'
          and  conrelid <> 0 and conrelid <> '_sqlx_migrations'::regclass
          and  not starts_with(conname::text, conrelid::regclass::text || '_')
        "#,
    )
    .await;
    assert_eq!(strangers, Vec::<String>::new());
}
