//! Which symbol of one report is which of the other: by name and section, by name in another section,
//! by name without a compiler's suffix, by what the code does, by what refers to data. Every pass treats both
//! sides alike, so that the reverse of a diff pairs the same symbols.

use std::borrow::Cow;
use std::cmp::Reverse;
use std::collections::{BTreeMap, BTreeSet};

use super::{alike, content};
use crate::names::{is_outlined, stem, without_clone_suffix};
use crate::report::{Report, Symbol};

/// A symbol of one report.
#[derive(Debug, Clone, Copy)]
pub(super) struct Side<'report> {
    pub(super) symbol: &'report Symbol,
    /// All symbols of its report.
    pub(super) symbols: &'report [Symbol],
    /// Where it was written.
    pub(super) file: Option<&'report str>,
}

/// The same symbol in both reports, or one that is in one of them only.
#[derive(Debug, Clone, Copy)]
pub(super) struct Pair<'report> {
    pub(super) old: Option<Side<'report>>,
    pub(super) new: Option<Side<'report>>,
    /// Whether it was written in another file before.
    pub(super) has_other_file: bool,
    /// Whether it is data of one size in one place, only that something else stands there.
    pub(super) is_rewritten: bool,
}

/// Symbols that nobody was found for yet.
#[derive(Debug, Default)]
pub(super) struct Unpaired<'report> {
    pub(super) old: Vec<Side<'report>>,
    pub(super) new: Vec<Side<'report>>,
}

/// Pairs as passes find them.
pub(super) type Found<'report> = Vec<(Side<'report>, Side<'report>)>;

/// What symbols must have in common to be compared at all.
type Name<'report> = (&'report str, Cow<'report, str>);

/// What two symbols of one name must have in common to be paired.
type Key = for<'side> fn(&'side Side<'side>) -> (&'side str, &'side str, u64);

/// Instances of one name are paired first where everything is the same, last by their order in size.
const KEYS: [Key; 8] = [
    |it| (&it.symbol.mangled, it.file(), it.symbol.size_bytes),
    |it| (&it.symbol.mangled, it.file(), 0),
    |it| (&it.symbol.mangled, "", 0),
    |it| (it.body(), it.file(), it.symbol.size_bytes),
    |it| (it.body(), "", it.symbol.size_bytes),
    |it| ("", it.file(), it.symbol.size_bytes),
    |it| ("", "", it.symbol.size_bytes),
    |_| ("", "", 0),
];

/// Where a number tells the instances apart, it says less than what they are: in the next build it may be
/// another's.
const KEYS_OF_NUMBERED: [Key; 6] = [
    |it| (it.body(), it.file(), it.symbol.size_bytes),
    |it| (it.body(), "", it.symbol.size_bytes),
    |it| ("", it.file(), it.symbol.size_bytes),
    |it| ("", "", it.symbol.size_bytes),
    |it| (&it.symbol.mangled, it.file(), 0),
    |_| ("", "", 0),
];

/// What is only a number is the same where it does the same, and never by its name.
const KEYS_OF_OUTLINED: [Key; 2] =
    [|it| (it.body(), it.file(), it.symbol.size_bytes), |it| (it.body(), "", it.symbol.size_bytes)];

impl Unpaired<'_> {
    /// By what symbols that share a name are told apart.
    fn keys(&self) -> &'static [Key] {
        let names = || self.old.iter().chain(&self.new).map(|it| it.symbol.name.as_str());
        if names().next().is_some_and(is_outlined) {
            return &KEYS_OF_OUTLINED;
        }
        if names().any(|it| stem(it) != it) { &KEYS_OF_NUMBERED } else { &KEYS }
    }
}

impl Side<'_> {
    fn file(&self) -> &str {
        self.file.unwrap_or("")
    }

    fn body(&self) -> &str {
        self.symbol.body.as_deref().unwrap_or("")
    }

    /// `(anonymous constant)` and the like are no names.
    fn is_named(&self) -> bool {
        !self.symbol.name.starts_with('(')
    }
}

