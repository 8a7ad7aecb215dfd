//! Traces symbols and code to source files, compile units, object files and defining crates.

use std::cmp::Reverse;
use std::collections::BTreeMap;

use super::anonymous;
use super::assemble::{Findings, Named, UNKNOWN_CRATE};
use super::memory_use::MemoryUse;
use super::{CodeUse, FileUse, SectionKind, UnitUse, Warning};
use crate::debug::DebugInfo;
use crate::debug::sweep::{Origin, Sweep};
use crate::map::Attribution;
use crate::names;
use crate::span::Span;

/// What debug information adds to the report.
pub(super) struct Source {
    pub(super) code: CodeUse,
    pub(super) units: Vec<UnitUse>,
    pub(super) files: Vec<FileUse>,
    /// By crate.
    pub(super) defining_bytes: BTreeMap<String, u64>,
    pub(super) warnings: Vec<Warning>,
}

/// Enters the source of each symbol into its row, and sums up the rest.
pub(super) fn trace(findings: &Findings<'_>, rows: &mut [Named], use_of: &MemoryUse) -> Source {
    let Findings { attribution, debug: info, .. } = *findings;
    let mut sweep = Sweep::new(info);
    // Of what nobody knows, nothing is entered: as good as no rows, and less to keep.
    let asked = if info.is_empty() { &[] } else { &*rows };
    let origins = origins(findings, asked, &mut sweep);
    let tally = Tally::new(findings, rows, &mut sweep);
    let (crates, paths) = sweep.finish();
    for (row, origin) in rows.iter_mut().zip(&origins) {
        let krate = origin.krate.and_then(|it| crates.get(it)).cloned();
        let is_told = row.symbol.krate.as_deref().is_some_and(names::is_telling);
        if !is_told {
            row.symbol.krate = krate.or_else(|| row.symbol.krate.take());
        }
    }
    anonymous::enter_outlined_crates(findings, rows);
    anonymous::enter_crates(rows);
    let defining_bytes = tally.defining_bytes(&crates, rows);
    let units = enter_units(rows, (&origins, info), use_of);
    let files = enter_files(rows, &origins, &tally.by_file, paths);
    enter_objects(attribution, rows);
    Source { code: tally.code, units, files, defining_bytes, warnings: info.warnings() }
}

/// Of each row. Asked by address, since neighbours are in one unit.
fn origins(findings: &Findings<'_>, rows: &[Named], sweep: &mut Sweep<'_, '_>) -> Vec<Origin> {
    let mut order: Vec<usize> = (0..rows.len()).collect();
    order.sort_unstable_by_key(|it| (rows[*it].symbol.run_address, *it));
    let mut origins = vec![Origin::default(); rows.len()];
    order.into_iter().for_each(|it| origins[it] = origin(findings, &rows[it], sweep));
    origins
}

fn origin(findings: &Findings<'_>, row: &Named, sweep: &mut Sweep<'_, '_>) -> Origin {
    let section = &findings.image.sections[row.section_idx];
    let address = findings.debug.address_in(section, row.symbol.run_address);
    if row.is_code { sweep.function(address) } else { sweep.variable(address) }
}

/// Sums over all code that rows own.
#[derive(Default)]
struct Tally {
    code: CodeUse,
    by_crate: Sums,
    /// By owner, bytes whose crate debug information does not tell.
    untold: Sums,
    by_file: Sums,
}

/// Bytes by index.
#[derive(Default)]
struct Sums(Vec<u64>);

impl Sums {
    fn add(&mut self, idx: usize, bytes: u64) {
        if self.0.len() <= idx {
            self.0.resize(idx + 1, 0);
        }
        self.0[idx] += bytes;
    }

    fn of(&self, idx: usize) -> u64 {
        self.0.get(idx).copied().unwrap_or(0)
    }
}

impl Tally {
    fn new(findings: &Findings<'_>, rows: &[Named], sweep: &mut Sweep<'_, '_>) -> Self {
        let Findings { image, attribution, debug, .. } = *findings;
        let mut tally = Self::default();
        let is_code = code_nodes(rows);
        for (section_idx, section) in image.sections.iter().enumerate() {
            let spans = attribution.owned(section_idx, section.run);
            let is_code = |node: usize| section.kind == SectionKind::Code && is_code.get(node) == Some(&true);
            for (owner_idx, span) in spans.filter(|it| is_code(it.0)) {
                let start = debug.address_in(section, span.start());
                sweep.pieces(Span::saturating(start, span.size()), |piece| {
                    tally.code.symbol_bytes += piece.bytes;
                    match piece.krate {
                        Some(krate) => tally.by_crate.add(krate, piece.bytes),
                        None => tally.untold.add(owner_idx, piece.bytes),
                    }
                    match piece.line {
                        Some((file, _)) => {
                            tally.code.located_bytes += piece.bytes;
                            tally.by_file.add(file, piece.bytes);
                        }
                        None => tally.code.unlocated_bytes += piece.bytes,
                    }
                });
            }
        }
        tally
    }

