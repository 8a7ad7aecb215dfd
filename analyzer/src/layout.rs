//! Memory regions: from linker scripts' `MEMORY` blocks, else from the ELF; use per region.

mod canonical;
pub(crate) mod capacity;
pub(crate) mod fragments;
mod infer;
mod kind;
pub mod link_error;
mod linker_script;
pub mod map_file;
pub(crate) mod regions;
pub(crate) mod rows;
pub(crate) mod windows;

pub(crate) use linker_script::{includes, parse};

use std::fmt;

/// A region as a linker script declares it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct MemoryRegion {
    /// `FLASH`.
    pub name: String,
    /// `ORIGIN`.
    pub origin_address: u64,
    /// `LENGTH`.
    pub length_bytes: u64,
    /// The attributes between parentheses, as written, e.g. `rx`; empty if there are none.
    pub attributes: String,
    /// Its other names, from `REGION_ALIAS`.
    pub aliases: Vec<String>,
    /// Where the region is a window on another one's memory: the address there of its first byte, from
    /// `__plimsoll_window_NAME = ADDRESS;`.
    pub shows_address: Option<u64>,
}

/// The linker knows nothing of windows; to it, such a symbol is like any other.
const WINDOW_PREFIX: &str = "__plimsoll_window_";

/// Linker scripts in the order in which the linker gets them, and what they need.
///
/// ```
/// use plimsoll_analyzer::{ScriptFile, Scripts};
///
/// let scripts = Scripts {
///     files: vec![ScriptFile::new("link.x", "INCLUDE memory.x REGION_ALIAS(\"CODE\", FLASH);")],
///     included: vec![ScriptFile::new("memory.x", "MEMORY { FLASH : ORIGIN = 0, LENGTH = kib * 1K }")],
///     symbols: vec![("kib".to_owned(), "512".to_owned())],
/// };
/// let layout = plimsoll_analyzer::parse_layout(&scripts)?;
/// assert_eq!(layout.region("CODE").unwrap().length_bytes, 524_288);
/// # Ok::<(), plimsoll_analyzer::LayoutError>(())
/// ```
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Scripts {
    /// The files given to the linker with `-T`, in order.
    pub files: Vec<ScriptFile>,
    /// The files that those may `INCLUDE`, under the names that the scripts use for them.
    pub included: Vec<ScriptFile>,
    /// What the linker was given with `--defsym`, before the scripts: names and their values, which may
    /// be expressions.
    pub symbols: Vec<(String, String)>,
}

/// The text of a linker script.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct ScriptFile {
    /// For messages, and for `INCLUDE` to find it by. Empty where nobody would know it.
    pub name: String,
    /// The whole text.
    pub text: String,
}

impl ScriptFile {
    /// A file of that name.
    pub fn new(name: impl Into<String>, text: impl Into<String>) -> Self {
        Self { name: name.into(), text: text.into() }
    }
}

/// What linker scripts say about the memories of a device. Printed, it is a linker script again:
/// one that needs no other file.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Layout {
    /// The regions that can hold something, in the order of their first declaration.
    pub regions: Vec<MemoryRegion>,
    /// What was understood all the same, though a linker refuses it or reads it otherwise. Printed, a layout has
    /// none of them.
    pub warnings: Vec<LayoutError>,
}

impl Layout {
    /// The region of that name or alias.
    pub fn region(&self, name: &str) -> Option<&MemoryRegion> {
        self.regions.iter().find(|it| it.name == name || it.aliases.iter().any(|it| it == name))
    }
}

/// A mistake in a linker script and where it stands.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct LayoutError {
    /// Name of the file, where it has one.
    pub file: Option<String>,
    /// From 1.
    pub line: u32,
    /// From 1, in characters.
    pub column: u32,
    /// A lower-case clause.
    pub message: String,
}

impl std::error::Error for LayoutError {}

impl fmt::Display for LayoutError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if let Some(file) = &self.file {
            write!(f, "{file}: ")?;
        }
        write!(f, "line {}, column {}: {}", self.line, self.column, self.message)
    }
}
