//! Reports and diffs for people.

use super::table::{Align, Cell, Table};
use super::{BAD, FAINT, GOOD, STRONG, advice, duplicates, growth, outside, source};
use crate::text::{grouped, percent, signed, visible};
use anstyle::Style;
use plimsoll_analyzer::report::{Region, RegionSource, STATIC, Section};
use plimsoll_analyzer::{Change, ChangeKind, Diff, Report};

/// What the report calls filler between two sections of a region.
const BETWEEN_SECTIONS: &str = "(alignment)";

/// The whole report, `top` symbols and crates of it.
pub(crate) fn report(report: &Report, top: usize, width: Option<usize>) -> String {
    [
        summary(report),
        regions(report, width),
        sections(report, width),
        source::symbols(report, top, width),
        source::unreachable(report, top, width),
        source::crates(report, top, width),
        source::files(report, top, width),
        source::units(report, top, width),
        duplicates::duplicates(report, top, width),
        outside::outside(report, top, width),
        advice::advice(report, top),
    ]
    .concat()
}

fn summary(report: &Report) -> String {
    let header = &report.header;
    let totals = &report.totals;
    format!(
        "{STRONG}{}{STRONG:#}, {} bit, {}\n\
         flash {STRONG}{} B{STRONG:#}, RAM {STRONG}{} B{STRONG:#}, \
         of which formatting {} B, padding {} B, unattributed {} B\n",
        visible(&header.machine),
        header.class_bits,
        visible(&header.kind),
        grouped(totals.flash_bytes),
        grouped(totals.ram_bytes),
        grouped(report.formatting.total_bytes),
        grouped(totals.padding_bytes),
        grouped(totals.unattributed_bytes),
    ) + &static_use(report)
        + &beside(totals.loader_only_bytes)
}

/// What only loaders of segments write.
fn beside(loader_only_bytes: u64) -> String {
    if loader_only_bytes == 0 {
        return String::new();
    }
    format!(
        "beside all sections {} B of headers and filler, in no figure: objcopy leaves them out, OpenOCD writes them\n",
        grouped(loader_only_bytes)
    )
}

/// Where a part of the RAM is only set aside, the rest is what grows.
fn static_use(report: &Report) -> String {
    let totals = &report.totals;
    let known = totals.static_ram_bytes.filter(|_| totals.reserved_bytes > 0);
    known.map_or_else(String::new, |it| {
        let reserved = grouped(totals.reserved_bytes);
        format!(
            "static RAM {STRONG}{} B{STRONG:#}, {reserved} B set aside for stacks and heaps\n",
            grouped(it)
        )
    })
}

fn regions(report: &Report, width: Option<usize>) -> String {
    if report.regions.is_empty() {
        return String::new();
    }
    let mut table = Table::new(&[
        ("used", Align::Right),
        ("of", Align::Right),
        ("", Align::Right),
        ("origin", Align::Right),
        ("region", Align::Left),
    ]);
    for region in &report.regions {
        table.row(region_row(region));
    }
    let has = |source| report.regions.iter().any(|it| it.source == source);
    let origin = match () {
        () if has(RegionSource::DeviceInfo) => " (by the file's note of its device)",
        () if has(RegionSource::Inferred) => " (inferred: --memory names them)",
        () if has(RegionSource::LinkerMap) => " (by the linker's map)",
        () => "",
    };
    titled(&format!("Regions{origin}"), &table.render(width))
}

fn region_row(region: &Region) -> [Cell; 5] {
    let length = region.length_bytes;
    let needed_bytes = region.needed_bytes();
    let share = length.and_then(|it| percent(needed_bytes, it));
    let is_full = length.is_some_and(|it| needed_bytes > it);
    [
        Cell::new(grouped(needed_bytes)).styled(if is_full { BAD } else { Style::new() }),
        Cell::new(length.map(grouped).unwrap_or_default()),
        Cell::new(share.unwrap_or_default()),
        Cell::new(format!("{:#010x}", region.origin_address)).styled(FAINT),
        Cell::new(names(region)),
    ]
}

/// With the names that a script gives it besides, and what is to be known of its bytes: `FLASH (REGION_TEXT), overflows by
/// 440 B into SETTINGS`.
fn names(region: &Region) -> String {
    let mut text = match region.aliases.as_slice() {
        [] => region.name.clone(),
        aliases => format!("{} ({})", region.name, aliases.join(", ")),
    };
    if !region.contains.is_empty() {
        text.push_str(&format!(", with {}", region.contains.join(", ")));
    }
    if region.overflow_bytes > 0 {
        text.push_str(&format!(", overflows by {} B", grouped(region.overflow_bytes)));
    }
    if !region.overwrites.is_empty() {
        text.push_str(&format!(" into {}", region.overwrites.join(" and ")));
    }
    if region.reserved_bytes > 0 && region.static_bytes.is_some() {
        let static_bytes = grouped(region.static_bytes.unwrap_or(0));
        text.push_str(&format!(", static {static_bytes} B, {} B set aside", grouped(region.reserved_bytes)));
    }
    if !region.windows.is_empty() {
        let elsewhere = grouped(region.used_elsewhere_bytes);
        text.push_str(&format!(", one memory with {}: {elsewhere} B used there", region.windows.join(", ")));
    }
    text
}

