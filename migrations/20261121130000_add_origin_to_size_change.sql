-- What a symbol was before, where it was renamed or moved; its history is found by either name.
alter table size_change
    add column old_name    text,
    add column old_section text,
    add column old_crate   text,
    add column file        text,
    add column old_file    text;
create index size_change_old_name_idx on size_change (project_id, kind, md5(old_name)) where old_name is not null;
