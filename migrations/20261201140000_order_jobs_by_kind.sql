-- Builds that are measured anew stand behind all that were never measured: `measure` sorts before `remeasure`.
create index job_turn_idx on job (kind, run_at, job_id);
drop index job_due_idx;

-- The builds whose reports are older than the server are looked for by this.
create index report_schema_version_idx on report (project_id, schema_version);
