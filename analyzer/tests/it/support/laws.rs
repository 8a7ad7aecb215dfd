//! What must be true of every report, whatever the file.

use std::collections::BTreeMap;

use plimsoll_analyzer::report::{
    CrateUse, Region, RegionKind, RegionPart, RegionSource, Section, SectionRole, View,
};
use plimsoll_analyzer::{Diff, Report};

/// Fails with the broken law.
#[track_caller]
pub(crate) fn check(report: &Report) {
    sections_are_their_owners(report);
    symbols_are_in_sections(report);
    regions_are_their_parts(report);
    totals_are_sums(report);
    totals_are_those_of_regions(report);
    code_is_hosted_defined_and_located(report);
    panics_are_functions_and_data(report);
    helpers_are_needed_by_others(report);
}

#[track_caller]
fn panics_are_functions_and_data(report: &Report) {
    let it = &report.panics;
    let own: u64 = it.symbols.iter().map(|it| report.symbols[*it].size_bytes).sum();
    assert_eq!(it.total_bytes, own + it.message_bytes + it.location_bytes + it.path_bytes);
    assert_eq!(it.n_locations == 0, it.location_bytes == 0);
}

#[track_caller]
fn helpers_are_needed_by_others(report: &Report) {
    assert!(report.helpers.is_sorted_by(|a, b| a.symbol < b.symbol));
    let helpers: Vec<usize> = report.helpers.iter().map(|it| it.symbol).collect();
    for it in &report.helpers {
        assert!(it.used_by.is_sorted_by(|a, b| a < b), "{it:?}");
        assert!(it.used_by.iter().all(|it| *it < report.symbols.len() && !helpers.contains(it)), "{it:?}");
    }
}

#[track_caller]
fn code_is_hosted_defined_and_located(report: &Report) {
    let of_crates = |bytes: fn(&CrateUse) -> u64| report.crates.iter().map(bytes).sum::<u64>();
    let code = report.code.symbol_bytes;
    assert_eq!((of_crates(|it| it.code_bytes), of_crates(|it| it.defining_bytes)), (code, code));
    assert_eq!(report.code.located_bytes + report.code.unlocated_bytes, code);
    let in_files: u64 = report.files.iter().map(|it| it.code_bytes).sum();
    assert_eq!(in_files, report.code.located_bytes);
    let of_units: u64 = report.units.iter().map(|it| it.flash_bytes).sum();
    assert!(of_units <= report.crates.iter().map(|it| it.flash_bytes).sum::<u64>());
    for it in &report.symbols {
        assert!(it.file.is_none_or(|it| it < report.files.len()), "{it:?}");
        assert!(it.unit.is_none_or(|it| it < report.units.len()), "{it:?}");
        assert!(it.file.is_some() == it.line.is_some(), "{it:?}");
    }
}

#[track_caller]
fn sections_are_their_owners(report: &Report) {
    for it in &report.sections {
        let owned = it.symbol_bytes + it.padding_bytes + it.unattributed_bytes;
        assert_eq!(owned, if it.allocated { it.size_bytes } else { 0 }, "{it:?}");
        assert!(it.align_bytes >= 1, "{it:?}");
    }
}

#[track_caller]
fn symbols_are_in_sections(report: &Report) {
    let mut by_section: BTreeMap<&str, u64> = BTreeMap::new();
    for it in &report.symbols {
        assert!(it.size_bytes > 0, "{it:?}");
        *by_section.entry(&it.section).or_default() += it.size_bytes;
    }
    let mut sections: BTreeMap<&str, u64> = BTreeMap::new();
    for it in report.sections.iter().filter(|it| it.symbol_bytes > 0) {
        *sections.entry(&it.name).or_default() += it.symbol_bytes;
    }
    assert_eq!(by_section, sections);
    assert!(report.symbols.is_sorted_by_key(|it| std::cmp::Reverse(it.size_bytes)));
}

