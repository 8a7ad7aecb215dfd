//! House rules as a program: what nobody should have to say in a review.
//!
//! The rules look at text, so they can be fooled: they are reminders, not proofs.

mod layering;
mod size;
mod source;
mod template;
mod words;
mod workspace;

#[cfg(test)]
mod tests;

use crate::terminal::say;
use anyhow::{Result, bail};
use source::Source;
use std::fmt;

/// One thing that is against the rules.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
struct Finding {
    path: String,
    /// From 1; 0 for the file as a whole.
    line: usize,
    complaint: String,
}

impl fmt::Display for Finding {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.line {
            0 => write!(f, "{}: {}", self.path, self.complaint),
            line => write!(f, "{}:{line}: {}", self.path, self.complaint),
        }
    }
}

type Rule = fn(&[Source]) -> Vec<Finding>;

const RULES: [Rule; 13] = [
    layering::sql_lives_in_db,
    layering::server_modules_use_what_is_below_them,
    layering::crates_depend_downwards,
    layering::the_analyzer_does_no_input_or_output,
    layering::urls_live_in_urls,
    size::files_are_short,
    words::modules_open_with_a_sentence,
    words::nothing_is_left_undone,
    words::no_path_of_one_machine,
    words::no_test_is_switched_off,
    template::templates_are_plain,
    template::nothing_is_orphaned,
    workspace::the_root_holds_only_what_belongs_there,
];

/// Checks the whole repository.
pub fn check() -> Result<()> {
    let findings = findings(&source::read_all()?);
    if findings.is_empty() {
        say("tidy: the house is in order");
        return Ok(());
    }
    for finding in &findings {
        say(finding);
    }
    bail!("tidy: {} against the house rules", findings.len())
}

fn findings(sources: &[Source]) -> Vec<Finding> {
    let mut findings: Vec<Finding> = RULES.iter().flat_map(|rule| rule(sources)).collect();
    findings.sort();
    findings
}
