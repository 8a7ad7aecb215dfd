//! Several versions of one crate.
//!
//! The newest version is taken to be the one that stays. With the functions of the others goes what only
//! they lead to: tables, texts, functions of other crates. What the newest needs more of in return is not
//! known, and so the saving is at most this.

use std::collections::{BTreeMap, BTreeSet};

use super::kinds;
use super::{Case, Saving, evidence, grouped, insight, is_location};
use crate::report::retained::Weights;
use crate::report::{Certainty, Insight, Symbol, SymbolKind};
use crate::span::Span;

/// So many places in the functions of a version are asked for their line.
const MAX_SAMPLES: u64 = 1024;
/// No processor without an operating system has shorter instructions.
const MIN_STEP: u64 = 2;
/// A word with an address, the instruction that loads it, and what aligns the two.
const LOAD_BYTES: u64 = 8;

/// What is known of a version.
#[derive(Default)]
struct Version {
    /// Code from its files; without debug information, functions that tell panics one of their paths.
    code_bytes: u64,
    /// Rows of its functions.
    own: BTreeSet<usize>,
    /// At most so much of its code is in functions of others.
    inlined_bytes: u64,
}

/// By crate and version.
type Crates<'a> = BTreeMap<&'a str, BTreeMap<&'a str, Version>>;

/// Code by crate and version, from paths such as `heapless-0.8.0/src/vec.rs`; one piece of advice per crate.
pub(super) fn advise(case: &Case<'_>) -> Vec<Insight> {
    let by_files = several(by_files(case));
    let mut by_paths = several(by_locations(case));
    by_paths.retain(|name, _| !by_files.contains_key(name));
    let of_files = by_files.iter().filter_map(|(name, versions)| row(case, name, versions, &BTreeSet::new()));
    let of_paths = by_paths
        .iter()
        .filter_map(|(name, versions)| row(case, name, versions, &untold(case, name, versions)));
    of_files.chain(of_paths).collect()
}

/// Those that are there in more than one version.
fn several(mut crates: Crates<'_>) -> Crates<'_> {
    crates.iter_mut().for_each(|(_, versions)| versions.retain(|_, it| it.code_bytes > 0));
    crates.retain(|_, versions| versions.len() > 1);
    crates
}

fn by_files<'a>(case: &Case<'a>) -> Crates<'a> {
    let mut crates = Crates::new();
    let owners: Vec<_> = case.report.files.iter().map(|it| in_path(&it.path)).collect();
    let files = case.report.files.iter().zip(&owners);
    for ((name, version), file) in files.filter_map(|(file, owner)| Some(((*owner)?, file))) {
        crates.entry(name).or_default().entry(version).or_default().code_bytes += file.code_bytes;
    }
    for (idx, symbol) in functions(case) {
        let owner = symbol.file.and_then(|it| *owners.get(it)?);
        if let Some(version) = owner.and_then(|(name, version)| crates.get_mut(name)?.get_mut(version)) {
            version.own.insert(idx);
        }
    }
    crates.retain(|_, versions| versions.len() > 1);
    for (name, versions) in &mut crates {
        for (version, it) in versions {
            it.inlined_bytes = it.code_bytes.saturating_sub(at_home(case, &it.own, (name, version)));
        }
    }
    crates
}

/// Code of a version that is in its own functions, by samples where these are big.
fn at_home(case: &Case<'_>, own: &BTreeSet<usize>, version: (&str, &str)) -> u64 {
    let functions = || own.iter().map(|it| &case.report.symbols[*it]);
    let total_bytes: u64 = functions().map(|it| it.size_bytes).sum();
    let step = MIN_STEP.max(total_bytes / MAX_SAMPLES);
    let is_at_home = |address: u64| {
        let place = (case.place_at)(address);
        place.is_some_and(|it| in_path(&(case.short_path)(&it.path)) == Some(version))
    };
    let bytes = |it: &Symbol| {
        let ats = (0..it.size_bytes).step_by(usize::try_from(step).unwrap_or(usize::MAX));
        let told = ats.filter(|at| is_at_home(it.run_address.saturating_add(*at)));
        told.map(|at| step.min(it.size_bytes - at)).sum::<u64>()
    };
    functions().map(bytes).sum()
}

/// Without debug information: functions that tell panics where they are, by the path that they tell.
fn by_locations<'a>(case: &Case<'a>) -> Crates<'a> {
    let mut users: BTreeMap<(&str, &str), BTreeSet<usize>> = BTreeMap::new();
    for reference in case.graph.iter().flat_map(|it| it.references.list.iter()) {
        let address = reference.target_address;
        if !is_location(case, address) {
            continue;
        }
        let path = case.word_at(address).zip(case.word_at(address.saturating_add(4)));
        let path = path.map(|(start, length)| case.content(Span::saturating(start, length)));
        let path = path.and_then(|it| std::str::from_utf8(it).ok()).unwrap_or_default();
        let found = path.split('/').skip_while(|it| *it != "registry").find_map(versioned);
        let owner = case.node(reference.at_address).and_then(|it| case.attribution.owners.get(it));
        if let Some((found, row)) = found.zip(owner.and_then(|it| case.row_at(it.address))) {
            users.entry(found).or_default().insert(row);
        }
    }
    let mut crates = Crates::new();
    for ((name, version), rows) in users {
        let bytes = |it: &usize| case.report.symbols[*it].size_bytes;
        let code_bytes = rows.iter().map(bytes).sum();
        let (own, others): (BTreeSet<usize>, BTreeSet<usize>) =
            rows.into_iter().partition(|it| is_of(&case.report.symbols[*it], name));
        let inlined_bytes = others.iter().map(bytes).sum();
        crates.entry(name).or_default().insert(version, Version { code_bytes, own, inlined_bytes });
    }
    crates
}

