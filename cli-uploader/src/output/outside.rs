//! What has a name and no byte of the image: functions in a mask ROM, numbers of log messages.

use super::table::{Align, Cell, Table};
use super::{FAINT, STRONG};
use crate::text::{grouped, visible};
use plimsoll_analyzer::Report;
use plimsoll_analyzer::report::{AbsoluteSymbols, DefmtIndex, OutsideSymbol};

/// So many are named without `--all`: those that the most symbols refer to.
const N_NAMED: usize = 4;

/// A line for each sort; with `--all` all that code refers to.
pub(super) fn outside(report: &Report, top: usize, width: Option<usize>) -> String {
    let absolute = Some(&report.outside.absolute).filter(|it| it.n_symbols > 0);
    let defmt = report.outside.defmt.as_ref();
    if absolute.is_none() && defmt.is_none() {
        return String::new();
    }
    let mut text = format!("\n{STRONG}Outside of the image{STRONG:#} (no flash, no RAM)\n");
    text.extend(absolute.map(line_of_absolute));
    text.extend(defmt.map(line_of_defmt));
    if let Some(absolute) = absolute.filter(|it| top == usize::MAX && !it.symbols.is_empty()) {
        text.push_str(&table(report, absolute, width));
    }
    text
}

fn line_of_absolute(absolute: &AbsoluteSymbols) -> String {
    let mut most_used: Vec<&OutsideSymbol> = absolute.symbols.iter().filter(|it| it.called).collect();
    most_used.sort_by_key(|it| std::cmp::Reverse(it.n_referrers));
    let names: Vec<String> = most_used.iter().take(N_NAMED).map(|it| visible(&it.name)).collect();
    let more = if most_used.len() > N_NAMED { ", …" } else { "" };
    let named = if names.is_empty() { String::new() } else { format!(" ({}{more})", names.join(", ")) };
    format!(
        "absolute symbols: {}; code calls {} of their addresses{named} and uses {} otherwise\n",
        grouped(absolute.n_symbols),
        grouped(absolute.n_called),
        grouped(absolute.n_referred),
    )
}

fn line_of_defmt(defmt: &DefmtIndex) -> String {
    let version = defmt.version.as_ref().map(|it| format!(", version {}", visible(it)));
    format!(
        "defmt: {} numbered texts{}; their {} B of names stay on the host\n",
        grouped(defmt.n_texts),
        version.unwrap_or_default(),
        grouped(defmt.name_bytes),
    )
}

fn table(report: &Report, absolute: &AbsoluteSymbols, width: Option<usize>) -> String {
    let mut table = Table::new(&[
        ("address", Align::Right),
        ("", Align::Left),
        ("symbols", Align::Right),
        ("absolute symbol", Align::Left),
        ("first referred to by", Align::Left),
    ]);
    for it in &absolute.symbols {
        let first = it.referred_by.first().and_then(|idx| report.symbols.get(*idx));
        table.row([
            Cell::new(format!("{:#010x}", it.address)).styled(FAINT),
            Cell::new(if it.called { "called" } else { "used" }),
            Cell::new(grouped(it.n_referrers)),
            Cell::new(&it.name),
            Cell::new(first.map_or("", |it| it.name.as_str())),
        ]);
    }
    table.render(width)
}