    /// Bytes that nothing is known of belong to the crate of their symbol.
    fn defining_bytes(&self, crates: &[String], rows: &[Named]) -> BTreeMap<String, u64> {
        let mut sums: BTreeMap<String, u64> = BTreeMap::new();
        let mut add = |name: &str, bytes: u64| match sums.get_mut(name) {
            _ if bytes == 0 => {}
            Some(sum) => *sum += bytes,
            None => drop(sums.insert(name.to_owned(), bytes)),
        };
        for row in rows {
            add(row.symbol.krate.as_deref().unwrap_or(UNKNOWN_CRATE), self.untold.of(row.node));
        }
        crates.iter().enumerate().for_each(|(idx, krate)| add(krate, self.by_crate.of(idx)));
        sums
    }
}

/// By node, whether it is code.
fn code_nodes(rows: &[Named]) -> Vec<bool> {
    let mut is_code = vec![false; rows.iter().map(|it| it.node + 1).max().unwrap_or(0)];
    rows.iter().for_each(|it| is_code[it.node] = it.is_code);
    is_code
}

/// The units of the rows, biggest first; each row gets the index of its own.
fn enter_units(
    rows: &mut [Named],
    (origins, info): (&[Origin], &DebugInfo<'_>),
    use_of: &MemoryUse,
) -> Vec<UnitUse> {
    let mut by_idx: BTreeMap<usize, UnitUse> = BTreeMap::new();
    for (row, origin) in rows.iter().zip(origins) {
        let Some(unit_idx) = origin.unit_idx else { continue };
        let unit = by_idx.entry(unit_idx).or_insert_with(|| describe(info, unit_idx));
        let bytes = row.symbol.size_bytes;
        let own = use_of.own((row.section_idx, row.node), bytes);
        unit.flash_bytes += own.flash;
        unit.ram_bytes += own.ram;
    }
    let mut units: Vec<(usize, UnitUse)> = by_idx.into_iter().collect();
    units.sort_by(|(_, a), (_, b)| {
        let key = |it: &UnitUse| Reverse(it.flash_bytes + it.ram_bytes);
        key(a).cmp(&key(b)).then_with(|| a.name.cmp(&b.name))
    });
    let place: BTreeMap<usize, usize> = units.iter().enumerate().map(|(place, it)| (it.0, place)).collect();
    for (row, origin) in rows.iter_mut().zip(origins) {
        row.symbol.unit = origin.unit_idx.map(|it| place[&it]);
    }
    units.into_iter().map(|it| it.1).collect()
}

fn describe(info: &DebugInfo<'_>, unit_idx: usize) -> UnitUse {
    let unit = info.unit(unit_idx);
    let name = info.short_name(unit_idx).unwrap_or_else(|| "(unnamed)".into());
    let (language, producer) = unit.map_or((None, None), |it| (it.language, it.producer));
    UnitUse { name, language, producer, flash_bytes: 0, ram_bytes: 0 }
}

/// The files of code and rows, most code first; each row gets the index of its own.
fn enter_files(rows: &mut [Named], origins: &[Origin], bytes: &Sums, paths: Vec<String>) -> Vec<FileUse> {
    let mut files: Vec<(usize, FileUse)> = Vec::with_capacity(paths.len());
    for (idx, path) in paths.into_iter().enumerate() {
        files.push((idx, FileUse { path, code_bytes: bytes.of(idx) }));
    }
    files.sort_by(|(_, a), (_, b)| b.code_bytes.cmp(&a.code_bytes).then_with(|| a.path.cmp(&b.path)));
    let mut place = vec![0; files.len()];
    files.iter().enumerate().for_each(|(at, (idx, _))| place[*idx] = at);
    for (row, origin) in rows.iter_mut().zip(origins) {
        row.symbol.file = origin.file.map(|it| place[it]);
        row.symbol.line = origin.line;
    }
    files.into_iter().map(|it| it.1).collect()
}

/// What the linker's map says, where debug information does not.
fn enter_objects(attribution: &Attribution, rows: &mut [Named]) {
    for row in rows {
        let has_unit = row.symbol.unit.is_some() && row.node < attribution.owners.len();
        let name = attribution.inputs.name_at(row.section_idx, row.symbol.run_address);
        row.symbol.linked_from = name.filter(|_| !has_unit).map(str::to_owned);
    }
}
