//! Explains what an ELF image is made of: bytes in, owned [`Report`] out. No I/O, no printing, no panics.
//!
//! `&[u8]` → `Image` (validated view) → attribution (each byte one owner) → [`Report`] → [`Diff`]
//!
//! Reading headers, sections and symbols is the only step that can fail; everything later
//! answers with what is there and lists oddities as [`report::Warning`]s. The laws that hold for
//! every report are in [`report`].
//!
//! # Limits
//! No allocation is sized by what a header claims. Beyond these bounds a file is refused with
//! [`ErrorKind::TooLarge`]: 262,144 sections, 1,024 segments, 4 PiB of allocated memory, 64 KiB for
//! one symbol's name, 256 MiB for all names of symbols and 32 MiB for those of sections. Names whose
//! demangling would take too much time or memory stay mangled. A script has at most 256 regions.

mod bloat;
pub mod diff;
mod error;
mod image;
mod layout;
mod map;
mod names;
pub mod report;
mod span;

pub use diff::{Change, ChangeKind, Diff};
pub use error::{Error, ErrorKind};
pub use layout::{LayoutError, MemoryRegion};
pub use report::Report;

/// Explains `elf`. With `memory` empty, the regions are inferred from the file.
///
/// ```
/// let error = plimsoll_analyzer::analyze(b"not a firmware", &[]).unwrap_err();
/// assert_eq!(error.to_string(), "file header: not an ELF file: it does not start with 7f 45 4c 46");
/// ```
pub fn analyze(elf: &[u8], memory: &[MemoryRegion]) -> Result<Report, Error> {
    let image = image::Image::parse(elf)?;
    let attribution = map::Attribution::new(&image);
    Ok(report::assemble::report(&image, &attribution, memory))
}

/// Checks that `elf` can be analysed, without doing the work: what it refuses, [`analyze`] refuses.
pub fn check(elf: &[u8]) -> Result<(), Error> {
    image::Image::parse(elf).map(drop)
}

/// Reads the `MEMORY` block of a linker script (the `memory.x` grammar of GNU ld).
///
/// ```
/// let regions = plimsoll_analyzer::parse_memory("MEMORY { RAM : ORIGIN = 0x20000000, LENGTH = 64K }")?;
/// assert_eq!(regions[0].length_bytes, 65_536);
/// # Ok::<(), plimsoll_analyzer::LayoutError>(())
/// ```
pub fn parse_memory(script: &str) -> Result<Vec<MemoryRegion>, LayoutError> {
    layout::parse(script)
}

/// What changed from `old` to `new`.
pub fn diff(old: &Report, new: &Report) -> Diff {
    diff::rows::diff(old, new)
}
