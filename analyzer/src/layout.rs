//! Memory regions: from linker scripts' `MEMORY` blocks, else from the ELF; use per region.

mod canonical;
pub(crate) mod capacity;
pub(crate) mod fragments;
mod infer;
mod kind;
pub mod link_error;
mod linker_script;
pub mod map_file;
mod mistake;
pub(crate) mod regions;
pub(crate) mod rows;
mod vendor_script;
pub(crate) mod windows;

use std::fmt;

use vendor_script::Grammar;

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

impl MemoryRegion {
    fn is_at_place_of(&self, other: &Self) -> bool {
        (self.origin_address, self.length_bytes) == (other.origin_address, other.length_bytes)
    }
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
    /// Adds what other scripts say. A region of the same place is the same one; of two with one name the second counts.
    fn add(&mut self, other: Self) {
        self.warnings.extend(other.warnings);
        for mut region in other.regions {
            self.regions.retain(|it| it.name != region.name || it.is_at_place_of(&region));
            for known in &mut self.regions {
                known.aliases.retain(|it| *it != region.name && !region.aliases.contains(it));
            }
            region.aliases.retain(|it| self.regions.iter().all(|known| known.name != *it));
            match self.regions.iter_mut().find(|it| it.is_at_place_of(&region)) {
                Some(known) => {
                    let names = region.aliases.into_iter().chain([region.name]);
                    let others = names.filter(|it| *it != known.name).collect::<Vec<_>>();
                    known.aliases.extend(others);
                }
                None => self.regions.push(region),
            }
        }
    }

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

/// Reads scripts, each in its own grammar: those of one grammar together, Embedded Studio's projects first, since their
/// segments are what SEGGER's configurations call regions.
pub(crate) fn parse(scripts: &Scripts) -> Result<Layout, LayoutError> {
    let grammar = |it: &ScriptFile| Grammar::of(&it.name, &it.text);
    let mut files: Vec<(Grammar, usize)> = scripts.files.iter().map(grammar).zip(0..).collect();
    files.sort_unstable();
    if files.is_empty() {
        return linker_script::parse(scripts, &[]);
    }
    let mut layout = Layout::default();
    for group in files.chunk_by(|a, b| a.0 == b.0) {
        let files: Vec<usize> = group.iter().map(|it| it.1).collect();
        let read = match group[0].0 {
            Grammar::Gnu => linker_script::parse(scripts, &files)?,
            grammar => vendor_script::parse(scripts, (grammar, &files), &layout.regions)?,
        };
        // One grammar alone may say of two regions that they are in one place.
        if layout.regions.is_empty() { layout = read } else { layout.add(read) }
    }
    Ok(layout)
}

/// The files that a script includes.
pub(crate) fn includes(script: &ScriptFile) -> Vec<String> {
    match Grammar::of(&script.name, &script.text) {
        Grammar::Gnu => linker_script::includes(&script.text),
        grammar => vendor_script::includes(grammar, &script.text),
    }
}
