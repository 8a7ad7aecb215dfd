-- Every table that belongs to a project begins its keys with project_id, so that the database can be
-- distributed by that column; look-ups (project_name), sessions and jobs stay local and name the
-- project by another column. See README.md.

create table project_name (
    owner text not null,
    name  text not null,
    id    uuid not null,
    constraint project_name_pkey primary key (owner, name),
    constraint project_name_id_key unique (id)
);

create table project (
    project_id     uuid        not null,
    owner          text        not null,
    name           text        not null,
    description    text        not null default '',
    is_public      boolean     not null,
    default_branch text        not null default 'main',
    created_at     timestamptz not null,
    constraint project_pkey primary key (project_id)
);

create table target (
    project_id uuid        not null,
    target_id  uuid        not null,
    name       text        not null,
    created_at timestamptz not null,
    constraint target_pkey primary key (project_id, target_id),
    constraint target_name_key unique (project_id, name),
    constraint target_project_fkey foreign key (project_id) references project (project_id) on delete cascade
);

create table build (
    project_id         uuid        not null,
    build_id           uuid        not null,
    target_id          uuid        not null,
    commit_id          text        not null,
    parents            text[]      not null,
    ancestry           text[]      not null,
    branch             text,
    pull_request       integer,
    base_branch        text,
    author             text,
    message            text,
    committed_at       timestamptz not null,
    uploaded_at        timestamptz not null,
    is_dirty           boolean     not null,
    ci_url             text,
    memory_path        text,
    memory_text        text,
    budgets            jsonb       not null,
    elf_sha256         bytea       not null,
    elf_bytes          bigint      not null,
    state              text        not null,
    failure            text,
    measured_at        timestamptz,
    flash_bytes        bigint,
    ram_bytes          bigint,
    formatting_bytes   bigint,
    baseline_build_id  uuid,
    commits_behind     integer,
    constraint build_pkey primary key (project_id, build_id),
    constraint build_upload_key unique (project_id, target_id, commit_id, elf_sha256),
    constraint build_target_fkey foreign key (project_id, target_id) references target (project_id, target_id) on delete cascade,
    constraint build_state_check check (state in ('queued', 'measured', 'failed'))
);
create index build_commit_idx on build (project_id, target_id, commit_id);
create index build_history_idx on build (project_id, target_id, committed_at desc);

-- The whole report, once, as zstd-compressed JSON.
create table report (
    project_id     uuid    not null,
    build_id       uuid    not null,
    schema_version integer not null,
    body_zstd      bytea   not null,
    constraint report_pkey primary key (project_id, build_id),
    constraint report_build_fkey foreign key (project_id, build_id) references build (project_id, build_id) on delete cascade
);

-- What graphs and tables of many builds need: a row per region (kind 'region') and section (kind 'section').
create table measurement (
    project_id   uuid   not null,
    build_id     uuid   not null,
    kind         text   not null,
    position     integer not null,
    name         text   not null,
    value_bytes  bigint not null,
    length_bytes bigint,
    constraint measurement_pkey primary key (project_id, build_id, kind, position),
    constraint measurement_build_fkey foreign key (project_id, build_id) references build (project_id, build_id) on delete cascade
);

-- The history of symbols and crates (kind 'symbol', 'crate'), as changes against the build's baseline.
-- A first build has no baseline: everything is new. Several symbols of one name in one section are one row.
-- Keyed by position: names are as long as their authors like, and an index row is not.
create table size_change (
    project_id uuid   not null,
    build_id   uuid   not null,
    kind       text   not null,
    position   integer not null,
    name       text   not null,
    section    text   not null default '',
    crate      text,
    old_bytes  bigint,
    new_bytes  bigint,
    constraint size_change_pkey primary key (project_id, build_id, kind, position),
    constraint size_change_build_fkey foreign key (project_id, build_id) references build (project_id, build_id) on delete cascade
);
create index size_change_name_idx on size_change (project_id, kind, md5(name));

create table budget (
    project_id  uuid        not null,
    target_id   uuid        not null,
    subject     text        not null,
    limit_bytes bigint      not null,
    source      text        not null,
    set_at      timestamptz not null,
    constraint budget_pkey primary key (project_id, target_id, subject),
    constraint budget_target_fkey foreign key (project_id, target_id) references target (project_id, target_id) on delete cascade,
    constraint budget_source_check check (source in ('file', 'page')),
    constraint budget_limit_check check (limit_bytes >= 0)
);

-- What each budget said of a build when it was measured.
create table verdict (
    project_id  uuid   not null,
    build_id    uuid   not null,
    subject     text   not null,
    limit_bytes bigint not null,
    used_bytes  bigint,
    constraint verdict_pkey primary key (project_id, build_id, subject),
    constraint verdict_build_fkey foreign key (project_id, build_id) references build (project_id, build_id) on delete cascade
);

create table alert (
    project_id        uuid        not null,
    alert_id          uuid        not null,
    target_id         uuid        not null,
    subject           text        not null,
    opened_build_id   uuid        not null,
    opened_at         timestamptz not null,
    opened_bytes      bigint,
    limit_bytes       bigint      not null,
    resolved_build_id uuid,
    resolved_at       timestamptz,
    resolved_bytes    bigint,
    constraint alert_pkey primary key (project_id, alert_id),
    constraint alert_target_fkey foreign key (project_id, target_id) references target (project_id, target_id) on delete cascade
);
create unique index alert_open_key on alert (project_id, target_id, subject) where resolved_at is null;

create table upload_token (
    project_id   uuid        not null,
    token_id     uuid        not null,
    label        text        not null,
    token_sha256 bytea       not null,
    created_at   timestamptz not null,
    revoked_at   timestamptz,
    constraint upload_token_pkey primary key (project_id, token_id),
    constraint upload_token_project_fkey foreign key (project_id) references project (project_id) on delete cascade
);

create table admin_token (
    token_sha256 bytea       not null,
    created_at   timestamptz not null,
    constraint admin_token_pkey primary key (token_sha256)
);

-- scope_project is null for an administrator. token_id ties the session to its upload token, so that
-- revoking the token ends the session.
create table session (
    session_sha256 bytea       not null,
    scope_project  uuid,
    token_id       uuid,
    created_at     timestamptz not null,
    expires_at     timestamptz not null,
    constraint session_pkey primary key (session_sha256)
);

-- Work that outlives a request. `attempt` fences: only the worker that holds the newest lease may finish a job.
-- n_waits counts those attempts that only found a baseline still unmeasured; they are no failures.
create table job (
    job_id        bigint generated always as identity,
    kind          text        not null,
    for_project   uuid        not null,
    for_build     uuid        not null,
    attempt       integer     not null default 0,
    n_waits       integer     not null default 0,
    run_at        timestamptz not null,
    leased_until  timestamptz,
    last_error    text,
    enqueued_at   timestamptz not null,
    constraint job_pkey primary key (job_id)
);
create index job_due_idx on job (run_at);
