//! The only printer to standard output: whole texts, with colours where they are wanted.

mod advice;
mod answer;
mod duplicates;
mod fmt;
mod growth;
mod outside;
mod report;
mod source;
mod stack;
mod table;
mod unlinked;
mod why;

pub(crate) use answer::{annotation, answer, dry_run, is_quiet, warning_annotation};
pub(crate) use fmt::{blame, prediction};
pub(crate) use report::{change_name, diff, report};
pub(crate) use stack::stack;
pub(crate) use unlinked::{dry_run_unlinked, link_annotation};
pub(crate) use why::why;

use anstyle::{AnsiColor, Style};
use serde::Serialize;
use std::io::{self, Write};

/// Headings and names.
pub(crate) const STRONG: Style = Style::new().bold();
/// What is less important.
pub(crate) const FAINT: Style = Style::new().dimmed();
/// What is fine or shrank.
pub(crate) const GOOD: Style = AnsiColor::Green.on_default();
/// What is over or grew.
pub(crate) const BAD: Style = AnsiColor::Red.on_default();

/// Prints a text; its styles are dropped where standard output is no terminal.
pub(crate) fn print(text: &str) -> anyhow::Result<()> {
    let mut stdout = anstream::stdout().lock();
    finish(stdout.write_all(text.as_bytes()).and_then(|()| stdout.flush()))
}

/// Prints bytes as they are.
pub(crate) fn print_bytes(bytes: &[u8]) -> anyhow::Result<()> {
    let mut stdout = io::stdout().lock();
    finish(stdout.write_all(bytes).and_then(|()| stdout.flush()))
}

/// Prints a document.
pub(crate) fn print_json(document: &impl Serialize) -> anyhow::Result<()> {
    let mut text = serde_json::to_vec_pretty(document)?;
    text.push(b'\n');
    print_bytes(&text)
}

/// The width to fit tables into; absent where nothing is to be cut.
pub(crate) fn width() -> Option<usize> {
    use io::IsTerminal;
    let size = io::stdout().is_terminal().then(terminal_size::terminal_size).flatten();
    size.map(|(width, _)| usize::from(width.0))
}

/// Whoever reads our output may have seen enough: `plimsoll analyze … | head` is no failure. The command
/// goes on, so that its exit code tells what it found out all the same.
fn finish(written: io::Result<()>) -> anyhow::Result<()> {
    match written {
        Err(error) if error.kind() == io::ErrorKind::BrokenPipe => Ok(()),
        other => Ok(other?),
    }
}
