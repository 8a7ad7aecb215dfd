-- The source line that a growth against the baseline is mostly due to, as JSON; null where none is.
alter table report add column cause jsonb;
