//! How a failure is told: one `error:` line with the chain of causes, and a hint on the next line.

use crate::text;
use anstyle::{AnsiColor, Style};
use std::fmt;

/// What the reader can do about a failure. Attached as context, printed on a line of its own.
#[derive(Debug, Clone)]
pub(crate) struct Hint(String);

impl fmt::Display for Hint {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{MARK}{}", self.0)
    }
}

/// How a hint is told apart in a chain of causes, where types are lost.
const MARK: &str = "hint: ";

/// Attaches a hint to a failure.
pub(crate) trait WithHint<T> {
    /// `hint` is a clause that says what to do.
    fn hint(self, hint: impl Into<String>) -> anyhow::Result<T>;
}

impl<T, E: Into<anyhow::Error>> WithHint<T> for Result<T, E> {
    fn hint(self, hint: impl Into<String>) -> anyhow::Result<T> {
        self.map_err(|it| hinted(it.into(), hint))
    }
}

/// The failure with a hint.
pub(crate) fn hinted(error: anyhow::Error, hint: impl Into<String>) -> anyhow::Error {
    error.context(Hint(hint.into()))
}

/// Prints the failure on standard error.
pub(crate) fn print(error: &anyhow::Error) {
    say("error", AnsiColor::Red, &chain(error));
    if let Some(hint) = error.downcast_ref::<Hint>() {
        say("hint", AnsiColor::Cyan, &hint.0);
    }
}

/// Prints an error that is not the end: the command goes on with its other files.
pub(crate) fn complain(message: &str) {
    say("error", AnsiColor::Red, message);
}

/// Prints what is odd and does not stop us.
pub(crate) fn warn(message: &str) {
    say("warning", AnsiColor::Yellow, message);
}

/// Prints what is going on, where it is not obvious.
pub(crate) fn note(message: &str) {
    say("note", AnsiColor::Cyan, message);
}

/// The chain of causes in one line: `doing this: because of that: because of those`.
pub(crate) fn chain(error: &anyhow::Error) -> String {
    let mut parts: Vec<String> = Vec::new();
    for cause in error.chain().map(ToString::to_string) {
        // Some libraries repeat their cause in their own message; saying it once is enough.
        let is_repeated = parts.last().is_some_and(|it| it.ends_with(&cause));
        if !cause.starts_with(MARK) && !is_repeated {
            parts.push(cause);
        }
    }
    parts.join(": ")
}

/// A reader of standard error that has gone away is no reason to stop.
fn say(label: &str, color: AnsiColor, message: &str) {
    use std::io::Write;
    let style = Style::new().bold().fg_color(Some(color.into()));
    let _ = writeln!(anstream::stderr(), "{style}{label}{style:#}: {}", text::visible(message));
}