#[track_caller]
fn regions_are_their_parts(report: &Report) {
    for region in &report.regions {
        let parts: u64 = region.parts.iter().map(|it| it.bytes).sum();
        let owned = region.symbol_bytes + region.padding_bytes + region.unattributed_bytes;
        assert_eq!((region.used_bytes, region.used_bytes), (parts, owned), "{region:?}");
        assert!(
            region.length_bytes.is_none_or(|it| region.used_bytes <= it + region.overflow_bytes),
            "{region:?}"
        );
        assert_eq!(region.static_bytes, Some(region.used_bytes - region.reserved_bytes), "{region:?}");
        let end = region.length_bytes.map(|it| region.origin_address.saturating_add(it));
        let begins_inside =
            |it: &RegionPart| region.origin_address <= it.address && end.is_none_or(|end| it.address < end);
        assert!(region.parts.iter().all(begins_inside), "{region:?}");
        let reach = region.parts.iter().map(|it| it.address + it.bytes).max().unwrap_or(0);
        assert_eq!(region.overflow_bytes, end.map_or(0, |it| reach.saturating_sub(it)), "{region:?}");
        assert!(region.parts.iter().all(|it| it.bytes > 0), "{region:?}");
        let is_apart =
            |it: &[plimsoll_analyzer::report::RegionPart]| it[0].address + it[0].bytes <= it[1].address;
        assert!(region.parts.windows(2).all(is_apart), "{region:?}");
    }
}

/// The bytes of load segments are those of regions and what is beside all sections. In damaged files section and
/// program headers contradict each other, so there it need not be so.
#[track_caller]
pub(crate) fn segments_are_in_regions(report: &Report) {
    let inferred = |it: &plimsoll_analyzer::report::Region| it.source == RegionSource::Inferred;
    if report.regions.is_empty() || !report.regions.iter().all(inferred) {
        return;
    }
    let parts = report.regions.iter().flat_map(|it| &it.parts);
    let mut taken: Vec<(u64, u64)> = parts.map(|it| (it.address, it.bytes)).collect();
    taken.sort_unstable();
    let mut beside = 0;
    for segment in report.segments.iter().filter(|it| it.kind == "load") {
        let (mut cursor, end) = (segment.load_address, segment.load_address + segment.file_bytes);
        for (address, bytes) in taken.iter().filter(|it| it.0 + it.1 > segment.load_address) {
            beside += (*address).min(end).saturating_sub(cursor);
            cursor = cursor.max(address + bytes);
        }
        beside += end.saturating_sub(cursor);
    }
    let loader_only = report.totals.loader_only_bytes;
    // Something else lies at the addresses of a filler that a linker wrote out.
    let is_filler = |it: &Section| it.role == SectionRole::Filler && it.size_bytes > 0;
    assert!(
        beside == loader_only || beside < loader_only && report.sections.iter().any(is_filler),
        "{beside}"
    );
}

#[track_caller]
fn totals_are_sums(report: &Report) {
    let totals = &report.totals;
    let allocated: u64 = report.sections.iter().filter(|it| it.allocated).map(|it| it.size_bytes).sum();
    let labelled = totals.symbol_bytes + totals.padding_bytes + totals.unattributed_bytes;
    assert_eq!(labelled, allocated + filler_bytes(report));
    assert_eq!(totals.static_ram_bytes.unwrap() + totals.reserved_bytes, totals.ram_bytes);
    let symbols: u64 = report.symbols.iter().map(|it| it.size_bytes).sum();
    assert_eq!(totals.symbol_bytes, symbols);
    let formatting: u64 = report.formatting.symbols.iter().map(|it| report.symbols[*it].size_bytes).sum();
    assert_eq!(report.formatting.total_bytes, formatting);
    let n_symbols: u64 = report.crates.iter().map(|it| it.n_symbols).sum();
    assert_eq!(n_symbols, report.symbols.len() as u64);
}

/// Between sections.
fn filler_bytes(report: &Report) -> u64 {
    let parts = report.regions.iter().flat_map(|it| &it.parts).filter(|it| it.section == "(alignment)");
    let once: BTreeMap<u64, u64> = parts.map(|it| (it.address, it.bytes)).collect();
    once.into_values().sum()
}

