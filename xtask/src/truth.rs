//! What removing formatting and panics really saves, against what the analyzer predicts: programs are rebuilt.

mod claim;
mod measured;
mod ours;
mod panics;
mod rebuilt;
mod tally;

use crate::command::{output, run};
use crate::options;
use crate::setup::{self, need::Need};
use crate::terminal::say;
use crate::workspace::{built, cargo};
use anyhow::{Context as _, Result, bail};
use claim::Claim;
use std::collections::BTreeMap;
use std::path::Path;
use std::process::Command;
pub use tally::Tally;

/// Help of `cargo xtask truth`.
pub const DETAILS: &str = "cargo xtask truth

Builds firmware/truth/program.rs for Thumb (ARMv6-M, ARMv7E-M) and RISC-V, with and without link-time
optimisation, then again without each of its lines that format, without pairs of them and without all;
builds versions of our own logger with and without theirs, as the firmware's profile has it; takes measured
cases from ../shared/fmt-truth, where that is at hand; and builds firmware/truth/panics.rs without each of its
checks that may panic and without all, with a panic handler that prints and one that does not. Prints what the
analyzer predicted and what was really saved. Fails where, on one of the Thumb targets with or without link-time
optimisation, fewer than 95 % of the predictions are within 5 % or 64 bytes of the truth, the median error is
above 2 % (of panics, which mostly take little: 8 bytes), or all formatting is off by more than 3 %; and where the
error that the product says it has is not the one on Thumb. RISC-V is shown, not judged.";

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

/// Cases that are judged together: one target, with or without link-time optimisation, at all levels.
type Pools = BTreeMap<String, Vec<Case>>;

/// `cargo xtask truth`.
pub fn run_task(arguments: lexopt::Parser) -> Result<()> {
    options::none(arguments)?;
    setup::ensure(&[Need::CCompiler, Need::ArmCompiler, Need::FirmwareTarget])?;
    run(cargo().args(["build", "--package", "plimsoll"]))?;
    let mut pools = Pools::new();
    let measured = measured::groups()?;
    let has_all = !measured.is_empty();
    for (image, cases) in measured {
        show(&image, &cases);
        pools.entry(measured::pool(&image)).or_default().extend(cases);
    }
    for (version, cases) in ours::groups()? {
        show(&format!("our logger, {version}"), &cases);
        pools.entry(ours::POOL.to_owned()).or_default().extend(cases);
    }
    for target in rebuilt::TARGETS {
        for optimisation in rebuilt::OPTIMISATIONS {
            let cases = rebuilt::cases(target, &optimisation)?;
            show(&format!("{target}, {}", optimisation.name), &cases);
            pools.entry(optimisation.pool(target)).or_default().extend(cases);
        }
    }
    let panics = panic_pools()?;
    let mut missed = judge("Formatting", &pools, Tally::misses);
    match has_all {
        true => missed.extend(Claim::read(&ours::newest()?)?.misses(&of_thumb(&pools))),
        false => say("skipped: what the product says of its error is about the measured cases, too"),
    }
    missed.extend(judge("Panics", &panics, Tally::misses_of_panics));
    if missed.is_empty() { Ok(()) } else { bail!("the predictions miss their reach: {}", missed.join("; ")) }
}

fn panic_pools() -> Result<Pools> {
    let mut pools = Pools::new();
    for target in rebuilt::TARGETS {
        for optimisation in rebuilt::OPTIMISATIONS {
            for handler in panics::HANDLERS {
                let cases = panics::cases(target, &optimisation, &handler)?;
                show(&format!("{target}, {}, {}", optimisation.name, handler.name), &cases);
                pools.entry(optimisation.pool(target)).or_default().extend(cases);
            }
        }
    }
    Ok(pools)
}

/// Prints how far the predictions are off, and answers with what is not as promised.
fn judge(what: &str, pools: &Pools, misses: impl Fn(&Tally) -> Vec<String>) -> Vec<String> {
    say(format!("\n{what} together"));
    let mut missed: Vec<String> = Vec::new();
    for (pool, cases) in pools {
        let tally = Tally::of(cases);
        say(format!("  {pool}: {tally}"));
        if pool.starts_with("thumb") {
            missed.extend(misses(&tally).into_iter().map(|it| format!("{what}, {pool}: {it}")));
        }
    }
    say(format!("  all of Thumb: {}", of_thumb(pools)));
    missed
}

fn of_thumb(pools: &Pools) -> Tally {
    let thumb = pools.iter().filter(|(pool, _)| pool.starts_with("thumb"));
    Tally::of(thumb.flat_map(|(_, cases)| cases))
}

/// Prints cases.
pub fn show(group: &str, cases: &[Case]) {
    say(format!("\n{group}\n  predicted    really   error  without"));
    for case in cases {
        let error = case.predicted_bytes.cast_signed() - case.true_bytes.cast_signed();
        let mark = if case.is_near() { ' ' } else { '!' };
        say(format!("{mark} {:9} {:9} {error:+7}  {}", case.predicted_bytes, case.true_bytes, case.without));
    }
    say(format!("  {}", Tally::of(cases)));
}

/// What the analyzer predicts for an image, asked with `--without`.
pub fn predict(elf: &Path, without: &[&str]) -> Result<u64> {
    let answer = answer(elf, without)?;
    answer["saves_at_least_bytes"].as_u64().context("a prediction without `saves_at_least_bytes`")
}

/// Of `plimsoll fmt`.
fn answer(elf: &Path, arguments: &[&str]) -> Result<serde_json::Value> {
    let mut plimsoll = Command::new(built("plimsoll"));
    Ok(serde_json::from_str(&output(plimsoll.arg("fmt").arg(elf).arg("--json").args(arguments))?)?)
}

/// `.text`, `.rodata` and `.data` together.
fn size(elf: &Path) -> Result<u64> {
    let report = output(Command::new(built("plimsoll")).arg("analyze").arg(elf).arg("--json"))?;
    let report: serde_json::Value = serde_json::from_str(&report)?;
    let sections = report["sections"].as_array().context("a report without sections")?;
    let is_counted = |it: &&serde_json::Value| {
        [".text", ".rodata", ".data"].contains(&it["name"].as_str().unwrap_or_default())
    };
    Ok(sections.iter().filter(is_counted).filter_map(|it| it["size_bytes"].as_u64()).sum())
}
