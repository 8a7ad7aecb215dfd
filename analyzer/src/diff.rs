//! What changed between two reports. The parts of a diff add up to its total, a report differs
//! from itself in nothing, and `diff(a, b)` is the negative of `diff(b, a)`.

mod alike;
pub mod cause;
mod content;
mod pairs;
pub(crate) mod rows;

use serde::{Deserialize, Serialize};

/// Version of the shape of [`Diff`] in JSON.
///
/// # History
/// - 1: first form.
/// - 2: symbols that were renamed or moved are one row each (`renamed`, `moved`, `old_name`, `old_section`,
///   `old_crate`, `file`, `old_file`); padding is one row for the whole image.
/// - 3: `growth`.
pub const SCHEMA_VERSION: u32 = 3;

/// Report × report → what grew, shrank, appeared and vanished. Unchanged rows are left out.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct Diff {
    /// The shape of this document, [`SCHEMA_VERSION`].
    pub schema_version: u32,
    /// Rows `flash`, `ram` and `formatting`; always all three.
    pub totals: Vec<Change>,
    /// By region; always every region of either side.
    pub regions: Vec<Change>,
    /// RAM without what is only set aside (`static`), and the same of each region in which something is (`static-RAM`),
    /// where both sides know it.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub static_use: Vec<Change>,
    /// By section, allocated ones only.
    pub sections: Vec<Change>,
    /// By crate (flash and RAM bytes together), with one row `(padding, unattributed)` where what no symbol owns
    /// changed. Together they are the change of flash and RAM.
    pub crates: Vec<Change>,
    /// By symbol, with one row `(padding)` and one `(unattributed)` per section where they changed. Together
    /// they are the change of all sections.
    pub symbols: Vec<Change>,
    /// Which source lines it is due to; absent where only reports are compared, which do not tell.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub growth: Option<cause::Growth>,
}

/// One changed row; biggest absolute change first.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct Change {
    /// What changed.
    pub name: String,
    /// Its name before, where that is another.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub old_name: Option<String>,
    /// Its section, for symbols.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub section: Option<String>,
    /// Its section before, where that is another.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub old_section: Option<String>,
    /// Its crate, for symbols.
    #[serde(default, rename = "crate", skip_serializing_if = "Option::is_none")]
    pub krate: Option<String>,
    /// Its crate before, where that is another.
    #[serde(default, rename = "old_crate", skip_serializing_if = "Option::is_none")]
    pub old_krate: Option<String>,
    /// The source file that it moved to.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub file: Option<String>,
    /// The source file that it moved from.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub old_file: Option<String>,
    /// Size before; absent when new.
    pub old_bytes: Option<u64>,
    /// Size after; absent when gone.
    pub new_bytes: Option<u64>,
    /// `new - old`.
    pub delta_bytes: i64,
    /// The sort of change.
    pub kind: ChangeKind,
}

impl Change {
    /// What it was before, as far as that differs: its name, section, crate and file.
    pub fn origins(&self) -> impl Iterator<Item = &str> {
        let origins = [&self.old_name, &self.old_section, &self.old_krate, &self.old_file];
        origins.into_iter().flatten().map(String::as_str)
    }
}

/// The sort of a change.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[serde(rename_all = "lowercase")]
pub enum ChangeKind {
    /// Bigger than before.
    Grown,
    /// Smaller than before.
    Shrunk,
    /// Not there before.
    New,
    /// No longer there.
    Gone,
    /// The same under another name, whatever its size: the code is alike.
    Renamed,
    /// In another section, crate or source file, whatever its size.
    Moved,
    /// The same size.
    Same,
}