/// What regions say is in use is what the totals count, and crates own no more. A script may leave sections
/// out of all regions, what windows show twice is counted once, and what is neither flash nor RAM not at all.
#[track_caller]
fn totals_are_those_of_regions(report: &Report) {
    let is_plain =
        |it: &Region| it.source == RegionSource::Inferred && it.windows.is_empty() && !it.parts.is_empty();
    if report.regions.is_empty() || !report.regions.iter().all(is_plain) {
        return;
    }
    let is_lost = |kind| kind == RegionKind::Ram && loses_content(report);
    let (mut flash, mut ram) = (0, 0);
    for region in report.regions.iter().filter(|it| it.kind != RegionKind::Other) {
        let own: Vec<Option<(bool, bool)>> = region.parts.iter().map(|it| memories(report, it)).collect();
        for (idx, part) in region.parts.iter().enumerate() {
            // Filler belongs to what is on both sides of it.
            let sides = || Some((own[idx - 1]?, own[idx + 1]?));
            let (is_stored, is_run) = own[idx].unwrap_or_else(|| {
                let (last, next) = sides().unwrap();
                (last.0 && next.0, last.1 && next.1)
            });
            flash += if is_stored && !is_lost(region.kind) { part.bytes } else { 0 };
            ram += if is_run && region.kind == RegionKind::Ram { part.bytes } else { 0 };
        }
    }
    assert_eq!((report.totals.flash_bytes, report.totals.ram_bytes), (flash, ram));
    let of_crates = |bytes: fn(&CrateUse) -> u64| report.crates.iter().map(bytes).sum::<u64>();
    assert!(of_crates(|it| it.flash_bytes) <= flash && of_crates(|it| it.ram_bytes) <= ram);
}

/// Whether what is loaded to RAM is no flash, of which there is a warning then.
fn loses_content(report: &Report) -> bool {
    report.warnings.iter().any(|it| it.place == "load addresses")
}

/// Whether a part is stored, and whether it runs there; `None` for filler.
fn memories(report: &Report, part: &RegionPart) -> Option<(bool, bool)> {
    let is_run = part.view == View::Run;
    let is_there = |start: u64, size: u64| (start..start + size).contains(&part.address);
    let is_it = |it: &&Section| {
        let start = if is_run { Some(it.run_address) } else { it.load_address };
        it.name == part.section && start.is_some_and(|start| is_there(start, it.size_bytes))
    };
    let section = report.sections.iter().find(is_it).filter(|_| part.section != "(alignment)")?;
    Some((!is_run || section.load_address == Some(section.run_address), is_run))
}

/// The rows of a diff add up to what the two reports differ by.
#[track_caller]
pub(crate) fn check_diff(old: &Report, new: &Report, diff: &Diff) {
    let size = |it: &Report| -> i64 {
        it.sections.iter().filter(|it| it.allocated).map(|it| it.size_bytes as i64).sum()
    };
    let sum = |rows: &[plimsoll_analyzer::Change]| -> i64 { rows.iter().map(|it| it.delta_bytes).sum() };
    let padding = |name: &str| -> i64 {
        let of = |it: &Report| -> i64 {
            let rows = it.sections.iter().filter(|it| it.allocated && it.name == name);
            rows.map(|it| it.padding_bytes as i64).sum()
        };
        of(new) - of(old)
    };
    assert_eq!(sum(&diff.sections), size(new) - size(old));
    let filled = |it: &Report| size(it) + filler_bytes(it) as i64;
    assert_eq!(sum(&diff.symbols), filled(new) - filled(old));
    for section in &diff.sections {
        assert_eq!(
            in_section(diff, &section.name),
            section.delta_bytes - padding(&section.name),
            "{section:?}"
        );
    }
    let of_padding = diff.symbols.iter().filter(|it| it.name == "(padding)" && it.section.is_none());
    assert!(of_padding.count() <= 1);
    let total = |it: &Report| (it.totals.flash_bytes + it.totals.ram_bytes) as i64;
    let owned =
        |it: &Report| -> i64 { it.crates.iter().map(|it| (it.flash_bytes + it.ram_bytes) as i64).sum() };
    // In a broken file sections overlap, and symbols own more than there is.
    if [old, new].into_iter().all(|it| owned(it) <= total(it)) {
        assert_eq!(sum(&diff.crates), total(new) - total(old));
    }
    let used = |it: &Report| -> i64 { it.regions.iter().map(|it| it.used_bytes as i64).sum() };
    assert_eq!(sum(&diff.regions), used(new) - used(old));
}

/// What the rows of a diff say that a section grew by: what moved there, less what moved away.
fn in_section(diff: &Diff, name: &str) -> i64 {
    let rows = diff.symbols.iter();
    rows.map(|it| {
        let section = it.section.as_deref();
        let came = it.new_bytes.filter(|_| section == Some(name)).unwrap_or(0);
        let went = it.old_bytes.filter(|_| it.old_section.as_deref().or(section) == Some(name)).unwrap_or(0);
        came as i64 - went as i64
    })
    .sum()
}