/// Functions of a crate of which no panic tells the version.
fn untold(case: &Case<'_>, name: &str, versions: &BTreeMap<&str, Version>) -> BTreeSet<usize> {
    let is_told = |it: &usize| versions.values().any(|version| version.own.contains(it));
    let rows = functions(case).filter(|it| is_of(it.1, name)).map(|it| it.0);
    rows.filter(|it| !is_told(it)).collect()
}

fn functions<'a>(case: &Case<'a>) -> impl Iterator<Item = (usize, &'a Symbol)> {
    case.report.symbols.iter().enumerate().filter(|it| it.1.kind == SymbolKind::Function)
}

/// Whether a symbol is of a package's crate.
fn is_of(symbol: &Symbol, package: &str) -> bool {
    symbol.krate.as_ref().is_some_and(|it| *it == package.replace('-', "_"))
}

fn row(
    case: &Case<'_>,
    name: &str,
    versions: &BTreeMap<&str, Version>,
    untold: &BTreeSet<usize>,
) -> Option<Insight> {
    let newest = versions.keys().copied().max_by_key(|it| rank(it))?;
    let others = || versions.iter().filter(|it| *it.0 != newest).map(|it| it.1);
    let own = others().flat_map(|it| &it.own).chain(untold).copied().collect();
    let (flash_bytes, ram_bytes) = retained(case, &own);
    let flash_bytes = flash_bytes + others().map(|it| it.inlined_bytes).sum::<u64>();
    let advice = format!(
        "{} versions of the crate {name} are in the image. `cargo tree --duplicates` says who asks for which; \
         where all take {newest}, the rest goes.",
        versions.len()
    );
    let rows = versions.iter().map(|(version, it)| (it.code_bytes, format!("{name} {version}")));
    let mut lines = evidence(rows.collect());
    let told_bytes: u64 = others().map(|it| it.code_bytes).sum();
    if let Some(more) = (flash_bytes + ram_bytes).checked_sub(told_bytes).filter(|it| *it > 0) {
        lines
            .push(format!("{} B more that may be there only for what is older than {newest}", grouped(more)));
    }
    let saving = Saving { flash_bytes, ram_bytes, certainty: Certainty::UpTo };
    Some(insight(kinds::CRATE_VERSIONS, advice, saving, lines))
}

/// Flash and RAM that go with some functions; where references are not known, the functions alone.
fn retained(case: &Case<'_>, rows: &BTreeSet<usize>) -> (u64, u64) {
    let symbols = rows.iter().map(|it| &case.report.symbols[*it]);
    let Some(graph) = case.graph else { return (symbols.map(|it| it.size_bytes).sum(), 0) };
    let own: BTreeSet<usize> = symbols.filter_map(|it| case.node(it.run_address)).collect();
    let weights = Weights::of_regions(case.image, case.attribution, graph);
    let gone: BTreeSet<usize> = graph.gone_without(|it| own.contains(&it)).into_iter().collect();
    let sum = |weights: &[u64]| gone.iter().map(|it| weights[*it]).sum::<u64>();
    (sum(&weights.flash) + last_location(case, &gone), sum(&weights.ram))
}

/// Where one `Location` is left in the whole program, the compiler writes what it says into the handler of
/// panics, and the record goes as well.
fn last_location(case: &Case<'_>, gone: &BTreeSet<usize>) -> u64 {
    let rows = case.report.symbols.iter().filter(|it| it.kind == SymbolKind::Location && case.is_alive(it));
    let (gone, left): (Vec<&Symbol>, Vec<&Symbol>) =
        rows.partition(|it| case.node(it.run_address).is_some_and(|it| gone.contains(&it)));
    match left.as_slice() {
        [last] if !gone.is_empty() => last.size_bytes + LOAD_BYTES,
        _ => 0,
    }
}

/// Orders versions by their numbers; a release is newer than what came before it.
fn rank(version: &str) -> (Vec<u64>, bool, &str) {
    let version = version.split('+').next().unwrap_or(version);
    let (core, before) = version.split_once('-').unwrap_or((version, ""));
    let numbers = core.split('.').map(|it| it.parse().unwrap_or(u64::MAX)).collect();
    (numbers, before.is_empty(), before)
}

fn in_path(path: &str) -> Option<(&str, &str)> {
    path.split('/').find_map(versioned)
}

/// `heapless-0.8.0` → `heapless`, `0.8.0`.
fn versioned(folder: &str) -> Option<(&str, &str)> {
    let at = folder.match_indices('-').find(|(at, _)| is_version(&folder[at + 1..]))?.0;
    Some((&folder[..at], &folder[at + 1..])).filter(|(name, _)| !name.is_empty())
}

/// Three numbers with dots between, and what may follow.
fn is_version(text: &str) -> bool {
    let core = text.split(['-', '+']).next().unwrap_or(text);
    let numbers: Vec<&str> = core.split('.').collect();
    let is_number = |it: &&str| !it.is_empty() && it.bytes().all(|it| it.is_ascii_digit());
    numbers.len() == 3 && numbers.iter().all(is_number)
}
