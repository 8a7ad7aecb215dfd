//! What the client sends along with an ELF.

use crate::{Budget, CommitId, LinkFailure, TargetName};
use serde::{Deserialize, Serialize};
use time::OffsetDateTime;

/// The part of the multipart body that holds a [`NewBuild`] as JSON. It comes first.
pub const BUILD_PART: &str = "build";

/// The part of the multipart body that holds the ELF, as it is or, with content type
/// [`ZSTD_TYPE`], compressed. It comes second, and not at all for a build that did not link.
pub const ELF_PART: &str = "elf";

/// The part of the multipart body that may come third and last: the map (`-Map`) that GNU ld or lld wrote when
/// it linked the ELF, as it is or, with content type [`ZSTD_TYPE`], compressed.
pub const MAP_PART: &str = "map";

/// Content type of a compressed part.
pub const ZSTD_TYPE: &str = "application/zstd";

/// At most so many ancestors are sent and looked at.
pub const MAX_ANCESTRY: usize = 500;

/// One measured commit of one target.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct NewBuild {
    /// The build configuration.
    pub target: TargetName,
    /// The commit that was built (of a pull request: its head, not the merge commit).
    pub commit: CommitId,
    /// Its parents, first parent first.
    #[serde(default)]
    pub parents: Vec<CommitId>,
    /// Where to look for the baseline, nearest first. On a branch: the first-parent ancestors, the
    /// parent first. Of a pull request: the merge base, then its first-parent ancestors.
    #[serde(default)]
    pub ancestry: Vec<CommitId>,
    /// The branch; absent for a detached head.
    #[serde(default)]
    pub branch: Option<String>,
    /// Set when the build belongs to a pull request.
    #[serde(default)]
    pub pull_request: Option<PullRequest>,
    /// Author's name.
    #[serde(default)]
    pub author: Option<String>,
    /// First line of the commit message.
    #[serde(default)]
    pub message: Option<String>,
    /// When it was committed.
    #[serde(with = "time::serde::rfc3339")]
    pub committed_at: OffsetDateTime,
    /// Whether the work tree had uncommitted changes.
    #[serde(default)]
    pub dirty: bool,
    /// The linker script whose `MEMORY` block gives the regions.
    #[serde(default)]
    pub memory: Option<MemoryScript>,
    /// Limits from `plimsoll.toml`. Sent from a branch they become the target's budgets; sent from
    /// a pull request they judge this build only.
    #[serde(default)]
    pub budgets: Vec<Budget>,
    /// The CI run that built it.
    #[serde(default)]
    pub ci_url: Option<String>,
    /// Set when there is no ELF: the linker refused to write one, since a region was too small.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub link_failure: Option<LinkFailure>,
}

/// A pull request (or merge request).
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct PullRequest {
    /// Its number.
    pub number: u32,
    /// The branch that it wants to be merged into.
    #[serde(default)]
    pub base_branch: Option<String>,
}

/// A linker script.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct MemoryScript {
    /// Its name, for error messages.
    pub path: String,
    /// Its text.
    pub text: String,
}
