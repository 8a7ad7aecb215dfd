//! What was typed: clap's structs, without side effects.

mod backfill;
mod debug;
mod fmt;
mod measure;
mod memory;
mod stack;
mod upload;

pub use backfill::BackfillArgs;
pub use debug::DebugArgs;
pub use fmt::FmtArgs;
pub use measure::{AnalyzeArgs, DiffArgs, SizeArgs, SizeFormat, SizeRadix, WhyArgs};
pub use memory::MemoryArgs;
pub use stack::StackArgs;
pub use upload::{BudgetFlag, CommentArgs, CommitArgs, ServerArgs, UploadArgs};

use clap::{Parser, Subcommand, ValueEnum};

const EXIT_CODES: &str = "\
Exit codes:
  0  fine
  1  over budget
  2  could not find out (wrong usage, unreadable file, server not reached, …)";

/// The load line for firmware: measures images, uploads them, and says what a change costs
#[derive(Debug, Parser)]
#[command(name = "plimsoll", version, after_help = EXIT_CODES, max_term_width = 100)]
pub struct Args {
    /// When to use colours; NO_COLOR and CLICOLOR_FORCE are respected
    #[arg(long, global = true, value_enum, default_value_t = Color::Auto, value_name = "WHEN")]
    pub color: Color,
    /// What to do.
    #[command(subcommand)]
    pub command: Command,
}

/// The subcommands.
#[derive(Debug, Subcommand)]
pub enum Command {
    /// Upload images to the server, with the facts of their commit
    Upload(Box<UploadArgs>),
    /// Build and upload commits of the past, so that the first graph is not empty
    Backfill(Box<BackfillArgs>),
    /// Write the pull request comment: verdict, targets, what changed
    Comment(Box<CommentArgs>),
    /// Explain what an image is made of
    Analyze(AnalyzeArgs),
    /// Say what changed between two images
    Diff(DiffArgs),
    /// Say why a symbol is in an image: who leads to it and who keeps it alive
    Why(WhyArgs),
    /// Say what the stack needs at worst, on which way, and what that leaves of the RAM
    Stack(StackArgs),
    /// Say which lines ask for formatting, which may panic, and what goes without them
    Fmt(FmtArgs),
    /// Print section sizes exactly as `llvm-size` (and so `cargo size`) does
    Size(SizeArgs),
    /// Print a completion script for a shell
    Completions(CompletionsArgs),
}

/// Arguments of `plimsoll completions`.
#[derive(Debug, clap::Args)]
pub struct CompletionsArgs {
    /// The shell to complete in
    pub shell: clap_complete::Shell,
}

/// When to use colours.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub enum Color {
    /// On terminals.
    Auto,
    /// Also into pipes and files.
    Always,
    /// Not even on terminals.
    Never,
}

impl Color {
    pub(crate) fn apply(self) {
        match self {
            // The library decides by terminal, NO_COLOR, CLICOLOR and CLICOLOR_FORCE.
            Self::Auto => anstream::ColorChoice::Auto,
            Self::Always => anstream::ColorChoice::Always,
            Self::Never => anstream::ColorChoice::Never,
        }
        .write_global();
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use clap::CommandFactory as _;

    /// Terminals of 80 columns are common; clap breaks the lines of a paragraph by itself.
    #[test]
    fn closing_texts_of_help_need_no_second_wrapping() {
        let command = Args::command();
        for command in command.get_subcommands() {
            let texts = [command.get_after_help(), command.get_after_long_help()];
            for text in texts.into_iter().flatten().map(ToString::to_string) {
                let lines: Vec<&str> = text.lines().collect();
                let is_prose = |it: &&str| !it.is_empty() && !it.starts_with(' ');
                let broken = lines.windows(2).find(|it| it.iter().all(is_prose));
                assert_eq!(broken, None, "{}: one paragraph in two lines", command.get_name());
                let table = lines.iter().filter(|it| it.starts_with(' '));
                let wide: Vec<_> = table.filter(|it| it.chars().count() > 80).collect();
                assert!(wide.is_empty(), "{}: wider than 80 columns: {wide:#?}", command.get_name());
            }
        }
    }
}
