//! The owned result of an analysis: flat tables that add up, serialisable, versioned.
//!
//! # Laws
//! - `region.used_bytes = Σ region.parts.bytes`
//! - `section.size_bytes = symbol_bytes + padding_bytes + unattributed_bytes` for each section
//!   that is allocated; the same for `used_bytes` of a region.
//! - Over the image the three add up to the sizes of all allocated sections, each once, and the filler
//!   between them.
//! - `used_bytes = reserved_bytes + static_bytes` of each region, and `ram_bytes = reserved_bytes + static_ram_bytes` of
//!   the totals.
//! - A part lies in the region where it begins, and `overflow_bytes` is how far the last one runs over the region's end.
//!   A region that `contains` others has their parts, too.
//! - `totals.flash_bytes` is the sum of the stored parts of all regions, and `totals.ram_bytes` of those that run
//!   in RAM, each once however many regions contain it; filler belongs to what is on both sides of it. So where nothing but stored bytes lies in one region, its
//!   `used_bytes` are the total. What windows show twice counts once.
//! - The crates' `flash_bytes` and `ram_bytes` add up to at most the totals; the rest is padding, or
//!   nobody's. Memory that overlays take turns in is one row of them, and its owners' rows leave it out.
//! - `section.symbol_bytes` is the sum of the `size_bytes` of its rows in `symbols`, which are symbols and
//!   what has bytes without one.
//! - What is [`outside`](Report::outside) has no part in any of these sums.
//! - The bytes of the file that load segments hold are those of regions and `totals.loader_only_bytes`: each is in a
//!   section (what lies between two sections has one, and where an operating system maps the file, headers too), in the
//!   filler that aligns one, or beside all sections of its segment. Section and program headers that contradict each
//!   other are taken as they are.
//! - Over the crates, the sums of `code_bytes` and of `defining_bytes` are both `code.symbol_bytes`;
//!   so is `code.located_bytes + code.unlocated_bytes`. Over the files, the sum of `code_bytes` is
//!   `code.located_bytes`.
//! - `symbol.retained_bytes ≥ symbol.size_bytes`, and at most the sum of its parts in flash and in RAM,
//!   each of which is at most the whole; `reachable_bytes + unreachable_bytes` of the graph are
//!   the bytes of symbols and of anonymous data, each once.
//! - No number is negative and no byte has two owners. Where the addresses of sections overlap, a
//!   region counts each byte once, for the section that comes first by address.

pub(crate) mod anonymous;
pub(crate) mod assemble;
mod blame;
mod code;
mod duplicates;
mod insight;
mod machinery;
pub(crate) mod memory_use;
mod outside;
mod panic_data;
pub(crate) mod retained;
mod section;
mod source;
mod stack;
mod symbol;
mod unflashed;

pub use blame::{Blame, BlamedCrate, BlamedLine, Formatting, HelperUse, Panics, ServiceUse};
pub use code::{CodeUse, FileUse, UnitUse};
pub use duplicates::{DuplicateText, Family, IdenticalBodies};
pub use insight::{Certainty, Insight};
pub use outside::{AbsoluteSymbols, DefmtIndex, Outside, OutsideSymbol};
pub use section::{Section, SectionKind, SectionRole, Segment};
pub use stack::{
    FrameSource, Headroom, StackDoubt, StackFrame, StackRoot, StackRootKind, StackUse, UnknownCalls,
    UnresolvedRoot,
};
pub use symbol::{CrateUse, Symbol, SymbolKind};

use serde::{Deserialize, Serialize};

use crate::graph::GraphSummary;

/// Version of the shape of [`Report`] in JSON.
///
/// # History
/// - 1: first form.
/// - 2: source files, lines and compile units of symbols, defining crates; `graph`, and who retains how
///   much: `retained_bytes` and `reachable` of symbols, `retained_bytes` of crates. Everything new is
///   absent or empty in older documents.
/// - 3: rows without a symbol (texts, locations, tables, …) in `symbols`; blame for formatting and panics,
///   helpers, families, identical bodies, duplicated texts, stack, insights; retained bytes by the memory
///   that they take; symbols outside of the image; regions that are neither
///   flash nor RAM.
/// - 4: a section that runs over the end of a region counts there alone (`overflow_bytes`, `overwrites`), regions around
///   others have what lies in those (`contains`); static use (`static_bytes`, `static_ram_bytes`, `reserved_bytes`), and
///   more stacks and heaps are told apart; capacity from the linker's map and from the file itself;
///   what only a loader of whole segments writes is in no total (`loader_only_bytes`); `services`; threads and the room
///   of stacks; constants among code are no code.
pub const SCHEMA_VERSION: u32 = 4;

/// What static use is called in lists of figures: the RAM of the image without what is only set aside.
pub const STATIC: &str = "static";

