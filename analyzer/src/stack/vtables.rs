//! Tables of functions in data, and which function a call through the n-th word of one may reach.

use std::collections::{BTreeMap, BTreeSet};

use crate::image::Image;
use crate::map::Attribution;
use crate::refs::{Places, ReferenceKind, References};
use crate::span::Span;

/// A vtable of Rust begins with what drops a value, its size and its alignment.
const N_LEADING_WORDS: u64 = 3;
/// No trait has more methods, no class either.
const MAX_SLOTS: u64 = 256;
/// So many sections of code are left out at once; there are hardly ever more.
const MAX_SECTIONS: usize = 8;
/// No value is bigger or coarser aligned.
const MAX_VALUE_BYTES: u64 = 1 << 24;
const MAX_ALIGN_BYTES: u64 = 1 << 12;

/// Functions by the distance of the word that names them from where a vtable pointer points to.
#[derive(Debug, Default)]
pub(super) struct Vtables {
    pub(super) rust: BTreeMap<u64, BTreeSet<u64>>,
    pub(super) cpp: BTreeMap<u64, BTreeSet<u64>>,
}

/// Finds the vtables of Rust by their shape and those of C++ by their names.
pub(super) fn find(places: &Places<'_>, references: &References, attribution: &Attribution) -> Vtables {
    let mut vtables = Vtables::default();
    let pointers: Vec<u64> =
        references.list.iter().filter(|it| it.kind == ReferenceKind::Data).map(|it| it.at_address).collect();
    let targets = targets(places, references, &pointers);
    let word_bytes = places.machine.pointer_bytes();
    for pointer in &pointers {
        let start = pointer.checked_sub(N_LEADING_WORDS * word_bytes);
        let Some(start) = start.filter(|it| targets.binary_search(it).is_ok()) else { continue };
        if is_vtable(places, start) {
            slots(places, (start, next(&targets, start)), &mut vtables.rust);
        }
    }
    for start in pointers {
        if targets.binary_search(&start).is_ok() && is_table(places, start) {
            slots(places, (start, next(&targets, start)), &mut vtables.rust);
        }
    }
    for (start, bytes) in cpp_vtables(places.image, attribution) {
        // Before where pointers point to lie the offset to the whole object and its type.
        slots(places, (start.saturating_add(2 * word_bytes), start.checked_add(bytes)), &mut vtables.cpp);
    }
    vtables
}

/// What somebody refers to, in order. In code without pointers nobody looks for tables.
fn targets(places: &Places<'_>, references: &References, pointers: &[u64]) -> Vec<u64> {
    let has_pointers = |code: &Span| {
        let first = pointers.partition_point(|it| *it < code.start());
        pointers.get(first).is_some_and(|it| code.contains_address(*it))
    };
    let sections = places.image.sections.iter().filter(|it| it.is_executable && it.takes_memory());
    let code: Vec<Span> =
        sections.map(|it| it.run).filter(|it| !has_pointers(it)).take(MAX_SECTIONS).collect();
    let targets = references.list.iter().map(|it| it.target_address);
    let mut targets: Vec<u64> =
        targets.filter(|target| !code.iter().any(|it| it.contains_address(*target))).collect();
    targets.sort_unstable();
    targets.dedup();
    targets
}

/// Where the next thing begins that somebody refers to.
fn next(targets: &[u64], start: u64) -> Option<u64> {
    targets.get(targets.partition_point(|it| *it <= start)).copied()
}

/// Functions from the first word on: what wakes a task, for one.
fn is_table(places: &Places<'_>, start: u64) -> bool {
    let word = |idx: u64| places.pointer_at(start.checked_add(idx * places.machine.pointer_bytes())?);
    let is_function = |it: u64| places.target_of(it).is_some_and(|it| places.is_start(it));
    (0..2).all(|idx| word(idx).is_some_and(is_function))
}

/// What drops the value or nothing, a size, and an alignment that the size is a multiple of.
fn is_vtable(places: &Places<'_>, start: u64) -> bool {
    let word_bytes = places.machine.pointer_bytes();
    let word = |idx: u64| places.pointer_at(start.checked_add(idx * word_bytes)?);
    let (Some(drop), Some(size), Some(align)) = (word(0), word(1), word(2)) else { return false };
    let is_function = |it: u64| places.target_of(it).is_some_and(|it| places.is_start(it));
    let is_layout = size < MAX_VALUE_BYTES && align.is_power_of_two() && align <= MAX_ALIGN_BYTES;
    (drop == 0 || is_function(drop)) && is_layout && size % align == 0
}

/// Enters every function of a table that ends where something else begins, or where words do.
fn slots(places: &Places<'_>, (start, end): (u64, Option<u64>), table: &mut BTreeMap<u64, BTreeSet<u64>>) {
    let word_bytes = places.machine.pointer_bytes();
    for slot in 0..MAX_SLOTS {
        let Some(at) = start.checked_add(slot * word_bytes) else { return };
        if end.is_some_and(|end| at >= end) {
            return;
        }
        let Some(word) = places.pointer_at(at) else { return };
        let target = places.target_of(word);
        let is_layout = (1..N_LEADING_WORDS).contains(&slot);
        match target.filter(|it| places.is_start(*it)) {
            Some(target) => drop(table.entry(slot * word_bytes).or_default().insert(target)),
            // A vtable of a supertrait, or a method that does not fit the type.
            None if target.is_some() || word == 0 || is_layout => {}
            None => return,
        }
    }
}

fn cpp_vtables<'image>(
    image: &'image Image<'_>,
    attribution: &'image Attribution,
) -> impl Iterator<Item = (u64, u64)> + 'image {
    let is_vtable = |symbol: usize| image.symbols[symbol].name.starts_with(b"_ZTV");
    attribution.owners.iter().filter(move |it| is_vtable(it.symbol_idx)).map(|it| (it.address, it.bytes))
}

/// The functions that a table of pointers names: all words from `address` to the end of who owns it.
pub(super) fn entries(places: &Places<'_>, address: u64) -> BTreeSet<u64> {
    let word_bytes = places.machine.pointer_bytes();
    let Some(place) = places.at(address) else { return BTreeSet::new() };
    let words = (0..MAX_SLOTS).map_while(|it| address.checked_add(it * word_bytes));
    let words = words.take_while(|it| place.span.contains_address(*it));
    let pointers = words.map_while(|it| places.pointer_at(it));
    let targets = pointers.map(|it| if it == 0 { None } else { Some(places.target_of(it)) });
    targets.take_while(|it| *it != Some(None)).flatten().flatten().filter(|it| places.is_start(*it)).collect()
}
