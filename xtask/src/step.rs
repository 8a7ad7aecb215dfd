//! The steps of `cargo xtask test`, each with its own name, so that it can be run again alone.

mod check;
mod licence;
mod reproducible;

pub use check::browser_script;

use crate::options;
use crate::setup::{self, need::Need};
use crate::signals;
use crate::terminal::{heading, say};
use crate::{demo, sqlx, tidy, workspace};
use anyhow::{Result, bail};
use std::time::{Duration, Instant};

/// Help of `cargo xtask test`.
pub const DETAILS: &str = "cargo xtask test [--fail-fast]

Sets this machine up, then runs every step, shows the time of each and ends with a summary.
A step that fails does not keep the others from running, unless --fail-fast is given.";

/// One named check.
pub struct Step {
    pub name: &'static str,
    pub summary: &'static str,
    needs: &'static [Need],
    check: fn() -> Result<()>,
}

impl Step {
    /// Sets up what it needs and runs it.
    pub fn run(&self) -> Result<()> {
        setup::ensure(self.needs)?;
        workspace::build_with_tests();
        (self.check)()
    }
}

/// Quick ones first.
pub const STEPS: [Step; 11] = [
    Step { name: "fmt", summary: "Formatting of the code", needs: &[Need::Rustfmt], check: check::fmt },
    Step { name: "tidy", summary: "House rules", needs: &[Need::Git], check: tidy::check },
    Step { name: "licences", summary: "Licences of all dependencies", needs: &[], check: check::licences },
    Step {
        name: "workflows",
        summary: "Workflow, action and compose files",
        needs: &[Need::PythonVenv],
        check: check::workflows,
    },
    Step {
        name: "clippy",
        summary: "Lints, for the host and for the chip",
        needs: &[Need::Clippy, Need::CCompiler, Need::ArmCompiler, Need::FirmwareTarget],
        check: check::clippy,
    },
    Step { name: "doc", summary: "Documentation", needs: &[Need::CCompiler], check: check::doc },
    Step {
        name: "unit",
        summary: "All tests of the workspace, with a real Postgres",
        needs: &[Need::CCompiler, Need::Git, Need::Postgres, Need::LlvmTools],
        check: check::unit,
    },
    Step { name: "sqlx", summary: "Whether .sqlx is up to date", needs: sqlx::NEEDS, check: sqlx::check },
    Step {
        name: "firmware",
        summary: "Firmware built and run in the emulator",
        needs: &[Need::CCompiler, Need::ArmCompiler, Need::FirmwareTarget, Need::Git, Need::Node],
        check: check::firmware,
    },
    Step { name: "voyage", summary: "The demo, verified over HTTP", needs: demo::NEEDS, check: check::demo },
    Step {
        name: "browser",
        summary: "Pages in a real Chromium",
        needs: &[Need::Node, Need::Chromium],
        check: check::browser,
    },
];

/// The step of that name.
pub fn find(name: &str) -> Option<&'static Step> {
    STEPS.iter().find(|it| it.name == name)
}

/// `cargo xtask test`.
pub fn run_all(arguments: lexopt::Parser) -> Result<()> {
    let fail_fast = options::switch(arguments, "fail-fast")?;
    setup::ensure(&STEPS.iter().flat_map(|it| it.needs).copied().collect::<Vec<_>>())?;
    let mut outcomes = Vec::new();
    for (idx, step) in STEPS.iter().enumerate() {
        heading(format!("\n[{}/{}] {}: {}", idx + 1, STEPS.len(), step.name, step.summary));
        let outcome = Outcome::of(step);
        say(&outcome);
        let has_failed = outcome.failure.is_some();
        outcomes.push(outcome);
        if signals::stop_wanted() {
            bail!("stopped");
        }
        if has_failed && fail_fast {
            break;
        }
    }
    summarise(&outcomes)
}

struct Outcome {
    step: &'static str,
    took: Duration,
    failure: Option<anyhow::Error>,
}

impl Outcome {
    fn of(step: &'static Step) -> Self {
        let start = Instant::now();
        let failure = step.run().err();
        Self { step: step.name, took: start.elapsed(), failure }
    }
}

impl std::fmt::Display for Outcome {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let seconds = self.took.as_secs_f64();
        match &self.failure {
            None => write!(f, "ok      {:10} {seconds:7.1} s", self.step),
            Some(error) => {
                writeln!(f, "FAILED  {:10} {seconds:7.1} s  {error:#}", self.step)?;
                write!(f, "        run it again: cargo xtask {}", self.step)
            }
        }
    }
}

fn summarise(outcomes: &[Outcome]) -> Result<()> {
    heading("\nSummary");
    for outcome in outcomes {
        say(outcome);
    }
    let n_failed = outcomes.iter().filter(|it| it.failure.is_some()).count();
    let seconds = outcomes.iter().map(|it| it.took).sum::<Duration>().as_secs();
    say(format!(
        "{} of {} steps passed in {} min {} s",
        outcomes.len() - n_failed,
        STEPS.len(),
        seconds / 60,
        seconds % 60
    ));
    match n_failed {
        0 => Ok(()),
        1 => bail!("1 step failed"),
        n => bail!("{n} steps failed"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_failed_step_says_what_to_run_again() {
        let failure = Some(anyhow::anyhow!("`cargo fmt` failed"));
        let outcome = Outcome { step: "fmt", took: Duration::from_millis(1500), failure };
        let text = "FAILED  fmt            1.5 s  `cargo fmt` failed\n        run it again: cargo xtask fmt";
        assert_eq!(outcome.to_string(), text);
        assert_eq!(summarise(&[outcome]).unwrap_err().to_string(), "1 step failed");
    }
}
