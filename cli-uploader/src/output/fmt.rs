//! The answers of `plimsoll fmt` as people read them.

use super::table::{Align, Cell, Table};
use super::{FAINT, STRONG};
use crate::text::{counted, grouped, shortened_start};
use plimsoll_analyzer::report::{Blame, BlamedLine};
use plimsoll_analyzer::{FmtBlame, HelperCost, MachineryCost, MeasuredError, Prediction, ServiceCost};

/// Files are shown from a folder on where their path is longer.
const MAX_PATH_CHARS: usize = 48;
/// So many users of a helper are named.
const MAX_USERS: usize = 3;

/// Who formats, who may panic, who needs helpers: `top` rows of each.
pub(crate) fn blame(blame: &FmtBlame, top: usize, width: Option<usize>) -> String {
    let mut text = match formats(blame) {
        true => summary("formatting", &blame.formatting),
        false => format!("{STRONG}formatting{STRONG:#}: no machinery of Rust's core::fmt\n"),
    };
    if blame.float_bytes > 0 {
        text.push_str(&format!(
            "  of which for floating-point numbers only: {} B\n",
            grouped(blame.float_bytes)
        ));
    }
    text.push_str(&asked_for("Formats", "Formatting of crates", &blame.formatting.blame, (top, width)));
    text.push('\n');
    text.push_str(&summary("panicking", &blame.panics));
    text.push_str(&asked_for("May panic", "Panics of crates", &blame.panics.blame, (top, width)));
    blame.services.iter().for_each(|it| text.push_str(&service(it, (top, width))));
    text.push_str(&helpers(&blame.helpers, top, width));
    if formats(blame) || !blame.panics.blame.lines.is_empty() {
        text.push_str(&accuracy(&blame.measured_error));
    }
    text
}

/// Whether there is anything of `core::fmt`.
fn formats(blame: &FmtBlame) -> bool {
    blame.formatting.own_bytes > 0 || !blame.formatting.blame.lines.is_empty()
}

/// What goes with some lines.
pub(crate) fn prediction(prediction: &Prediction, error: &MeasuredError, width: Option<usize>) -> String {
    let mut text = format!(
        "{STRONG}saves at least {} B{STRONG:#}: {} B that nothing leads to any more, \
         {} B of instructions, {} B of literals\n",
        grouped(prediction.saves_at_least_bytes),
        grouped(prediction.unreachable_bytes),
        grouped(prediction.instruction_bytes),
        grouped(prediction.literal_bytes),
    );
    if prediction.shared_bytes > 0 {
        text.push_str(&format!(
            "{} B of machinery that is used here stay, because other lines use them too\n",
            grouped(prediction.shared_bytes)
        ));
    }
    let mut table = Table::new(&[("without", Align::Left)]);
    for line in &prediction.lines {
        table.row([Cell::new(place(&line.file, line.line))]);
    }
    text.push('\n');
    text.push_str(&table.render(width));
    text.push_str(&accuracy(error));
    text
}

fn summary(what: &str, cost: &MachineryCost) -> String {
    format!(
        "{STRONG}{what}{STRONG:#}: {} B in {}, {} B with all that only they lead to\n\
         without any of it: saves at least {STRONG}{} B{STRONG:#}\n",
        grouped(cost.own_bytes),
        counted(cost.symbols.len(), "symbol"),
        grouped(cost.retained_bytes),
        grouped(cost.blame.saves_at_least_bytes),
    )
}

/// What a library is asked for; nothing where only libraries ask.
fn service(service: &ServiceCost, shown: (usize, Option<usize>)) -> String {
    if service.blame.lines.is_empty() {
        return String::new();
    }
    format!(
        "\n{STRONG}{}{STRONG:#}: without any of it: saves at least {STRONG}{} B{STRONG:#}\n{}",
        service.name,
        grouped(service.blame.saves_at_least_bytes),
        asked_for("Ask for it", "Of crates", &service.blame, shown),
    )
}

