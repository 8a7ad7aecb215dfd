//! What was there before and is bigger: the lines whose bytes grew.

use std::collections::{BTreeMap, BTreeSet};

use super::align;
use super::doors::{Doors, Node, Origin, Site, own_site};
use super::trace::Code;
use super::{Partners, Traced};
use crate::report::SymbolKind;

/// By function and file, as both sides know them: lines and their bytes.
pub(super) type Lines<'a> = BTreeMap<(&'a str, &'a str), BTreeMap<u32, Piece>>;

/// What is of one line.
#[derive(Debug, Clone, Copy)]
pub(super) struct Piece {
    bytes: u64,
    site: Site,
}

/// What one row grew by, before it is set against what it shrank by elsewhere.
#[derive(Default)]
struct Grown {
    inlined: Vec<(Site, Node, u64)>,
    lines: Vec<(Site, u64)>,
}

/// Enters all rows that grew.
pub(super) fn find(doors: &mut Doors<'_>) {
    let (old, new) = (doors.old, doors.new);
    for row in 0..new.report.symbols.len() as u32 {
        let Some(old_row) = doors.partners[row as usize] else { continue };
        let old_bytes = old.report.symbols[old_row as usize].size_bytes;
        let grown_bytes = new.report.symbols[row as usize].size_bytes.saturating_sub(old_bytes);
        if grown_bytes == 0 {
            continue;
        }
        let grown = grown(doors, row, old_row);
        match grown.inlined.is_empty() && grown.lines.is_empty() {
            true => enter_whole(doors, row, grown_bytes),
            false => enter(doors, row, grown, grown_bytes),
        }
    }
}

/// The code of all rows of `old` that are gone.
pub(super) fn gone_lines<'a>(old: &'a Traced, partners: &Partners) -> Lines<'a> {
    let kept: BTreeSet<u32> = partners.iter().flatten().copied().collect();
    let mut lines = Lines::new();
    for code in old.trace.code.iter().filter(|it| !kept.contains(&it.row)) {
        add(&mut lines, old, own_site(old, code), code.bytes);
    }
    lines
}

fn code_of(side: &Traced, row: u32) -> &[Code] {
    let code = &side.trace.code;
    let from = code.partition_point(|it| it.row < row);
    let to = code.partition_point(|it| it.row <= row);
    &code[from..to]
}

fn grown(doors: &mut Doors<'_>, row: u32, old_row: u32) -> Grown {
    let (old, new) = (doors.old, doors.new);
    let mut grown = Grown::default();
    let (mut old_lines, mut new_lines, mut moved_lines) = (Lines::new(), Lines::new(), Lines::new());
    let mut doors_of_moved = BTreeMap::new();
    for code in code_of(old, old_row) {
        add(&mut old_lines, old, own_site(old, code), code.bytes);
    }
    for code in code_of(new, row) {
        match doors.origin(row, code.frame) {
            Origin::Inlined(site, node) => grown.inlined.push((site, node, code.bytes)),
            Origin::Known(site) => add(&mut new_lines, new, site, code.bytes),
            Origin::Moved(site, door) => {
                add(&mut moved_lines, new, site, code.bytes);
                doors_of_moved.entry(site).or_insert(door);
            }
            Origin::New(_) => {}
        }
    }
    for (place, new_lines) in &new_lines {
        grown.lines.extend(bigger(old_lines.get(place), new_lines));
    }
    for (place, lines) in &moved_lines {
        let more = bigger(doors.gone_lines.get(place), lines);
        for piece in lines.values() {
            let more_bytes = more.iter().find(|it| it.0 == piece.site).map_or(0, |it| it.1);
            let (site, node) = doors_of_moved[&piece.site];
            grown.inlined.push((site, node, piece.bytes - more_bytes));
        }
        grown.lines.extend(more);
    }
    grown
}

fn add<'a>(lines: &mut Lines<'a>, side: &'a Traced, site: Site, bytes: u64) {
    let (place, line) = match site {
        Site::Line { file, line, function, .. } => {
            let (files, functions) = (&side.trace.files, &side.trace.functions);
            ((functions[function as usize].as_str(), files[file as usize].as_str()), line)
        }
        _ => (("", ""), 0),
    };
    let piece = lines.entry(place).or_default().entry(line).or_insert(Piece { bytes: 0, site });
    piece.bytes += bytes;
}

/// The lines of one function that have more code than before.
fn bigger(old: Option<&BTreeMap<u32, Piece>>, new: &BTreeMap<u32, Piece>) -> Vec<(Site, u64)> {
    let rows = |it: &BTreeMap<u32, Piece>| -> Vec<align::Row> {
        it.iter().map(|(line, piece)| (*line, piece.bytes)).collect()
    };
    let old = old.map(rows).unwrap_or_default();
    let partners = align::partners(&old, &rows(new));
    let grown = new.values().zip(partners).map(|(piece, old_bytes)| {
        let more_bytes = piece.bytes.saturating_sub(old_bytes.unwrap_or(0));
        (piece.site, more_bytes)
    });
    grown.filter(|it| it.1 > 0).collect()
}

/// A row grew by less than its lines did where others shrank: each gets its part.
fn enter(doors: &mut Doors<'_>, row: u32, grown: Grown, grown_bytes: u64) {
    let inlined = grown.inlined.iter().map(|it| it.2);
    let sum: u64 = inlined.chain(grown.lines.iter().map(|it| it.1)).sum();
    let mut done = (0, 0);
    // What rounding leaves over goes on to the next.
    let mut part = |bytes: u64| {
        done.0 += bytes;
        let due = u128::from(grown_bytes.min(sum)) * u128::from(done.0) / u128::from(sum.max(1));
        let part = due as u64 - done.1;
        done.1 = due as u64;
        part
    };
    for (site, node, bytes) in grown.inlined {
        let weight = doors.part_of_row(row, part(bytes));
        doors.lead(Node::Site(site), node);
        let id = doors.id(node) as usize;
        doors.weights[id].add(weight);
    }
    for (site, bytes) in grown.lines {
        let weight = doors.part_of_row(row, part(bytes));
        doors.own.entry(site).or_default().add(weight);
        doors.row_of_site.entry(site).or_insert(row);
    }
}

/// Data, and code that nothing is known of. Data without a declaration is its users'.
fn enter_whole(doors: &mut Doors<'_>, row: u32, grown_bytes: u64) {
    let new = doors.new;
    let symbol = &new.report.symbols[row as usize];
    let is_code = matches!(symbol.kind, SymbolKind::Function | SymbolKind::Label);
    let mut site = Site::Row(row);
    if symbol.line.is_none() && !is_code && symbol.kind != SymbolKind::Unwind {
        for edge in new.trace.edges.iter().filter(|it| it.to == row) {
            if let Origin::Known(user @ Site::Line { .. }) = doors.origin(edge.from, edge.frame) {
                site = user;
                break;
            }
        }
    }
    let weight = doors.part_of_row(row, grown_bytes);
    doors.own.entry(site).or_default().add(weight);
    doors.row_of_site.insert(site, row);
}
