//! Pairs the lines of a function before and after an edit. Numbers shift with every line that is added above, so
//! lines are told by how much code they are and by their order.

/// A line and the bytes of its code.
pub(super) type Row = (u32, u64);

/// Beyond this many pairs to weigh, lines are paired by their numbers alone.
const MAX_PAIRS: usize = 1 << 20;

/// For each line of `new`, the bytes of the line of `old` that it was. Both are ordered by line.
pub(super) fn partners(old: &[Row], new: &[Row]) -> Vec<Option<u64>> {
    if old.len().saturating_mul(new.len()) > MAX_PAIRS {
        let numbered = |line: u32| old.binary_search_by_key(&line, |it| it.0).ok().map(|it| old[it].1);
        return new.iter().map(|it| numbered(it.0)).collect();
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
            partners[new_idx] = Some(old[old_idx].1);
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

fn best_from(old: &[Row], new: &[Row]) -> Best {
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

/// How much a line looks like another: the same code counts most, then its number.
fn likeness(old: Row, new: Row) -> u32 {
    let (less, more) = (old.1.min(new.1), old.1.max(new.1));
    let size = match more - less {
        0 => 6,
        it if it <= more / 4 => 4,
        it if it <= more / 2 => 2,
        _ => 1,
    };
    size + u32::from(old.0 == new.0)
}

#[cfg(test)]
mod tests {
    #[test]
    fn lines_are_known_again_where_one_was_added_above() {
        let old = [(10, 8), (11, 20), (12, 4)];
        let new = [(10, 8), (11, 100), (12, 20), (13, 4)];
        assert_eq!(super::partners(&old, &new), [Some(8), None, Some(20), Some(4)]);
    }

    #[test]
    fn a_line_that_grew_is_the_one_that_it_was() {
        assert_eq!(super::partners(&[(10, 8), (11, 20)], &[(10, 8), (11, 30)]), [Some(8), Some(20)]);
    }
}
