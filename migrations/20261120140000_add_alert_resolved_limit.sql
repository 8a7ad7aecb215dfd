-- The limit by which an alert was resolved; null while it is open, and where the budget is gone.
alter table alert add column resolved_limit_bytes bigint;

-- What came back within its limit had kept it, as far as anybody can tell now.
update alert set resolved_limit_bytes = limit_bytes where resolved_at is not null and resolved_bytes <= limit_bytes;
