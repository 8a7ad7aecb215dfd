//! What is printed of a build that did not link: which regions were too small, and by how much.

use super::answer::{command_text, facts, verdict_line};
use super::{BAD, FAINT, STRONG};
use crate::text::{grouped, visible};
use plimsoll_protocol::{BuildAnswer, BuildState, LinkFailure, NewBuild};

/// What the server keeps of it.
pub(super) fn unlinked(answer: &BuildAnswer) -> String {
    let Some(failure) = &answer.build.link_failure else { return String::new() };
    let mut text = heading(answer.build.target.as_str(), answer.build.commit.short(), failure);
    for delta in answer.deltas.iter().filter(|it| it.kind == "region") {
        if let (Some(old), Some(baseline)) = (delta.old_bytes, &answer.baseline) {
            let (name, old) = (visible(&delta.name), grouped(old));
            text.push_str(&format!("  {FAINT}{name} was {old} B at {}{FAINT:#}\n", baseline.commit.short()));
        }
    }
    // Where nobody knows how big the region is, a budget's sentence would say less than the line above.
    for verdict in answer.verdicts.iter().filter(|it| it.used_bytes.is_some()) {
        text.push_str(&verdict_line(verdict));
    }
    let news = match (answer.build.state, answer.created) {
        (BuildState::Queued, true) => "recorded, ",
        (BuildState::Queued, false) => "was recorded before, ",
        _ => "",
    };
    format!("{text}  {news}{}\n", visible(&answer.build.url))
}

/// What would be sent of it.
pub(crate) fn dry_run_unlinked(build: &NewBuild) -> String {
    let Some(failure) = &build.link_failure else { return String::new() };
    let text = heading(build.target.as_str(), build.commit.short(), failure);
    format!("{text}  would send: no ELF, {}\n", facts(build))
}

/// The workflow command that makes GitHub show it on the run's page.
pub(crate) fn link_annotation(answer: &BuildAnswer, failure: &LinkFailure) -> String {
    // A property also ends at a colon or a comma.
    let title = command_text(answer.build.target.as_str()).replace(':', "%3A").replace(',', "%2C");
    format!("::error title=Plimsoll%3A {title}::did not link: {}\n", command_text(&failure.to_string()))
}

fn heading(target: &str, commit: &str, failure: &LinkFailure) -> String {
    let (target, words) = (visible(target), visible(&failure.to_string()));
    format!("{STRONG}{target}{STRONG:#} {commit}: {BAD}did not link: {words}{BAD:#}\n")
}
