//! What references connect, by address.

use std::sync::Arc;

use super::index::Index;
use super::places::{Place, Places};
use crate::anonymous::{Piece, Split};
use crate::map::Label;
use crate::span::Span;

/// What references connect: first the owners of the attribution, then the pieces.
#[derive(Debug)]
pub(crate) struct Nodes {
    n_owners: usize,
    /// By address.
    pub(crate) pieces: Arc<[Piece]>,
    /// What of the gaps is neither a piece nor a node.
    pub(crate) padding: Vec<(usize, Span)>,
    /// Symbols and gaps by address, a gap with no number.
    lookup: Vec<(Span, Option<usize>)>,
    /// Over the look-up.
    index: Arc<Index>,
    /// Over the pieces.
    piece_index: Index,
}

impl Nodes {
    /// The nodes of an image whose gaps are cut.
    pub(super) fn new(places: &Places<'_>, split: Split) -> Self {
        let owner = |place: &Place| match place.label {
            Label::Symbol(owner) => Some(owner),
            _ => None,
        };
        let lookup = places.list.iter().map(|it| (it.span, owner(it))).collect();
        let Split { pieces, padding } = split;
        Self {
            n_owners: places.attribution.owners.len(),
            piece_index: Index::new(pieces.iter().map(|it| it.span)),
            pieces: pieces.into(),
            padding,
            lookup,
            index: Arc::clone(&places.index),
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
    pub(crate) fn at(&self, address: u64) -> Option<usize> {
        self.find(address).map(|it| it.1)
    }

    /// The same, with the bytes around the address that are the node's too.
    pub(crate) fn find(&self, address: u64) -> Option<(Span, usize)> {
        let (span, owner) = self.lookup[self.index.find(address, |it| self.lookup[it].0)?];
        if let Some(owner) = owner {
            return Some((span, owner));
        }
        let piece_idx = self.piece_index.find(address, |it| self.pieces[it].span)?;
        Some((self.pieces[piece_idx].span, self.n_owners + piece_idx))
    }

    /// Where the node begins that has a byte at `address`.
    pub(crate) fn start_of(&self, address: u64) -> Option<u64> {
        let idx = self.lookup.partition_point(|(it, _)| it.end() <= address);
        let (span, owner) = self.lookup.get(idx).filter(|(it, _)| it.contains_address(address))?;
        let piece = || self.pieces.get(self.pieces.partition_point(|it| it.span.end() <= address));
        if owner.is_some() { Some(span.start()) } else { piece().map(|it| it.span.start()) }
    }

    /// The nodes that have bytes inside of `span`.
    pub(crate) fn within(&self, span: Span) -> impl Iterator<Item = usize> {
        let first = self.lookup.partition_point(|(it, _)| it.end() <= span.start());
        let first_piece = self.pieces.partition_point(|it| it.span.end() <= span.start());
        let owners = self.lookup[first..].iter().take_while(move |(it, _)| it.start() < span.end());
        let pieces = self.pieces[first_piece..].iter().take_while(move |it| it.span.start() < span.end());
        let n_owners = self.n_owners;
        let pieces = pieces.enumerate().map(move |(idx, _)| n_owners + first_piece + idx);
        owners.filter_map(|(_, owner)| *owner).chain(pieces)
    }
}
