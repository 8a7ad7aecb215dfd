//! A build: one target at one commit.

use plimsoll_protocol::{Budget, BuildState, CommitId, Figures, LinkFailure, Overflow, TargetName};
use time::OffsetDateTime;
use uuid::Uuid;

/// A file in the blob store.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct StoredFile {
    /// SHA-256 of its content.
    pub sha256: Vec<u8>,
    /// Size of that, uncompressed.
    pub n_bytes: u64,
}

/// What is known about a build, its report and ancestry apart.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Build {
    /// Identifies it within its project.
    pub build_id: Uuid,
    /// Identifies its target.
    pub target_id: Uuid,
    /// Its configuration.
    pub target: TargetName,
    /// What was built.
    pub commit: CommitId,
    /// Where from; absent for a detached head.
    pub branch: Option<String>,
    /// Of which pull request.
    pub pull_request: Option<u32>,
    /// Where the pull request wants to go.
    pub base_branch: Option<String>,
    /// Who.
    pub author: Option<String>,
    /// First line of the message.
    pub message: Option<String>,
    /// When it was committed.
    pub committed_at: OffsetDateTime,
    /// When it arrived here.
    pub uploaded_at: OffsetDateTime,
    /// Whether the work tree had uncommitted changes.
    pub is_dirty: bool,
    /// The CI run that built it.
    pub ci_url: Option<String>,
    /// The linker script's name.
    pub memory_path: Option<String>,
    /// The ELF; an empty file where the build did not link.
    pub elf: StoredFile,
    /// The linker's map, where one was sent.
    pub map: Option<StoredFile>,
    /// Why there is no ELF: the linker's words.
    pub link_failure: Option<LinkFailure>,
    /// How far it has come.
    pub state: BuildState,
    /// Why it failed.
    pub failure: Option<String>,
    /// Its totals, once measured.
    pub figures: Option<Figures>,
    /// What it is compared with.
    pub baseline_build_id: Option<Uuid>,
    /// How many unmeasured commits lie between.
    pub commits_behind: Option<u32>,
}

/// What measuring a build takes.
#[derive(Debug, Clone)]
pub struct Recipe {
    /// Its project.
    pub project_id: Uuid,
    /// Identifies it within its project.
    pub build_id: Uuid,
    /// Identifies its target.
    pub target_id: Uuid,
    /// What was built.
    pub commit: String,
    /// Where to look for the baseline, nearest first.
    pub ancestry: Vec<String>,
    /// When it was committed.
    pub committed_at: OffsetDateTime,
    /// Whether it belongs to the default branch's history: built from a clean tree on that branch, for
    /// no pull request. Only such builds set budgets, open alerts and resolve them.
    pub is_mainline: bool,
    /// The linker script.
    pub memory_text: Option<String>,
    /// Limits that came with the upload.
    pub budgets: Vec<Budget>,
    /// The ELF; an empty file where the build did not link.
    pub elf: StoredFile,
    /// The linker's map, where one was sent.
    pub map: Option<StoredFile>,
    /// Why there is no ELF: the linker's words.
    pub link_failure: Option<LinkFailure>,
}

/// A figure that graphs and tables of many builds need.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Measurement {
    /// Region, section or static use.
    pub kind: MeasurementKind,
    /// Its name.
    pub name: String,
    /// How much is used.
    pub value_bytes: u64,
    /// Capacity, of a region where known.
    pub length_bytes: Option<u64>,
    /// What does not fit into a region.
    pub overflow: Overflow,
}

/// What is measured.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum MeasurementKind {
    /// A memory region.
    Region,
    /// An allocated section.
    Section,
    /// Use without what is only set aside, of the image (`static`) or a region (`static-RAM`).
    Static,
}

impl MeasurementKind {
    /// As it is stored.
    pub fn as_str(self) -> &'static str {
        match self {
            MeasurementKind::Region => "region",
            MeasurementKind::Section => "section",
            MeasurementKind::Static => "static",
        }
    }
}

/// A build's state as it is stored.
pub fn state_from_stored(text: &str) -> BuildState {
    match text {
        "measured" => BuildState::Measured,
        "failed" => BuildState::Failed,
        "unlinked" => BuildState::Unlinked,
        _ => BuildState::Queued,
    }
}
