-- The linker's map that came with the ELF, by its content as the ELF is; null where none came.
alter table build add column map_sha256 bytea;
alter table build add column map_bytes bigint;
alter table build add constraint build_map_check check ((map_sha256 is null) = (map_bytes is null));
