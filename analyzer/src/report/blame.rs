//! Rows about formatting and panics: what they cost, and which source lines are to blame.

use serde::{Deserialize, Serialize};

/// The formatting machinery in the image, and who asked for it.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct Formatting {
    /// Own bytes of the symbols below. A lower bound: what they pull in is not counted.
    pub total_bytes: u64,
    /// The same with everything that only these symbols lead to. Absent where references are not known.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub retained_bytes: Option<u64>,
    /// Indices into [`Report::symbols`](super::Report::symbols), in that order.
    pub symbols: Vec<usize>,
    /// Of the own bytes, those that only serve floating-point numbers.
    #[serde(default)]
    pub float_bytes: u64,
    /// Who asked for it; absent where references or source lines are not known.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub blame: Option<Blame>,
}

/// The panic machinery in the image, and who may panic.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct Panics {
    /// Own bytes of the symbols below, and of the messages, locations and paths.
    pub total_bytes: u64,
    /// Bytes of the symbols with everything that only these lead to. Absent where references are not known.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub retained_bytes: Option<u64>,
    /// Indices into [`Report::symbols`](super::Report::symbols), in that order.
    pub symbols: Vec<usize>,
    /// Texts that only the symbols above refer to. A lower bound: a message that somebody passes to
    /// them counts for the line in `blame`. 0, as the next three, where references are not known.
    pub message_bytes: u64,
    /// `core::panic::Location` records: path, line and column.
    pub location_bytes: u64,
    /// Paths of source files that only such records name.
    pub path_bytes: u64,
    /// How many such records.
    pub n_locations: u64,
    /// Who may panic; absent where references or source lines are not known.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub blame: Option<Blame>,
}

/// What one sort of machinery costs, by those who ask for it.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct Blame {
    /// What removing all of the lines together saves at least.
    pub saves_at_least_bytes: u64,
    /// Source lines outside of the standard library, the most saving first; ties by file and line.
    pub lines: Vec<BlamedLine>,
    /// How many more lines there are, beyond what is listed or worked out; they are in the sums.
    #[serde(default, skip_serializing_if = "is_zero")]
    pub n_lines_left_out: u64,
    /// Sums over the lines of each crate, removed together; the most saving first.
    pub crates: Vec<BlamedCrate>,
}

/// What C or C++ ask a library for: `printf`, `malloc`, streams.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct ServiceUse {
    /// In words: `` `printf` with floats ``.
    pub name: String,
    /// Bytes of the functions that are known by their names; what these lead to is in the blame.
    pub total_bytes: u64,
    /// Those functions, the biggest first: indices into [`Report::symbols`](super::Report::symbols).
    pub symbols: Vec<usize>,
    /// Who asks for it, lines of libraries left out.
    pub blame: Blame,
}

/// A source line that formats or can panic.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct BlamedLine {
    /// Path as in [`FileUse::path`](super::FileUse::path).
    pub file: String,
    /// Line in that file.
    pub line: u32,
    /// The crate that the line belongs to.
    #[serde(default, rename = "crate", skip_serializing_if = "Option::is_none")]
    pub krate: Option<String>,
    /// The function that the line stands in, demangled.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub function: Option<String>,
    /// What removing this line alone saves at least: its own instructions and constants, and what
    /// nothing else leads to.
    pub saves_at_least_bytes: u64,
    /// Of what it leads to, the machinery that other lines keep alive too.
    pub shared_bytes: u64,
}

/// What one crate's lines cost together.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct BlamedCrate {
    /// The crate.
    pub name: String,
    /// How many of its lines are in the list.
    pub n_lines: u64,
    /// What removing all of its lines saves at least.
    pub saves_at_least_bytes: u64,
}

/// A helper that the compiler calls on its own account: division, floating point, copying.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct HelperUse {
    /// Index into [`Report::symbols`](super::Report::symbols).
    pub symbol: usize,
    /// What it is for: `64-bit division`, `single-precision floating point`, `copying memory`, …
    pub purpose: String,
    /// Who needs it, other helpers left out, the biggest first, at most 64: indices into
    /// [`Report::symbols`](super::Report::symbols).
    pub used_by: Vec<usize>,
    /// How many more need it.
    #[serde(default, skip_serializing_if = "is_zero")]
    pub n_left_out: u64,
}

#[expect(clippy::trivially_copy_pass_by_ref, reason = "serde passes references")]
fn is_zero(number: &u64) -> bool {
    *number == 0
}
