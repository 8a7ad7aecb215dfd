//! Pairs the rows of two reports.

use std::collections::BTreeMap;

use super::pairs::{self, Pair};
use super::{Change, ChangeKind, Diff, SCHEMA_VERSION};
use crate::layout::regions::ALIGNMENT;
use crate::names::stem;
use crate::report::{Report, STATIC, Section, static_name};

/// Report × report → rows that changed.
pub(crate) fn diff(old: &Report, new: &Report) -> Diff {
    let mut symbols: Vec<Change> = pairs::find(old, new).iter().map(symbol_change).collect();
    symbols.extend(leftovers(old, new));
    Diff {
        schema_version: SCHEMA_VERSION,
        totals: totals(old, new),
        regions: sorted(by_name(old, new, |it| named(&it.regions, |it| (&it.name, it.used_bytes)))),
        static_use: static_use(old, new),
        sections: changed(by_name(old, new, |it| {
            named(it.sections.iter().filter(|it| it.allocated), |it| (&it.name, it.size_bytes))
        })),
        crates: changed(crates(old, new)),
        symbols: changed(symbols),
        growth: None,
    }
}

fn totals(old: &Report, new: &Report) -> Vec<Change> {
    let row = |name: &str, bytes: fn(&Report) -> u64| change(name, Some(bytes(old)), Some(bytes(new)));
    vec![
        row("flash", |it| it.totals.flash_bytes),
        row("ram", |it| it.totals.ram_bytes),
        row("formatting", |it| it.formatting.total_bytes),
    ]
}

/// Where both sides know it: of the image, and of the regions in which something is only set aside.
fn static_use(old: &Report, new: &Report) -> Vec<Change> {
    let row = |name: &str, old: Option<u64>, new: Option<u64>| {
        old.zip(new).map(|(old, new)| change(name, Some(old), Some(new)))
    };
    let mut rows: Vec<Change> =
        row(STATIC, old.totals.static_ram_bytes, new.totals.static_ram_bytes).into_iter().collect();
    for region in &new.regions {
        let before = old.regions.iter().find(|it| it.name == region.name);
        let before = before.filter(|it| it.reserved_bytes > 0 || region.reserved_bytes > 0);
        let name = static_name(&region.name);
        rows.extend(before.and_then(|it| row(&name, it.static_bytes, region.static_bytes)));
    }
    sorted(rows)
}

/// What crates own, and what none of them does, so that the rows add up to the change of flash and RAM.
fn crates(old: &Report, new: &Report) -> Vec<Change> {
    let owned = |it: &Report| {
        let of_crates = it.crates.iter().map(|it| it.flash_bytes.saturating_add(it.ram_bytes));
        of_crates.fold(0, u64::saturating_add)
    };
    let rest = |it: &Report| -> u64 {
        let (totals, owned) = (&it.totals, owned(it));
        totals.flash_bytes.saturating_add(totals.ram_bytes).saturating_sub(owned)
    };
    let rest = |it| Some(rest(it)).filter(|it| *it > 0);
    let mut rows = by_name(old, new, |it| {
        named(&it.crates, |it| (&it.name, it.flash_bytes.saturating_add(it.ram_bytes)))
    });
    rows.push(change("(padding, unattributed)", rest(old), rest(new)));
    rows
}

/// Sums rows of one name, as object files and overlays have several sections of one name.
fn named<'report, T: 'report>(
    rows: impl IntoIterator<Item = &'report T>,
    row: impl Fn(&'report T) -> (&'report String, u64),
) -> BTreeMap<&'report str, u64> {
    let mut sums = BTreeMap::new();
    for (name, bytes) in rows.into_iter().map(row) {
        let sum: &mut u64 = sums.entry(name.as_str()).or_default();
        *sum = sum.saturating_add(bytes);
    }
    sums
}

fn by_name<'report>(
    old: &'report Report,
    new: &'report Report,
    rows: impl Fn(&'report Report) -> BTreeMap<&'report str, u64>,
) -> Vec<Change> {
    let mut pairs: BTreeMap<&str, (Option<u64>, Option<u64>)> = BTreeMap::new();
    for (name, bytes) in rows(old) {
        pairs.entry(name).or_default().0 = Some(bytes);
    }
    for (name, bytes) in rows(new) {
        pairs.entry(name).or_default().1 = Some(bytes);
    }
    pairs.into_iter().map(|(name, (old, new))| change(name, old, new)).collect()
}