/// What the static use of a region is called there: `static-RAM`.
pub fn static_name(region: &str) -> String {
    format!("{STATIC}-{region}")
}

/// Everything that is known about one ELF image. Sizes are bytes, addresses are as linked.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct Report {
    /// The shape of this document, see [`SCHEMA_VERSION`].
    pub schema_version: u32,
    /// What the ELF header says.
    pub header: Header,
    /// The figures people ask for first.
    pub totals: Totals,
    /// Memory regions, in the order of the linker script, or by address where they are inferred.
    pub regions: Vec<Region>,
    /// Sections in file order; for a file without section headers, its load segments.
    pub sections: Vec<Section>,
    /// Program segments in file order.
    pub segments: Vec<Segment>,
    /// Symbols that own bytes, and what owns bytes without one, biggest first; ties by name.
    pub symbols: Vec<Symbol>,
    /// Bytes per crate, biggest first; ties by name.
    pub crates: Vec<CrateUse>,
    /// How much of the code is traced to source lines; all of it unlocated without DWARF.
    #[serde(default)]
    pub code: CodeUse,
    /// Compile units that own symbols, biggest first; ties by name. Empty without DWARF.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub units: Vec<UnitUse>,
    /// Source files that code or symbols come from, most code first; ties by path. Empty without DWARF.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub files: Vec<FileUse>,
    /// What formatting (`core::fmt` and friends) costs.
    pub formatting: Formatting,
    /// What panicking costs.
    #[serde(default)]
    pub panics: Panics,
    /// What lines of C and C++ ask their libraries for, the most saving first; empty without DWARF.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub services: Vec<ServiceUse>,
    /// Helpers that the compiler calls on its own account, and who needs them; biggest first.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub helpers: Vec<HelperUse>,
    /// Generic functions with several instances, the most saving first.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub families: Vec<Family>,
    /// Functions whose bytes do the same, the most saving first.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub identical_bodies: Vec<IdenticalBodies>,
    /// Texts that stand in the image several times, the most saving first.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub duplicate_texts: Vec<DuplicateText>,
    /// What the stack needs at worst; absent where that is not known.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub stack: Option<StackUse>,
    /// Advice, the most saving first. Two pieces may be about the same bytes: they do not add up.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub insights: Vec<Insight>,
    /// Symbols that own no byte of the image: absolute ones, such as functions in a mask ROM, and what
    /// only numbers log messages.
    #[serde(default, skip_serializing_if = "Outside::is_empty")]
    pub outside: Outside,
    /// Who refers to whom, in figures; absent where that is not known.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub graph: Option<GraphSummary>,
    /// What was odd about the file and did not stop the analysis.
    pub warnings: Vec<Warning>,
}

/// The ELF header, in words.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct Header {
    /// 32 or 64.
    pub class_bits: u8,
    /// Byte order of the target.
    pub endianness: Endianness,
    /// The machine's usual name (`arm`, `riscv`, `xtensa`, …), or `machine 0x1234`.
    pub machine: String,
    /// `e_machine`.
    pub machine_code: u16,
    /// `executable`, `shared`, `relocatable`, `core` or `type 0x…`.
    pub kind: String,
    /// `e_entry`, Thumb bit included.
    pub entry_address: u64,
    /// `e_flags`.
    pub flags: u32,
}

/// Byte order.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[serde(rename_all = "lowercase")]
pub enum Endianness {
    /// Least significant byte first.
    Little,
    /// Most significant byte first.
    Big,
}

/// Sums over the image.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct Totals {
    /// Bytes that are stored on the device (by load address): code, constants, initial values of
    /// `.data`. What Espressif's boot loader copies to RAM before the program starts (`.iram0.text`) counts, and the
    /// filler that aligns one such section behind another; what is otherwise loaded to RAM does not.
    pub flash_bytes: u64,
    /// Bytes of RAM that are taken at run time (by run address): `.data`, `.bss`, code that runs in
    /// RAM, reservations, and the filler that aligns one of them behind another.
    pub ram_bytes: u64,
    /// Of the bytes of RAM, those that are only set aside for stacks and heaps.
    #[serde(default)]
    pub reserved_bytes: u64,
    /// *Static use*: the bytes of RAM without the reserved ones. A heap that takes the rest of RAM makes `ram_bytes` say
    /// nothing; this still does. Absent in reports before version 4.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub static_ram_bytes: Option<u64>,
    /// Allocated bytes of the rows in [`Report::symbols`], each byte once.
    pub symbol_bytes: u64,
    /// Alignment filler, inside of sections and between them.
    pub padding_bytes: u64,
    /// Allocated bytes of which nobody knows what they are.
    pub unattributed_bytes: u64,
    /// Bytes of load segments that are in no section of firmware, before the first one or behind the last: headers
    /// and what is between them and the first section. They are in no other figure: `objcopy -O binary` leaves them out;
    /// a loader of segments such as OpenOCD writes them.
    #[serde(default)]
    pub loader_only_bytes: u64,
}