fn asked_for(title: &str, of_crates: &str, blame: &Blame, (top, width): (usize, Option<usize>)) -> String {
    if blame.lines.is_empty() {
        return String::new();
    }
    let mut lines = Table::new(&[
        ("saves ≥", Align::Right),
        ("shared", Align::Right),
        ("line", Align::Left),
        ("crate", Align::Left),
        ("function", Align::Left),
    ]);
    blame.lines.iter().take(top).for_each(|it| lines.row(line(it)));
    let n_lines = blame.lines.len() as u64 + blame.n_lines_left_out;
    let title = format!("{title}: {}", counted(n_lines as usize, "line"));
    let mut text = titled(&title, &lines.render(width));
    text.push_str(&rest(n_lines.saturating_sub(blame.lines.len().min(top) as u64)));
    if blame.n_lines_left_out > 0 {
        let n_left_out = grouped(blame.n_lines_left_out);
        text.push_str(&format!("  {FAINT}{n_left_out} of them are in the sums only{FAINT:#}\n"));
    }
    let mut crates =
        Table::new(&[("saves ≥", Align::Right), ("lines", Align::Right), ("crate", Align::Left)]);
    for krate in blame.crates.iter().take(top) {
        let bytes = Cell::new(grouped(krate.saves_at_least_bytes));
        crates.row([bytes, Cell::new(grouped(krate.n_lines)), Cell::new(&krate.name)]);
    }
    text.push_str(&titled(of_crates, &crates.render(width)));
    text.push_str(&rest(blame.crates.len().saturating_sub(top) as u64));
    text
}

fn line(line: &BlamedLine) -> [Cell; 5] {
    [
        Cell::new(grouped(line.saves_at_least_bytes)).styled(STRONG),
        Cell::new(grouped(line.shared_bytes)),
        Cell::new(place(&line.file, line.line)),
        Cell::new(line.krate.as_deref().unwrap_or("")),
        Cell::new(line.function.as_deref().unwrap_or("")).styled(FAINT),
    ]
}

fn place(file: &str, line: u32) -> String {
    format!("{}:{line}", shortened_start(file, MAX_PATH_CHARS))
}

fn helpers(helpers: &[HelperCost], top: usize, width: Option<usize>) -> String {
    if helpers.is_empty() {
        return String::new();
    }
    let columns =
        [("size", Align::Right), ("helper", Align::Left), ("for", Align::Left), ("needed by", Align::Left)];
    let mut table = Table::new(&columns);
    for helper in helpers.iter().take(top) {
        let mut users =
            helper.used_by.iter().take(MAX_USERS).map(String::as_str).collect::<Vec<_>>().join(", ");
        let n_more = helper.used_by.len().saturating_sub(MAX_USERS) as u64 + helper.n_left_out;
        if n_more > 0 {
            users.push_str(&format!(" and {} more", grouped(n_more)));
        }
        let size = Cell::new(grouped(helper.size_bytes));
        table.row([size, Cell::new(&helper.name), Cell::new(&helper.purpose), Cell::new(users)]);
    }
    let mut text = titled("Helpers of the compiler", &table.render(width));
    text.push_str(&rest(helpers.len().saturating_sub(top) as u64));
    text
}

fn titled(title: &str, table: &str) -> String {
    format!("\n{STRONG}{title}{STRONG:#}\n{table}")
}

fn rest(n_rows: u64) -> String {
    if n_rows == 0 { String::new() } else { format!("  {FAINT}and {} more{FAINT:#}\n", grouped(n_rows)) }
}

fn accuracy(error: &MeasuredError) -> String {
    format!(
        "\n{FAINT}Predicted. In {} cases that were really rebuilt, all for Thumb, half were within {} % of the truth, \
         and {} % within 5 % or 64 B; for other machines expect less.{FAINT:#}\n",
        error.n_cases, error.median_percent, error.within_tolerance_percent
    )
}
