//! What is in an image more than once: instances, copies of functions, texts.

use super::report::listed;
use super::table::{Align, Cell, Table};
use crate::text::grouped;
use plimsoll_analyzer::Report;
use plimsoll_analyzer::report::{DuplicateText, Family, IdenticalBodies};

/// Without `--all`: so many rows at most, and none that saves less.
const N_ROWS: usize = 5;
const WORTHWHILE_BYTES: u64 = 32;
/// More names of one body are not listed.
const MAX_NAMES: usize = 4;

/// A row of one of the three lists.
struct Row {
    saves_up_to_bytes: u64,
    bytes: u64,
    n: usize,
    what: String,
}

/// All three lists, as far as they save something; everything where `top` is without bound.
pub(super) fn duplicates(report: &Report, top: usize, width: Option<usize>) -> String {
    let names = |symbols: &[usize]| {
        let names = symbols.iter().filter_map(|it| report.symbols.get(*it)).map(|it| it.name.as_str());
        let mut names: Vec<&str> = names.collect();
        names.dedup();
        let rest = names.len().saturating_sub(MAX_NAMES);
        names.truncate(MAX_NAMES);
        names.join(" = ") + &if rest > 0 { format!(" = {rest} more") } else { String::new() }
    };
    let family = |it: &Family| Row {
        saves_up_to_bytes: it.saves_up_to_bytes,
        bytes: it.total_bytes,
        n: it.symbols.len(),
        what: it.name.clone(),
    };
    let body = |it: &IdenticalBodies| Row {
        saves_up_to_bytes: it.saves_up_to_bytes,
        bytes: it.size_bytes,
        n: it.symbols.len(),
        what: names(&it.symbols),
    };
    let text = |it: &DuplicateText| Row {
        saves_up_to_bytes: it.saves_up_to_bytes,
        bytes: it.size_bytes,
        n: it.run_addresses.len(),
        what: it.text.clone(),
    };
    [
        list(
            ("Generic families", "total", "generic function"),
            report.families.iter().map(family),
            top,
            width,
        ),
        list(("Identical bodies", "each", "functions"), report.identical_bodies.iter().map(body), top, width),
        list(("Duplicated texts", "each", "text"), report.duplicate_texts.iter().map(text), top, width),
    ]
    .concat()
}

/// Rows come the most saving first.
fn list(
    (title, bytes, what): (&str, &str, &str),
    rows: impl Iterator<Item = Row>,
    top: usize,
    width: Option<usize>,
) -> String {
    let rows: Vec<Row> = rows.collect();
    let is_all = top == usize::MAX;
    let is_worthwhile = |it: &&Row| is_all || it.saves_up_to_bytes >= WORTHWHILE_BYTES;
    let top = if is_all { top } else { top.min(N_ROWS) };
    let mut table = Table::new(&[
        ("saves ≤", Align::Right),
        (bytes, Align::Right),
        ("times", Align::Right),
        (what, Align::Left),
    ]);
    let mut n_shown = 0;
    for row in rows.iter().take(top).filter(is_worthwhile) {
        table.row([
            Cell::new(grouped(row.saves_up_to_bytes)),
            Cell::new(grouped(row.bytes)),
            Cell::new(grouped(row.n as u64)),
            Cell::new(&row.what),
        ]);
        n_shown += 1;
    }
    if n_shown == 0 {
        return String::new();
    }
    let sum = rows.iter().fold(0_u64, |sum, it| sum.saturating_add(it.saves_up_to_bytes));
    listed(&format!("{title}: up to {} B", grouped(sum)), n_shown, rows.len(), &table.render(width))
}
