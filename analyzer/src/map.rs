//! Who owns which byte: symbols first, then padding, then what can be told without a name.
//!
//! Each section is an address space of its own, since overlays and object files reuse addresses.
//! Claims are made in the order of addresses (of two symbols at one address the bigger first), so
//! the order of the symbol table does not matter. A gap is *padding* when it is what aligning the
//! next symbol, or the end of the section, leaves over: smaller than the power of two that the next
//! address is a multiple of and than the section's alignment, and filled with what linkers fill
//! gaps with (zeroes, `0xff`, traps, no-operations). Every other gap is *unattributed*, until
//! references and content tell what its pieces are.

mod byte_map;
mod inputs;
mod owners;
mod padding;

use std::cmp::Reverse;
use std::sync::Arc;

use crate::anonymous::{self, Piece, Split};
use crate::image::{Image, ImageSection};
use crate::map_file::MapFile;
use crate::refs::References;
use crate::report::Warning;
use crate::span::Span;
pub(crate) use byte_map::ByteMap;
pub(crate) use inputs::{Input, Inputs};
use owners::Claimed;
pub(crate) use owners::Owner;
pub(crate) use padding::Filling;

/// Each becomes a row of the report. Firmware has some thousands; more than this, and nobody reads them.
const MAX_NAMED_PIECES: usize = 1 << 16;

/// The one label of a byte.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Label {
    /// Index of an [`Owner`].
    Symbol(usize),
    /// Index of a [`Piece`].
    Anonymous(usize),
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
    /// Constants whose symbol has no real name, by section and address: each becomes a piece.
    nameless: Vec<(usize, Span)>,
    /// Where blocks of merged statics are: one address serves all that lies in one.
    pub(crate) blocks: Vec<Span>,
    /// Pieces of gaps, by address; in the graph, node `owners.len() + n` is piece `n`. Empty before
    /// [`Self::refined`].
    pub(crate) anonymous: Arc<[Piece]>,
    /// What the linker's map says, if there is one that fits.
    pub(crate) inputs: Inputs,
    /// Smaller pieces are not named.
    least_named_bytes: u64,
    pub(crate) warnings: Vec<Warning>,
}

impl Attribution {
    /// Labels every byte of `image`.
    pub(crate) fn new(image: &Image<'_>) -> Self {
        let extent = |it: &ImageSection<'_>| if it.takes_memory() { it.run } else { it.run.from(u64::MAX) };
        let mut maps: Vec<_> = image.sections.iter().map(|it| ByteMap::new(extent(it))).collect();
        let Claimed { owners, nameless, blocks, warnings } = owners::claim(image, &mut maps);
        for (map, section) in maps.iter_mut().zip(&image.sections) {
            let filling = Filling::new(image, section);
            map.fill(|gap| if filling.is_padding(gap) { Label::Padding } else { Label::Unattributed });
        }
        let (anonymous, inputs) = Default::default();
        Self { maps, owners, nameless, blocks, anonymous, inputs, least_named_bytes: 0, warnings }
    }

    /// With a map, where there is one, as evidence for gaps and for where symbols come from, if it is one of `image`.
    pub(crate) fn with_map(mut self, image: &Image<'_>, map: Option<&MapFile<'_>>) -> Self {
        let Some(map) = map else { return self };
        let mut warn = |message| self.warnings.push(Warning { place: "linker map".into(), message });
        if map.n_left_out > 0 {
            warn(format!("{} lines beyond what is read of a map are left out", map.n_left_out));
        }
        match Inputs::new(image, map) {
            Ok(inputs) => self.inputs = inputs,
            Err(why) => warn(format!("not used, since it is of another image: {why}")),
        }
        self
    }

    /// The same with owners for the pieces of gaps, as far as references and content tell.
    pub(crate) fn refined(mut self, image: &Image<'_>, references: Option<&References>) -> Self {
        let (pieces, padding) = match references {
            Some(it) => (Arc::clone(&it.nodes.pieces), it.nodes.padding.clone()),
            None => {
                let Split { pieces, padding } = anonymous::by_content(image, &self);
                (pieces.into(), padding)
            }
        };
        self.least_named_bytes = self.least_named(&pieces);
        let mut labels: Vec<Vec<(Span, Label)>> = vec![Vec::new(); self.maps.len()];
        for (piece_idx, piece) in pieces.iter().enumerate().filter(|(_, it)| self.names(it)) {
            labels[piece.section_idx].push((piece.span, Label::Anonymous(piece_idx)));
        }
        for (section_idx, span) in &padding {
            labels[*section_idx].push((*span, Label::Padding));
        }
        for (map, mut labels) in self.maps.iter_mut().zip(labels) {
            labels.sort_by_key(|(span, _)| span.start());
            map.refine(&labels, |it| it == Label::Unattributed);
        }
        self.anonymous = pieces;
        self
    }

    /// Whether a span is all of a constant whose symbol has no real name.
    pub(crate) fn is_nameless(&self, section_idx: usize, span: Span) -> bool {
        self.nameless.binary_search(&(section_idx, span)).is_ok()
    }

    /// Whether a piece of a gap is an owner in the report.
    pub(crate) fn names(&self, piece: &Piece) -> bool {
        piece.is_known() && piece.span.size() >= self.least_named_bytes
    }

    /// How many pieces are.
    pub(crate) fn n_named(&self) -> usize {
        self.anonymous.iter().filter(|it| self.names(it)).count()
    }

    /// How big a piece must be to be named: the biggest are, as many as there may be.
    fn least_named(&mut self, pieces: &[Piece]) -> u64 {
        let mut sizes: Vec<u64> = pieces.iter().filter(|it| it.is_known()).map(|it| it.span.size()).collect();
        let n_pieces = sizes.len();
        if n_pieces <= MAX_NAMED_PIECES {
            return 0;
        }
        let (_, first_left_out, _) = sizes.select_nth_unstable_by_key(MAX_NAMED_PIECES, |it| Reverse(*it));
        let least = *first_left_out + 1;
        let message = format!(
            "{n_pieces} pieces are more than {MAX_NAMED_PIECES}: those of less than {least} B count as unattributed"
        );
        self.warnings.push(Warning { place: "data between symbols".into(), message });
        least
    }

    /// What is owned of a section, by address: the owner's node in the graph, bytes.
    pub(crate) fn owned(&self, section_idx: usize, span: Span) -> impl Iterator<Item = (usize, Span)> {
        self.maps[section_idx].within(span).filter_map(|(span, label)| match label {
            Label::Symbol(owner_idx) => Some((owner_idx, span)),
            Label::Anonymous(piece_idx) => Some((self.owners.len() + piece_idx, span)),
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
                Label::Symbol(_) | Label::Anonymous(_) => &mut count.symbol_bytes,
                Label::Padding => &mut count.padding_bytes,
                Label::Unattributed => &mut count.unattributed_bytes,
            };
            *bytes += part.size();
        }
        count
    }
}
