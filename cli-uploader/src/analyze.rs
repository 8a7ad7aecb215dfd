//! `plimsoll analyze` and `plimsoll diff`: the server's analysis, here.

use crate::args::{AnalyzeArgs, DiffArgs, MemoryArgs};
use crate::files::ImageFiles;
use crate::{Outcome, failure, link_error, memory, output};
use anyhow::Context;
use plimsoll_analyzer::report::Warning;
use plimsoll_analyzer::{Besides, LayoutError, MemoryRegion, Report, map_file};
use std::path::{Path, PathBuf};

/// Explains one image.
pub(crate) fn analyze(args: &AnalyzeArgs) -> anyhow::Result<Outcome> {
    let map_text = args.map.as_ref().map(|it| link_error::map_text(it)).transpose()?;
    let map = match (&args.map, &map_text) {
        (Some(path), Some(text)) => {
            Some(map_file::parse(text).with_context(|| format!("cannot read {}", path.display()))?)
        }
        _ => None,
    };
    let besides = Besides { map: map.as_ref(), ..Besides::default() };
    let files = ImageFiles::read(&args.elf, args.debug.dwp.as_deref())?;
    let layout = memory::read(&args.layout, &args.layout.memory, &[])?;
    let mut report = plimsoll_analyzer::analyze_with(files.source(), &layout.regions, besides)
        .with_context(|| args.elf.display().to_string())?;
    if args.json {
        report.warnings.extend(layout.warnings.into_iter().map(of_script));
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

/// Analyses an image in the memory that the arguments describe.
pub(crate) fn report_with(
    (path, files): (&Path, &ImageFiles),
    layout: &MemoryArgs,
    besides: Besides<'_>,
) -> anyhow::Result<Report> {
    let regions = regions(layout, &layout.memory)?;
    plimsoll_analyzer::analyze_with(files.source(), &regions, besides)
        .with_context(|| path.display().to_string())
}

/// Reads and analyses an image.
fn report_of(elf: &Path, memory: &[MemoryRegion]) -> anyhow::Result<Report> {
    let files = ImageFiles::read(elf, None)?;
    plimsoll_analyzer::analyze(files.source(), memory).with_context(|| elf.display().to_string())
}

fn regions(args: &MemoryArgs, scripts: &[PathBuf]) -> anyhow::Result<Vec<MemoryRegion>> {
    memory::read(args, scripts, &[]).map(|it| it.regions)
}

/// A warning about a script, among those about the image.
fn of_script(warning: LayoutError) -> Warning {
    let LayoutError { file, line, column, message } = warning;
    let file = file.map_or(String::new(), |it| format!("{it}: "));
    Warning { place: format!("{file}line {line}, column {column}"), message }
}

fn warn(elf: &Path, report: &Report) {
    for warning in &report.warnings {
        failure::warn(&format!("{}: {}: {}", elf.display(), warning.place, warning.message));
    }
}
