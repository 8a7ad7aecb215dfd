//! Data without a name of its own whose content is another: told by its place and by what refers to it.
//!
//! A version, a date or a hash in a text changes with every build. That is no change in size where the
//! text is as long as before.

use std::collections::BTreeMap;

use super::alike::n_common;
use super::pairs::{Found, Side, Unpaired};
use crate::names::stem;

/// Section, what it is, what refers to it.
type Place<'report> = (&'report str, crate::report::SymbolKind, Vec<String>);

/// Takes out pairs of data in one place: into the first list those of one size, into the second a text that
/// became another one that is like it.
pub(super) fn find<'report>(
    left: &mut Unpaired<'report>,
    (same_size, alike): (&mut Found<'report>, &mut Found<'report>),
) {
    let mut places: BTreeMap<Place<'report>, Unpaired<'report>> = BTreeMap::new();
    let mut others = Unpaired::default();
    for side in std::mem::take(&mut left.old) {
        place(&side).map_or(&mut others, |it| places.entry(it).or_default()).old.push(side);
    }
    for side in std::mem::take(&mut left.new) {
        place(&side).map_or(&mut others, |it| places.entry(it).or_default()).new.push(side);
    }
    *left = others;
    for mut group in places.into_values() {
        of_one_size(&mut group, same_size);
        if let ([old], [new]) = (group.old.as_slice(), group.new.as_slice())
            && is_alike(&old.symbol.name, &new.symbol.name)
        {
            alike.push((*old, *new));
            continue;
        }
        left.old.extend(group.old);
        left.new.extend(group.new);
    }
}

/// `None` for what has a name, or is referred to by nothing that has a row.
fn place<'report>(side: &Side<'report>) -> Option<Place<'report>> {
    let symbol = side.symbol;
    if !symbol.mangled.is_empty() || symbol.referred_by.is_empty() {
        return None;
    }
    let names = symbol.referred_by.iter().filter_map(|it| side.symbols.get(*it));
    let mut names: Vec<String> = names.map(|it| stem(&it.name).into_owned()).collect();
    names.sort_unstable();
    Some((&symbol.section, symbol.kind, names))
}

/// Of several of one size, by their order.
fn of_one_size<'report>(group: &mut Unpaired<'report>, found: &mut Found<'report>) {
    let order = |it: &Side<'_>| (it.symbol.size_bytes, it.symbol.run_address);
    group.old.sort_by_key(order);
    group.new.sort_by_key(order);
    let mut news = std::mem::take(&mut group.new).into_iter().peekable();
    for old in std::mem::take(&mut group.old) {
        let size = old.symbol.size_bytes;
        while let Some(new) = news.next_if(|it| it.symbol.size_bytes < size) {
            group.new.push(new);
        }
        match news.next_if(|it| it.symbol.size_bytes == size) {
            Some(new) => found.push((old, new)),
            None => group.old.push(old),
        }
    }
    group.new.extend(news);
}

/// Whether two texts have more than half in common, from both ends.
fn is_alike(old: &str, new: &str) -> bool {
    2 * n_common(old, new) > old.len().max(new.len())
}
