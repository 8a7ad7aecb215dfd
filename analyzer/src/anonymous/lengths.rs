//! How long texts are by what refers to them: Rust keeps address and length, one word behind the other.

use crate::map::Label;
use crate::names;
use crate::refs::{List, Places, Reference, ReferenceKind};

use super::text::printable;

/// What the word behind a pointer to a text says.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
struct Length {
    address: u64,
    n_bytes: u64,
    keeper: Keeper,
}

/// What the two words are part of.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
enum Keeper {
    /// Structures of other languages have numbers of any meaning behind a pointer.
    Other,
    /// Data without a symbol, in an image without Rust's names.
    Nameless,
    Rust,
}

/// Of all texts that pointers in data lead to.
#[derive(Debug, Default)]
pub(super) struct Lengths {
    /// In order.
    list: Vec<Length>,
}

impl Lengths {
    pub(super) fn new(places: &Places<'_>, references: &List) -> Self {
        let has_rust = places.image.symbols.iter().any(|it| names::is_rust(it.name));
        let is_rust = |owner: usize| {
            let owner = &places.attribution.owners[owner];
            names::is_rust(places.image.symbols[owner.symbol_idx].name)
        };
        let keeper = |label: Label| match label {
            Label::Symbol(owner) if is_rust(owner) => Keeper::Rust,
            Label::Symbol(_) => Keeper::Other,
            _ if has_rust => Keeper::Rust,
            _ => Keeper::Nameless,
        };
        let length = |it: Reference| {
            let word = it.at_address.checked_add(places.machine.pointer_bytes())?;
            // A word of another symbol is about something else.
            let place = places.at(it.at_address).filter(|it| it.span.contains_address(word))?;
            let n_bytes = places.pointer_at(word).filter(|it| *it > 0)?;
            Some(Length { address: it.target_address, n_bytes, keeper: keeper(place.label) })
        };
        let in_data = references.leading_into_gaps().filter(|it| it.kind == ReferenceKind::Data);
        let mut list: Vec<Length> = in_data.filter_map(length).collect();
        list.sort_unstable();
        list.dedup();
        Self { list }
    }

    /// The longest that is kept for a text at `address`, which `content` begins with. A number that is no
    /// word of Rust's is none where the text goes on behind it, up to a NUL.
    pub(super) fn at(&self, address: u64, content: &[u8]) -> Option<usize> {
        let from = self.list.partition_point(|it| it.address < address);
        let to = self.list.partition_point(|it| it.address <= address);
        let end = content.iter().position(|it| *it == 0);
        self.list[from..to].iter().rev().find_map(|it| {
            let n_bytes = usize::try_from(it.n_bytes).ok().filter(|it| *it <= content.len())?;
            let has_nul = || end.is_some_and(|end| n_bytes <= end && printable(&content[..end]) == end);
            let is_length = match it.keeper {
                Keeper::Rust => true,
                Keeper::Nameless => end == Some(n_bytes) || !has_nul(),
                Keeper::Other => !has_nul(),
            };
            is_length.then_some(n_bytes)
        })
    }
}
