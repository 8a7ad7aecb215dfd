//! Explains what an ELF image is made of: bytes in, owned [`Report`] out. No I/O, no printing, no panics.
//!
//! `&[u8]` → `Image` (validated view) → attribution (each byte one owner) → [`Report`] → [`Diff`]

pub mod diff;
mod error;
mod layout;
pub mod report;

pub use diff::{Change, ChangeKind, Diff};
pub use error::{Error, ErrorKind};
pub use layout::{LayoutError, MemoryRegion};
pub use report::Report;

/// Explains `elf`. With `memory` empty, the regions are inferred from the file.
pub fn analyze(elf: &[u8], memory: &[MemoryRegion]) -> Result<Report, Error> {
    let _ = (elf, memory);
    Err(Error { kind: ErrorKind::NotElf, place: "file header".into(), message: "not an ELF file".into() })
}

/// Checks that `elf` can be analysed, without doing the work: what it refuses, [`analyze`] refuses.
pub fn check(elf: &[u8]) -> Result<(), Error> {
    analyze(elf, &[]).map(drop)
}

/// Reads the `MEMORY` block of a linker script (the `memory.x` grammar of GNU ld).
pub fn parse_memory(script: &str) -> Result<Vec<MemoryRegion>, LayoutError> {
    let _ = script;
    Ok(Vec::new())
}

/// What changed from `old` to `new`.
pub fn diff(old: &Report, new: &Report) -> Diff {
    let _ = (old, new);
    Diff {
        schema_version: report::SCHEMA_VERSION,
        totals: Vec::new(),
        regions: Vec::new(),
        sections: Vec::new(),
        crates: Vec::new(),
        symbols: Vec::new(),
    }
}
