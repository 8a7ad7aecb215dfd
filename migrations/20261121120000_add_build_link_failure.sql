-- A build that did not link has no ELF: link_failure says which regions were too small. Its elf_sha256 is that of
-- an empty file, so that a commit has at most one such build per target.
alter table build add column link_failure jsonb;
alter table build drop constraint build_state_check;
alter table build add constraint build_state_check check (state in ('queued', 'measured', 'failed', 'unlinked'));
