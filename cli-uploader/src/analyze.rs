//! `plimsoll analyze` and `plimsoll diff`: the server's analysis, here.

use crate::args::{AnalyzeArgs, DiffArgs, MemoryArgs};
use crate::{Outcome, failure, link_error, memory, output, plan};
use anyhow::Context;
use plimsoll_analyzer::{MemoryRegion, Report, map_file};
use std::path::{Path, PathBuf};

/// Explains one image.
pub(crate) fn analyze(args: &AnalyzeArgs) -> anyhow::Result<Outcome> {
    let report = match &args.map {
        Some(map) => report_with(args, map)?,
        None => report_in(&args.elf, &args.layout)?,
    };
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
    let memory = regions(&args.layout, &args.layout.memory)?;
    let old_memory = match args.old_memory.as_slice() {
        [] => memory.clone(),
        scripts => regions(&args.layout, scripts)?,
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

/// Reads and analyses an image in the memory that the arguments describe.
pub(crate) fn report_in(elf: &Path, layout: &MemoryArgs) -> anyhow::Result<Report> {
    report_of(elf, &regions(layout, &layout.memory)?)
}

fn report_with(args: &AnalyzeArgs, map: &Path) -> anyhow::Result<Report> {
    let text = link_error::map_text(map)?;
    let map = map_file::parse(&text).with_context(|| format!("cannot read {}", map.display()))?;
    let regions = regions(&args.layout, &args.layout.memory)?;
    let bytes = plan::read_elf(&args.elf)?;
    plimsoll_analyzer::analyze_with_map(&bytes, &regions, &map)
        .with_context(|| format!("cannot analyse {}", args.elf.display()))
}

/// Reads and analyses an image.
pub(crate) fn report_of(elf: &Path, memory: &[MemoryRegion]) -> anyhow::Result<Report> {
    let bytes = plan::read_elf(elf)?;
    plimsoll_analyzer::analyze(&bytes, memory).with_context(|| format!("cannot analyse {}", elf.display()))
}

fn regions(args: &MemoryArgs, scripts: &[PathBuf]) -> anyhow::Result<Vec<MemoryRegion>> {
    memory::read(args, scripts, &[]).map(|it| it.regions)
}

fn warn(elf: &Path, report: &Report) {
    for warning in &report.warnings {
        failure::warn(&format!("{}: {}: {}", elf.display(), warning.place, warning.message));
    }
}
