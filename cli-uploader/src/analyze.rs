//! `plimsoll analyze` and `plimsoll diff`: the server's analysis, here.

use crate::args::{AnalyzeArgs, DiffArgs, MemoryArgs};
use crate::files::ImageFiles;
use crate::{Outcome, failure, link_error, memory, output};
use anyhow::Context;
use plimsoll_analyzer::map_file::{self, MapFile};
use plimsoll_analyzer::report::Warning;
use plimsoll_analyzer::{Besides, LayoutError, MemoryRegion, Report, Traced};
use std::path::{Path, PathBuf};

/// Explains one image.
pub(crate) fn analyze(args: &AnalyzeArgs) -> anyhow::Result<Outcome> {
    let map_text = args.map.as_ref().map(|it| link_error::map_text(it)).transpose()?;
    let map = parsed_map(args.map.as_deref(), map_text.as_deref())?;
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
    let old_traced = traced((&args.old, args.old_map.as_deref()), &old_memory)?;
    let new_traced = traced((&args.new, args.map.as_deref()), &memory)?;
    let (old, new) = (&old_traced.report, &new_traced.report);
    if old.header.machine != new.header.machine {
        failure::warn(&format!(
            "{} is for {}, but {} is for {}: their sizes say little about each other",
            args.old.display(),
            old.header.machine,
            args.new.display(),
            new.header.machine
        ));
    }
    let diff = plimsoll_analyzer::diff_traced(&old_traced, &new_traced);
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

/// Reads and analyses an image with its map.
fn traced((elf, map): (&Path, Option<&Path>), memory: &[MemoryRegion]) -> anyhow::Result<Traced> {
    let files = ImageFiles::read(elf, None)?;
    let map_text = map.map(link_error::map_text).transpose()?;
    let map = parsed_map(map, map_text.as_deref())?;
    let besides = Besides { map: map.as_ref(), ..Besides::default() };
    plimsoll_analyzer::analyze_traced(files.source(), memory, besides)
        .with_context(|| elf.display().to_string())
}

fn parsed_map<'text>(
    path: Option<&Path>,
    text: Option<&'text str>,
) -> anyhow::Result<Option<MapFile<'text>>> {
    let parse = |(path, text): (&Path, &'text str)| {
        map_file::parse(text).with_context(|| format!("cannot read {}", path.display()))
    };
    path.zip(text).map(parse).transpose()
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
