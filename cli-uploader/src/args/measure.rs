//! Arguments of the commands that measure locally: `analyze`, `diff`, `why`, `size`.

use super::{DebugArgs, MemoryArgs};
use clap::{Args, ValueEnum};
use std::path::PathBuf;

const ANALYZE_JSON: &str = "\
The JSON of --json is versioned by `schema_version` (3). Among others:
  totals.{flash_bytes,ram_bytes,symbol_bytes,padding_bytes,unattributed_bytes}
  regions[].{name,aliases[],kind,origin_address,used_bytes,length_bytes,
    source,parts[]}
  sections[].{name,kind,size_bytes,run_address,load_address,allocated}
  symbols[].{name,mangled?,size_bytes,run_address,section,crate,kind,
    file?,line?,unit?,linked_from?,reachable?,body?,retained_bytes?,
    retained_flash_bytes?,retained_ram_bytes?}
      mangled: as in the symbol table, absent for what has no symbol
      file is an index into files[], unit into units[]
      retained: with all that only it leads to; a part of 0 is left out
      body: fingerprint; 8 digits equal for equal code, 16 of which as many
      are equal as code is alike
  crates[].{name,flash_bytes,ram_bytes,n_symbols,code_bytes,
    defining_bytes,retained_bytes?,retained_flash_bytes?,
    retained_ram_bytes?}
  code.{symbol_bytes,located_bytes,unlocated_bytes}
  files[].{path,code_bytes}
  units[].{name,language?,producer?,flash_bytes,ram_bytes}
  formatting.{total_bytes,symbols[],blame?}, panics.{…}
      symbols are indices; see `plimsoll fmt`
  families[]?.{name,symbols[],total_bytes,saves_up_to_bytes}
      instances of one generic function
  identical_bodies[]?.{symbols[],size_bytes,saves_up_to_bytes}
  duplicate_texts[]?.{text,run_addresses[],size_bytes,saves_up_to_bytes}
  outside?.absolute?.{n_symbols,n_called,n_referred,symbols[]?}
    symbols[].{name,address,called,n_referrers,referred_by[]?,aliases[]?}
  outside?.defmt?.{n_texts,name_bytes,version?}
      what has a name and takes no byte of the image, such as mask ROM
  graph?.{edge_source,n_edges,n_unknown_calls,roots[],reachable_bytes,
    unreachable_bytes}
  insights[].{kind,advice,saves_bytes,flash_bytes,ram_bytes,certainty,
    evidence[],source_url}
      certainty is exact, at_least or up_to; savings may overlap
  warnings[].{place,message}
Sizes are bytes, addresses are numbers. Fields may be added; a field that changes raises the version.";

const DIFF_JSON: &str = "\
The JSON of --json is versioned by `schema_version` (2). It holds the lists totals, regions, sections, \
crates and symbols; each row is {name,section?,crate?,old_bytes,new_bytes,delta_bytes,kind} with kind \
one of grown, shrunk, new, gone, same, renamed, moved, and of what was renamed or moved \
{old_name?,old_section?,old_crate?,file?,old_file?}. Rows are ordered by the size of the change. \
Symbols are told by name, then by name in another section, then by what their code does. The rows of \
`symbols`, with one of (padding) and one of (unattributed) per section, add up to the change of all sections and of the filler between them; those of `crates`, with one of (padding, unattributed), to that of flash and RAM.";

const WHY_JSON: &str = "\
The JSON of --json:
  symbol.{name,address}, size_bytes, retained_{,flash_,ram_}bytes
  reachable, root
  path[].{name,address,at_address?,kind?,line?,user_line?}
      from a root to the symbol, each with what leads to the next
  dominators[].{name,address}
      whom every way leads through, nearest first
  kept_by[].{name,address,at_addresses[],lines[]?}
      the last steps of all ways
`kind` is call, jump, address, data, fall_through or access; `root` is entry, vector, kept or exported. \
A line is {file,line,function?}: `line` is the innermost of inlined code, `user_line` where that is the \
standard library's the nearest outside of it; `lines` are those that one can change. They need DWARF.";

/// Arguments of `plimsoll analyze`.
#[derive(Debug, Args)]
#[command(after_long_help = ANALYZE_JSON)]
pub struct AnalyzeArgs {
    /// The image
    #[arg(value_name = "ELF")]
    pub elf: PathBuf,
    /// Print the whole report as JSON
    #[arg(long)]
    pub json: bool,
    /// How many symbols and crates to list
    #[arg(long, short = 'n', value_name = "N", default_value_t = 20)]
    pub top: usize,
    /// List all symbols, crates and advice
    #[arg(long, conflicts_with = "top")]
    pub all: bool,
    /// Map that GNU ld or lld wrote when it linked the image (`-Map`): names the input section and object file of
    /// what has no symbol, and of symbols without debug information
    #[arg(long, value_name = "FILE")]
    pub map: Option<PathBuf>,
    /// Where split debug information is.
    #[command(flatten)]
    pub debug: DebugArgs,
    /// Where the regions are; without it they are inferred from the ELF.
    #[command(flatten)]
    pub layout: MemoryArgs,
}