/// Pairs all symbols of two reports.
pub(super) fn find<'report>(old: &'report Report, new: &'report Report) -> Vec<Pair<'report>> {
    let mut left = Unpaired { old: sides(old), new: sides(new) };
    let mut found = Found::new();
    by_name(&mut left, &mut found, |it| Some((it.symbol.section.as_str(), stem(&it.symbol.name))));
    by_name(&mut left, &mut found, |it| it.is_named().then(|| ("", stem(&it.symbol.name))));
    by_name(&mut left, &mut found, |it| {
        it.is_named().then(|| (it.symbol.section.as_str(), without_clone_suffix(&it.symbol.name)))
    });
    alike::find(&mut left, &mut found);
    let mut rewritten = Found::new();
    content::find(&mut left, (&mut rewritten, &mut found));
    let files = Files { old: paths(old), new: paths(new) };
    let pair = |old, new| Pair { old, new, has_other_file: false, is_rewritten: false };
    let mut pairs: Vec<Pair<'_>> = Vec::with_capacity(found.len() + left.old.len() + left.new.len());
    for (old, new) in found {
        pairs.push(Pair { has_other_file: files.differ(old.file, new.file), ..pair(Some(old), Some(new)) });
    }
    for (old, new) in rewritten {
        pairs.push(Pair { is_rewritten: true, ..pair(Some(old), Some(new)) });
    }
    pairs.extend(left.old.into_iter().map(|it| pair(Some(it), None)));
    pairs.extend(left.new.into_iter().map(|it| pair(None, Some(it))));
    pairs
}

fn sides(report: &Report) -> Vec<Side<'_>> {
    let path = |idx: usize| report.files.get(idx).map(|it| it.path.as_str());
    let symbols = report.symbols.as_slice();
    symbols.iter().map(|symbol| Side { symbol, symbols, file: symbol.file.and_then(path) }).collect()
}

/// The files of both sides.
struct Files<'report> {
    old: BTreeSet<&'report str>,
    new: BTreeSet<&'report str>,
}

fn paths(report: &Report) -> BTreeSet<&str> {
    report.files.iter().map(|it| it.path.as_str()).collect()
}

impl Files<'_> {
    /// A file that is nowhere on the other side was itself renamed, is of another version of its crate,
    /// or was built in another folder: its symbols did not move.
    fn differ(&self, old: Option<&str>, new: Option<&str>) -> bool {
        let differ = |(old, new)| old != new && (self.new.contains(old) || self.old.contains(new));
        old.zip(new).is_some_and(differ)
    }
}

/// Pairs what has one name.
fn by_name<'report>(
    left: &mut Unpaired<'report>,
    found: &mut Found<'report>,
    name: impl Fn(&Side<'report>) -> Option<Name<'report>>,
) {
    let mut groups: BTreeMap<Name<'report>, Unpaired<'report>> = BTreeMap::new();
    let mut nameless = Unpaired::default();
    for side in std::mem::take(&mut left.old) {
        name(&side).map_or(&mut nameless, |it| groups.entry(it).or_default()).old.push(side);
    }
    for side in std::mem::take(&mut left.new) {
        name(&side).map_or(&mut nameless, |it| groups.entry(it).or_default()).new.push(side);
    }
    *left = nameless;
    for mut group in groups.into_values() {
        group.keys().iter().for_each(|it| match_by(&mut group, found, *it));
        left.old.extend(group.old);
        left.new.extend(group.new);
    }
}

/// Takes pairs with equal keys out of the group.
fn match_by<'report>(group: &mut Unpaired<'report>, found: &mut Found<'report>, key: Key) {
    if group.old.is_empty() || group.new.is_empty() {
        return;
    }
    let order = |it: &Side<'_>| (Reverse(it.symbol.size_bytes), it.symbol.run_address);
    for side in [&mut group.old, &mut group.new] {
        side.sort_by(|a, b| key(a).cmp(&key(b)).then_with(|| order(a).cmp(&order(b))));
    }
    let mut news = std::mem::take(&mut group.new).into_iter().peekable();
    for old in std::mem::take(&mut group.old) {
        while let Some(new) = news.next_if(|it| key(it) < key(&old)) {
            group.new.push(new);
        }
        match news.next_if(|it| key(it) == key(&old)) {
            Some(new) => found.push((old, new)),
            None => group.old.push(old),
        }
    }
    group.new.extend(news);
}
