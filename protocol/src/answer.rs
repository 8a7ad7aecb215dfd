//! What the server answers.

use crate::{CommitId, LinkFailure, ProjectName, TargetName, Verdict};
use plimsoll_analyzer::{Cause, Change};
use serde::{Deserialize, Serialize};
use time::OffsetDateTime;
use uuid::Uuid;

/// Every refusal: RFC 9457's members that we use, as `application/problem+json`.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct Problem {
    /// The HTTP status again.
    pub status: u16,
    /// What sort of problem, the same words each time.
    pub title: String,
    /// What exactly is wrong, and where; a sentence.
    pub detail: String,
}

/// How far a build has come.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[serde(rename_all = "lowercase")]
pub enum BuildState {
    /// Stored; its analysis waits or runs.
    Queued,
    /// Analysed.
    Measured,
    /// Could not be analysed; see `failure`.
    Failed,
    /// There is no image: a region was too small for it; see `link_failure`. Judged by its budgets.
    Unlinked,
}

/// One build in a list.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct BuildSummary {
    /// Identifies the build within its project.
    pub id: Uuid,
    /// Its page.
    pub url: String,
    /// Its configuration.
    pub target: TargetName,
    /// What was built.
    pub commit: CommitId,
    /// Where from.
    pub branch: Option<String>,
    /// Of which pull request.
    pub pull_request: Option<u32>,
    /// Who.
    pub author: Option<String>,
    /// First line of the message.
    pub message: Option<String>,
    /// When it was committed.
    #[serde(with = "time::serde::rfc3339")]
    pub committed_at: OffsetDateTime,
    /// How far it has come.
    pub state: BuildState,
    /// Why it failed, if it did.
    pub failure: Option<String>,
    /// Its totals, once measured.
    pub figures: Option<Figures>,
    /// Of a build that did not link: which regions were too small.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub link_failure: Option<LinkFailure>,
}

/// The totals of a measured build.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct Figures {
    /// Bytes stored on the device.
    pub flash_bytes: u64,
    /// Bytes of RAM.
    pub ram_bytes: u64,
    /// Bytes of formatting machinery.
    pub formatting_bytes: u64,
}

/// The answer to an upload, and the state of a build afterwards.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct BuildAnswer {
    /// The build.
    pub build: BuildSummary,
    /// Whether this upload made it (false: the same upload was there already).
    pub created: bool,
    /// What it is compared with; absent for the first build and while queued.
    pub baseline: Option<Baseline>,
    /// Totals (`flash`, `ram`, `formatting`) and every region, against the baseline; empty while queued.
    /// Of a build that did not link only the regions that were too small, with the linker's figures.
    pub deltas: Vec<Delta>,
    /// One per budget; empty while queued. Of a build that did not link only those on regions that were
    /// too small: nothing is known of the others.
    pub verdicts: Vec<Verdict>,
    /// Whether any verdict is over its budget, or the build did not link.
    pub over_budget: bool,
    /// The biggest changes by symbol, at most 20.
    pub symbol_changes: Vec<Change>,
    /// The source line that the growth of flash is mostly due to, where one is to blame.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub cause: Option<Cause>,
    /// The page that compares the build with its baseline.
    pub compare_url: Option<String>,
    /// By which `schema_version` of the report it was measured; builds of different versions may count
    /// differently. Absent while queued, and where the build did not link.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub measured_by_schema: Option<u32>,
}

/// The build that another is compared with.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct Baseline {
    /// Identifies it.
    pub id: Uuid,
    /// Its page.
    pub url: String,
    /// Its commit.
    pub commit: CommitId,
    /// How many unmeasured commits lie between it and the one wanted (the parent, or the merge
    /// base of a pull request). 0 is exact.
    pub commits_behind: u32,
}

/// One figure of a build beside its baseline.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct Delta {
    /// `total` or `region`; of static use (without what is only set aside) `static`.
    pub kind: String,
    /// `flash`, `ram`, `formatting`, or a region's name; of static use `static` for all RAM, `static-RAM` for the region `RAM`.
    pub name: String,
    /// In the baseline; absent without one or where the baseline lacks it.
    pub old_bytes: Option<u64>,
    /// In this build; absent where only the baseline has it.
    pub new_bytes: Option<u64>,
    /// Capacity of the region, where known.
    pub length_bytes: Option<u64>,
    /// `new - old`, absent without a baseline.
    pub delta_bytes: Option<i64>,
}

/// One project in a list.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct ProjectSummary {
    /// `owner/name`.
    pub project: ProjectName,
    /// Its page.
    pub url: String,
    /// One sentence about it.
    pub description: String,
    /// Whether everybody may read it.
    pub public: bool,
    /// Its build configurations.
    pub targets: Vec<TargetName>,
}

/// An upload token as it is listed: never its text.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct TokenSummary {
    /// Identifies it, for revoking.
    pub id: Uuid,
    /// What it is for.
    pub label: String,
    /// When it was made.
    #[serde(with = "time::serde::rfc3339")]
    pub created_at: OffsetDateTime,
    /// When it was revoked, if it was.
    #[serde(with = "time::serde::rfc3339::option")]
    pub revoked_at: Option<OffsetDateTime>,
}

/// A new upload token: the only time its text is shown.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct NewToken {
    /// The text to put into `PLIMSOLL_TOKEN`.
    pub token: String,
    /// How it is listed from now on.
    pub summary: TokenSummary,
}
