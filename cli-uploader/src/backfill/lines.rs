//! What is told of a walk: lines about each commit, and the sum.

use super::notes::Failure;
use super::survey::{Fate, Step};
use super::walk::{Answer, Failures, Finding};
use crate::Outcome;
use crate::output::{BAD, FAINT, STRONG};
use crate::text::{counted, grouped, shortened, signed, visible};
use plimsoll_protocol::{BuildAnswer, BuildState};
use std::path::Path;

/// So much of a commit's subject is shown.
const SUBJECT_CHARS: usize = 72;

/// A commit that was built, the how manieth of how many, and what came of its targets.
pub(super) fn step(
    step: &Step<'_>,
    (number, n_steps): (usize, usize),
    findings: &[Finding],
    log: Option<&Path>,
) -> String {
    let width = n_steps.to_string().len();
    let mut text = format!("{number:>width$}/{n_steps} {}\n", title(step));
    for Finding { target, answer } in findings {
        text.push_str(&format!("  {}: {}\n", visible(target.as_str()), figures(answer)));
    }
    if let Some(log) = log {
        text.push_str(&log_line(log));
    }
    text
}

/// What would be done with each commit.
pub(super) fn forecast(steps: &[Step<'_>]) -> String {
    let mut text = String::new();
    for step in steps {
        let fate = match &step.fate {
            Fate::Wanted(_) => format!("{STRONG}build{STRONG:#}"),
            Fate::There => "there".to_owned(),
            Fate::Unchanged => "unchanged".to_owned(),
            Fate::Failed(failure) => format!("failed before: {}", visible(&failure.reason)),
        };
        text.push_str(&format!("{}: {fate}\n", title(step)));
    }
    let n_wanted = steps.iter().filter(|it| it.is_wanted()).count();
    text.push_str(&format!("{n_wanted} of {} would be built\n", counted(steps.len(), "commit")));
    text
}

/// The sum of the walk, in which these commits failed now, and what that means.
pub(super) fn summary(steps: &[Step<'_>], failures: &Failures) -> (String, Outcome) {
    let n_failed = failures.len();
    let count = |is_it: fn(&Fate<'_>) -> bool| steps.iter().filter(|it| is_it(&it.fate)).count();
    let n_wanted = count(|it| matches!(it, Fate::Wanted(_)));
    let n_failed_before = count(|it| matches!(it, Fate::Failed(_)));
    let parts = [
        (n_wanted - n_failed, "uploaded"),
        (count(|it| matches!(it, Fate::There)), "there before"),
        (count(|it| matches!(it, Fate::Unchanged)), "cannot change the image"),
        (n_failed, "failed"),
        (n_failed_before, "failed before"),
    ];
    let parts: Vec<String> = parts
        .iter()
        .filter(|(n, _)| *n > 0)
        .map(|(n, what)| format!("{} {what}", grouped(*n as u64)))
        .collect();
    let mut text = format!("{}: {}\n", counted(steps.len(), "commit"), parts.join(", "));
    if n_failed + n_failed_before == 0 {
        return (text, Outcome::Fine);
    }
    text.push_str(&failed(steps, failures));
    (text, Outcome::Unknown)
}

/// Each commit of which there is nothing, why, and what to do about it.
fn failed(steps: &[Step<'_>], failures: &Failures) -> String {
    let mut text = String::new();
    for step in steps {
        let failure = match &step.fate {
            Fate::Failed(failure) => Some(failure),
            _ => failures.get(step.commit.as_str()),
        };
        let Some(Failure { reason, log, .. }) = failure else { continue };
        text.push_str(&format!("  {}: {}\n", title(step), visible(reason)));
        if log.is_file() {
            text.push_str(&format!("  {}", log_line(log)));
        }
    }
    text.push_str(
        "What failed is built again with --retry-failed, by another command, or in another environment.\n",
    );
    text
}

fn log_line(log: &Path) -> String {
    format!("  {FAINT}log: {}{FAINT:#}\n", visible(&log.to_string_lossy()))
}

fn title(step: &Step<'_>) -> String {
    let subject = visible(&shortened(&step.subject, SUBJECT_CHARS));
    format!("{FAINT}{}{FAINT:#} {subject}", step.commit.short())
}

fn figures(answer: &Answer) -> String {
    let answer = match answer {
        Ok(answer) => answer,
        Err(why) => return format!("{BAD}failed{BAD:#}: {}", visible(why)),
    };
    let build = &answer.build;
    if let Some(failure) = &build.link_failure {
        return format!("{BAD}did not link{BAD:#}: {}", visible(&failure.to_string()));
    }
    match (build.state, build.figures) {
        (BuildState::Failed, _) => {
            let why = build.failure.as_deref().unwrap_or("for an unknown reason");
            format!("{BAD}could not be analysed{BAD:#}: {}", visible(why))
        }
        (_, Some(it)) => {
            let over = if answer.over_budget { format!(", {BAD}over budget{BAD:#}") } else { String::new() };
            let (flash, ram) = (grouped(it.flash_bytes), grouped(it.ram_bytes));
            format!("flash {flash} B{}, RAM {ram} B{}{over}", change(answer, "flash"), change(answer, "ram"))
        }
        (_, None) => "uploaded, not measured yet".to_owned(),
    }
}

/// ` (+388 B)`, where there is something to compare with.
fn change(answer: &BuildAnswer, total: &str) -> String {
    let row = answer.deltas.iter().find(|it| it.kind == "total" && it.name == total);
    match row.and_then(|it| it.delta_bytes) {
        Some(0) => " (±0 B)".to_owned(),
        Some(bytes) => format!(" ({} B)", signed(bytes)),
        None => String::new(),
    }
}
