//! The comment on a pull request and the job's summary: verdict first, one row per target, then what changed.

mod escape;

use crate::judge;
use crate::output::{change_name, is_quiet};
use crate::text::{counted, grouped, signed};
use crate::upload::Answers;
use escape::{cell, code, link};
use plimsoll_analyzer::{Change, ChangeKind, Memory};
use plimsoll_protocol::{BuildAnswer, BuildState, Delta, ProjectName};

/// GitHub refuses comments of more than 65,536 characters.
const MAX_CHARS: usize = 60_000;
/// How many symbols are shown per target.
const N_SYMBOLS: usize = 15;

/// The line by which our comment is found again. The reader does not see it.
pub(crate) fn marker(project: &ProjectName) -> String {
    format!("<!-- plimsoll:{project} -->")
}

/// A box that stands out on GitHub, of our own words.
pub(crate) fn warning(text: &str) -> String {
    format!("> [!WARNING]\n> {text}\n\n")
}

/// Whether there is nothing to tell.
pub(crate) fn is_unchanged(answers: &Answers) -> bool {
    answers.failures.is_empty()
        && !answers.answers.is_empty()
        && answers.answers.iter().all(|it| it.build.state == BuildState::Measured && is_quiet(it))
}

/// The whole text.
pub(crate) fn document(answers: &Answers) -> String {
    if answers.answers.is_empty() && answers.failures.is_empty() {
        return "**Plimsoll**: no build of this commit was measured.\n".to_owned();
    }
    if is_unchanged(answers) {
        return unchanged(answers);
    }
    let mut text = format!("### Plimsoll: {}\n\n", verdict(answers));
    text.push_str(&table(answers));
    for answer in &answers.answers {
        text.push_str(&cause(answer));
    }
    if let Some(commit) = &answers.commit {
        text.push_str(&format!("\nAt commit {}.\n", commit.short()));
    }
    for answer in answers.answers.iter().filter(|it| it.build.state == BuildState::Measured) {
        let details = details(answer);
        if text.len() + details.len() > MAX_CHARS {
            text.push_str("\nMore changed than fits here; the pages above show it.\n");
            break;
        }
        text.push_str(&details);
    }
    text
}

fn unchanged(answers: &Answers) -> String {
    let since = answers.answers.iter().find_map(|it| it.baseline.as_ref());
    let since = since.map(|it| format!(" since {}", link(it.commit.short(), &it.url)));
    let targets = counted(answers.answers.len(), "target");
    format!("**Plimsoll**: no change in size{} ({targets})\n", since.unwrap_or_default())
}

fn verdict(answers: &Answers) -> String {
    let (unlinked, others): (Vec<&BuildAnswer>, Vec<&BuildAnswer>) =
        answers.answers.iter().partition(|it| it.build.link_failure.is_some());
    let over: Vec<&&BuildAnswer> = others.iter().filter(|it| it.over_budget).collect();
    let unknown =
        answers.failures.len() + others.iter().filter(|it| it.build.state != BuildState::Measured).count();
    let mut clauses = Vec::new();
    if !unlinked.is_empty() {
        clauses.push(format!("❌ {} did not link", counted(unlinked.len(), "target")));
    }
    if !over.is_empty() {
        clauses.push(format!("❌ {} over budget", counted(over.len(), "target")));
    }
    if unknown > 0 {
        clauses.push(format!("⚠️ {} not measured", counted(unknown, "target")));
    }
    if clauses.is_empty() {
        clauses.push(change(&answers.answers));
    }
    clauses.join(", ")
}

/// The headline where all is within the budgets.
fn change(answers: &[BuildAnswer]) -> String {
    let budgets = if answers.iter().any(|it| !it.verdicts.is_empty()) { ", within budget" } else { "" };
    if answers.iter().all(|it| it.baseline.is_none()) {
        return format!("✅ first measurement{budgets}");
    }
    let ram = range(answers, "ram").filter(|it| *it != (0, 0));
    // Where a heap takes the rest of RAM, only static use shows what grew.
    let statics = range(answers, "static").filter(|it| *it != (0, 0) && Some(*it) != ram);
    let spans = [range(answers, "flash").map(|it| ("flash", it)), ram.map(|it| ("RAM", it))];
    let spans = spans.into_iter().chain([statics.map(|it| ("static RAM", it))]);
    let clauses: Vec<String> = spans.flatten().map(|(name, range)| span(name, range)).collect();
    format!("✅ {}{budgets}", clauses.join(", "))
}

/// The smallest and the biggest change among the targets.
fn range(answers: &[BuildAnswer], name: &str) -> Option<(i64, i64)> {
    let changes = || answers.iter().filter_map(|it| total(it, name)?.delta_bytes);
    Some((changes().min()?, changes().max()?))
}

fn span(name: &str, (least, most): (i64, i64)) -> String {
    if (least, most) == (0, 0) {
        return format!("{name} ±0");
    }
    if least == most {
        return format!("{name} {} B", signed(most));
    }
    format!("{name} {} to {} B", signed(least), signed(most))
}

fn table(answers: &Answers) -> String {
    let mut text = "| Target | Flash | RAM | Formatting | Budgets |\n|:--|--:|--:|--:|:--|\n".to_owned();
    for answer in &answers.answers {
        text.push_str(&row(answer));
    }
    for failed in &answers.failures {
        text.push_str(&format!("| {} | | | | ⚠️ {} |\n", code(failed.target.as_str()), cell(&failed.error)));
    }
    text
}

