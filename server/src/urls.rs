//! The only place that spells the address of a page; used by Rust and templates.

use plimsoll_protocol::ProjectName;
use uuid::Uuid;

/// A project's page.
pub fn project(project: &ProjectName) -> String {
    format!("/{project}")
}

/// A build's page.
pub fn build(project: &ProjectName, build_id: Uuid) -> String {
    format!("/{project}/builds/{build_id}")
}

/// The comparison of two builds.
pub fn compare(project: &ProjectName, old: Uuid, new: Uuid) -> String {
    format!("/{project}/compare?old={old}&new={new}")
}
