//! Linker maps (`-Map`) of GNU ld and lld: which object each piece of a section came from.
//!
//! Maps are made for people and differ from version to version; whatever is not understood is
//! stepped over. Only a text that is no map at all is refused.
//!
//! # Limits
//! Time grows with the map's length only; names are borrowed from it. Beyond 1,048,576 pieces, 65,536
//! sections or 1,024 regions a map is cut, and [`MapFile::n_left_out`] says by how much.

mod gnu;
mod lld;

use crate::MemoryRegion;

const MAX_PIECES: usize = 1 << 20;
const MAX_SECTIONS: usize = 1 << 16;
const MAX_REGIONS: usize = 1 << 10;

/// What a linker map says.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct MapFile<'text> {
    /// Who wrote it.
    pub linker: MapLinker,
    /// The memories, from GNU ld only, without the linker's own `*default*`.
    pub memory: Vec<MemoryRegion>,
    /// The sections of the image, in the map's order; those without an address (debug information) too.
    pub sections: Vec<MapSection<'text>>,
    /// What the linker left out of the image, from GNU ld only.
    pub discarded: Vec<MapPiece<'text>>,
    /// How many lines lie beyond the limits.
    pub n_left_out: usize,
}

/// The linkers whose maps are understood.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum MapLinker {
    /// GNU ld; also gold, as far as it writes the same.
    Gnu,
    /// LLVM's lld, which is Rust's `rust-lld` too.
    Lld,
}

/// A section of the image.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct MapSection<'text> {
    /// `.text`.
    pub name: &'text str,
    /// Where it runs.
    pub address: u64,
    /// Where it is stored, if the map says elsewhere, as GNU ld does of sections without content too.
    pub load_address: Option<u64>,
    /// Its size.
    pub size_bytes: u64,
    /// What it is made of, in the map's order.
    pub pieces: Vec<MapPiece<'text>>,
}

/// A piece of a section.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct MapPiece<'text> {
    /// Where it runs.
    pub address: u64,
    /// Its size.
    pub size_bytes: u64,
    /// Where it came from.
    pub origin: MapOrigin<'text>,
}

/// Where a piece came from.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum MapOrigin<'text> {
    /// A section of an object file.
    Input {
        /// `.text.main`.
        section: &'text str,
        /// The object, or the archive that holds it; also `linker stubs` and `<internal>`.
        file: &'text str,
        /// The object inside of the archive.
        member: Option<&'text str>,
    },
    /// Filler, from alignment or from the script moving the address along.
    Fill,
    /// Data that the script itself places: `LONG 0x1234`.
    Script {
        /// The command.
        command: &'text str,
    },
}

/// Why a text is no linker map.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("neither a map of GNU ld nor one of lld: {message}")]
pub struct MapError {
    /// A lower-case clause.
    pub message: String,
}

/// Reads a linker map.
///
/// ```
/// let map = plimsoll_analyzer::map_file::parse("
///  VMA      LMA     Size Align Out     In      Symbol
///  8000000  8000000    4     4 .text
///  8000000  8000000    4     4         libboot.a(start.o):(.text.reset)
/// ").unwrap();
/// assert_eq!((map.sections[0].name, map.sections[0].pieces[0].size_bytes), (".text", 4));
/// ```
pub fn parse(text: &str) -> Result<MapFile<'_>, MapError> {
    let mut map = if let Some(columns) = lld_columns(text) {
        lld::parse(text, columns)
    } else if has_gnu_heading(text) {
        gnu::parse(text)
    } else {
        return Err(MapError { message: "it has none of their headings".into() });
    };
    map.sections.iter_mut().for_each(clip);
    if map.linker == MapLinker::Lld {
        map.sections.iter_mut().for_each(lld::fill_gaps);
    }
    Ok(map)
}

/// Whether [`parse`] reads a text that begins so.
pub(crate) fn is_map(text: &str) -> bool {
    lld_columns(text).is_some() || has_gnu_heading(text)
}

fn lld_columns(text: &str) -> Option<lld::Columns> {
    text.lines().take(64).find_map(lld::Columns::of_header)
}

fn has_gnu_heading(text: &str) -> bool {
    text.lines().any(|it| gnu::HEADINGS.contains(&it.trim_end()))
}

/// Of strings that it has merged with others, GNU ld lists the size before, so that pieces seem to overlap.
fn clip(section: &mut MapSection<'_>) {
    let mut limit = section.address.saturating_add(section.size_bytes);
    for piece in section.pieces.iter_mut().rev() {
        if let Some(room_bytes) = limit.checked_sub(piece.address) {
            piece.size_bytes = piece.size_bytes.min(room_bytes);
            limit = piece.address;
        }
    }
}

impl<'text> MapFile<'text> {
    fn new(linker: MapLinker) -> Self {
        let (memory, sections, discarded) = Default::default();
        Self { linker, memory, sections, discarded, n_left_out: 0 }
    }

    fn add_section(&mut self, section: MapSection<'text>) {
        if self.sections.len() < MAX_SECTIONS {
            self.sections.push(section);
        } else {
            self.n_left_out += 1;
        }
    }
}

/// `libc.a(memcpy.o)` is a member of an archive, `main.o` a file.
fn input<'text>(section: &'text str, file: &'text str) -> MapOrigin<'text> {
    let archive = file.strip_suffix(')').and_then(|it| it.rsplit_once('('));
    match archive.filter(|(archive, member)| !archive.is_empty() && !member.is_empty()) {
        Some((file, member)) => MapOrigin::Input { section, file, member: Some(member) },
        None => MapOrigin::Input { section, file, member: None },
    }
}

fn hexadecimal(text: &str) -> Option<u64> {
    u64::from_str_radix(text, 16).ok()
}
