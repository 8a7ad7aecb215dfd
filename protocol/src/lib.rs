//! What client and server say to each other: names that are checked at the door, requests, answers, paths.
//!
//! `plimsoll upload` sends a [`NewBuild`] and an ELF, with its linker's map where there is one, to [`paths::builds`] and gets a [`BuildAnswer`]. Where
//! no ELF came to be, since a region was too small, the [`NewBuild`] says so in a [`LinkFailure`].
//! Every refusal is a [`Problem`]. All types are JSON; unknown fields are ignored, so that an old
//! client can talk to a new server.

pub mod answer;
pub mod budget;
pub mod link;
pub mod names;
pub mod paths;
pub mod upload;
pub mod verdict;

pub use answer::{
    Baseline, BuildAnswer, BuildState, BuildSummary, Delta, Figures, NewToken, Problem, ProjectSummary,
    TokenSummary,
};
pub use budget::{Budget, ByteCount, ByteCountError};
pub use link::{LinkFailure, OverflowBound, PlacedObject, PlacedSection, RegionOverflow};
pub use names::{CommitId, NameError, ProjectName, TargetName};
pub use upload::{MemoryScript, NewBuild, PullRequest};
pub use verdict::{JudgedImage, JudgedRegion, Overflow, Verdict};
