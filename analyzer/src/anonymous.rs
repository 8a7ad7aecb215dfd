//! What lies between symbols: gaps cut into pieces, and what each piece is.
//!
//! A gap is cut where something refers to, where labels of assembly say that something begins, where
//! marks tell code from data, and behind whatever its content shows to be complete: a text, a record, a
//! template. What follows such a thing up to the next cut belongs with it: who keeps the first keeps
//! the rest. Where there is a map of the linker, it tells what is left.

mod code;
mod data;
mod lengths;
mod records;
pub(crate) mod text;

use crate::image::packed::PACKED;
use crate::image::{Image, ImageSection, ImageSymbol};
use crate::map::{Attribution, Filling, Label};
use crate::refs::{Facts, List, Places, Reference, ReferenceKind, is_unwind};
use crate::report::{SectionKind, SectionRole, SymbolKind};
use crate::span::Span;
use lengths::Lengths;

pub(crate) use text::{template, text_bytes};

/// Name of the stand-in for headers that a load segment carries.
pub(crate) const HEADERS: &str = "(headers)";

/// What a piece is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum What {
    /// Nobody knows.
    Unknown,
    /// Instructions that somebody refers to and nobody named.
    Code,
    /// What begins at a label without a size: index of the symbol.
    Label(usize),
    /// A text; with a NUL behind it if it has one.
    Text,
    /// A `core::panic::Location`: address and length of its path.
    Location {
        path: u64,
        len: u32,
        line: u32,
        column: u32,
    },
    /// What `core::fmt` prints, texts and placeholders in one.
    Template,
    /// Addresses or distances of the branches of one function.
    SwitchTable,
    /// Addresses, or texts by address and length.
    PointerTable,
    /// Drop, size, alignment and methods of a trait object.
    Vtable,
    /// Words that a function loads; the function's node.
    LiteralPool(Option<usize>),
    VectorTable,
    Header,
    Unwind,
    /// Set aside for a stack or heap.
    Reservation,
    /// Memory without content that somebody refers to.
    Variable,
    /// Data that somebody refers to.
    Constant,
    /// All of a section that no symbol has a byte of, and whose name tells.
    WholeSection,
    /// An input section by the linker's map.
    Input,
    /// What the linker script leaves free, by the map.
    Space,
}

/// A part of a gap.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Piece {
    pub(crate) span: Span,
    pub(crate) section_idx: usize,
    /// Whether somebody refers to its first byte.
    pub(crate) is_referenced: bool,
    /// Whether it came off the piece before it by its content alone.
    pub(crate) follows: bool,
    pub(crate) what: What,
}

impl Piece {
    pub(crate) fn is_known(&self) -> bool {
        self.what != What::Unknown
    }
}

/// All gaps in pieces, by address, and what of them turned out to be padding.
#[derive(Debug, Default)]
pub(crate) struct Split {
    pub(crate) pieces: Vec<Piece>,
    /// Section and stretch.
    pub(crate) padding: Vec<(usize, Span)>,
}

/// Where something without a size begins.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Begin {
    pub(crate) address: u64,
    symbol_idx: usize,
    /// Labels that are local to one file lie inside of something more often than not.
    pub(crate) is_local: bool,
}

/// Cuts the gaps of an image.
struct Splitter<'a> {
    places: &'a Places<'a>,
    /// Referenced addresses, in order, and whether somebody means them instead of only running into them.
    cuts: Vec<(u64, bool)>,
    /// By section: whether any symbol owns some of it.
    has_owner: Vec<bool>,
    lengths: Lengths,
    /// `(literal, instruction)`, in order.
    loads: &'a [(u64, u64)],
    /// By address, one for each.
    begins: Vec<Begin>,
    split: Split,
}

/// The pieces of all gaps by references and content.
pub(crate) fn split(places: &Places<'_>, references: &List, facts: &Facts) -> Split {
    let cuts = cuts(references);
    let mut has_owner = vec![false; places.image.sections.len()];
    let owned = places.list.iter().filter(|it| it.label != Label::Unattributed);
    owned.for_each(|it| has_owner[it.section_idx] = true);
    let lengths = Lengths::new(places, references);
    let begins = begins(places);
    let mut splitter =
        Splitter { places, cuts, has_owner, lengths, loads: &facts.loads, begins, split: Split::default() };
    for place in places.list.iter().filter(|it| it.label == Label::Unattributed) {
        for span in places.cut_at_vectors(place.span) {
            splitter.gap(span, place.section_idx);
        }
    }
    places.inputs().cut(&mut splitter.split);
    splitter.split
}

