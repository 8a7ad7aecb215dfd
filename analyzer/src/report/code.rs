//! Rows about source code: what comes from which file and compile unit.

use serde::{Deserialize, Serialize};

/// How much of the code is traced to source lines.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct CodeUse {
    /// Bytes of functions and their literals in sections of code; constants that lie between them are none.
    pub symbol_bytes: u64,
    /// Of these, bytes that come from a known line.
    pub located_bytes: u64,
    /// Of these, bytes without a line.
    pub unlocated_bytes: u64,
}

/// What one compile unit owns.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct UnitUse {
    /// What was compiled, usually a path, shortened as those of files; of Rust the crate's root and
    /// the codegen unit. Names need not differ.
    pub name: String,
    /// `C`, `C++`, `Rust`, `Assembly`, …
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub language: Option<String>,
    /// The compiler and its version.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub producer: Option<String>,
    /// Bytes of its symbols that are stored on the device.
    pub flash_bytes: u64,
    /// Bytes of its symbols that take RAM.
    pub ram_bytes: u64,
}

/// What comes from one source file.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct FileUse {
    /// Its path without what differs between machines: `src/main.rs` from the folder of the program on,
    /// `rust/library/core/src/fmt/mod.rs`, `heapless-0.8.0/src/vec.rs`; the whole path where it is in no
    /// such place, or where two files would look the same.
    pub path: String,
    /// Code bytes whose line is in this file, also where they were inlined elsewhere.
    pub code_bytes: u64,
}