fn sections(report: &Report, width: Option<usize>) -> String {
    let mut table = Table::new(&[
        ("size", Align::Right),
        ("runs at", Align::Right),
        ("stored at", Align::Right),
        ("symbols", Align::Right),
        ("padding", Align::Right),
        ("unattributed", Align::Right),
        ("section", Align::Left),
    ]);
    for section in report.sections.iter().filter(|it| it.allocated && it.size_bytes > 0) {
        table.row(section_row(section));
    }
    for region in &report.regions {
        between_sections(region).into_iter().for_each(|it| table.row(it));
    }
    titled("Sections", &table.render(width))
}

/// What aligning sections leaves over in a region: no section has it, so without it the rows would not add up.
fn between_sections(region: &Region) -> Option<[Cell; 7]> {
    let parts = region.parts.iter().filter(|it| it.section == BETWEEN_SECTIONS);
    let bytes: u64 = parts.map(|it| it.bytes).sum();
    let none = || Cell::new("");
    (bytes > 0).then(|| {
        let [size, padding] = [(); 2].map(|()| Cell::new(grouped(bytes)));
        [
            size,
            none(),
            none(),
            none(),
            padding,
            none(),
            Cell::new(format!("{BETWEEN_SECTIONS} in {}", region.name)),
        ]
    })
}

fn section_row(section: &Section) -> [Cell; 7] {
    let address = |it: u64| Cell::new(format!("{it:#010x}")).styled(FAINT);
    [
        Cell::new(grouped(section.size_bytes)),
        address(section.run_address),
        section.load_address.map_or_else(|| Cell::new(""), address),
        Cell::new(grouped(section.symbol_bytes)),
        Cell::new(grouped(section.padding_bytes)),
        Cell::new(grouped(section.unattributed_bytes)),
        Cell::new(&section.name),
    ]
}

/// What changed; one line where nothing did.
pub(crate) fn diff(diff: &Diff, top: usize, width: Option<usize>) -> String {
    let lists = [&diff.totals, &diff.static_use, &diff.regions, &diff.sections, &diff.crates, &diff.symbols];
    if lists.into_iter().flatten().all(|it| it.kind == ChangeKind::Same) {
        return "no change\n".to_owned();
    }
    [
        growth::growth(diff, top),
        changes("Totals", &diff.totals, usize::MAX, width),
        changes("Regions", &diff.regions, usize::MAX, width),
        changes("Static use", &static_changes(diff), usize::MAX, width),
        changes("Sections", &diff.sections, top, width),
        changes("Crates", &diff.crates, top, width),
        changes("Symbols", &diff.symbols, top, width),
    ]
    .concat()
    .trim_start()
    .to_owned()
}

/// Where nothing is set aside, static use is all that is used, and would only say it twice.
fn static_changes(diff: &Diff) -> Vec<Change> {
    let of_image = |name: &str| diff.totals.iter().find(|it| it.name == name);
    let says_more = |it: &&Change| match of_image("ram") {
        Some(ram) => it.name != STATIC || (it.old_bytes, it.new_bytes) != (ram.old_bytes, ram.new_bytes),
        None => true,
    };
    diff.static_use.iter().filter(says_more).cloned().collect()
}

/// A list of changes under a title; nothing where the list is empty.
pub(super) fn changes(title: &str, changes: &[Change], top: usize, width: Option<usize>) -> String {
    if changes.is_empty() {
        return String::new();
    }
    let mut table = Table::new(&[
        ("change", Align::Right),
        ("before", Align::Right),
        ("after", Align::Right),
        ("", Align::Left),
        ("name", Align::Left),
    ]);
    for change in changes.iter().take(top) {
        table.row([
            delta(change.delta_bytes),
            Cell::new(change.old_bytes.map(grouped).unwrap_or_default()),
            Cell::new(change.new_bytes.map(grouped).unwrap_or_default()),
            Cell::new(word(change.kind)).styled(FAINT),
            Cell::new(change_name(change) + &origins(change)),
        ]);
    }
    listed(title, top, changes.len(), &table.render(width))
}

/// A change in bytes: red where it costs, green where it saves.
pub(super) fn delta(delta_bytes: i64) -> Cell {
    let style = match delta_bytes {
        0 => FAINT,
        n if n > 0 => BAD,
        _ => GOOD,
    };
    Cell::new(signed(delta_bytes)).styled(style)
}

/// A change's name; of filler and the like together with its section.
pub(crate) fn change_name(change: &Change) -> String {
    match &change.section {
        Some(section) if change.name.starts_with('(') => format!("{section} {}", change.name),
        _ => change.name.clone(),
    }
}

/// What it was before: ` (from uart::send)`.
fn origins(change: &Change) -> String {
    let origins: Vec<&str> = change.origins().collect();
    if origins.is_empty() { String::new() } else { format!(" (from {})", origins.join(", ")) }
}

fn word(kind: ChangeKind) -> &'static str {
    match kind {
        ChangeKind::New => "new",
        ChangeKind::Gone => "gone",
        ChangeKind::Renamed => "renamed",
        ChangeKind::Moved => "moved",
        ChangeKind::Grown | ChangeKind::Shrunk | ChangeKind::Same => "",
    }
}

pub(super) fn listed(title: &str, top: usize, n_rows: usize, table: &str) -> String {
    match n_rows {
        0 => String::new(),
        _ if top == 0 => String::new(),
        n if n > top => {
            titled(&format!("{title} (the biggest {} of {})", grouped(top as u64), grouped(n as u64)), table)
        }
        _ => titled(title, table),
    }
}

fn titled(title: &str, table: &str) -> String {
    format!("\n{STRONG}{title}{STRONG:#}\n{table}")
}
