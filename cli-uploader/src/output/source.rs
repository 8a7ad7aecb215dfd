//! Symbols, crates, source files and compile units of a report, as far as its debug information goes.

use super::report::listed;
use super::table::{Align, Cell, Table};
use super::{FAINT, STRONG};
use crate::text::{grouped, percent, shortened_start};
use plimsoll_analyzer::Report;
use plimsoll_analyzer::report::Symbol;

/// Narrower terminals keep their room for the names of symbols.
const MIN_WIDTH_FOR_SOURCE: usize = 110;
/// Of a path, the end says most.
const MAX_SOURCE_CHARS: usize = 36;

/// The biggest symbols; with the line each was written at, where that is known and there is room.
pub(super) fn symbols(report: &Report, top: usize, width: Option<usize>) -> String {
    let listed_symbols = || report.symbols.iter().take(top);
    let is_wide = width.is_none_or(|it| it >= MIN_WIDTH_FOR_SOURCE);
    let has_source = is_wide && listed_symbols().any(|it| it.file.is_some() || object(it).is_some());
    let has_graph = has_roots(report);
    let mut columns = vec![("size", Align::Right)];
    columns.extend(has_graph.then_some(("retains", Align::Right)));
    columns.extend([("crate", Align::Left), ("section", Align::Left)]);
    columns.extend(has_source.then_some(("source", Align::Left)));
    columns.push(("symbol", Align::Left));
    let mut table = Table::new(&columns);
    for symbol in listed_symbols() {
        let mut cells = vec![Cell::new(grouped(symbol.size_bytes))];
        cells.extend(has_graph.then(|| retained(symbol)));
        cells.push(Cell::new(symbol.krate.as_deref().unwrap_or_default()));
        cells.push(Cell::new(&symbol.section).styled(FAINT));
        cells.extend(has_source.then(|| Cell::new(source(report, symbol)).styled(FAINT)));
        cells.push(Cell::new(&symbol.name));
        table.row(cells);
    }
    listed("Symbols", top, report.symbols.len(), &table.render(width))
}

/// Where nothing begins, nothing leads anywhere.
fn has_roots(report: &Report) -> bool {
    report.graph.as_ref().is_some_and(|it| !it.roots.is_empty())
}

/// What goes with the symbol; where nothing leads to it, it goes alone.
fn retained(symbol: &Symbol) -> Cell {
    match symbol.reachable {
        Some(false) => Cell::new("unreachable").styled(FAINT),
        _ => Cell::new(symbol.retained_bytes.map(grouped).unwrap_or_default()),
    }
}

/// `…/src/fmt/mod.rs:1602`, or what the linker's map says.
fn source(report: &Report, symbol: &Symbol) -> String {
    let file = symbol.file.and_then(|it| report.files.get(it));
    let line = symbol.line.map(|it| format!(":{it}")).unwrap_or_default();
    let source = file.map(|it| format!("{}{line}", it.path));
    let source = source.or_else(|| object(symbol).map(str::to_owned)).unwrap_or_default();
    shortened_start(&source, MAX_SOURCE_CHARS)
}

/// Where it was linked from, unless that is its name.
fn object(symbol: &Symbol) -> Option<&str> {
    symbol.linked_from.as_deref().filter(|it| *it != symbol.name)
}

/// Symbols that no root leads to: the linker might have dropped them.
pub(super) fn unreachable(report: &Report, top: usize, width: Option<usize>) -> String {
    let is_listed = |it: &&Symbol| it.reachable == Some(false) && has_roots(report);
    let symbols: Vec<&Symbol> = report.symbols.iter().filter(is_listed).collect();
    let mut table = Table::new(&[("size", Align::Right), ("section", Align::Left), ("symbol", Align::Left)]);
    for symbol in symbols.iter().take(top) {
        table.row([
            Cell::new(grouped(symbol.size_bytes)),
            Cell::new(&symbol.section).styled(FAINT),
            Cell::new(&symbol.name),
        ]);
    }
    let bytes = symbols.iter().map(|it| it.size_bytes).sum();
    let title = format!("Unreachable: {} B that no root leads to", grouped(bytes));
    listed(&title, top, symbols.len(), &table.render(width))
}

/// The biggest crates; of code, also how much each defined, wherever it was inlined.
pub(super) fn crates(report: &Report, top: usize, width: Option<usize>) -> String {
    let has_source = report.code.located_bytes > 0;
    let has_graph = has_roots(report);
    let mut columns = vec![("flash", Align::Right), ("RAM", Align::Right), ("symbols", Align::Right)];
    let retained = [("retains flash", Align::Right), ("retains RAM", Align::Right)];
    columns.extend(has_graph.then_some(retained).into_iter().flatten());
    columns.extend(
        has_source.then_some([("code", Align::Right), ("defines", Align::Right)]).into_iter().flatten(),
    );
    columns.push(("crate", Align::Left));
    let mut table = Table::new(&columns);
    for krate in report.crates.iter().take(top) {
        let mut cells = vec![
            Cell::new(grouped(krate.flash_bytes)),
            Cell::new(grouped(krate.ram_bytes)),
            Cell::new(grouped(krate.n_symbols)),
        ];
        let retained = has_graph.then_some([krate.retained_flash_bytes, krate.retained_ram_bytes]);
        let is_known = krate.retained_bytes.is_some();
        let figure = |it| Cell::new(if is_known { grouped(it) } else { String::new() });
        cells.extend(retained.into_iter().flatten().map(figure));
        let bytes = has_source.then_some([krate.code_bytes, krate.defining_bytes]);
        cells.extend(bytes.into_iter().flatten().map(|it| Cell::new(grouped(it))));
        cells.push(Cell::new(&krate.name));
        table.row(cells);
    }
    listed("Crates", top, report.crates.len(), &table.render(width))
}

/// The files that most of the code comes from.
pub(super) fn files(report: &Report, top: usize, width: Option<usize>) -> String {
    let code = report.code;
    let mut table = Table::new(&[("code", Align::Right), ("", Align::Right), ("source file", Align::Left)]);
    let with_code = || report.files.iter().filter(|it| it.code_bytes > 0);
    for file in with_code().take(top) {
        let share = percent(file.code_bytes, code.symbol_bytes).unwrap_or_default();
        table.row([
            Cell::new(grouped(file.code_bytes)),
            Cell::new(share).styled(FAINT),
            Cell::new(&file.path),
        ]);
    }
    let list = listed("Source files", top, with_code().count(), &table.render(width));
    if list.is_empty() || code.unlocated_bytes == 0 {
        return list;
    }
    let unlocated = grouped(code.unlocated_bytes);
    format!("{list}  {STRONG}{unlocated} B{STRONG:#} of code {FAINT}come from no known line{FAINT:#}\n")
}

/// The compile units that most comes from.
pub(super) fn units(report: &Report, top: usize, width: Option<usize>) -> String {
    let columns = [
        ("flash", Align::Right),
        ("RAM", Align::Right),
        ("language", Align::Left),
        ("compile unit", Align::Left),
    ];
    let mut table = Table::new(&columns);
    for unit in report.units.iter().take(top) {
        table.row([
            Cell::new(grouped(unit.flash_bytes)),
            Cell::new(grouped(unit.ram_bytes)),
            Cell::new(unit.language.as_deref().unwrap_or_default()).styled(FAINT),
            Cell::new(&unit.name),
        ]);
    }
    listed("Compile units", top, report.units.len(), &table.render(width))
}
