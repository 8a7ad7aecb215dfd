//! Pairs the lines of a file before and after an edit. Numbers shift with every line that is added above,
//! so lines are told by what they lead to and by their order.

use super::reach;
use crate::report::BlamedLine;

/// Beyond this many pairs to weigh, lines are paired by their numbers alone.
const MAX_PAIRS: usize = 1 << 20;

/// For each line of `new`, the line of `old` that it was. Both are ordered by line.
pub(super) fn partners<'report>(
    old: &[&'report BlamedLine],
    new: &[&'report BlamedLine],
) -> Vec<Option<&'report BlamedLine>> {
    if old.len().saturating_mul(new.len()) > MAX_PAIRS {
        let numbered = |line: u32| old.binary_search_by_key(&line, |it| it.line).ok().map(|it| old[it]);
        return new.iter().map(|it| numbered(it.line)).collect();
    }
    let best = best_from(old, new);
    let mut partners = vec![None; new.len()];
    let (mut old_idx, mut new_idx) = (0, 0);
    while old_idx < old.len() && new_idx < new.len() {
        let here = best.at(old_idx, new_idx);
        if here == best.at(old_idx + 1, new_idx) {
            old_idx += 1;
        } else if here == best.at(old_idx, new_idx + 1) {
            new_idx += 1;
        } else {
            partners[new_idx] = Some(old[old_idx]);
            old_idx += 1;
            new_idx += 1;
        }
    }
    partners
}

/// The most likeness that the rests of both lists can reach, by where the rests begin.
struct Best {
    width: usize,
    cells: Vec<u32>,
}

impl Best {
    fn at(&self, old_idx: usize, new_idx: usize) -> u32 {
        self.cells[old_idx * self.width + new_idx]
    }
}

fn best_from(old: &[&BlamedLine], new: &[&BlamedLine]) -> Best {
    let width = new.len() + 1;
    let mut best = Best { width, cells: vec![0; (old.len() + 1) * width] };
    for old_idx in (0..old.len()).rev() {
        for new_idx in (0..new.len()).rev() {
            let paired = likeness(old[old_idx], new[new_idx]) + best.at(old_idx + 1, new_idx + 1);
            let apart = best.at(old_idx + 1, new_idx).max(best.at(old_idx, new_idx + 1));
            best.cells[old_idx * width + new_idx] = paired.max(apart);
        }
    }
    best
}

/// How much a line looks like another: the same function counts most, then what it leads to, then its number.
fn likeness(old: &BlamedLine, new: &BlamedLine) -> u32 {
    let (less, more) = (reach(old).min(reach(new)), reach(old).max(reach(new)));
    let function = if old.function == new.function { 4 } else { 0 };
    let reach = if more - less <= more / 8 { 3 } else { 0 };
    function + reach + u32::from(old.line == new.line)
}
