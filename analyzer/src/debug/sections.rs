//! The debug sections of an image: found by name, decompressed within bounds.

use std::borrow::Cow;

use gimli::{DwarfSections, EndianSlice, RunTimeEndian, SectionId};
use object::read::{CompressedData, CompressionFormat};

use super::split::Halves;
use super::unlinked::Bases;
use super::{Dwarf, Slice, partial};
use crate::image::{Image, ImageSection, ImageSymbol};
use crate::isa::Machine;
use crate::report::{Endianness, SymbolKind, Warning};
use crate::span::Span;

/// All decompressed sections together: a small file may claim to unpack to any size. Debug information
/// shrinks to a third or a quarter, so twenty times the file is far more than an honest one needs.
const MAX_UNPACKED_BYTES: u64 = 1 << 30;
const UNPACKED_PER_BYTE: u64 = 20;
/// Small files may always have that much.
const FREE_UNPACKED_BYTES: u64 = 1 << 26;

/// What a byte can unpack to at most: deflate needs two bits for 258 bytes (RFC 1951), Zstandard four bytes
/// for a block of 128 KiB that is one byte again and again (RFC 8878).
const DEFLATE_RATIO: u64 = 1032;
const ZSTANDARD_RATIO: u64 = 32_768;

/// What is read from one end to the other.
const TABLES: [SectionId; 5] = [
    SectionId::DebugInfo,
    SectionId::DebugAbbrev,
    SectionId::DebugLine,
    SectionId::DebugRanges,
    SectionId::DebugRngLists,
];

/// What is read of the file itself before anything in it is understood.
#[derive(Debug)]
pub(super) struct Loaded<'data> {
    pub(super) endian: RunTimeEndian,
    main: DwarfSections<Cow<'data, [u8]>>,
    /// Those in the file itself, then those of each file beside it.
    pub(super) halves: Vec<Halves<'data>>,
    /// What of all sections is read as tables.
    table_bytes: u64,
    pub(super) memory: Memory,
    /// Where sections of object files are.
    pub(super) bases: Bases,
    /// Addresses of the program's own code, the surest first.
    pub(super) program: Vec<u64>,
    pub(super) warnings: Vec<Warning>,
}

/// The addresses that debug information can truthfully speak of.
#[derive(Debug)]
pub(super) struct Memory {
    /// Executable content, sorted.
    code: Vec<Span>,
    /// Everything that takes memory, sorted.
    all: Vec<Span>,
    /// The longest function at address 0: linkers also write 0 for code that they dropped.
    zero_function_bytes: u64,
    /// What an address keeps: in assembly, names of Thumb's functions carry the bit that tells the mode.
    address_mask: u64,
}

impl<'data> Loaded<'data> {
    /// `split` is the content of files with the other halves of split units.
    pub(super) fn new(image: &Image<'data>, split: &'data [Vec<u8>]) -> Self {
        let bases = Bases::new(image);
        let split_bytes: u64 = split.iter().map(|it| it.len() as u64).sum();
        let left = affordable_bytes(image.file_bytes.saturating_add(split_bytes));
        let mut unpacker = Unpacker { left, ..Unpacker::new(image, &bases) };
        let main = loaded(|id| unpacker.table(id, id.name()));
        let mut halves = Vec::from_iter(unpacker.halves());
        let Unpacker { mut left, mut table_bytes, mut warnings, .. } = unpacker;
        warnings.extend(partial::missing(image));
        let no_bases = Bases::default();
        for content in split {
            let beside = beside(image, content).map_err(|it| warnings.push(it));
            let Ok(image) = &beside else { continue };
            let mut unpacker = Unpacker { image, bases: &no_bases, left, table_bytes, warnings };
            halves.extend(unpacker.halves());
            Unpacker { left, table_bytes, warnings, .. } = unpacker;
        }
        let endian = match image.header.endianness {
            Endianness::Little => RunTimeEndian::Little,
            Endianness::Big => RunTimeEndian::Big,
        };
        let memory = Memory::new(image, &bases);
        Self { endian, main, halves, table_bytes, memory, bases, program: program(image), warnings }
    }

    pub(super) fn main(&self) -> Dwarf<'_> {
        self.main.borrow(|it| self.slice(it))
    }

    /// What reading every table a few times costs, and a little for small files.
    pub(super) fn affordable_steps(&self) -> u64 {
        (1 << 20) + 4 * self.table_bytes
    }

    fn slice<'a>(&self, content: &'a [u8]) -> Slice<'a> {
        EndianSlice::new(content, self.endian)
    }
}

