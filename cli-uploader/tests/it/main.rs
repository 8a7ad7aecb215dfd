//! Runs the binary in folders of its own, against a stub server: what it prints and how it exits.
#![expect(clippy::unwrap_used, reason = "a test that cannot set up its scene has to fail")]

mod action;
mod analyze;
mod backfill;
mod comment;
mod fmt;
mod github;
mod map;
mod memory;
mod overflow;
mod plan;
mod size;
mod split;
mod stack;
mod support;
mod unlinked;
mod unsuitable;
mod upload;
mod wait;
mod why;
