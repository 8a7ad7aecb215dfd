//! From an address to who is there: symbols, the pieces of gaps between them, and what begins where.

mod constants;
mod memories;
mod starts;

use std::sync::Arc;

use super::index::Index;
use super::overlay::Overlaid;
use super::vectors;
use crate::anonymous;
use crate::image::{Image, ImageMark, ImageSection, MarkKind};
use crate::isa::Machine;
use crate::map::{Attribution, Inputs, Label};
use crate::report::{Endianness, SectionRole, SymbolKind};
use crate::span::Span;

/// A run of bytes that has one owner, or none.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Place {
    pub(crate) span: Span,
    pub(crate) section_idx: usize,
    /// A symbol or unattributed, never padding.
    pub(crate) label: Label,
}

/// Where a reference leads.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Target {
    pub(crate) address: u64,
    /// Whether no symbol has it.
    pub(crate) is_in_gap: bool,
}

impl Target {
    pub(super) fn new(place: &Place, address: u64) -> Self {
        Self { address, is_in_gap: place.label == Label::Unattributed }
    }
}

/// All places of an image.
#[derive(Debug)]
pub(crate) struct Places<'image> {
    pub(crate) image: &'image Image<'image>,
    pub(crate) machine: Machine,
    pub(crate) attribution: &'image Attribution,
    /// By address; they do not overlap.
    pub(crate) list: Vec<Place>,
    /// What is not in the list, or only in part, since others have its addresses.
    pub(super) overlaid: Overlaid,
    /// Over the list.
    pub(super) index: Arc<Index>,
    /// Over where functions begin.
    starts: Index,
    /// Absolute symbols where the image has no byte, in order.
    outside: Vec<u64>,
    /// Marks that tell code from data, by section and address.
    marks: Vec<ImageMark>,
    pub(crate) vectors: Vec<Span>,
}

impl<'image> Places<'image> {
    pub(crate) fn new(image: &'image Image<'image>, attribution: &'image Attribution) -> Self {
        let (list, overlaid) = list(image, attribution);
        let starts = starts::find(image, attribution).into_iter().map(|it| Span::saturating(it, 1));
        let mut places = Self {
            image,
            machine: image.machine,
            attribution,
            index: Arc::new(Index::new(list.iter().map(|it| it.span))),
            list,
            overlaid,
            starts: Index::new(starts),
            outside: Vec::new(),
            marks: image.marks.iter().copied().filter(|it| is_mode(it.kind)).collect(),
            vectors: Vec::new(),
        };
        places.vectors = vectors::find(&places);
        let absolute = image.absolute.iter().map(|it| it.value);
        places.outside = absolute.filter(|it| places.at(*it).is_none()).collect();
        places
    }

    #[inline]
    pub(crate) fn at(&self, address: u64) -> Option<&Place> {
        self.index.find(address).map(|it| &self.list[it.0])
    }

    /// All places in one piece each, also those that overlays have first.
    pub(crate) fn whole(&self) -> impl Iterator<Item = &Place> {
        self.list.iter().filter(|it| !self.overlaid.has(it)).chain(self.overlaid.places())
    }