/// `main`, `app_main` as ESP-IDF calls it, and the entry point.
fn program(image: &Image<'_>) -> Vec<u64> {
    let called = |name: &[u8]| image.symbols.iter().find(|it| it.name == name).map(|it| it.value);
    let mains = [called(b"main"), called(b"app_main"), Some(image.header.entry_address)];
    mains.into_iter().flatten().collect()
}

/// One section by its name, for who reads it without the rest; empty where it is missing or broken.
pub(crate) fn content<'data>(image: &Image<'data>, name: &str) -> Cow<'data, [u8]> {
    Unpacker::new(image, &Bases::default()).section(name)
}

/// A file with other halves of the units of `image`.
fn beside<'data>(image: &Image<'_>, content: &'data [u8]) -> Result<Image<'data>, Warning> {
    let complaint = |message: String| Warning { place: "split debug information".into(), message };
    let beside = Image::parse(content).map_err(|it| complaint(it.to_string()))?;
    if beside.header.endianness != image.header.endianness {
        return Err(complaint("its byte order is not that of the image, so it is not read".into()));
    }
    if !beside.sections.iter().any(|it| is_called(it, ".debug_info.dwo")) {
        return Err(complaint("it has no section .debug_info.dwo, so there is nothing to read in it".into()));
    }
    Ok(beside)
}

/// Old GNU names (`.zdebug_info`) are names too.
fn is_called(section: &ImageSection<'_>, name: &str) -> bool {
    let old_name = || name.replacen(".debug", ".zdebug", 1);
    !section.is_allocated && (section.name == name || section.name == old_name())
}

/// All sections by their gimli name; loading cannot fail, what is broken is empty.
fn loaded<'data>(mut section: impl FnMut(SectionId) -> Cow<'data, [u8]>) -> DwarfSections<Cow<'data, [u8]>> {
    match DwarfSections::load(|id| Ok::<_, std::convert::Infallible>(section(id))) {
        Ok(sections) => sections,
        Err(never) => match never {},
    }
}

/// What sections may unpack to in files of so many bytes.
fn affordable_bytes(file_bytes: u64) -> u64 {
    file_bytes.saturating_mul(UNPACKED_PER_BYTE).clamp(FREE_UNPACKED_BYTES, MAX_UNPACKED_BYTES)
}

struct Unpacker<'image, 'data> {
    image: &'image Image<'data>,
    bases: &'image Bases,
    left: u64,
    table_bytes: u64,
    warnings: Vec<Warning>,
}

impl<'image, 'data> Unpacker<'image, 'data> {
    fn new(image: &'image Image<'data>, bases: &'image Bases) -> Self {
        let left = affordable_bytes(image.file_bytes);
        Self { image, bases, left, table_bytes: 0, warnings: Vec::new() }
    }

