//! Pairs the rows of two reports.

use std::cmp::Reverse;
use std::collections::BTreeMap;

use super::{Change, ChangeKind, Diff, SCHEMA_VERSION};
use crate::names::stem;
use crate::report::{Report, Section, Symbol};

/// Report × report → rows that changed.
pub(crate) fn diff(old: &Report, new: &Report) -> Diff {
    let mut symbols = symbols(old, new);
    symbols.extend(leftovers(old, new));
    Diff {
        schema_version: SCHEMA_VERSION,
        totals: totals(old, new),
        regions: sorted(by_name(old, new, |it| named(&it.regions, |it| (&it.name, it.used_bytes)))),
        sections: changed(by_name(old, new, |it| {
            named(it.sections.iter().filter(|it| it.allocated), |it| (&it.name, it.size_bytes))
        })),
        crates: changed(by_name(old, new, |it| {
            named(&it.crates, |it| (&it.name, it.flash_bytes + it.ram_bytes))
        })),
        symbols: changed(symbols),
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

/// Sums rows of one name, as object files and overlays have several sections of one name.
fn named<'report, T: 'report>(
    rows: impl IntoIterator<Item = &'report T>,
    row: impl Fn(&'report T) -> (&'report String, u64),
) -> BTreeMap<&'report str, u64> {
    let mut sums = BTreeMap::new();
    for (name, bytes) in rows.into_iter().map(row) {
        *sums.entry(name.as_str()).or_default() += bytes;
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

/// Symbols of one name (up to a compiler's number) in one section, on both sides.
#[derive(Default)]
struct Group<'report> {
    old: Vec<&'report Symbol>,
    new: Vec<&'report Symbol>,
}

fn symbols(old: &Report, new: &Report) -> Vec<Change> {
    let mut groups: BTreeMap<(&str, &str), Group<'_>> = BTreeMap::new();
    for symbol in &old.symbols {
        groups.entry((&symbol.section, stem(&symbol.name))).or_default().old.push(symbol);
    }
    for symbol in &new.symbols {
        groups.entry((&symbol.section, stem(&symbol.name))).or_default().new.push(symbol);
    }
    groups.into_values().flat_map(pairs).collect()
}

/// Pairs off the instances of one name: first those that are the same in every respect, then by
/// mangled name, then by size, then whatever is left in the order of size. Each step treats both
/// sides alike, so that the reverse of a diff pairs the same rows.
fn pairs(mut group: Group<'_>) -> Vec<Change> {
    let mut rows = Vec::new();
    let keys: [Key; 4] =
        [|it| (&it.mangled, it.size_bytes), |it| (&it.mangled, 0), |it| ("", it.size_bytes), |_| ("", 0)];
    for key in keys {
        rows.extend(match_by(&mut group, key));
    }
    rows.extend(group.old.into_iter().map(|it| symbol_change(Some(it), None)));
    rows.extend(group.new.into_iter().map(|it| symbol_change(None, Some(it))));
    rows
}

/// What two symbols must have in common to be paired.
type Key = fn(&Symbol) -> (&str, u64);

/// Takes pairs with equal keys out of the group.
fn match_by(group: &mut Group<'_>, key: Key) -> Vec<Change> {
    if group.old.is_empty() || group.new.is_empty() {
        return Vec::new();
    }
    let order = |it: &&Symbol| (Reverse(it.size_bytes), it.run_address);
    group.old.sort_by(|a, b| key(a).cmp(&key(b)).then_with(|| order(a).cmp(&order(b))));
    group.new.sort_by(|a, b| key(a).cmp(&key(b)).then_with(|| order(a).cmp(&order(b))));
    let mut rows = Vec::new();
    let mut left = Group::default();
    let mut news = std::mem::take(&mut group.new).into_iter().peekable();
    for old in std::mem::take(&mut group.old) {
        while let Some(new) = news.next_if(|it| key(it) < key(old)) {
            left.new.push(new);
        }
        match news.next_if(|it| key(it) == key(old)) {
            Some(new) => rows.push(symbol_change(Some(old), Some(new))),
            None => left.old.push(old),
        }
    }
    left.new.extend(news);
    *group = left;
    rows
}

fn symbol_change(old: Option<&Symbol>, new: Option<&Symbol>) -> Change {
    let symbol = new.or(old);
    // Of a renumbered symbol only the stem is true on both sides.
    let name = match (old, new) {
        (Some(old), Some(new)) if old.name != new.name => stem(&new.name),
        _ => symbol.map_or("", |it| &it.name),
    };
    let size = |it: Option<&Symbol>| it.map(|it| it.size_bytes);
    Change {
        section: symbol.map(|it| it.section.clone()),
        krate: krate(old, new),
        ..change(name, size(old), size(new))
    }
}

/// Both sides of a pair nearly always agree; where not, neither direction may prefer its own side.
fn krate(old: Option<&Symbol>, new: Option<&Symbol>) -> Option<String> {
    let krates = old.into_iter().chain(new).filter_map(|it| it.krate.as_ref());
    krates.min().cloned()
}

/// What of the sections no symbol owns, so that the rows add up to the sections' change.
fn leftovers(old: &Report, new: &Report) -> Vec<Change> {
    let mut rows = by_name_of_section("(padding)", old, new, |it| it.padding_bytes);
    rows.extend(by_name_of_section("(unattributed)", old, new, |it| it.unattributed_bytes));
    rows
}

fn leftover(report: &Report, bytes: fn(&Section) -> u64) -> BTreeMap<&str, u64> {
    let allocated = report.sections.iter().filter(|it| it.allocated && bytes(it) > 0);
    named(allocated, |it| (&it.name, bytes(it)))
}

fn by_name_of_section(kind: &str, old: &Report, new: &Report, bytes: fn(&Section) -> u64) -> Vec<Change> {
    let (old, new) = (leftover(old, bytes), leftover(new, bytes));
    let mut sections: Vec<&str> = old.keys().chain(new.keys()).copied().collect();
    sections.sort_unstable();
    sections.dedup();
    let row = |section: &str| Change {
        section: Some(section.to_owned()),
        ..change(kind, old.get(section).copied(), new.get(section).copied())
    };
    sections.into_iter().map(row).collect()
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
        section: None,
        krate: None,
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
        let sizes = |it: &Change| (it.old_bytes.max(it.new_bytes), it.old_bytes.min(it.new_bytes));
        (b.delta_bytes.unsigned_abs().cmp(&a.delta_bytes.unsigned_abs()))
            .then_with(|| a.name.cmp(&b.name))
            .then_with(|| a.section.cmp(&b.section))
            .then_with(|| sizes(b).cmp(&sizes(a)))
    });
    rows
}
