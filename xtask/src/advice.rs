//! `cargo xtask advice`: follows the analyzer's advice on our own firmware and compares what it promised.

mod cases;
mod copies;
mod crates;

use crate::command::run;
use crate::setup::{self, need::Need};
use crate::signals;
use crate::terminal::say;
use crate::workshop::Workshop;
use crate::workspace::cargo;
use anyhow::{Result, bail};
use cases::{CASES, Case};
use copies::COPIES;
use crates::CRATES;
use serde_json::Value;
use std::fmt;

/// Help of `cargo xtask advice`.
pub const DETAILS: &str = "cargo xtask advice [KIND...]

Builds our firmware in the ways that the analyzer warns of, asks it for advice, builds again with the advice
followed, and compares the promised saving with the real one. A promise holds if the real saving is what its
certainty says: exact, at least or up to, give or take what alignment moves. Without a KIND, all are tried.";

/// So much may alignment add or take, in any of the sections.
const ALIGNMENT_BYTES: i64 = 16;

/// `cargo xtask advice`.
pub fn run_task(arguments: lexopt::Parser) -> Result<()> {
    let cases = chosen(arguments)?;
    setup::ensure(&[Need::CCompiler, Need::ArmCompiler, Need::FirmwareTarget, Need::RustSources])?;
    run(cargo().args(["build", "--package", "plimsoll"]))?;
    let mut workshop = Workshop::new()?;
    say(format!("{:20} {:8} {:>9} {:>7}", "advice", "", "promised", "real"));
    let mut n_broken = 0;
    for case in cases {
        let outcome = follow(case, &mut workshop);
        n_broken += usize::from(!outcome.as_ref().is_ok_and(Outcome::holds));
        say(match outcome {
            Ok(it) if it.holds() => format!("{:20} {it}", case.kind),
            Ok(it) => format!("{:20} {it}  BROKEN", case.kind),
            Err(error) => format!("{:20} FAILED: {error:#}", case.kind),
        });
        if signals::stop_wanted() {
            bail!("stopped");
        }
    }
    if n_broken > 0 {
        bail!("{n_broken} pieces of advice promise what a build does not keep");
    }
    Ok(())
}

/// The cases of the kinds that were typed; all where none was.
fn chosen(mut arguments: lexopt::Parser) -> Result<Vec<&'static Case>> {
    let all = || CASES.iter().chain(COPIES).chain(CRATES);
    let mut cases = Vec::new();
    while let Some(argument) = arguments.next()? {
        let lexopt::Arg::Value(kind) = &argument else { return Err(argument.unexpected().into()) };
        let n_before = cases.len();
        cases.extend(all().filter(|it| kind == it.kind));
        if cases.len() == n_before {
            bail!("no rebuild follows advice on `{}`", kind.display());
        }
    }
    Ok(if cases.is_empty() { all().collect() } else { cases })
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

fn follow(case: &Case, workshop: &mut Workshop) -> Result<Outcome> {
    let before = workshop.report(&case.before)?;
    let after = workshop.report(&case.after)?;
    let given = advice(&before, case.kind);
    let Some(given) = given else { bail!("no advice on {} in the build that asks for it", case.kind) };
    if advice(&after, case.kind).is_some_and(|it| number(it, "saves_bytes") >= number(given, "saves_bytes")) {
        bail!("the advice on {} is given again where it was followed", case.kind);
    }
    let size =
        |report: &Value| number(&report["totals"], "flash_bytes") + number(&report["totals"], "ram_bytes");
    Ok(Outcome {
        certainty: given["certainty"].as_str().unwrap_or_default().to_owned(),
        promised: number(given, "saves_bytes"),
        real: size(&before) - size(&after),
    })
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