/// Addresses in gaps that somebody refers to, in order, and whether somebody means them. There are millions of
/// references to much fewer addresses, so what is sorted is kept small.
fn cuts(references: &List) -> Vec<(u64, bool)> {
    let (mut meant, mut passed): (Vec<u64>, Vec<u64>) = Default::default();
    for Reference { target_address, kind, .. } in references.leading_into_gaps() {
        let list = if kind == ReferenceKind::FallThrough { &mut passed } else { &mut meant };
        if list.last() != Some(&target_address) {
            list.push(target_address);
        }
    }
    meant.sort_unstable();
    meant.dedup();
    passed.retain(|it| meant.binary_search(it).is_err());
    let mut cuts: Vec<(u64, bool)> = meant.into_iter().map(|it| (it, true)).collect();
    if !passed.is_empty() {
        cuts.extend(passed.into_iter().map(|it| (it, false)));
        cuts.sort_unstable();
        cuts.dedup();
    }
    cuts
}

/// The same where references are not known, by content alone.
pub(crate) fn by_content(image: &Image<'_>, attribution: &Attribution) -> Split {
    let shares_bytes = image.sections.iter().map(|it| it.data.len() as u64).sum::<u64>() > image.file_bytes;
    if image.is_relocatable() || shares_bytes {
        return Split::default();
    }
    let places = Places::new(image, attribution);
    split(&places, &List::default(), &Facts::default())
}

/// Where symbols without a size stand, by address, each address once. Of several names there, a function's
/// goes before a label's, a name before one that tells where an array starts, a global before a weak one.
pub(crate) fn begins(places: &Places<'_>) -> Vec<Begin> {
    let image = places.image;
    let unsized_symbols = image.symbols.iter().enumerate().filter(|(_, it)| it.size == 0);
    let mut begins: Vec<(Begin, u8)> = unsized_symbols
        .filter(|(_, it)| !(it.is_thread_local || it.kind == SymbolKind::Label && is_border(it.name)))
        .map(|(symbol_idx, it)| {
            let is_local = it.kind == SymbolKind::Label && it.rank == 2;
            (Begin { address: it.value, symbol_idx, is_local }, it.rank)
        })
        .collect();
    begins.sort_by_key(|(it, rank)| {
        let ImageSymbol { kind, name, .. } = image.symbols[it.symbol_idx];
        let is_label = kind == SymbolKind::Label;
        (it.address, it.is_local, is_label, is_label && is_start_of_array(name), *rank, name)
    });
    begins.dedup_by_key(|(it, _)| it.address);
    begins.into_iter().map(|(it, _)| it).collect()
}

/// Symbols by which linker scripts tell where sections and stacks begin and end: `__sbss`, `_etext`,
/// `_iram_text_start`, `__stack_top`. Nothing begins at them that would have their name.
fn is_border(name: &[u8]) -> bool {
    const WORDS: [&[u8]; 12] = [
        b"end", b"begin", b"limit", b"base", b"origin", b"org", b"length", b"size", b"top", b"bottom",
        b"section", b"seg",
    ];
    const SECTIONS: [&[u8]; 9] =
        [b"text", b"data", b"bss", b"rodata", b"heap", b"stack", b"uninit", b"relocate", b"rwtext"];
    let mut words = name.split(|it| matches!(it, b'_' | b'.' | b'$')).filter(|it| !it.is_empty());
    let is_section = |word: &[u8]| SECTIONS.contains(&word);
    words.any(|word| {
        WORDS.contains(&word)
            || is_section(word)
            || matches!(word, [b's' | b'e', rest @ ..] if is_section(rest))
    })
}

/// `__ctors_start` and its like: other than the borders above, they may be all the name that a place has.
fn is_start_of_array(name: &[u8]) -> bool {
    let before = name.strip_suffix(b"_start").unwrap_or_default();
    name.starts_with(b"__start_") || before.iter().any(u8::is_ascii_alphanumeric)
}

