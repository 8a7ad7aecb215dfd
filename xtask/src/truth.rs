//! What removing formatting really saves, against what the analyzer predicts: programs are rebuilt.

mod measured;
mod rebuilt;
mod tally;

use crate::command::{output, run};
use crate::options;
use crate::terminal::say;
use crate::workspace::{built, cargo};
use anyhow::{Context as _, Result, bail};
use std::path::Path;
use std::process::Command;
use tally::Tally;

/// Help of `cargo xtask truth`.
pub const DETAILS: &str = "cargo xtask truth

Builds firmware/truth/program.rs for Thumb (ARMv6-M, ARMv7E-M) and RISC-V, with and without link-time
optimisation, then again without each of its lines that format, without pairs of them and without all;
and takes measured cases from ../shared/fmt-truth, where that is at hand. Prints what the analyzer
predicted and what was really saved, and fails on Thumb where fewer than 95 % of the predictions are
within 5 % or 64 bytes of the truth, the median error is above 2 %, or all formatting is off by more
than 3 %. RISC-V is shown, not judged.";

/// A prediction and the truth.
pub struct Case {
    /// What was taken out.
    pub without: String,
    /// What the analyzer said it saves.
    pub predicted_bytes: u64,
    /// What a rebuild saved.
    pub true_bytes: u64,
    /// Whether nothing was left that formats.
    pub is_all: bool,
}

/// `cargo xtask truth`.
pub fn run_task(arguments: lexopt::Parser) -> Result<()> {
    options::none(arguments)?;
    run(cargo().args(["build", "--package", "plimsoll"]))?;
    let mut judged: Vec<Case> = Vec::new();
    let mut missed: Vec<String> = Vec::new();
    for (group, cases) in measured::groups()? {
        judge(&group, cases, &mut judged, &mut missed);
    }
    for target in rebuilt::TARGETS {
        for optimisation in rebuilt::OPTIMISATIONS {
            let group = format!("{target}, {}", optimisation.name);
            let cases = rebuilt::cases(target, &optimisation)?;
            if target.starts_with("thumb") {
                judge(&group, cases, &mut judged, &mut missed);
            } else {
                show(&group, &cases);
            }
        }
    }
    say(format!("\nall of Thumb: {}", Tally::of(&judged)));
    if missed.is_empty() { Ok(()) } else { bail!("the predictions miss their reach: {}", missed.join("; ")) }
}

fn judge(group: &str, cases: Vec<Case>, judged: &mut Vec<Case>, missed: &mut Vec<String>) {
    show(group, &cases);
    missed.extend(Tally::of(&cases).misses().into_iter().map(|it| format!("{group}: {it}")));
    judged.extend(cases);
}

fn show(group: &str, cases: &[Case]) {
    say(format!("\n{group}\n  predicted    really   error  without"));
    for case in cases {
        let error = case.predicted_bytes.cast_signed() - case.true_bytes.cast_signed();
        let mark = if case.is_near() { ' ' } else { '!' };
        say(format!("{mark} {:9} {:9} {error:+7}  {}", case.predicted_bytes, case.true_bytes, case.without));
    }
    say(format!("  {}", Tally::of(cases)));
}

/// What the analyzer predicts for an image without lines.
fn predict(elf: &Path, lines: &str) -> Result<u64> {
    let mut plimsoll = Command::new(built("plimsoll"));
    let answer = output(plimsoll.arg("fmt").arg(elf).args(["--json", "--without", lines]))?;
    let answer: serde_json::Value = serde_json::from_str(&answer)?;
    answer["saves_at_least_bytes"].as_u64().context("a prediction without `saves_at_least_bytes`")
}
