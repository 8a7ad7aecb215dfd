//! `plimsoll analyze` and `plimsoll diff`: the server's analysis, here.

use crate::args::{AnalyzeArgs, DiffArgs};
use crate::{Outcome, failure, output, plan};
use anyhow::Context;
use plimsoll_analyzer::{MemoryRegion, Report};
use std::path::Path;

/// Explains one image.
pub(crate) fn analyze(args: &AnalyzeArgs) -> anyhow::Result<Outcome> {
    let report = report_of(&args.elf, &regions(args.memory.as_deref())?)?;
    if args.json {
        output::print_json(&report)?;
        return Ok(Outcome::Fine);
    }
    warn(&args.elf, &report);
    let top = if args.all { usize::MAX } else { args.top };
    output::print(&output::report(&report, top, output::width()))?;
    Ok(Outcome::Fine)
}

/// Compares two images.
pub(crate) fn diff(args: &DiffArgs) -> anyhow::Result<Outcome> {
    let memory = regions(args.memory.as_deref())?;
    let old_memory = match &args.old_memory {
        Some(path) => regions(Some(path))?,
        None => memory.clone(),
    };
    let old = report_of(&args.old, &old_memory)?;
    let new = report_of(&args.new, &memory)?;
    if old.header.machine != new.header.machine {
        failure::warn(&format!(
            "{} is for {}, but {} is for {}: their sizes say little about each other",
            args.old.display(),
            old.header.machine,
            args.new.display(),
            new.header.machine
        ));
    }
    let diff = plimsoll_analyzer::diff(&old, &new);
    if args.json {
        output::print_json(&diff)?;
        return Ok(Outcome::Fine);
    }
    let top = if args.all { usize::MAX } else { args.top };
    output::print(&output::diff(&diff, top, output::width()))?;
    Ok(Outcome::Fine)
}

/// Reads and analyses an image.
pub(crate) fn report_of(elf: &Path, memory: &[MemoryRegion]) -> anyhow::Result<Report> {
    let bytes = plan::read_elf(elf)?;
    plimsoll_analyzer::analyze(&bytes, memory).with_context(|| format!("cannot analyse {}", elf.display()))
}

fn regions(script: Option<&Path>) -> anyhow::Result<Vec<MemoryRegion>> {
    let Some(path) = script else { return Ok(Vec::new()) };
    let bytes = plan::read_file(path, "the memory script")?;
    let text = String::from_utf8_lossy(&bytes);
    plan::memory_regions(&text, &path.display().to_string())
}

fn warn(elf: &Path, report: &Report) {
    for warning in &report.warnings {
        failure::warn(&format!("{}: {}: {}", elf.display(), warning.place, warning.message));
    }
}
