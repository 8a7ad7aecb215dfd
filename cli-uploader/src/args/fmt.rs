//! Arguments of `plimsoll fmt`.

use super::DebugArgs;
use clap::Args;
use plimsoll_analyzer::SourceLine;
use std::path::PathBuf;

macro_rules! examples {
    () => {
        "\
Examples:
  plimsoll fmt app.elf
      who formats, who may panic, what it costs
  plimsoll fmt app.elf --without main.rs:42
      what goes without the formatting there
  plimsoll fmt app.elf --without log.rs:7,main.rs:42
      the same for two lines together
  plimsoll fmt app.elf --without-all
      what goes without any formatting

A line's saving is what only that line keeps in the image: code and constants that nothing else \
leads to, its own instructions, and the literals that only those load. What lines share stays until \
the last of them goes, so the savings of single lines do not add up; ask for several at once.

The ELF needs DWARF debug information; `debug = \"line-tables-only\"` in the Cargo profile is \
enough, and adds nothing to the image. Files match by the end of their path, whole folders and names."
    };
}

const FMT_HELP: &str = concat!(
    examples!(),
    "

The JSON of --json:
  formatting, panics: {own_bytes,retained_bytes,symbols[],blame}
    blame.{saves_at_least_bytes,lines[],crates[],n_lines_left_out?}
    lines[].{file,line,crate?,function?,saves_at_least_bytes,shared_bytes}
    crates[].{name,n_lines,saves_at_least_bytes}
  helpers[].{name,purpose,size_bytes,used_by[],n_left_out}
  measured_error.{n_cases,median_percent,within_tolerance_percent}
With --without or --without-all:
  saves_at_least_bytes = unreachable_bytes + instruction_bytes + literal_bytes
  shared_bytes, lines[].{file,line,formats}, measured_error"
);

/// Arguments of `plimsoll fmt`.
#[derive(Debug, Args)]
#[command(after_help = examples!(), after_long_help = FMT_HELP)]
pub struct FmtArgs {
    /// The image
    #[arg(value_name = "ELF")]
    pub elf: PathBuf,
    /// Predict what removing the formatting on these lines saves; repeatable
    #[arg(long, value_name = "FILE:LINE", value_delimiter = ',', value_parser = line)]
    pub without: Vec<SourceLine>,
    /// Predict what removing all formatting saves
    #[arg(long, conflicts_with = "without")]
    pub without_all: bool,
    /// How many lines and crates to list
    #[arg(long, short = 'n', value_name = "N", default_value_t = 20)]
    pub top: usize,
    /// List all lines and crates
    #[arg(long, conflicts_with = "top")]
    pub all: bool,
    /// Print the answer as JSON
    #[arg(long)]
    pub json: bool,
    /// Where split debug information is.
    #[command(flatten)]
    pub debug: DebugArgs,
}

/// `src/main.rs:42`.
fn line(text: &str) -> Result<SourceLine, String> {
    let (file, line) = text.trim().rsplit_once(':').ok_or("write FILE:LINE, such as src/main.rs:42")?;
    let line = line.parse().ok().filter(|it| *it > 0).ok_or("what follows the colon is no line number")?;
    if file.is_empty() {
        return Err("the name of the file is missing".into());
    }
    Ok(SourceLine { file: file.to_owned(), line })
}
