//! What references connect, by address.

use std::sync::Arc;

use super::index::Index;
use super::overlay::Overlaid;
use super::places::{Place, Places};
use crate::anonymous::{Piece, Split};
use crate::map::Label;
use crate::span::Span;

/// In the list of owners, what has none. There are fewer owners than bytes of symbols' names in a file.
const GAP: u32 = u32::MAX;

/// What references connect: first the owners of the attribution, then the pieces.
#[derive(Debug)]
pub(crate) struct Nodes {
    n_owners: usize,
    /// By address.
    pub(crate) pieces: Arc<[Piece]>,
    /// What of the gaps is neither a piece nor a node.
    pub(crate) padding: Vec<(usize, Span)>,
    /// Of symbols and gaps by address: the owner, or [`GAP`].
    owners: Vec<u32>,
    /// Over the same.
    index: Arc<Index>,
    /// Over the pieces.
    piece_index: Index,
    /// Whose bytes are at addresses that others have first.
    overlaid: Overlaid,
}

impl Nodes {
    /// The nodes of an image whose gaps are cut.
    pub(super) fn new(places: &Places<'_>, split: Split) -> Self {
        let owner = |place: &Place| match place.label {
            Label::Symbol(owner) => u32::try_from(owner).unwrap_or(GAP),
            _ => GAP,
        };
        let Split { pieces, padding } = split;
        Self {
            n_owners: places.attribution.owners.len(),
            piece_index: Index::new(pieces.iter().map(|it| it.span)),
            pieces: pieces.into(),
            padding,
            owners: places.list.iter().map(owner).collect(),
            index: Arc::clone(&places.index),
            overlaid: places.overlaid.clone(),
        }
    }

    /// Whether a node is a symbol: its number is the owner's.
    pub(crate) fn is_owner(&self, node: usize) -> bool {
        node < self.n_owners
    }

    /// The piece that a node is, where it is no symbol.
    pub(crate) fn piece(&self, node: usize) -> Option<&Piece> {
        self.pieces.get(node.checked_sub(self.n_owners)?)
    }

    /// Who has the byte at an address; nobody where it is padding.
    #[inline]
    pub(crate) fn at(&self, address: u64) -> Option<usize> {
        self.find(address).map(|it| it.1)
    }

    /// Who else has it, where sections take turns at an address.
    pub(crate) fn others_at(&self, address: u64) -> impl Iterator<Item = usize> {
        self.overlaid.owners_at(address)
    }

    /// All of them.
    pub(crate) fn all_at(&self, address: u64) -> impl Iterator<Item = usize> {
        self.at(address).into_iter().chain(self.others_at(address))
    }

    pub(crate) fn has_overlays(&self) -> bool {
        !self.overlaid.is_empty()
    }

    /// Who has the byte at an address first, with the bytes around that are the node's too.
    #[inline]
    pub(crate) fn find(&self, address: u64) -> Option<(Span, usize)> {
        let (idx, span) = self.index.find(address)?;
        if self.owners[idx] != GAP {
            return Some((span, self.owners[idx] as usize));
        }
        let (piece_idx, span) = self.piece_index.find(address)?;
        Some((span, self.n_owners + piece_idx))
    }

    /// Where the node begins that has a byte at `address`.
    pub(crate) fn start_of(&self, address: u64) -> Option<u64> {
        self.find(address).map(|it| it.0.start())
    }

    /// The nodes that have bytes inside of `span`.
    pub(crate) fn within(&self, span: Span) -> impl Iterator<Item = usize> {
        let owners = self.index.within(span).map(|it| self.owners[it]).filter(|it| *it != GAP);
        let pieces = self.piece_index.within(span).map(|it| self.n_owners + it);
        owners.map(|it| it as usize).chain(pieces)
    }
}
