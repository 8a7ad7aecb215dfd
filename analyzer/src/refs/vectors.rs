//! Vector tables: sections that are called so, and what reads like a Cortex-M's table wherever it stands.
//!
//! A table begins with where the stack begins and the reset handler. It goes on over whatever words follow while
//! they are handlers or empty, since projects write it as several symbols (Zephyr, RIOT), with a size of one word
//! (Keil) or none (IAR), behind a header or a gap, or in front of the code in one section.

use std::collections::BTreeSet;

use super::places::{Place, Places};
use crate::image::{ImageSection, ImageSymbol, VECTORS};
use crate::map::Label;
use crate::report::SymbolKind;
use crate::span::Span;

/// Names (or their beginnings) of sections that hold a vector table.
const SECTIONS: [&str; 10] = [
    VECTORS,
    ".vector",
    ".isr_vector",
    ".intvec",
    ".vectors",
    ".exception_vectors",
    ".iram0.vectors",
    ".interrupt_vector",
    ".init.trap",
    ".trap",
];

/// More vector tables than this are no tables: every pointer is compared with each.
const MAX_TABLES: usize = 64;
/// The core's own exceptions, with the stack pointer as the first word.
const N_EXCEPTIONS: u64 = 16;
/// The same and as many interrupts as Armv7-M has (manual, B1.5.3).
const MAX_WORDS: u64 = N_EXCEPTIONS + 496;
const WORD_BYTES: u64 = 4;
/// A slot of flash that was erased and never written.
const ERASED: u64 = 0xffff_ffff;

/// Whether a section is called like one that holds a vector table.
pub(crate) fn is_vector_section(name: &str) -> bool {
    SECTIONS.iter().any(|it| name.starts_with(it))
}

/// Where the tables of an image are, by address.
pub(super) fn find(places: &Places<'_>) -> Vec<Span> {
    let is_candidate = |it: &&ImageSection<'_>| it.takes_memory() && it.size() > 0;
    let sections = places.image.sections.iter().filter(is_candidate);
    let named = sections.filter(|it| is_vector_section(&it.name)).map(|it| it.run);
    if !places.machine.is_thumb() {
        return named.take(MAX_TABLES).collect();
    }
    let mut tables = Finder { places, entry: places.image.header.entry_address | 1 }.tables();
    // What is called a table and does not read like one is one as a whole.
    let unread: Vec<Span> =
        named.filter(|it| !tables.iter().any(|table| it.intersection(*table).is_some())).collect();
    tables.extend(unread);
    tables.sort_unstable();
    tables.truncate(MAX_TABLES);
    tables
}

struct Finder<'a> {
    places: &'a Places<'a>,
    /// Of the file, with the Thumb bit.
    entry: u64,
}

