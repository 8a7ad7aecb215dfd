//! Sections and segments as the report shows them.

use serde::{Deserialize, Serialize};

/// One section, or one load segment of a file that has no section headers.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct Section {
    /// Its name; `segment N` for a segment in place of sections, `segment N (zeroed)` for the part
    /// of it that is not stored.
    pub name: String,
    /// What it holds.
    pub kind: SectionKind,
    /// Bytes in memory (allocated) or in the file (not allocated).
    pub size_bytes: u64,
    /// Where it runs (VMA); usually 0 for sections that are not allocated.
    pub run_address: u64,
    /// Where it is stored (LMA); absent when nothing is stored (NOBITS or not allocated).
    pub load_address: Option<u64>,
    /// Required alignment, at least 1.
    pub align_bytes: u64,
    /// Whether it takes memory on the device.
    pub allocated: bool,
    /// Whether that memory holds something, is set aside, or is only stepped over.
    #[serde(default)]
    pub role: SectionRole,
    /// Bytes of its rows in [`Report::symbols`](super::Report::symbols); 0 when not allocated.
    pub symbol_bytes: u64,
    /// Alignment filler; 0 when not allocated.
    pub padding_bytes: u64,
    /// Bytes of which nobody knows what they are; 0 when not allocated.
    pub unattributed_bytes: u64,
}

/// What a section holds.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[serde(rename_all = "lowercase")]
pub enum SectionKind {
    /// Executable instructions.
    Code,
    /// Constants.
    Rodata,
    /// Writable, with initial values.
    Data,
    /// Writable, without a byte in the file.
    Bss,
    /// Debug information.
    Debug,
    /// Everything else.
    Other,
}

/// What the memory of a section is for.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[serde(rename_all = "lowercase")]
pub enum SectionRole {
    /// Code or data.
    #[default]
    Content,
    /// Set aside for a stack or heap: counts as used RAM, and hides how much of it is needed.
    Reservation,
    /// Only moves the address along (`.flash_rodata_dummy`) or is a template without memory of its
    /// own (`.tbss`): takes nothing, whatever its size says.
    Filler,
}

/// A program header.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct Segment {
    /// `load`, `dynamic`, `note`, … or `type 0x…`.
    pub kind: String,
    /// `p_vaddr`.
    pub run_address: u64,
    /// `p_paddr`.
    pub load_address: u64,
    /// `p_filesz`.
    pub file_bytes: u64,
    /// `p_memsz`.
    pub memory_bytes: u64,
    /// `r`, `w`, `x` or `-` each.
    pub flags: String,
}
