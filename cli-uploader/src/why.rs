//! `plimsoll why`: what leads to a symbol, and who keeps it alive.

use crate::args::WhyArgs;
use crate::files::ImageFiles;
use crate::{Outcome, failure, output};
use plimsoll_analyzer::WhyError;

/// Answers for one symbol.
pub(crate) fn run(args: &WhyArgs) -> anyhow::Result<Outcome> {
    let files = ImageFiles::read(&args.elf, args.debug.dwp.as_deref())?;
    let why = plimsoll_analyzer::why(files.source(), &args.symbol).map_err(|it| explained(it, args))?;
    if args.json {
        output::print_json(&why)?;
    } else {
        output::print(&output::why(&why, output::width()))?;
    }
    Ok(Outcome::Fine)
}

fn explained(error: WhyError, args: &WhyArgs) -> anyhow::Error {
    let hint = match &error {
        WhyError::Unknown(_) => Some("`plimsoll analyze --all` lists all symbols"),
        WhyError::Ambiguous { .. } => Some("write more of the name, a mangled one, or NAME@0xADDRESS"),
        _ => None,
    };
    let error = anyhow::Error::from(error).context(args.elf.display().to_string());
    match hint {
        Some(hint) => failure::hinted(error, hint),
        None => error,
    }
}
