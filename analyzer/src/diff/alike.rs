//! Functions whose names say nothing to each other, and whose code does: renamed ones.

use std::cmp::Reverse;
use std::collections::BTreeMap;

use super::pairs::{Side, Unpaired};
use crate::names::is_outlined;

/// Of the 16 digits of a sketch, so many must be equal. Of two unrelated sketches one is by chance;
/// that ten are happens once in a hundred million times.
const MIN_EQUAL_DIGITS: u32 = 10;
/// What equal bodies count.
const EQUAL_BODIES: u32 = 17;
/// Comparing each with each is left out beyond so many pairs: then only equal bodies are found.
const MAX_PAIRS: usize = 1 << 24;
/// Each round may resolve what was ambiguous in the one before.
const MAX_ROUNDS: usize = 3;

/// How much speaks for two functions being one: equal digits, the last part of the name, size, name.
type Score = (u32, bool, Reverse<u64>, usize);

/// A function and its fingerprint.
#[derive(Debug, Clone, Copy)]
struct Function<'report> {
    side: Side<'report>,
    hash: u32,
    sketch: u64,
    /// Whether it has no name but a number.
    is_outlined: bool,
}

/// The best counterpart so far.
#[derive(Debug, Clone, Copy)]
struct Best {
    score: Score,
    idx: usize,
    /// Whether another is as good.
    is_tied: bool,
}

/// Takes out pairs of functions that do the same or nearly so: those each of which is the only best
/// counterpart of the other.
pub(super) fn find<'report>(left: &mut Unpaired<'report>, found: &mut Vec<(Side<'report>, Side<'report>)>) {
    let (mut old, no_old): (Vec<_>, Vec<_>) = split(&left.old);
    let (mut new, no_new): (Vec<_>, Vec<_>) = split(&left.new);
    equal_and_unique(&mut old, &mut new, found);
    for _ in 0..MAX_ROUNDS {
        let is_too_much = old.len().checked_mul(new.len()).is_none_or(|it| it > MAX_PAIRS);
        if is_too_much || mutual(&mut old, &mut new, found) == 0 {
            break;
        }
    }
    left.old = no_old.into_iter().chain(old.into_iter().map(|it| it.side)).collect();
    left.new = no_new.into_iter().chain(new.into_iter().map(|it| it.side)).collect();
}

/// Those with a fingerprint, and the rest.
fn split<'report>(sides: &[Side<'report>]) -> (Vec<Function<'report>>, Vec<Side<'report>>) {
    let mut functions = Vec::new();
    let mut others = Vec::new();
    for side in sides {
        match function(*side) {
            Some(function) => functions.push(function),
            None => others.push(*side),
        }
    }
    (functions, others)
}

fn function(side: Side<'_>) -> Option<Function<'_>> {
    let (hash, sketch) = side.symbol.body.as_ref()?.split_at_checked(8)?;
    let hash = u32::from_str_radix(hash, 16).ok()?;
    let sketch = u64::from_str_radix(sketch, 16).ok()?;
    Some(Function { side, hash, sketch, is_outlined: is_outlined(&side.symbol.name) })
}

/// Bodies that are there once before and once after, for as many functions as there may be.
fn equal_and_unique<'report>(
    old: &mut Vec<Function<'report>>,
    new: &mut Vec<Function<'report>>,
    found: &mut Vec<(Side<'report>, Side<'report>)>,
) {
    let body = |it: &Function<'_>| (it.hash, it.side.symbol.size_bytes, it.is_outlined);
    let mut by_body: BTreeMap<_, (Vec<usize>, Vec<usize>)> = BTreeMap::new();
    old.iter().enumerate().for_each(|(idx, it)| by_body.entry(body(it)).or_default().0.push(idx));
    new.iter().enumerate().for_each(|(idx, it)| by_body.entry(body(it)).or_default().1.push(idx));
    let unique = by_body.into_values().filter_map(|(old, new)| match (old.as_slice(), new.as_slice()) {
        ([old], [new]) => Some((*old, *new)),
        _ => None,
    });
    take(old, new, unique.collect(), found);
}

