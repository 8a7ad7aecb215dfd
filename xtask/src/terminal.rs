//! What the chores print: lines, and progress that is a bar on a terminal and lines elsewhere.

use indicatif::{ProgressBar, ProgressStyle};
use std::fmt::Display;
use std::io::{self, IsTerminal as _, Write as _};

/// Prints a line. A reader that has gone away is no failure of the chore.
pub fn say(line: impl Display) {
    let _closed_pipe = writeln!(io::stdout(), "{line}");
}

/// Prints a heading: bold on a terminal.
pub fn heading(line: impl Display) {
    let is_bold = io::stdout().is_terminal() && std::env::var_os("NO_COLOR").is_none();
    say(if is_bold { format!("\x1b[1m{line}\x1b[0m") } else { line.to_string() });
}

/// How far a chore of known length has come.
pub struct Progress {
    bar: Option<ProgressBar>,
    title: &'static str,
    total: usize,
    done: usize,
}

impl Progress {
    /// Starts at nothing of `total`.
    pub fn new(title: &'static str, total: usize) -> Self {
        let bar = io::stderr().is_terminal().then(|| {
            let bar = ProgressBar::new(total as u64);
            let template = "{prefix:>10} [{bar:28}] {pos}/{len} {wide_msg}";
            bar.set_style(
                ProgressStyle::with_template(template).unwrap_or_else(|_| ProgressStyle::default_bar()),
            );
            bar.set_prefix(title);
            bar.enable_steady_tick(std::time::Duration::from_millis(200));
            bar
        });
        Self { bar, title, total, done: 0 }
    }

    /// Says what is being done now.
    pub fn begin(&mut self, what: impl Display) {
        match &self.bar {
            Some(bar) => bar.set_message(what.to_string()),
            None => say(format!("{} {}/{}: {what}", self.title, self.done + 1, self.total)),
        }
    }

    /// One more is done.
    pub fn advance(&mut self) {
        self.done += 1;
        if let Some(bar) = &self.bar {
            bar.inc(1);
        }
    }
}

impl Drop for Progress {
    fn drop(&mut self) {
        if let Some(bar) = &self.bar {
            bar.finish_and_clear();
        }
    }
}