impl Splitter<'_> {
    fn gap(&mut self, span: Span, section_idx: usize) {
        let section = &self.places.image.sections[section_idx];
        match self.as_a_whole(span, section) {
            Some(What::Unknown) => self.filler(span, section_idx),
            Some(what) => self.push(span, section_idx, what),
            None if self.places.attribution.is_nameless(section_idx, span) => {
                self.constant(span, section_idx)
            }
            None if self.is_all(span, section_idx) => self.push(span, section_idx, What::WholeSection),
            None if section.is_executable && !section.data.is_empty() => self.code(span, section_idx),
            None => self.data(span, section_idx),
        }
    }

    /// What the section says about all of a gap; `Unknown` where it can only be filler.
    fn as_a_whole(&self, span: Span, section: &ImageSection<'_>) -> Option<What> {
        let is_vector = self.places.is_in_vectors(span.start());
        let is_thumb = self.places.machine.is_thumb();
        match section.role {
            SectionRole::Reservation => return Some(What::Reservation),
            _ if section.name == HEADERS && section.file_idx.is_none() => return Some(What::Header),
            _ if section.name == FILLER && section.file_idx.is_none() => return Some(What::Unknown),
            _ if section.name.starts_with(PACKED) && section.file_idx.is_none() => {
                return Some(What::WholeSection);
            }
            _ if is_unwind(&section.name) => return Some(What::Unwind),
            _ if is_vector && (is_thumb || !section.is_executable) => return Some(What::VectorTable),
            _ => {}
        }
        None
    }

    /// Whether a gap is a section that nothing but its name tells about.
    fn is_all(&self, gap: Span, section_idx: usize) -> bool {
        let section = &self.places.image.sections[section_idx];
        let first = self.cuts.partition_point(|it| it.0 < gap.start());
        let is_cut = self.cuts.get(first).is_some_and(|it| gap.contains_address(it.0));
        let is_telling = section.file_idx.is_some() && !section.is_executable && !is_generic(&section.name);
        gap == section.run && is_telling && !is_cut
    }

    fn is_referenced(&self, address: u64) -> bool {
        self.cuts.binary_search_by_key(&address, |it| it.0).is_ok()
    }

    /// Whether more than control running on from the function before refers to an address.
    fn is_meant(&self, address: u64) -> bool {
        let idx = self.cuts.binary_search_by_key(&address, |it| it.0);
        idx.is_ok_and(|it| self.cuts[it].1)
    }

    fn filler(&mut self, span: Span, section_idx: usize) {
        let image = self.places.image;
        if Filling::new(image, &image.sections[section_idx]).is_filled(span) {
            self.split.padding.push((section_idx, span));
        } else {
            self.push(span, section_idx, What::Unknown);
        }
    }

    fn push(&mut self, span: Span, section_idx: usize, what: What) {
        let is_referenced = self.is_referenced(span.start());
        self.split.pieces.push(Piece { span, section_idx, is_referenced, follows: false, what });
    }

    /// Where the references and labels inside of a gap cut it.
    fn stretches(&self, span: Span) -> Vec<Span> {
        let mut cuts: Vec<u64> = Vec::new();
        let from = self.cuts.partition_point(|it| it.0 <= span.start());
        cuts.extend(self.cuts[from..].iter().map(|it| it.0).take_while(|it| *it < span.end()));
        let from = self.begins.partition_point(|it| it.address <= span.start());
        let begins = self.begins[from..].iter().take_while(|it| it.address < span.end());
        cuts.extend(begins.filter(|it| !it.is_local).map(|it| it.address));
        cuts.push(span.end());
        cuts.sort_unstable();
        let mut start = span.start();
        let mut stretches = Vec::with_capacity(cuts.len());
        for cut in cuts {
            stretches.extend(Span::between(start, cut).filter(|it| !it.is_empty()));
            start = cut;
        }
        stretches
    }

    fn label_at(&self, address: u64) -> Option<What> {
        let idx = self.begins.binary_search_by_key(&address, |it| it.address).ok()?;
        Some(What::Label(self.begins[idx].symbol_idx))
    }
}

/// Name of the stand-in for what a load segment carries between its sections.
pub(crate) const FILLER: &str = "(filler)";

/// Names that many things share say nothing about any of them.
fn is_generic(section: &str) -> bool {
    const NAMES: [&str; 12] = [
        ".text",
        ".rodata",
        ".data",
        ".bss",
        ".noinit",
        ".uninit",
        ".sdata",
        ".sbss",
        ".tdata",
        ".const",
        ".relocate",
        ".srodata",
    ];
    let is_stand_in = section.starts_with("segment ");
    is_stand_in || NAMES.contains(&section)
}

/// Whether the memory of a section has content in the file.
fn is_stored(section: &ImageSection<'_>) -> bool {
    section.kind != SectionKind::Bss && !section.data.is_empty()
}
