//! `plimsoll fmt`: who formats and who may panic, and what goes without them.

use crate::args::FmtArgs;
use crate::files::ImageFiles;
use crate::{Outcome, failure, output};
use plimsoll_analyzer::{
    MEASURED_ERROR, MeasuredError, PredictError, Prediction, Source, Without, fmt_blame, predict,
};
use serde::Serialize;

/// Blames, or predicts where lines are given.
pub(crate) fn run(args: &FmtArgs) -> anyhow::Result<Outcome> {
    let files = ImageFiles::read(&args.elf, args.debug.dwp.as_deref())?;
    let elf = files.source();
    let without = match (args.without_all, args.without.is_empty()) {
        (true, _) => Without::AllFormatting,
        (false, false) => Without::Lines(args.without.clone()),
        (false, true) => return blame(elf, args),
    };
    let prediction = predict(elf, &without).map_err(|it| explained(it, args))?;
    for line in prediction.lines.iter().filter(|it| !it.formats) {
        let place = format!("{}:{}", line.file, line.line);
        failure::note(&format!(
            "no formatting was found on {place}, so this is what goes with the whole line"
        ));
    }
    if args.json {
        output::print_json(&Answer { prediction: &prediction, measured_error: MEASURED_ERROR })?;
    } else {
        output::print(&output::prediction(&prediction, &MEASURED_ERROR, output::width()))?;
    }
    Ok(Outcome::Fine)
}

/// A prediction and how far such predictions are off.
#[derive(Serialize)]
struct Answer<'a> {
    #[serde(flatten)]
    prediction: &'a Prediction,
    measured_error: MeasuredError,
}

fn blame(elf: Source<'_>, args: &FmtArgs) -> anyhow::Result<Outcome> {
    let blame = fmt_blame(elf).map_err(|it| explained(it, args))?;
    if args.json {
        output::print_json(&blame)?;
    } else {
        let top = if args.all { usize::MAX } else { args.top };
        output::print(&output::blame(&blame, top, output::width()))?;
    }
    Ok(Outcome::Fine)
}

fn explained(error: PredictError, args: &FmtArgs) -> anyhow::Error {
    let hint = match &error {
        PredictError::NoDebug => Some(
            "build with `debug = \"line-tables-only\"` in the profile; it adds nothing to the image"
                .to_owned(),
        ),
        PredictError::NoSuchLine { formatting_lines, .. } if !formatting_lines.is_empty() => {
            let lines: Vec<String> = formatting_lines.iter().map(ToString::to_string).collect();
            Some(format!("lines of that file that format: {}", lines.join(", ")))
        }
        PredictError::NoSuchLine { .. } => Some(
            "`plimsoll fmt ELF --all` lists the lines that format; a file matches by the end of its path"
                .to_owned(),
        ),
        _ => None,
    };
    let error = anyhow::Error::from(error).context(args.elf.display().to_string());
    match hint {
        Some(hint) => failure::hinted(error, hint),
        None => error,
    }
}