impl Finder<'_> {
    fn tables(&self) -> Vec<Span> {
        let image = self.places.image;
        let named: BTreeSet<u64> =
            image.symbols.iter().filter(|it| is_called_table(it)).map(|it| it.value).collect();
        let mut tables: Vec<Span> = Vec::new();
        for (start, section_idx) in self.starts(&named) {
            let is_inside = tables.last().is_some_and(|it| it.contains_address(start));
            if is_inside || tables.len() == MAX_TABLES {
                continue;
            }
            let section = &image.sections[section_idx];
            let is_named = named.contains(&start) || is_vector_section(&section.name);
            let is_first = start == section.run.start();
            if self.is_table((start, section_idx), is_named, is_first) {
                tables.extend(self.extent(start, section_idx));
            }
        }
        tables
    }

    /// Where a table may begin, by address: where somebody says so, where a section, a symbol or a gap begins, and
    /// where the register that holds a table's address could point.
    fn starts(&self, named: &BTreeSet<u64>) -> BTreeSet<(u64, usize)> {
        /// `VTOR` has no bits below (manual of Armv7-M, B3.2.5).
        const ALIGN_BYTES: u64 = 128;
        let has_entry = |(start, section_idx): &(u64, usize)| {
            self.word(start.wrapping_add(WORD_BYTES), *section_idx) == Some(self.entry)
        };
        let begins = self.data().map(|it| (it.span.start(), it.section_idx));
        let gaps = self.data().filter(|it| it.label == Label::Unattributed);
        let aligned = gaps.flat_map(|it| {
            let first = it.span.start().checked_next_multiple_of(ALIGN_BYTES).unwrap_or(u64::MAX);
            (first..it.span.end()).step_by(ALIGN_BYTES as usize).map(|start| (start, it.section_idx))
        });
        let sections = self.places.image.sections.iter().enumerate().filter(|(_, it)| !it.data.is_empty());
        let sections = sections.map(|(idx, it)| (it.run.start(), idx));
        let symbols = named.iter().filter_map(|it| Some((*it, self.places.at(*it)?.section_idx)));
        begins.chain(aligned).filter(has_entry).chain(sections).chain(symbols).collect()
    }

    /// Stored data, and gaps.
    fn data(&self) -> impl Iterator<Item = &Place> {
        let is_function = |it: &Place| match it.label {
            Label::Symbol(owner) => self.places.kind_of(owner) == SymbolKind::Function,
            _ => false,
        };
        let is_stored = |it: &&Place| !self.places.section(it).data.is_empty();
        self.places.list.iter().filter(is_stored).filter(move |it| !is_function(it))
    }

    /// Whether a stack pointer and the reset handler stand here. Where neither the entry point nor a name says so,
    /// the stack is in RAM that the image knows, and all exceptions of the core are handlers or nothing.
    fn is_table(&self, (start, section_idx): (u64, usize), is_named: bool, is_first: bool) -> bool {
        let words: Vec<u64> = self.words(start, section_idx).take(N_EXCEPTIONS as usize).collect();
        let [stack, reset, rest @ ..] = &words[..] else { return false };
        let is_stack = stack.is_multiple_of(WORD_BYTES) && *stack != 0 && !self.is_code(*stack);
        if !is_stack || !self.is_handler(*reset) {
            return false;
        }
        let is_read = || self.is_ram(*stack) && (2..).zip(rest).all(|(idx, it)| self.is_slot(idx, *it));
        *reset == self.entry || is_named || is_first && is_read()
    }

    /// From the first word to the last that belongs: to the last handler, and to the end of the symbol that has it or
    /// of the section that is called so, while there are only empty slots.
    fn extent(&self, start: u64, section_idx: usize) -> Option<Span> {
        let section = &self.places.image.sections[section_idx];
        let is_slot = |(idx, word): &(u64, u64)| *idx < 2 || self.is_slot(*idx, *word);
        let address = |idx: u64| start.saturating_add(idx * WORD_BYTES);
        let slots: Vec<(u64, u64)> = (0..MAX_WORDS)
            .zip(self.words(start, section_idx))
            .take_while(is_slot)
            .take_while(|(idx, _)| !self.is_in_function(address(*idx)))
            .collect();
        let end = address(slots.len() as u64);
        if is_vector_section(&section.name) {
            return Span::between(start, end);
        }
        let last = slots.iter().rfind(|(_, word)| self.is_handler(*word))?.0;
        let owner = self.places.at(address(last)).filter(|it| it.label != Label::Unattributed);
        let owned_end = owner.map_or(0, |it| it.span.end());
        Span::between(start, end.min(owned_end.max(address(last + 1))))
    }

    fn words(&self, start: u64, section_idx: usize) -> impl Iterator<Item = u64> {
        (0..MAX_WORDS).map_while(move |it| self.word(start.checked_add(it * WORD_BYTES)?, section_idx))
    }

    fn word(&self, address: u64, section_idx: usize) -> Option<u64> {
        self.places.pointer_for(section_idx, address)
    }

    /// A handler, or nothing. Slots of exceptions that the core does not have hold check sums, lengths and flags for
    /// boot loaders.
    fn is_slot(&self, idx: u64, word: u64) -> bool {
        matches!(idx, 7..=10 | 13) || word == 0 || word == ERASED || self.is_handler(word)
    }

    fn is_handler(&self, word: u64) -> bool {
        let address = self.places.machine.code_address(word);
        word & 1 == 1 && (self.places.is_start(address) || self.places.is_nameless_code(address))
    }

    fn is_code(&self, address: u64) -> bool {
        let place = self.places.at(address);
        place.is_some_and(|it| self.places.section(it).is_executable && !self.places.section(it).is_writable)
    }

    fn is_in_function(&self, address: u64) -> bool {
        let owner = self.places.at(address).map(|it| it.label);
        matches!(owner, Some(Label::Symbol(it)) if self.places.kind_of(it) == SymbolKind::Function)
    }

    /// The stack may begin at the end of a section.
    fn is_ram(&self, stack: u64) -> bool {
        let sections = self.places.image.sections.iter().filter(|it| it.is_writable && it.takes_memory());
        sections.map(|it| it.run).any(|it| it.start() < stack && stack <= it.end())
    }
}

/// `g_pfnVectors`, `__Vectors`, `_vector_table`, `cortex_vector_base`.
fn is_called_table(symbol: &ImageSymbol<'_>) -> bool {
    const WORD: &[u8] = b"vector";
    symbol.kind != SymbolKind::Function
        && symbol.name.windows(WORD.len()).any(|it| it.eq_ignore_ascii_case(WORD))
}
