//! Numbers that are the address of nothing, but lie beside data.
//!
//! A load that moves its base first makes compilers name `table - 4`, and a loop that runs backwards begins behind
//! the last element. Where such a number leads to is told by the loads and stores that are made with it (`access`).

use super::places::{Place, Places};
use crate::map::Label;
use crate::report::SymbolKind;

/// How far the offsets of such instructions go: 255 bytes, or 1,020 of a pair of words.
const REACH_BYTES: u64 = 1020;

/// The datum closest to an address that is no datum's, if it is in reach: the next one, else the one before.
pub(crate) fn datum_beside<'a>(places: &'a Places<'_>, address: u64) -> Option<&'a Place> {
    let n_before = places.list.partition_point(|it| it.span.start() <= address);
    let (before, behind) = places.list.split_at(n_before);
    let behind = behind.first().filter(|it| it.span.start() - address <= REACH_BYTES);
    let is_close = |it: &&Place| it.span.end() <= address && address - it.span.end() <= REACH_BYTES;
    let before = || before.iter().rev().take(2).find(|it| is_close(it) && is_datum(places, it));
    behind.filter(|it| is_datum(places, it)).or_else(before)
}

/// Whether a place is the data of a symbol.
pub(crate) fn is_datum(places: &Places<'_>, place: &Place) -> bool {
    match place.label {
        Label::Symbol(owner) => {
            places.kind_of(owner) == SymbolKind::Data || !places.section(place).is_executable
        }
        _ => false,
    }
}
