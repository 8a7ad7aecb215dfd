//! The source lines behind a reference.

use serde::{Deserialize, Serialize};

use crate::debug::{DebugInfo, Frame, Place};

/// Crates that come with the compiler: a line of theirs is hardly ever what somebody wants to change.
const STANDARD_CRATES: [&str; 5] = ["alloc", "compiler_builtins", "core", "std", "rustc_std_workspace_core"];

/// A line of source code.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct SourceLine {
    /// Path as in [`FileUse::path`](crate::report::FileUse::path).
    pub file: String,
    /// Line in that file.
    pub line: u32,
    /// The function that the line stands in, demangled; absent for data.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub function: Option<String>,
}

/// Where an instruction or a word was written.
#[derive(Debug, Default, PartialEq, Eq)]
pub(super) struct Written {
    /// In whose function the instruction is, inlined or not.
    pub(super) innermost: Option<SourceLine>,
    /// The innermost that is no part of the standard library, where that is another one.
    pub(super) user: Option<SourceLine>,
}

impl Written {
    /// What the instruction at `address` says, or the variable that begins at `owner_address`.
    pub(super) fn find(info: &DebugInfo<'_>, address: u64, owner_address: u64) -> Self {
        let line = |place: &Place, function| {
            Some(SourceLine { file: info.short_path(&place.path), line: place.line?, function })
        };
        let of_frame = |frame: &Frame| line(frame.place.as_ref()?, frame.function.clone());
        let frames = info.frames_at(address);
        let innermost = match frames.first() {
            Some(frame) => of_frame(frame),
            None => info
                .place_at(address)
                .or_else(|| info.variable_at(owner_address))
                .and_then(|it| line(&it, None)),
        };
        let is_standard = |it: &&Frame| it.krate.as_deref().is_some_and(|it| STANDARD_CRATES.contains(&it));
        let user = frames.iter().skip_while(is_standard).find_map(of_frame);
        Self { user: user.filter(|it| innermost.as_ref() != Some(it)), innermost }
    }

    /// The line that somebody can change.
    pub(super) fn blamed(self) -> Option<SourceLine> {
        self.user.or(self.innermost)
    }
}