/// Arguments of `plimsoll diff`. Split debug information is read where it lies beside its image.
#[derive(Debug, Args)]
#[command(after_long_help = DIFF_JSON)]
pub struct DiffArgs {
    /// The image before
    #[arg(value_name = "OLD")]
    pub old: PathBuf,
    /// The image after
    #[arg(value_name = "NEW")]
    pub new: PathBuf,
    /// Linker script of OLD, where it differs; repeatable
    #[arg(long, value_name = "FILE", help_heading = "Memory")]
    pub old_memory: Vec<PathBuf>,
    /// The linker's map of NEW, which names what has no symbol, and libraries
    #[arg(long, value_name = "FILE")]
    pub map: Option<PathBuf>,
    /// The linker's map of OLD
    #[arg(long, value_name = "FILE")]
    pub old_map: Option<PathBuf>,
    /// Print the whole diff as JSON
    #[arg(long)]
    pub json: bool,
    /// How many rows of sections, crates and symbols to list
    #[arg(long, short = 'n', value_name = "N", default_value_t = 20)]
    pub top: usize,
    /// List all rows
    #[arg(long, conflicts_with = "top")]
    pub all: bool,
    /// Where the regions of both images are.
    #[command(flatten)]
    pub layout: MemoryArgs,
}

/// Arguments of `plimsoll why`.
#[derive(Debug, Args)]
#[command(after_long_help = WHY_JSON)]
pub struct WhyArgs {
    /// The image
    #[arg(value_name = "ELF")]
    pub elf: PathBuf,
    /// The symbol: its name as `analyze` shows it, the end of it (`fmt::write`), or mangled; of several symbols with
    /// one name the one at an address as NAME@0xADDRESS
    #[arg(value_name = "SYMBOL")]
    pub symbol: String,
    /// Print the answer as JSON
    #[arg(long)]
    pub json: bool,
    /// Where split debug information is.
    #[command(flatten)]
    pub debug: DebugArgs,
}

/// Arguments of `plimsoll size`, as `llvm-size` takes them: of contradicting flags the last counts.
#[derive(Debug, Args)]
pub struct SizeArgs {
    /// ELF files and archives of them
    #[arg(value_name = "ELF", default_value = "a.out")]
    pub files: Vec<PathBuf>,
    /// Output format
    #[arg(long, value_enum, value_name = "FORMAT", overrides_with_all = ["format", "sysv", "berkeley"])]
    pub format: Option<SizeFormat>,
    /// Every section with its address (same as --format=sysv)
    #[arg(short = 'A', overrides_with_all = ["format", "sysv", "berkeley"])]
    pub sysv: bool,
    /// One line per file: text, data, bss (same as --format=berkeley; the default)
    #[arg(short = 'B', overrides_with_all = ["format", "sysv", "berkeley"])]
    pub berkeley: bool,
    /// Print sizes in this radix
    #[arg(long, value_enum, value_name = "RADIX", overrides_with_all = ["radix", "octal", "decimal", "hex"])]
    pub radix: Option<SizeRadix>,
    /// Octal (same as --radix=8)
    #[arg(short = 'o', overrides_with_all = ["radix", "octal", "decimal", "hex"])]
    pub octal: bool,
    /// Decimal (same as --radix=10; the default)
    #[arg(short = 'd', overrides_with_all = ["radix", "octal", "decimal", "hex"])]
    pub decimal: bool,
    /// Hexadecimal (same as --radix=16)
    #[arg(short = 'x', overrides_with_all = ["radix", "octal", "decimal", "hex"])]
    pub hex: bool,
    /// Print totals of all files (berkeley format only)
    #[arg(short = 't', long)]
    pub totals: bool,
    /// Count common symbols; in berkeley format they are added to bss
    #[arg(long)]
    pub common: bool,
}

/// The two formats that `llvm-size` has for ELF.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub enum SizeFormat {
    /// One line per file.
    Berkeley,
    /// One line per section.
    Sysv,
}

/// How sizes are printed.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub enum SizeRadix {
    /// Octal.
    #[value(name = "8")]
    Octal,
    /// Decimal.
    #[value(name = "10")]
    Decimal,
    /// Hexadecimal.
    #[value(name = "16")]
    Hex,
}

impl SizeArgs {
    pub(crate) fn chosen_format(&self) -> SizeFormat {
        match self.format {
            Some(it) => it,
            None if self.sysv => SizeFormat::Sysv,
            None => SizeFormat::Berkeley,
        }
    }

    pub(crate) fn chosen_radix(&self) -> SizeRadix {
        match self.radix {
            Some(it) => it,
            None if self.octal => SizeRadix::Octal,
            None if self.hex => SizeRadix::Hex,
            None => SizeRadix::Decimal,
        }
    }
}
