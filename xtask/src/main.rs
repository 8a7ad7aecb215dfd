//! The chores of this repository: `cargo xtask` lists them.

mod advice;
mod c_truth;
mod cause;
mod command;
mod conformance;
mod demo;
mod firmware_table;
mod fuzz;
mod options;
mod postgres;
mod screenshots;
mod setup;
mod signals;
mod sqlx;
mod step;
mod terminal;
mod tidy;
mod tiny;
mod truth;
mod voyage;
mod wild;
mod workshop;
mod workspace;

use anyhow::{Result, bail};
use std::process::ExitCode;
use terminal::say;

/// Something that can be asked for by name.
struct Task {
    name: &'static str,
    summary: &'static str,
    details: &'static str,
    run: fn(lexopt::Parser) -> Result<()>,
}

const TASKS: [Task; 13] = [
    Task {
        name: "demo",
        summary: "Run Plimsoll on a voyage of real firmware builds",
        details: demo::DETAILS,
        run: demo::run_task,
    },
    Task {
        name: "test",
        summary: "Check everything, step by step; what CI runs",
        details: step::DETAILS,
        run: step::run_all,
    },
    Task {
        name: "fuzz",
        summary: "Feed made-up input to the analyzer",
        details: fuzz::DETAILS,
        run: fuzz::run_task,
    },
    Task {
        name: "advice",
        summary: "Follow the analyzer's advice on our firmware, compare what it promised",
        details: advice::DETAILS,
        run: advice::run_task,
    },
    Task {
        name: "c-truth",
        summary: "Hold predictions of what C's library costs against rebuilt programs",
        details: c_truth::DETAILS,
        run: c_truth::run_task,
    },
    Task {
        name: "cause",
        summary: "Measure how much of what grows has a cause, commit by commit",
        details: cause::DETAILS,
        run: cause::run_task,
    },
    Task {
        name: "firmware-table",
        summary: "Measure what formatters cost on the chip, for firmware/README.md",
        details: firmware_table::DETAILS,
        run: firmware_table::run_task,
    },
    Task {
        name: "sqlx-prepare",
        summary: "Write .sqlx anew from the queries in the code and the migrations",
        details: sqlx::DETAILS,
        run: sqlx::run_task,
    },
    Task {
        name: "truth",
        summary: "Hold predictions of savings against rebuilt programs",
        details: truth::DETAILS,
        run: truth::run_task,
    },
    Task {
        name: "tiny",
        summary: "Build and run programs without sections for this machine",
        details: tiny::DETAILS,
        run: tiny::run_task,
    },
    Task {
        name: "wild",
        summary: "Build the inputs that failed in the wild, with every toolchain and linker",
        details: wild::DETAILS,
        run: wild::run_task,
    },
    Task {
        name: "conformance",
        summary: "Hold totals of public firmware against maps of their linkers and objcopy",
        details: conformance::DETAILS,
        run: conformance::run_task,
    },
    Task {
        name: "screenshots",
        summary: "Take the pictures of the README from a fresh demo",
        details: screenshots::DETAILS,
        run: screenshots::run_task,
    },
];

fn main() -> ExitCode {
    match signals::watch().and_then(|()| dispatch(lexopt::Parser::from_env())) {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("error: {error:#}");
            if error.is::<options::Mistake>() { ExitCode::from(2) } else { ExitCode::FAILURE }
        }
    }
}

fn dispatch(mut arguments: lexopt::Parser) -> Result<()> {
    use lexopt::Arg::{Long, Short, Value};
    let name = match arguments.next()? {
        None | Some(Long("help") | Short('h')) => {
            say(overview());
            return Ok(());
        }
        Some(Value(name)) => name.to_string_lossy().into_owned(),
        Some(other) => return Err(other.unexpected().into()),
    };
    if name == "help" {
        say(overview());
        return Ok(());
    }
    if let Some(task) = TASKS.iter().find(|it| it.name == name) {
        return run_or_explain(arguments, &heading_of(task), task.run);
    }
    if let Some(step) = step::find(&name) {
        let help = format!("cargo xtask {}\n\n{}, as a step of `cargo xtask test`.", step.name, step.summary);
        return run_or_explain(arguments, &help, |arguments| {
            options::none(arguments)?;
            step.run()
        });
    }
    bail!("there is no chore `{name}`: `cargo xtask` lists them")
}

/// Prints the help if that is what is wanted, else runs.
fn run_or_explain(
    mut arguments: lexopt::Parser,
    help: &str,
    run: impl FnOnce(lexopt::Parser) -> Result<()>,
) -> Result<()> {
    let wants_help = arguments
        .try_raw_args()
        .is_some_and(|it| it.as_slice().iter().any(|word| word == "--help" || word == "-h"));
    if wants_help {
        say(help);
        return Ok(());
    }
    run(arguments)
}

fn heading_of(task: &Task) -> String {
    format!("{}\n\n{}.", task.details, task.summary)
}

fn overview() -> String {
    let mut text = String::from("Usage: cargo xtask CHORE [--help]\n\nChores:\n");
    for task in &TASKS {
        text += &format!("  {:14} {}\n", task.name, task.summary);
    }
    text += "\nSteps of `test`, each alone:\n";
    for step in &step::STEPS {
        text += &format!("  {:14} {}\n", step.name, step.summary);
    }
    text
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_chore_is_listed_and_explained() {
        let text = overview();
        for task in &TASKS {
            assert!(text.contains(task.summary) && task.details.contains("cargo xtask"), "{}", task.name);
        }
    }

    #[test]
    fn names_are_not_given_twice() {
        let mut names: Vec<&str> = TASKS.iter().map(|it| it.name).collect();
        names.extend(step::STEPS.iter().map(|it| it.name));
        let n_names = names.len();
        names.sort_unstable();
        names.dedup();
        assert_eq!(names.len(), n_names);
    }

    #[test]
    fn an_unknown_chore_is_refused() {
        let error = dispatch(lexopt::Parser::from_args(["sail"])).unwrap_err();
        assert_eq!(error.to_string(), "there is no chore `sail`: `cargo xtask` lists them");
    }
}
