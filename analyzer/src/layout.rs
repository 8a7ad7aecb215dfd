//! Memory regions: from a linker script's `MEMORY` block, else from the ELF; use per region.

pub(crate) mod fragments;
mod infer;
mod kind;
mod linker_script;
pub(crate) mod regions;

pub(crate) use linker_script::parse;

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
}

/// A mistake in a linker script and where it stands.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("line {line}, column {column}: {message}")]
pub struct LayoutError {
    /// From 1.
    pub line: u32,
    /// From 1, in characters.
    pub column: u32,
    /// A lower-case clause.
    pub message: String,
}