/// Compares each with each; how many pairs were found.
fn mutual<'report>(
    old: &mut Vec<Function<'report>>,
    new: &mut Vec<Function<'report>>,
    found: &mut Vec<(Side<'report>, Side<'report>)>,
) -> usize {
    let mut best_of_old: Vec<Option<Best>> = vec![None; old.len()];
    let mut best_of_new: Vec<Option<Best>> = vec![None; new.len()];
    for (old_idx, a) in old.iter().enumerate() {
        for (new_idx, b) in new.iter().enumerate() {
            if let Some(score) = score(a, b) {
                improve(&mut best_of_old[old_idx], score, new_idx);
                improve(&mut best_of_new[new_idx], score, old_idx);
            }
        }
    }
    let clear = |it: &Option<Best>| it.filter(|it| !it.is_tied).map(|it| it.idx);
    let pairs = best_of_old.iter().enumerate().filter_map(|(old_idx, best)| {
        let new_idx = clear(best)?;
        (clear(&best_of_new[new_idx]) == Some(old_idx)).then_some((old_idx, new_idx))
    });
    let pairs: Vec<(usize, usize)> = pairs.collect();
    let n_pairs = pairs.len();
    take(old, new, pairs, found);
    n_pairs
}

fn improve(best: &mut Option<Best>, score: Score, idx: usize) {
    match best {
        Some(it) if it.score > score => {}
        Some(it) if it.score == score => it.is_tied = true,
        _ => *best = Some(Best { score, idx, is_tied: false }),
    }
}

fn score(a: &Function<'_>, b: &Function<'_>) -> Option<Score> {
    let (a_bytes, b_bytes) = (a.side.symbol.size_bytes, b.side.symbol.size_bytes);
    let n_equal = match a.hash == b.hash && a_bytes == b_bytes {
        true => EQUAL_BODIES,
        false => n_equal_digits(a.sketch, b.sketch),
    };
    let is_alike = n_equal >= MIN_EQUAL_DIGITS && a_bytes.max(b_bytes) / 2 <= a_bytes.min(b_bytes);
    (is_alike && a.is_outlined == b.is_outlined).then(|| {
        let (a, b) = (a.side.symbol.name.as_str(), b.side.symbol.name.as_str());
        (n_equal, last_part(a) == last_part(b), Reverse(a_bytes.abs_diff(b_bytes)), n_common(a, b))
    })
}

fn n_equal_digits(a: u64, b: u64) -> u32 {
    let differences = a ^ b;
    let any_bit = differences | differences >> 1 | differences >> 2 | differences >> 3;
    16 - (any_bit & 0x1111_1111_1111_1111).count_ones()
}

fn last_part(name: &str) -> &str {
    name.rsplit("::").next().unwrap_or(name)
}

/// How many bytes two names have in common at both ends.
pub(super) fn n_common(a: &str, b: &str) -> usize {
    let n_first = a.bytes().zip(b.bytes()).take_while(|(a, b)| a == b).count();
    let rest = a.bytes().skip(n_first).rev().zip(b.bytes().skip(n_first).rev());
    n_first + rest.take_while(|(a, b)| a == b).count()
}

/// Moves pairs from both lists to those found.
fn take<'report>(
    old: &mut Vec<Function<'report>>,
    new: &mut Vec<Function<'report>>,
    pairs: Vec<(usize, usize)>,
    found: &mut Vec<(Side<'report>, Side<'report>)>,
) {
    let mut is_old_taken = vec![false; old.len()];
    let mut is_new_taken = vec![false; new.len()];
    for (old_idx, new_idx) in pairs {
        found.push((old[old_idx].side, new[new_idx].side));
        (is_old_taken[old_idx], is_new_taken[new_idx]) = (true, true);
    }
    for (functions, is_taken) in [(old, is_old_taken), (new, is_new_taken)] {
        let mut is_taken = is_taken.into_iter();
        functions.retain(|_| !is_taken.next().unwrap_or(false));
    }
}
