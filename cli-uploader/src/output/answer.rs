//! The outcome of an upload for people: one line where nothing changed, else deltas and verdicts.

use super::report::{changes, delta};
use super::table::{Align, Cell, Table};
use super::unlinked::unlinked;
use super::{BAD, FAINT, GOOD, STRONG};
use crate::judge;
use crate::text::{counted, grouped, percent, shortened, signed, visible};
use plimsoll_analyzer::{Memory, Report};
use plimsoll_protocol::{BuildAnswer, BuildState, Delta, NewBuild, Verdict};

/// How many symbols the terminal shows; the page shows all.
const N_SYMBOLS: usize = 10;

/// What the server said of one build.
pub(crate) fn answer(answer: &BuildAnswer, width: Option<usize>) -> String {
    let target = visible(answer.build.target.as_str());
    let url = visible(&answer.build.url);
    match answer.build.state {
        BuildState::Queued | BuildState::Unlinked if answer.build.link_failure.is_some() => unlinked(answer),
        BuildState::Queued | BuildState::Unlinked => {
            let news = if answer.created { "uploaded" } else { "was uploaded before" };
            format!("{STRONG}{target}{STRONG:#}: {news}, {url}\n")
        }
        BuildState::Failed => {
            let failure = visible(answer.build.failure.as_deref().unwrap_or("for an unknown reason"));
            format!("{STRONG}{target}{STRONG:#}: {BAD}could not be analysed{BAD:#}: {failure}\n  {url}\n")
        }
        BuildState::Measured if is_quiet(answer) => {
            format!("{STRONG}{target}{STRONG:#}: {}\n", unchanged(answer))
        }
        BuildState::Measured => measured(answer, width),
    }
}

/// Nothing to tell: a baseline, no change, all within the budgets.
pub(crate) fn is_quiet(answer: &BuildAnswer) -> bool {
    answer.baseline.is_some()
        && !answer.over_budget
        && answer.symbol_changes.iter().all(|it| it.delta_bytes == 0)
        && answer.deltas.iter().all(|it| it.delta_bytes == Some(0))
}

fn unchanged(answer: &BuildAnswer) -> String {
    let since = answer.baseline.as_ref().map(|it| it.commit.short()).unwrap_or_default();
    let figures = answer
        .build
        .figures
        .map(|it| format!(" (flash {} B, RAM {} B)", grouped(it.flash_bytes), grouped(it.ram_bytes)));
    format!("no change since {since}{}", figures.unwrap_or_default())
}

fn measured(answer: &BuildAnswer, width: Option<usize>) -> String {
    let mut text = heading(answer);
    text.push_str(&deltas(&answer.deltas, width));
    for verdict in &answer.verdicts {
        text.push_str(&verdict_line(verdict));
    }
    text.push_str(&known_regions(answer));
    text.push_str(&cause(answer));
    if answer.baseline.is_some() {
        text.push_str(&changes("Biggest changes", &answer.symbol_changes, N_SYMBOLS, width));
    }
    let url = answer.compare_url.as_ref().unwrap_or(&answer.build.url);
    format!("{text}  {}\n", visible(url))
}

fn heading(answer: &BuildAnswer) -> String {
    let target = visible(answer.build.target.as_str());
    let against = match &answer.baseline {
        None => "the first measurement, nothing to compare with".to_owned(),
        Some(it) if it.commits_behind == 0 => format!("compared with {}", it.commit.short()),
        Some(it) => {
            let behind = counted(it.commits_behind as usize, "unmeasured commit");
            format!("compared with {}, {behind} before", it.commit.short())
        }
    };
    format!("{STRONG}{target}{STRONG:#} {}: {against}\n", answer.build.commit.short())
}

/// Which regions a budget could have meant that watches none.
fn known_regions(answer: &BuildAnswer) -> String {
    let regions = answer.deltas.iter().filter(|it| it.kind == "region" && it.new_bytes.is_some());
    let names: Vec<&str> = regions.map(|it| it.name.as_str()).collect();
    match answer.verdicts.iter().any(|it| it.used_bytes.is_none()) && !names.is_empty() {
        true => format!("  its regions are {}\n", visible(&names.join(", "))),
        false => String::new(),
    }
}

