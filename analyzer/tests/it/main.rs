//! Tests of the analyzer through its public door. Images are described by lines, see [`support::elf`].
#![expect(clippy::unwrap_used, reason = "a test that cannot go on should say where")]

mod broken;
mod corpus;
mod diff;
mod formatting;
mod gnu_ld;
mod image;
mod laws;
mod linker_script;
mod regions;
mod robustness;
mod sections;
mod support;
mod symbols;