fn row(answer: &BuildAnswer) -> String {
    let target = format!("[{}]({})", code(answer.build.target.as_str()), escape::url(&answer.build.url));
    let figure = |name: &str| total(answer, name).map(figure).unwrap_or_default();
    let budgets = match answer.build.state {
        BuildState::Measured => budgets(answer),
        BuildState::Queued | BuildState::Unlinked if answer.build.link_failure.is_some() => unlinked(answer),
        BuildState::Queued | BuildState::Unlinked => "⏳ not measured yet".to_owned(),
        BuildState::Failed => {
            let failure = answer.build.failure.as_deref().unwrap_or("for an unknown reason");
            format!("⚠️ could not be analysed: {}", cell(failure))
        }
    };
    format!("| {target} | {} | {} | {} | {budgets} |\n", figure("flash"), figure("ram"), figure("formatting"))
}

/// By how much it was too big, and which budgets that breaks.
fn unlinked(answer: &BuildAnswer) -> String {
    let overflows = answer.build.link_failure.iter().flat_map(|it| &it.overflows);
    let mut lines: Vec<String> =
        overflows.map(|it| format!("❌ did not link: {}", cell(&it.to_string()))).collect();
    let over = answer.verdicts.iter().filter(|it| it.used_bytes.is_some());
    lines.extend(over.map(|it| format!("❌ {}", cell(&judge::sentence(it)))));
    lines.join("<br>")
}

fn figure(delta: &Delta) -> String {
    let size = delta.new_bytes.map(|it| format!("{} B", grouped(it))).unwrap_or_default();
    match delta.delta_bytes {
        Some(0) => format!("{size} (±0)"),
        Some(change) => format!("{size} (**{}**)", signed(change)),
        None => size,
    }
}

fn budgets(answer: &BuildAnswer) -> String {
    if answer.verdicts.is_empty() {
        return "none".to_owned();
    }
    let over: Vec<String> = answer
        .verdicts
        .iter()
        .filter(|it| !it.within)
        .map(|it| format!("❌ {}", cell(&judge::sentence(it))))
        .collect();
    if over.is_empty() { "✅ within".to_owned() } else { over.join("<br>") }
}

/// What it grew for, in a line.
fn cause(answer: &BuildAnswer) -> String {
    let Some(cause) = &answer.cause else { return String::new() };
    let name = match cause.memory {
        Memory::Flash => "flash",
        Memory::Ram => "ram",
    };
    let Some(grown) = total(answer, name).and_then(|it| it.delta_bytes) else { return String::new() };
    let target = code(answer.build.target.as_str());
    let sentence = cause.sentence(cell, code);
    format!("\n{target}: {} B of {}: {sentence}.\n", signed(grown), cause.memory)
}

fn details(answer: &BuildAnswer) -> String {
    let Some(baseline) = &answer.baseline else { return String::new() };
    if is_quiet(answer) {
        return String::new();
    }
    let behind = match baseline.commits_behind {
        0 => String::new(),
        n => format!(", {} before the one wanted", counted(n as usize, "unmeasured commit")),
    };
    let compared = format!("Compared with {}{behind}.", link(baseline.commit.short(), &baseline.url));
    let page = answer.compare_url.as_ref().map(|it| format!(" {}.", link("Everything that changed", it)));
    format!(
        "\n<details><summary>What changed in {}</summary>\n\n{compared}{}\n\n{}{}</details>\n",
        escape::html(answer.build.target.as_str()),
        page.unwrap_or_default(),
        regions(&answer.deltas),
        symbols(&answer.symbol_changes),
    )
}

fn regions(deltas: &[Delta]) -> String {
    let changed: Vec<&Delta> =
        deltas.iter().filter(|it| it.kind != "total" && it.delta_bytes != Some(0)).collect();
    if changed.is_empty() {
        return String::new();
    }
    let mut text = "| Region | Change | Before | After | Of |\n|:--|--:|--:|--:|--:|\n".to_owned();
    for delta in changed {
        text.push_str(&format!(
            "| {} | {} | {} | {} | {} |\n",
            code(&delta.name),
            delta.delta_bytes.map(signed).unwrap_or_default(),
            delta.old_bytes.map(grouped).unwrap_or_default(),
            delta.new_bytes.map(grouped).unwrap_or_default(),
            delta.length_bytes.map(grouped).unwrap_or_default(),
        ));
    }
    text.push('\n');
    text
}

fn symbols(changes: &[Change]) -> String {
    if changes.is_empty() {
        return String::new();
    }
    let mut text = "| Symbol | Change | Before | After |\n|:--|--:|--:|--:|\n".to_owned();
    for change in changes.iter().take(N_SYMBOLS) {
        let word = |bytes: Option<u64>, absent: &str| bytes.map_or_else(|| absent.to_owned(), grouped);
        text.push_str(&format!(
            "| {} | {} | {} | {} |\n",
            symbol(change),
            signed(change.delta_bytes),
            word(change.old_bytes, if change.kind == ChangeKind::New { "new" } else { "" }),
            word(change.new_bytes, if change.kind == ChangeKind::Gone { "gone" } else { "" }),
        ));
    }
    text.push('\n');
    text
}

/// A symbol's name, and what it was before.
fn symbol(change: &Change) -> String {
    let verb = if change.kind == ChangeKind::Renamed { "renamed from" } else { "moved from" };
    let origins: Vec<String> = change.origins().map(code).collect();
    let name = code(&change_name(change));
    if origins.is_empty() { name } else { format!("{name}, {verb} {}", origins.join(", ")) }
}

fn total<'a>(answer: &'a BuildAnswer, name: &str) -> Option<&'a Delta> {
    let kind = if name == "static" { "static" } else { "total" };
    answer.deltas.iter().find(|it| it.kind == kind && it.name == name)
}
