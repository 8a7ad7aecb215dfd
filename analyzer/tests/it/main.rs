//! Tests of the analyzer through its public door. Images are described by lines, see [`support::elf`].
#![expect(clippy::unwrap_used, reason = "a test that cannot go on should say where")]

mod blame;
mod broken;
mod cause;
mod corpus;
mod debug;
mod decoders;
mod diff;
mod duplicates;
mod families;
mod formatting;
mod gaps;
mod gnu_ld;
mod graph;
mod helpers;
mod idle;
mod image;
mod insights;
mod laws;
mod layout;
mod link_error;
mod linker_script;
mod linker_script_ld;
mod map_evidence;
mod map_file;
mod once;
mod outside;
mod panics;
mod refs;
mod regions;
mod robustness;
mod sections;
mod stack;
mod support;
mod symbols;
mod windows;