/// A memory of the device and how full it is.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct Region {
    /// Name in the linker script (`FLASH`), or `flash`/`ram` plus a number where inferred.
    pub name: String,
    /// Its other names in the linker script.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub aliases: Vec<String>,
    /// What it is used for here.
    pub kind: RegionKind,
    /// First address.
    pub origin_address: u64,
    /// Capacity; unknown where the region is inferred from the ELF.
    pub length_bytes: Option<u64>,
    /// Bytes in use, `.data` counted both where it is stored and where it runs.
    pub used_bytes: u64,
    /// Of the used bytes, those that are only set aside for a stack or heap. A stack that fills the
    /// rest of RAM makes `used_bytes` say nothing; the difference still does.
    #[serde(default)]
    pub reserved_bytes: u64,
    /// *Static use*: the used bytes without the reserved ones. Absent in reports before version 4.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub static_bytes: Option<u64>,
    /// By how much what begins in this region runs over its end. Then the region is too small, however few bytes the
    /// sections in it have: there may be holes between them.
    #[serde(default, skip_serializing_if = "symbol::is_zero")]
    pub overflow_bytes: u64,
    /// The regions that what runs over the end lies in, in the order of the script.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub overwrites: Vec<String>,
    /// The regions that lie in this one. Their parts are parts of this one, too.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub contains: Vec<String>,
    /// Regions that show the same memory at other addresses.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub windows: Vec<String>,
    /// Bytes of this region's memory that are in use through those.
    #[serde(default, skip_serializing_if = "symbol::is_zero")]
    pub used_elsewhere_bytes: u64,
    /// Of the used bytes, those of the rows in [`Report::symbols`].
    pub symbol_bytes: u64,
    /// Of the used bytes, alignment filler (also between sections).
    pub padding_bytes: u64,
    /// Of the used bytes, those of which nobody knows what they are.
    pub unattributed_bytes: u64,
    /// Whether the region was written down or guessed.
    pub source: RegionSource,
    /// Who uses it, by address.
    pub parts: Vec<RegionPart>,
}

impl Region {
    /// What a capacity or a budget is compared with: the bytes in use or, where something runs over the end, all from the
    /// region's begin up to there. Linkers count holes, too.
    pub fn needed_bytes(&self) -> u64 {
        match (self.overflow_bytes, self.length_bytes) {
            (1.., Some(length_bytes)) => {
                self.used_bytes.max(length_bytes.saturating_add(self.overflow_bytes))
            }
            _ => self.used_bytes,
        }
    }
}

impl Report {
    /// Static use by name: `static` of the image, `static-RAM` of a region. Empty in reports that do not know it.
    pub fn static_use(&self) -> Vec<(String, u64)> {
        let of_image = self.totals.static_ram_bytes.map(|it| (STATIC.to_owned(), it));
        let of_regions = self.regions.iter().filter_map(|it| Some((static_name(&it.name), it.static_bytes?)));
        of_image.into_iter().chain(of_regions).collect()
    }
}

/// What a region is used for.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[serde(rename_all = "lowercase")]
pub enum RegionKind {
    /// Holds its content without power: what is written when flashing.
    Flash,
    /// Written at run time.
    Ram,
    /// Neither, and in no total: EEPROM and fuses of AVR.
    Other,
}

/// Where a region comes from.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[serde(rename_all = "snake_case")]
pub enum RegionSource {
    /// A `MEMORY` block.
    LinkerScript,
    /// The "Memory Configuration" of the linker's map.
    LinkerMap,
    /// What the file says of its device: AVR's `.note.gnu.avr.deviceinfo`.
    DeviceInfo,
    /// The ELF's segments.
    Inferred,
}

/// Bytes of one section in one region.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct RegionPart {
    /// The section's name, or `(alignment)` for filler between two sections.
    pub section: String,
    /// First address in this region.
    pub address: u64,
    /// Size in this region.
    pub bytes: u64,
    /// Whether the section is stored here or runs here (both: `run`).
    pub view: View,
}

/// The two addresses of a section.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[serde(rename_all = "lowercase")]
pub enum View {
    /// Stored at this address until start-up copies it (LMA).
    Load,
    /// Used at this address (VMA).
    Run,
}

/// Something odd that did not stop the analysis.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct Warning {
    /// Where, e.g. `symbol table entry 812`.
    pub place: String,
    /// What, a lower-case clause.
    pub message: String,
}
