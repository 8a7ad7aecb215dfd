//! The Plimsoll server: takes builds in, measures them, keeps their history, shows and guards it.
//!
//! In reading order: `app` stacks the middleware over `routes`; `web` (pages) and `api` (JSON) answer;
//! `ingest` takes an upload in, `jobs` measures it; `db` is the only home of SQL and `domain` has the
//! words of the product.

pub mod api;
pub mod app;
pub mod auth;
pub mod blobs;
pub mod cache;
pub mod config;
pub mod db;
pub mod domain;
pub mod error;
pub mod extract;
pub mod ingest;
pub mod jobs;
pub mod postgres;
pub mod routes;
pub mod serve;
pub mod state;
pub mod telemetry;
pub mod urls;
pub mod web;