/// One symbol on both sides, or on one.
fn symbol_change(pair: &Pair<'_>) -> Change {
    let both = pair.old.zip(pair.new);
    let (old, new) = (pair.old.map(|it| it.symbol), pair.new.map(|it| it.symbol));
    let Some(symbol) = new.or(old) else { return change("", None, None) };
    let mut row = change(&symbol.name, old.map(|it| it.size_bytes), new.map(|it| it.size_bytes));
    row.section = Some(symbol.section.clone());
    row.krate = new.and_then(|it| it.krate.clone()).or_else(|| old.and_then(|it| it.krate.clone()));
    let Some((old_side, new_side)) = both else { return row };
    let (old, new) = (old_side.symbol, new_side.symbol);
    row.old_section = other(&old.section, &new.section);
    row.old_krate = old.krate.as_ref().zip(new.krate.as_ref()).and_then(|(old, new)| other(old, new));
    if pair.has_other_file {
        row.old_file = old_side.file.map(str::to_owned);
        row.file = new_side.file.map(str::to_owned);
    }
    if row.old_section.is_some() || row.old_krate.is_some() || row.old_file.is_some() {
        row.kind = ChangeKind::Moved;
    }
    if pair.is_rewritten {
        return row;
    }
    if stem(&old.name) != stem(&new.name) {
        row.old_name = Some(old.name.clone());
        row.kind = ChangeKind::Renamed;
    } else if old.name != new.name {
        // Of a renumbered symbol only the stem is true on both sides.
        row.name = stem(&new.name).into_owned();
    }
    row
}

/// What it was, where it is something else now.
fn other(old: &str, new: &str) -> Option<String> {
    (old != new).then(|| old.to_owned())
}

/// What of the sections no symbol owns, so that the rows add up to the change of sections and of the filler
/// between them. Padding moves with every edit, and where it lies tells nobody anything: it is one row.
fn leftovers(old: &Report, new: &Report) -> Vec<Change> {
    let filler = |it: &Report| {
        let parts = it.regions.iter().flat_map(|it| &it.parts).filter(|it| it.section == ALIGNMENT);
        parts.map(|it| it.bytes).fold(0, u64::saturating_add)
    };
    let inside = |it| leftover(it, |it| it.padding_bytes).values().copied().fold(0, u64::saturating_add);
    let padding = |it| Some(filler(it).saturating_add(inside(it))).filter(|it| *it > 0);
    let mut rows = vec![change("(padding)", padding(old), padding(new))];
    rows.extend(unattributed(old, new));
    rows
}

fn leftover(report: &Report, bytes: fn(&Section) -> u64) -> BTreeMap<&str, u64> {
    let allocated = report.sections.iter().filter(|it| it.allocated && bytes(it) > 0);
    named(allocated, |it| (&it.name, bytes(it)))
}

fn unattributed(old: &Report, new: &Report) -> Vec<Change> {
    let mut rows = by_name(old, new, |it| leftover(it, |it| it.unattributed_bytes));
    for row in &mut rows {
        row.section = Some(std::mem::replace(&mut row.name, "(unattributed)".into()));
    }
    rows
}

fn change(name: &str, old: Option<u64>, new: Option<u64>) -> Change {
    let kind = match (old, new) {
        (None, Some(_)) => ChangeKind::New,
        (Some(_), None) => ChangeKind::Gone,
        (old, new) if old < new => ChangeKind::Grown,
        (old, new) if old > new => ChangeKind::Shrunk,
        _ => ChangeKind::Same,
    };
    Change {
        name: name.to_owned(),
        old_name: None,
        section: None,
        old_section: None,
        krate: None,
        old_krate: None,
        file: None,
        old_file: None,
        old_bytes: old,
        new_bytes: new,
        delta_bytes: delta_bytes(old.unwrap_or(0), new.unwrap_or(0)),
        kind,
    }
}

/// Sizes are bounded far below what `i64` holds; reports that were not made here may lie.
fn delta_bytes(old: u64, new: u64) -> i64 {
    let delta = i128::from(new) - i128::from(old);
    i64::try_from(delta).unwrap_or(if delta < 0 { i64::MIN + 1 } else { i64::MAX })
}

fn changed(rows: Vec<Change>) -> Vec<Change> {
    sorted(rows.into_iter().filter(|it| it.kind != ChangeKind::Same).collect())
}

/// Biggest change first; the order is the same for the reverse diff.
fn sorted(mut rows: Vec<Change>) -> Vec<Change> {
    rows.sort_by(|a, b| {
        (b.delta_bytes.unsigned_abs().cmp(&a.delta_bytes.unsigned_abs()))
            .then_with(|| sides(a).cmp(&sides(b)))
            .then_with(|| sizes(b).cmp(&sizes(a)))
    });
    rows
}

/// Name and place on both sides, in the order of the alphabet.
fn sides(it: &Change) -> [(&str, Option<&String>); 2] {
    let mut sides = [
        (it.name.as_str(), it.section.as_ref()),
        (it.old_name.as_ref().unwrap_or(&it.name), it.old_section.as_ref().or(it.section.as_ref())),
    ];
    sides.sort_unstable();
    sides
}

/// The sizes of [`sides`]; of one side only, the bigger first.
fn sizes(it: &Change) -> (Option<u64>, Option<u64>) {
    let (old, new) = (it.old_bytes, it.new_bytes);
    let [first, second] = sides(it);
    match first == second {
        true => (old.max(new), old.min(new)),
        false if first.0 == it.name && first.1 == it.section.as_ref() => (new, old),
        false => (old, new),
    }
}
