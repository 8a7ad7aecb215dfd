//! Cases of a program that may panic, built with and without its checks.

use super::rebuilt::{Build, Optimisation, Program, Site};
use super::{Case, size};
use crate::command::output;
use crate::workspace::built;
use anyhow::{Context as _, Result};
use serde_json::Value;
use std::path::Path;
use std::process::Command;

/// What the panic handler does with a panic.
pub struct Handler {
    /// For people.
    pub name: &'static str,
    program: Program,
}

const SOURCE: &str = "firmware/truth/panics.rs";

/// The two that there are.
pub const HANDLERS: [Handler; 2] = [
    Handler {
        name: "prints panics",
        program: Program { source: SOURCE, arguments: &["-C", "overflow-checks=on"] },
    },
    Handler {
        name: "only stops",
        program: Program { source: SOURCE, arguments: &["-C", "overflow-checks=on", "--cfg", "quiet"] },
    },
];

/// Builds everything for one target and compares: each check alone, and all.
pub fn cases(target: &str, optimisation: &Optimisation, handler: &Handler) -> Result<Vec<Case>> {
    let folder = tempfile::tempdir()?;
    let build = Build { program: &handler.program, target, optimisation, folder: folder.path() };
    let sites = handler.program.sites()?;
    let whole = build.elf(&[])?;
    let whole_bytes = size(&whole)?;
    let blame = blame(&whole)?;
    let mut cases = Vec::new();
    for site in &sites {
        let rest_bytes = size(&build.elf(&[&site.name])?)?;
        cases.push(Case {
            without: site.name.clone(),
            predicted_bytes: blamed_bytes(&blame, site)?,
            true_bytes: whole_bytes.saturating_sub(rest_bytes),
            is_all: false,
        });
    }
    let names: Vec<&str> = sites.iter().map(|it| it.name.as_str()).collect();
    cases.push(Case {
        without: "all panics".to_owned(),
        predicted_bytes: saving(&blame)?,
        true_bytes: whole_bytes.saturating_sub(size(&build.elf(&names)?)?),
        is_all: true,
    });
    Ok(cases)
}

/// Who may panic, as `plimsoll fmt` tells it.
fn blame(elf: &Path) -> Result<Value> {
    let answer = output(Command::new(built("plimsoll")).arg("fmt").arg(elf).arg("--json"))?;
    let mut answer: Value = serde_json::from_str(&answer)?;
    Ok(answer["panics"]["blame"].take())
}

/// What a line alone would save; nothing where the compiler found that it cannot panic.
fn blamed_bytes(blame: &Value, site: &Site) -> Result<u64> {
    let lines = blame["lines"].as_array().context("a blame without lines")?;
    let is_there = |it: &&Value| {
        let file = it["file"].as_str().unwrap_or_default();
        file.ends_with("truth/panics.rs") && it["line"].as_u64() == Some(site.line as u64)
    };
    lines.iter().find(is_there).map_or(Ok(0), saving)
}

fn saving(of: &Value) -> Result<u64> {
    of["saves_at_least_bytes"].as_u64().context("a blame without `saves_at_least_bytes`")
}
