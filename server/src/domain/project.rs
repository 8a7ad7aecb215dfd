//! A project: one repository's firmware.

use plimsoll_protocol::ProjectName;
use uuid::Uuid;

/// One repository's firmware and who may read about it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Project {
    /// Identifies it; the first part of every key.
    pub project_id: Uuid,
    /// `owner/name`.
    pub name: ProjectName,
    /// One sentence about it.
    pub description: String,
    /// Whether everybody may read it.
    pub is_public: bool,
    /// The branch whose budgets and alerts count.
    pub default_branch: String,
}