    pub(crate) fn section(&self, place: &Place) -> &ImageSection<'image> {
        &self.image.sections[place.section_idx]
    }

    /// What the linker's map says.
    pub(crate) fn inputs(&self) -> &Inputs {
        &self.attribution.inputs
    }

    /// The content of a place; shorter where the file has less.
    pub(crate) fn content(&self, span: Span, section_idx: usize) -> &'image [u8] {
        let section = &self.image.sections[section_idx];
        let stored = Span::saturating(section.run.start(), section.data.len() as u64);
        stored.intersection(span).and_then(|it| section.content(it)).unwrap_or(&[])
    }

    /// The word at an address, as wide as a pointer.
    pub(crate) fn pointer_at(&self, address: u64) -> Option<u64> {
        self.pointer_in(self.at(address)?.section_idx, address)
    }

    /// The same for who is in a section: what overlays read at addresses of theirs is their own.
    pub(super) fn pointer_for(&self, section_idx: usize, address: u64) -> Option<u64> {
        let is_own = || self.image.sections[section_idx].run.contains_address(address);
        if !self.overlaid.is_empty() && is_own() {
            return self.pointer_in(section_idx, address);
        }
        self.pointer_at(address)
    }

    fn pointer_in(&self, section_idx: usize, address: u64) -> Option<u64> {
        let section = self.image.sections[section_idx].run;
        let span = section.intersection(Span::new(address, self.machine.pointer_bytes())?)?;
        self.pointer(self.content(span, section_idx))
    }

    /// Bytes as a pointer; `None` where they are too few.
    pub(crate) fn pointer(&self, bytes: &[u8]) -> Option<u64> {
        let n_bytes = self.machine.pointer_bytes() as usize;
        let bytes = bytes.get(..n_bytes)?;
        let (mut little, mut big) = ([0; 8], [0; 8]);
        little.get_mut(..n_bytes)?.copy_from_slice(bytes);
        big.get_mut(8 - n_bytes..)?.copy_from_slice(bytes);
        Some(match self.image.header.endianness {
            Endianness::Little => u64::from_le_bytes(little),
            Endianness::Big => u64::from_be_bytes(big),
        })
    }

    /// Four bytes at an address as a number.
    pub(crate) fn number_at(&self, address: u64) -> Option<u64> {
        let bytes: [u8; 4] = self.bytes_at(address, 4)?.try_into().ok()?;
        Some(
            match self.image.header.endianness {
                Endianness::Little => u32::from_le_bytes(bytes),
                Endianness::Big => u32::from_be_bytes(bytes),
            }
            .into(),
        )
    }

    /// Content of one section; `None` where it reaches beyond.
    pub(crate) fn bytes_at(&self, address: u64, n_bytes: usize) -> Option<&'image [u8]> {
        let place = self.at(address)?;
        let span = Span::new(address, n_bytes as u64)?;
        let is_inside = self.section(place).run.contains(span);
        Some(self.content(span, place.section_idx)).filter(|it| is_inside && it.len() == n_bytes)
    }

    /// Where a number that may be a pointer points to; `None` where it is only a number.
    pub(crate) fn target_of(&self, number: u64) -> Option<u64> {
        self.target(number).map(|it| it.address)
    }

    /// The same with what is there.
    pub(super) fn target(&self, number: u64) -> Option<Target> {
        self.target_in(number, self.at(number))
    }

    /// The same where it is known who is at that address.
    pub(super) fn target_in(&self, number: u64, place: Option<&Place>) -> Option<Target> {
        let place = place.filter(|_| !self.is_in_vectors(number));
        let address = match place {
            Some(place) if !self.section(place).is_executable => self.data_target(place, number),
            Some(place) if self.is_data(place, number) => Some(number),
            Some(place) if self.is_long_code(place, number) => self.is_start(number).then_some(number),
            Some(_) => self.code_target(number),
            None if self.machine.has_word_addresses() => self.code_target(number),
            None => None,
        }?;
        match place.filter(|it| it.span.contains_address(address)) {
            Some(place) => Some(Target::new(place, address)),
            None => self.target_at(address),
        }
    }

    /// An address with what is there.
    pub(super) fn target_at(&self, address: u64) -> Option<Target> {
        self.at(address).map(|it| Target::new(it, address))
    }

    /// The absolute symbol that a number is the address of, where the image has no byte.
    pub(crate) fn outside(&self, number: u64) -> Option<u64> {
        let address = self.machine.code_address(number);
        self.outside.binary_search(&address).ok().map(|_| address)
    }

    /// Whether 32-bit code of ARM begins here: pointers to it are even.
    fn is_long_code(&self, place: &Place, address: u64) -> bool {
        address & 3 == 0
            && self.machine.is_thumb()
            && self.mark_at(place.section_idx, address) == MarkKind::Arm
    }

    fn data_target(&self, place: &Place, number: u64) -> Option<u64> {
        let is_set_aside = self.section(place).role == SectionRole::Reservation;
        (!is_set_aside).then_some(number)
    }

    fn code_target(&self, number: u64) -> Option<u64> {
        let target = match self.machine {
            Machine::Arm if number & 1 == 0 => return None,
            Machine::Avr { .. } => number.checked_mul(2)?,
            machine => machine.code_address(number),
        };
        self.is_start(target).then_some(target)
    }

    /// Whether a function begins here.
    pub(crate) fn is_start(&self, address: u64) -> bool {
        self.starts.find(address).is_some()
    }

    /// Where labels without a size stand among code, by address.
    pub(crate) fn labelled_code(&self) -> Vec<u64> {
        let begins = anonymous::begins(self).into_iter().filter(|it| !it.is_local).map(|it| it.address);
        begins.filter(|it| self.at(*it).is_some_and(|it| self.section(it).is_executable)).collect()
    }

    /// Whether code without a symbol may be at an address: IAR's linker keeps no names of handlers that are local.
    pub(crate) fn is_nameless_code(&self, address: u64) -> bool {
        self.at(address).is_some_and(|it| {
            let section = self.section(it);
            let is_gap = it.label == Label::Unattributed && section.is_executable && !section.is_writable;
            is_gap && !self.is_in_vectors(address) && !self.is_data(it, address)
        })
    }

    pub(crate) fn is_in_vectors(&self, address: u64) -> bool {
        self.vectors.iter().any(|it| it.contains_address(address))
    }

    /// Whether a place among code is no part of a function: a constant, or a gap that is marked as data.
    fn is_data(&self, place: &Place, address: u64) -> bool {
        match place.label {
            Label::Symbol(owner) => self.kind_of(owner) == SymbolKind::Data,
            _ => self.mark_at(place.section_idx, address) == MarkKind::Data || self.is_text(place, address),
        }
    }

    pub(crate) fn kind_of(&self, owner: usize) -> SymbolKind {
        self.image.symbols[self.attribution.owners[owner].symbol_idx].kind
    }

    /// What the place at an address is called.
    pub(crate) fn names_at(&self, address: u64) -> impl Iterator<Item = &[u8]> {
        let owner = self.at(address).and_then(|it| match it.label {
            Label::Symbol(owner) => Some(&self.attribution.owners[owner]),
            _ => None,
        });
        let symbols = owner.into_iter().flat_map(|it| std::iter::once(&it.symbol_idx).chain(&it.aliases));
        symbols.map(|it| self.image.symbols[*it].name)
    }

    /// Whether a place is all that its symbol owns.
    pub(crate) fn is_whole(&self, place: &Place) -> bool {
        matches!(place.label, Label::Symbol(owner) if self.attribution.owners[owner].bytes == place.span.size())
    }

    /// What the last mark at or before an address says; code without one.
    fn mark_at(&self, section_idx: usize, address: u64) -> MarkKind {
        let marks = self.marks(section_idx);
        let before = &marks[..marks.partition_point(|it| it.address <= address)];
        before.last().map_or(MarkKind::Code, |it| it.kind)
    }

    /// A place cut where marks tell code from data.
    pub(crate) fn modes(&self, place: &Place) -> Vec<(Span, MarkKind)> {
        let mut mode = match place.label {
            Label::Symbol(owner) if self.kind_of(owner) == SymbolKind::Data => MarkKind::Data,
            Label::Symbol(_) if self.is_table_of_handlers(place) => MarkKind::Data,
            _ => self.mark_at(place.section_idx, place.span.start()),
        };
        let marks = self.marks(place.section_idx);
        let from = marks.partition_point(|it| it.address <= place.span.start());
        let to = marks.partition_point(|it| it.address < place.span.end());
        let mut modes = Vec::new();
        let mut cursor = place.span.start();
        for mark in &marks[from..to] {
            if mark.kind != mode {
                modes.extend(Span::between(cursor, mark.address).map(|it| (it, mode)));
                (cursor, mode) = (mark.address, mark.kind);
            }
        }
        modes.extend(Span::between(cursor, place.span.end()).map(|it| (it, mode)));
        modes.retain(|(it, _)| !it.is_empty());
        if !self.machine.is_thumb() || !self.has_vectors(place.span) {
            return modes;
        }
        let parts = modes.into_iter().flat_map(|(span, mode)| {
            let mode_of = move |it: Span| if self.is_in_vectors(it.start()) { MarkKind::Data } else { mode };
            self.cut_at_vectors(span).into_iter().map(move |it| (it, mode_of(it)))
        });
        parts.collect()
    }

    /// A span in pieces, each all in a vector table or all outside.
    pub(crate) fn cut_at_vectors(&self, span: Span) -> Vec<Span> {
        let borders = self.vectors.iter().flat_map(|it| [it.start(), it.end()]);
        let mut cuts: Vec<u64> = borders.filter(|it| span.start() < *it && *it < span.end()).collect();
        cuts.sort_unstable();
        cuts.dedup();
        cuts.push(span.end());
        let mut start = span.start();
        let part = |end| Span::between(std::mem::replace(&mut start, end), end);
        cuts.into_iter().filter_map(part).collect()
    }

    fn has_vectors(&self, span: Span) -> bool {
        self.vectors.iter().any(|it| it.intersection(span).is_some())
    }

    /// Whether what is called a function is a table of them, as RISC-V's `mtvt` names it and assembly types it. No
    /// code consists of addresses of functions alone.
    fn is_table_of_handlers(&self, place: &Place) -> bool {
        let width = self.machine.pointer_bytes();
        let is_aligned = [place.span.start(), place.span.size()].iter().all(|it| it.is_multiple_of(width));
        if !self.machine.is_riscv() || !is_aligned || place.span.size() < 2 * width {
            return false;
        }
        let mut words = self.content(place.span, place.section_idx).chunks_exact(width as usize);
        words.len() > 1 && words.all(|it| self.pointer(it).is_some_and(|it| self.is_start(it)))
    }

    fn marks(&self, section_idx: usize) -> &[ImageMark] {
        let Some(file_idx) = self.image.sections[section_idx].file_idx else { return &[] };
        let marks = &self.marks;
        let from = marks.partition_point(|it| it.section_file_idx < file_idx);
        let to = marks.partition_point(|it| it.section_file_idx <= file_idx);
        &marks[from..to]
    }
}

fn is_mode(kind: MarkKind) -> bool {
    matches!(kind, MarkKind::Code | MarkKind::Arm | MarkKind::Data | MarkKind::Unknown)
}

/// Everything but padding. Where sections overlap, the first by address has it, and the others are told besides.
fn list(image: &Image<'_>, attribution: &Attribution) -> (Vec<Place>, Overlaid) {
    let mut list: Vec<Place> = Vec::new();
    let sections = image.sections.iter().enumerate().filter(|(_, it)| it.takes_memory());
    for (section_idx, _) in sections.filter(|(_, it)| !it.is_thread_local || it.load.is_some()) {
        let labels = attribution.labels(section_idx).filter(|(_, label)| *label != Label::Padding);
        list.extend(labels.map(|(span, label)| Place { span, section_idx, label }));
    }
    list.sort_by_key(|it| (it.span.start(), it.section_idx));
    let mut cursor = 0;
    let mut overlaid = Vec::new();
    list.retain_mut(|it| {
        overlaid.extend((it.span.start() < cursor).then_some(*it));
        it.span = it.span.from(cursor);
        cursor = cursor.max(it.span.end());
        !it.span.is_empty()
    });
    (list, Overlaid::new(overlaid))
}
