//! `cargo xtask advice`: follows the analyzer's advice on our own firmware and compares what it promised.

mod cases;
mod copies;
mod crates;
mod places;
mod ways;

use crate::command::run;
use crate::setup::{self, need::Need};
use crate::signals;
use crate::terminal::say;
use crate::workshop::{Build, SHIPPED, Way, Workshop};
use crate::workspace::cargo;
use anyhow::{Result, bail};
use cases::{CASES, Case};
use copies::COPIES;
use crates::CRATES;
use places::PLACES;
use serde_json::Value;
use std::fmt;
use ways::{suits, ways};

/// Help of `cargo xtask advice`.
pub const DETAILS: &str = "cargo xtask advice [--all] [KIND...]

Builds our firmware in the ways that the analyzer warns of, asks it for advice, builds again with the advice
followed, and compares the promised saving with the real one. A promise holds if the real saving is what its
certainty says: exact, at least or up to, give or take what alignment moves. Without a KIND, all are tried.

Each is tried as the firmware is shipped, where it has to be given, and at opt-level 3. With --all also at other
levels, without LTO, for a Cortex-M4, and where it makes sense with the program `station`.";

/// So much may alignment add or take, in any of the sections.
const ALIGNMENT_BYTES: i64 = 16;

/// `cargo xtask advice`.
pub fn run_task(arguments: lexopt::Parser) -> Result<()> {
    let (cases, is_all) = chosen(arguments)?;
    setup::ensure(&[Need::CCompiler, Need::ArmCompiler, Need::FirmwareTarget, Need::RustSources])?;
    run(cargo().args(["build", "--package", "plimsoll"]))?;
    let mut workshop = Workshop::new()?;
    let mut n_broken = 0;
    for (name, way) in ways(is_all) {
        say(format!("{name:39} {:8} {:>9} {:>7}", "", "promised", "real"));
        for case in cases.iter().filter(|it| suits(&way, it)) {
            let outcome = follow(case, way, &mut workshop);
            let (told, is_kept) = told(outcome);
            n_broken += usize::from(!is_kept);
            say(format!("{:20} {:18} {told}", case.kind, case.place));
            if signals::stop_wanted() {
                bail!("stopped");
            }
        }
    }
    if n_broken > 0 {
        bail!("{n_broken} pieces of advice promise what a build does not keep");
    }
    Ok(())
}

/// The cases of the kinds that were typed; all where none was. And whether to try them in all ways.
fn chosen(mut arguments: lexopt::Parser) -> Result<(Vec<&'static Case>, bool)> {
    let all = || CASES.iter().chain(COPIES).chain(CRATES).chain(PLACES);
    let (mut cases, mut is_all) = (Vec::new(), false);
    while let Some(argument) = arguments.next()? {
        match &argument {
            lexopt::Arg::Long("all") => is_all = true,
            lexopt::Arg::Value(kind) => {
                let n_before = cases.len();
                cases.extend(all().filter(|it| kind == it.kind));
                if cases.len() == n_before {
                    bail!("no rebuild follows advice on `{}`", kind.display());
                }
            }
            _ => return Err(argument.unexpected().into()),
        }
    }
    Ok((if cases.is_empty() { all().collect() } else { cases }, is_all))
}

/// What was promised and what came of it.
struct Outcome {
    certainty: String,
    promised: i64,
    real: i64,
}

impl fmt::Display for Outcome {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{:8} {:9} {:7}", self.certainty, self.promised, self.real)
    }
}

impl Outcome {
    fn holds(&self) -> bool {
        match self.certainty.as_str() {
            "exact" => (self.real - self.promised).abs() <= ALIGNMENT_BYTES,
            "at_least" => self.real >= self.promised,
            "up_to" => self.real > 0 && self.real <= self.promised + ALIGNMENT_BYTES,
            _ => false,
        }
    }
}

/// Nothing where the advice is not given, which only other ways than the shipped one may do.
fn follow(case: &Case, way: Way, workshop: &mut Workshop) -> Result<Option<Outcome>> {
    let before = workshop.report(&Build { way, ..case.before })?;
    let Some(given) = advice(&before, case.kind) else {
        anyhow::ensure!(way != SHIPPED, "no advice on {} in the build that asks for it", case.kind);
        return Ok(None);
    };
    let after = workshop.report(&Build { way, ..case.after })?;
    if advice(&after, case.kind).is_some_and(|it| number(it, "saves_bytes") >= number(given, "saves_bytes")) {
        bail!("the advice on {} is given again where it was followed", case.kind);
    }
    let size =
        |report: &Value| number(&report["totals"], "flash_bytes") + number(&report["totals"], "ram_bytes");
    Ok(Some(Outcome {
        certainty: given["certainty"].as_str().unwrap_or_default().to_owned(),
        promised: number(given, "saves_bytes"),
        real: size(&before) - size(&after),
    }))
}

/// What is said of a case, and whether a build keeps what was promised.
fn told(outcome: Result<Option<Outcome>>) -> (String, bool) {
    match outcome {
        Ok(None) => ("not given".to_owned(), true),
        Ok(Some(it)) if it.holds() => (it.to_string(), true),
        Ok(Some(it)) => (format!("{it}  BROKEN"), false),
        Err(error) => (format!("FAILED: {error:#}"), false),
    }
}

fn advice<'a>(report: &'a Value, kind: &str) -> Option<&'a Value> {
    report["insights"].as_array()?.iter().find(|it| it["kind"] == kind)
}

fn number(value: &Value, name: &str) -> i64 {
    value[name].as_i64().unwrap_or(0)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_promise_is_judged_by_its_certainty() {
        let holds = |certainty: &str, promised: i64, real: i64| {
            Outcome { certainty: certainty.to_owned(), promised, real }.holds()
        };
        assert!(holds("exact", 100, 96) && !holds("exact", 100, 60));
        assert!(holds("at_least", 100, 100) && !holds("at_least", 100, 99));
        assert!(holds("up_to", 100, 1) && !holds("up_to", 100, 0) && !holds("up_to", 100, 120));
    }
}