/// What it grew for.
fn cause(answer: &BuildAnswer) -> String {
    let Some(cause) = &answer.cause else { return String::new() };
    let name = match cause.memory {
        Memory::Flash => "flash",
        Memory::Ram => "ram",
    };
    let total = answer.deltas.iter().find(|it| it.kind == "total" && it.name == name);
    let Some(grown) = total.and_then(|it| it.delta_bytes) else { return String::new() };
    let words = visible(&cause.to_string());
    format!("  {STRONG}{} B of {}{STRONG:#}: {words}\n", signed(grown), cause.memory)
}

fn deltas(deltas: &[Delta], width: Option<usize>) -> String {
    let mut table = Table::new(&[
        ("change", Align::Right),
        ("before", Align::Right),
        ("after", Align::Right),
        ("full", Align::Right),
        ("", Align::Left),
    ]);
    // The banks that nobody uses would be most of the table.
    for row in deltas.iter().filter(|it| it.new_bytes != Some(0) || it.old_bytes.is_some_and(|old| old > 0)) {
        let share = row.new_bytes.zip(row.length_bytes).and_then(|(used, length)| percent(used, length));
        table.row([
            row.delta_bytes.map_or_else(|| Cell::new(""), delta),
            Cell::new(row.old_bytes.map(grouped).unwrap_or_default()).styled(FAINT),
            Cell::new(row.new_bytes.map(grouped).unwrap_or_default()),
            Cell::new(share.unwrap_or_default()),
            row_name(row),
        ]);
    }
    table.render(width)
}

/// Totals and regions may share their names.
fn row_name(row: &Delta) -> Cell {
    match row.name.as_str() {
        "static" if row.kind == "static" => Cell::new("static RAM").styled(STRONG),
        _ if row.kind != "total" => Cell::new(&row.name),
        "formatting" => Cell::new("formatting").styled(STRONG),
        "ram" => Cell::new("total RAM").styled(STRONG),
        name => Cell::new(format!("total {name}")).styled(STRONG),
    }
}

pub(super) fn verdict_line(verdict: &Verdict) -> String {
    let style = if verdict.within { GOOD } else { BAD };
    format!("  {style}{}{style:#}\n", visible(&judge::sentence(verdict)))
}

/// What a dry run found: the figures, the verdicts, and what would be sent.
pub(crate) fn dry_run(build: &NewBuild, report: &Report, verdicts: &[Verdict], elf_bytes: usize) -> String {
    let mut text = format!(
        "{STRONG}{}{STRONG:#} {}: flash {} B, RAM {} B, formatting {} B\n",
        visible(build.target.as_str()),
        build.commit.short(),
        grouped(report.totals.flash_bytes),
        grouped(report.totals.ram_bytes),
        grouped(report.formatting.total_bytes),
    );
    for verdict in verdicts {
        text.push_str(&verdict_line(verdict));
    }
    text.push_str(&format!("  would send: ELF of {} B, {}\n", grouped(elf_bytes as u64), facts(build)));
    text
}

pub(super) fn facts(build: &NewBuild) -> String {
    let mut facts = vec![match (&build.pull_request, &build.branch) {
        (Some(pull), _) => format!("pull request {}", pull.number),
        (None, Some(branch)) => format!("branch {}", visible(branch)),
        (None, None) => "no branch".to_owned(),
    }];
    facts.push(counted(build.ancestry.len(), "ancestor"));
    facts.extend(build.memory.as_ref().map(|it| format!("memory layout {}", visible(&it.path))));
    facts.extend(build.message.as_ref().map(|it| format!("message “{}”", visible(&shortened(it, 60)))));
    facts.extend(build.dirty.then(|| "uncommitted changes".to_owned()));
    facts.join(", ")
}

/// The workflow command that makes GitHub show an exceeded budget on the run's page.
pub(crate) fn annotation(answer: &BuildAnswer, verdict: &Verdict) -> String {
    // A property also ends at a colon or a comma.
    let title = command_text(answer.build.target.as_str()).replace(':', "%3A").replace(',', "%2C");
    format!("::error title=Plimsoll%3A {title}::{}\n", command_text(&judge::sentence(verdict)))
}

/// The workflow command that makes GitHub show a warning on the run's page.
pub(crate) fn warning_annotation(warning: &str) -> String {
    format!("::warning title=Plimsoll::{}\n", command_text(warning))
}

pub(super) fn command_text(text: &str) -> String {
    visible(text).replace('%', "%25")
}
