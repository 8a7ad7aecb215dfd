//! Who owns which byte: symbols first, then padding, and what is left has no owner.
//!
//! Each section is an address space of its own, since overlays and object files reuse addresses.
//! Claims are made in the order of addresses (of two symbols at one address the bigger first), so
//! the order of the symbol table does not matter. A gap is *padding* when it is what aligning the
//! next symbol, or the end of the section, leaves over: smaller than the power of two that the next
//! address is a multiple of and than the section's alignment, and filled with what linkers fill
//! gaps with (zeroes, `0xff`, traps, no-operations). Every other gap is *unattributed*.

mod byte_map;
mod owners;

use crate::image::{Image, ImageSection};
use crate::report::Warning;
use crate::span::{Span, is_alignment_gap};
pub(crate) use byte_map::ByteMap;
pub(crate) use owners::Owner;

/// The one label of a byte.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Label {
    /// Index of an [`Owner`].
    Symbol(usize),
    Padding,
    Unattributed,
}

/// How many bytes have which sort of label.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub(crate) struct Count {
    pub(crate) symbol_bytes: u64,
    pub(crate) padding_bytes: u64,
    pub(crate) unattributed_bytes: u64,
}

impl Count {
    pub(crate) fn add(&mut self, other: Self) {
        self.symbol_bytes += other.symbol_bytes;
        self.padding_bytes += other.padding_bytes;
        self.unattributed_bytes += other.unattributed_bytes;
    }
}

/// The labels of all sections that take memory.
#[derive(Debug)]
pub(crate) struct Attribution {
    /// Parallel to the image's sections; empty maps for those that take no memory.
    maps: Vec<ByteMap<Label>>,
    pub(crate) owners: Vec<Owner>,
    pub(crate) warnings: Vec<Warning>,
}

impl Attribution {
    /// Labels every byte of `image`.
    pub(crate) fn new(image: &Image<'_>) -> Self {
        let extent = |it: &ImageSection<'_>| if it.takes_memory() { it.run } else { it.run.from(u64::MAX) };
        let mut maps: Vec<_> = image.sections.iter().map(|it| ByteMap::new(extent(it))).collect();
        let (owners, warnings) = owners::claim(image, &mut maps);
        for (map, section) in maps.iter_mut().zip(&image.sections) {
            map.fill(|gap| label_of_gap(section, gap));
        }
        Self { maps, owners, warnings }
    }

    /// What symbols own of a section, by address: index of the owner, bytes.
    pub(crate) fn owned(&self, section_idx: usize, span: Span) -> impl Iterator<Item = (usize, Span)> {
        self.maps[section_idx].within(span).filter_map(|(span, label)| match label {
            Label::Symbol(owner_idx) => Some((owner_idx, span)),
            Label::Padding | Label::Unattributed => None,
        })
    }

    /// Every byte of a section and its label, in the order of addresses.
    pub(crate) fn labels(&self, section_idx: usize) -> impl Iterator<Item = (Span, Label)> {
        self.maps[section_idx].all()
    }

    /// The labels of the part of a section that runs at `span`.
    pub(crate) fn count(&self, section_idx: usize, span: Span) -> Count {
        let mut count = Count::default();
        for (part, label) in self.maps[section_idx].within(span) {
            let bytes = match label {
                Label::Symbol(_) => &mut count.symbol_bytes,
                Label::Padding => &mut count.padding_bytes,
                Label::Unattributed => &mut count.unattributed_bytes,
            };
            *bytes += part.size();
        }
        count
    }
}

fn label_of_gap(section: &ImageSection<'_>, gap: Span) -> Label {
    let fits = is_alignment_gap(gap.size(), gap.end(), section.align_bytes);
    if fits && is_filled(section, gap) { Label::Padding } else { Label::Unattributed }
}

/// What linkers and assemblers fill gaps with: zeroes, erased flash, traps (`0xd4` on ARM, `0xcc`
/// and `0x90` on x86).
const FILL_BYTES: [u8; 5] = [0x00, 0xff, 0xd4, 0xcc, 0x90];
/// No-operations of Thumb (two of them, in both byte orders), RISC-V (compressed or not) and Xtensa.
const FILL_WORDS: [&[u8]; 7] = [
    &[0x00, 0xbf],
    &[0xbf, 0x00],
    &[0xc0, 0x46],
    &[0x46, 0xc0],
    &[0x01, 0x00],
    &[0x13, 0x00, 0x00, 0x00],
    &[0x3d, 0xf0],
];

/// Whether the gap holds what gaps are filled with. Memory without content always does.
fn is_filled(section: &ImageSection<'_>, gap: Span) -> bool {
    if section.data.is_empty() {
        return true;
    }
    let index = |address: u64| usize::try_from(address - section.run.start()).ok();
    let content = index(gap.start()).zip(index(gap.end())).and_then(|(from, to)| section.data.get(from..to));
    content.is_some_and(is_fill)
}

/// One fill byte again and again, or no-operations, up to whose alignment there may be zeroes.
fn is_fill(content: &[u8]) -> bool {
    let is_uniform = |it: &u8| content.iter().all(|other| other == it);
    let n_zeroes = content.iter().take_while(|it| **it == 0).count().min(3);
    let is_repeated =
        |word: &[u8]| (0..=n_zeroes).any(|it| content[it..].chunks(word.len()).all(|chunk| chunk == word));
    FILL_BYTES.iter().any(is_uniform) || FILL_WORDS.iter().any(|it| is_repeated(it))
}