    /// The other halves of split units, where this file has any.
    fn halves(&mut self) -> Option<Halves<'data>> {
        let has = |name| self.image.sections.iter().any(|it| is_called(it, name));
        if !has(".debug_info.dwo") {
            return None;
        }
        let is_package = has(".debug_cu_index");
        let none = Cow::Borrowed(&[][..]);
        Halves::load(is_package, |id| id.dwo_name().map_or(none.clone(), |name| self.table(id, name))).ok()
    }

    /// The content of a section; if it is a table, its size counts.
    fn table(&mut self, id: SectionId, name: &str) -> Cow<'data, [u8]> {
        let content = self.section(name);
        if TABLES.contains(&id) {
            self.table_bytes += content.len() as u64;
        }
        content
    }

    /// The content of the first section of that name, as a linker would have left it.
    fn section(&mut self, name: &str) -> Cow<'data, [u8]> {
        let is_it = |it: &&ImageSection<'_>| is_called(it, name);
        let Some(section) = self.image.sections.iter().find(is_it) else { return Cow::Borrowed(&[]) };
        let complaint = |message| Warning { place: format!("section {}", section.name), message };
        let content = self.unpack(section).unwrap_or_else(|message| {
            self.warnings.push(complaint(message));
            Cow::Borrowed(&[])
        });
        let (content, n_refused) = self.bases.applied(self.image, section, content);
        if n_refused > 0 {
            let message =
                format!("{n_refused} relocations are not understood, so what they are for is wrong");
            self.warnings.push(complaint(message));
        }
        content
    }

    fn unpack(&mut self, section: &ImageSection<'data>) -> Result<Cow<'data, [u8]>, String> {
        let compressed = if section.is_compressed {
            self.with_header(section.data).ok_or("its compression header is cut off or unknown")?
        } else if section.name.starts_with(".z") {
            with_gnu_header(section.data).ok_or("it does not start with ZLIB and a size")?
        } else {
            return Ok(Cow::Borrowed(section.data));
        };
        let (claimed, stored) = (compressed.uncompressed_size, compressed.data.len() as u64);
        if claimed > most_unpacked(&compressed) {
            return Err(format!("{stored} bytes cannot unpack to {claimed}, so it is not read"));
        }
        self.left = self.left.checked_sub(claimed).ok_or_else(|| {
            format!(
                "it unpacks to {claimed} bytes, beyond the limit for a file of this size, so it is not read"
            )
        })?;
        compressed.decompress().map_err(|it| format!("it cannot be unpacked ({it})").to_lowercase())
    }

    /// `Elf32_Chdr` or `Elf64_Chdr`, then the stream.
    fn with_header(&self, data: &'data [u8]) -> Option<CompressedData<'data>> {
        let is_64 = self.image.header.class_bits == 64;
        let format = match self.number(data.get(..4)?) {
            1 => CompressionFormat::Zlib,
            2 => CompressionFormat::Zstandard,
            _ => return None,
        };
        let size = if is_64 { data.get(8..16)? } else { data.get(4..8)? };
        let stream = data.get(if is_64 { 24 } else { 12 }..)?;
        Some(CompressedData { format, data: stream, uncompressed_size: self.number(size) })
    }

    fn number(&self, bytes: &[u8]) -> u64 {
        let append = |number: u64, byte: &u8| number << 8 | u64::from(*byte);
        match self.image.header.endianness {
            Endianness::Little => bytes.iter().rev().fold(0, append),
            Endianness::Big => bytes.iter().fold(0, append),
        }
    }
}

fn most_unpacked(it: &CompressedData<'_>) -> u64 {
    let ratio = if it.format == CompressionFormat::Zlib { DEFLATE_RATIO } else { ZSTANDARD_RATIO };
    (it.data.len() as u64).saturating_mul(ratio)
}

/// `ZLIB`, the size as eight bytes, big end first, then the stream.
fn with_gnu_header(data: &[u8]) -> Option<CompressedData<'_>> {
    let rest = data.strip_prefix(b"ZLIB")?;
    let (size, data) = rest.split_first_chunk::<8>()?;
    let uncompressed_size = u64::from_be_bytes(*size);
    Some(CompressedData { format: CompressionFormat::Zlib, data, uncompressed_size })
}

impl Memory {
    fn new(image: &Image<'_>, bases: &Bases) -> Self {
        let taken = || image.sections.iter().filter(|it| it.takes_memory() && it.size() > 0);
        let sorted = |mut spans: Vec<Span>| {
            spans.sort();
            spans
        };
        let at_zero = |it: &&ImageSymbol<'_>| it.value == 0 && it.kind == SymbolKind::Function;
        Self {
            code: sorted(taken().filter(|it| it.is_executable).map(|it| bases.run(it)).collect()),
            all: sorted(taken().map(|it| bases.run(it)).collect()),
            zero_function_bytes: image.symbols.iter().filter(at_zero).map(|it| it.size).max().unwrap_or(0),
            address_mask: if image.machine == Machine::Arm { !1 } else { !0 },
        }
    }

    /// Where the instruction is that an address means.
    pub(super) fn code_address(&self, address: u64) -> u64 {
        address & self.address_mask
    }

    /// The same of a run of instructions.
    pub(super) fn code_span(&self, span: Span) -> Span {
        Span::between(self.code_address(span.start()), self.code_address(span.end())).unwrap_or(span)
    }

    /// Whether there is code where `span` begins, and not only a remnant of code that the linker dropped.
    pub(super) fn has_code(&self, span: Span) -> bool {
        let is_remnant = span.start() == 0 && span.end() > self.zero_function_bytes;
        !is_remnant && holds(&self.code, span.start())
    }

    /// Whether a variable can be at `address`.
    pub(super) fn has_data(&self, address: u64) -> bool {
        address != 0 && holds(&self.all, address)
    }

    pub(super) fn has_any_code(&self) -> bool {
        !self.code.is_empty()
    }
}

/// Sections hardly ever overlap; of those that do, any may hold the address.
fn holds(spans: &[Span], address: u64) -> bool {
    let behind = spans.partition_point(|it| it.start() <= address);
    spans[..behind].iter().rev().take(4).any(|it| it.contains_address(address))
}
