//! What the server does, seen from outside.
#![expect(clippy::unwrap_used, reason = "a test that cannot go on has failed")]

mod administrator;
mod alerts;
mod auth;
mod bad_input;
mod baselines;
mod elf;
mod failures;
mod jobs;
mod live;
mod maps;
mod openapi;
mod pages;
mod postgres;
mod process;
mod projects;
mod remeasure;
mod resilience;
mod schema;
mod support;
mod unlinked;
mod uploads;
