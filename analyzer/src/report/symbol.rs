//! Rows about symbols and crates.

use serde::{Deserialize, Serialize};

/// A symbol that owns bytes, or what owns bytes without one.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct Symbol {
    /// Demangled, without the hash. Of what has no symbol, what it is in words: a text in quotation
    /// marks, `Location src/main.rs:12:5`, `constant of app::main`.
    pub name: String,
    /// As it stands in the symbol table; empty for what is not in there.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub mangled: String,
    /// Bytes it owns; shared bytes belong to the first claim.
    pub size_bytes: u64,
    /// Its address, Thumb bit cleared.
    pub run_address: u64,
    /// Name of its section.
    pub section: String,
    /// The crate (or `C++`) that it comes from, where the name or debug information tells; of what has
    /// no symbol, the crate of the first who refers to it.
    #[serde(rename = "crate")]
    pub krate: Option<String>,
    /// What it is.
    pub kind: SymbolKind,
    /// Who refers to what has no symbol, by address, the first eight: indices into
    /// [`Report::symbols`](super::Report::symbols).
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub referred_by: Vec<usize>,
    /// Its bytes and those of everything that only it leads to: what would go if it went. Absent
    /// where references are not known.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub retained_bytes: Option<u64>,
    /// Of the retained bytes, those that are stored on the device.
    #[serde(default, skip_serializing_if = "is_zero")]
    pub retained_flash_bytes: u64,
    /// Of the retained bytes, those that take RAM. Initial values of `.data` count for both parts.
    #[serde(default, skip_serializing_if = "is_zero")]
    pub retained_ram_bytes: u64,
    /// Whether a root leads to it. Absent where references are not known.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub reachable: Option<bool>,
    /// By what a function can be known again in another build: 8 hexadecimal digits that are equal for
    /// equal code, addresses aside, then 16 of which as many are equal as the code is alike. Absent for
    /// data, short functions, and where no code is decoded; of short functions that the compiler outlined
    /// and numbered, the first 8 alone.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub body: Option<String>,
    /// What a function takes of the stack, those that it calls left out. Absent where that is not known.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub frame_bytes: Option<u64>,
    /// Other names of the same bytes, mangled.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub aliases: Vec<String>,
    /// Where it was written: index into [`Report::files`](super::Report::files).
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub file: Option<usize>,
    /// The line in that file.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub line: Option<u32>,
    /// Its compile unit: index into [`Report::units`](super::Report::units).
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub unit: Option<usize>,
    /// The section and object file that its first byte was linked from, by the linker's map:
    /// `.rodata.str1.1 of libfoo.a(bar.o)`. Absent without a map, and for symbols with a unit.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub linked_from: Option<String>,
}

/// What has bytes: the first three have a symbol, the others were told by content and by who refers
/// to them.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[serde(rename_all = "snake_case")]
pub enum SymbolKind {
    /// `STT_FUNC`, instructions that somebody calls, or what the linker's map says is code.
    Function,
    /// `STT_OBJECT`.
    Data,
    /// A label without a type.
    Label,
    /// A text.
    String,
    /// A `core::panic::Location`: path, line and column.
    Location,
    /// What `format_args!` compiles to: texts and placeholders.
    Template,
    /// Where the branches of a function are.
    SwitchTable,
    /// Addresses: methods of a trait object, texts, and the like.
    PointerTable,
    /// Words that a function loads.
    LiteralPool,
    /// Where hardware looks for handlers.
    VectorTable,
    /// Headers of the file that are loaded with it.
    Header,
    /// What unwinding needs to know about functions.
    Unwind,
    /// Memory set aside for a stack or heap, or left free by the linker script.
    Reservation,
    /// Memory without initial values.
    Variable,
    /// Other data.
    Constant,
}

/// What one crate owns.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct CrateUse {
    /// The crate; `(unknown)` for symbols whose name does not tell, e.g. C and assembly; `(shared by
    /// overlays)` for memory in which several sections take turns, whose symbols count without it.
    pub name: String,
    /// Bytes of its symbols that are stored on the device.
    pub flash_bytes: u64,
    /// Bytes of its symbols that take RAM.
    pub ram_bytes: u64,
    /// How many symbols.
    pub n_symbols: u64,
    /// Of its symbols' bytes, those of code, whoever wrote what was inlined there.
    #[serde(default)]
    pub code_bytes: u64,
    /// Code bytes of anybody's symbols whose innermost inline frame is of this crate; where debug
    /// information does not tell, they count for the symbol's own crate.
    #[serde(default)]
    pub defining_bytes: u64,
    /// Bytes of its symbols and of everything that only they lead to: what would go if the crate
    /// went. Absent where references are not known, and for the smallest of very many crates.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub retained_bytes: Option<u64>,
    /// Of the retained bytes, those that are stored on the device.
    #[serde(default, skip_serializing_if = "is_zero")]
    pub retained_flash_bytes: u64,
    /// Of the retained bytes, those that take RAM. Initial values of `.data` count for both parts.
    #[serde(default, skip_serializing_if = "is_zero")]
    pub retained_ram_bytes: u64,
}

#[expect(clippy::trivially_copy_pass_by_ref, reason = "serde passes fields so")]
pub(super) fn is_zero(number: &u64) -> bool {
    *number == 0
}
