//! Scripts of linkers that are not GNU's: TI's command files, Keil's scatter files, IAR's and SEGGER's
//! configurations, and Embedded Studio's projects. Read is what they say of memories.

mod em_project;
mod expression;
mod icf;
mod icf_names;
mod icf_range;
mod lexer;
mod preprocess;
mod scatter;
mod ti;

use super::mistake::{Mistake, Place, located, shown};
use super::{Layout, LayoutError, MemoryRegion, Scripts};
use lexer::Token;

/// Whose grammar a script is written in.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Grammar {
    /// `.emProject`. Its segments are what an `.icf` beside it calls regions, so it comes first.
    EmProject,
    /// GNU ld's and lld's.
    Gnu,
    /// `.cmd`.
    Ti,
    /// `.sct`.
    Scatter,
    /// `.icf`.
    Icf,
}

/// Words that stand in scripts of GNU's only, whatever the file is called.
const GNU_WORDS: [&str; 5] = ["REGION_ALIAS", "OUTPUT_FORMAT", "OUTPUT_ARCH", "ENTRY(", "ORIGIN("];

impl Grammar {
    /// By the extension, else by the content.
    pub(super) fn of(name: &str, text: &str) -> Self {
        let extension = name.rsplit_once('.').map_or("", |it| it.1);
        match extension.to_ascii_lowercase().as_str() {
            "cmd" if !GNU_WORDS.iter().any(|it| text.contains(it)) => Self::Ti,
            "sct" | "scat" | "scatter" => Self::Scatter,
            "icf" => Self::Icf,
            "emproject" => Self::EmProject,
            "ld" | "lds" | "x" | "cmd" => Self::Gnu,
            _ => Self::of_content(text),
        }
    }

    /// By the content: the words that no other of the grammars has.
    fn of_content(text: &str) -> Self {
        let has = |words: &[&str]| words.iter().any(|it| text.contains(it));
        if has(&["<!DOCTYPE CrossStudio", em_project::SEGMENTS, "<MemorySegment "]) {
            Self::EmProject
        } else if has(&["define region ", "define symbol ", "define memory ", "define exported symbol "]) {
            Self::Icf
        } else if text.contains("MEMORY") && !has(&GNU_WORDS) && has(&["PAGE 0", "--retain", "--stack_size"])
        {
            Self::Ti
        } else if !text.contains("MEMORY")
            && has(&["(+RO", "( +RO", "(+RW", ", +First)", ", +FIRST)", ".ANY"])
        {
            Self::Scatter
        } else {
            Self::Gnu
        }
    }
}

/// The layout of the files of `scripts` with these indices, which are all in one grammar. `known` are regions of the
/// scripts before.
pub(super) fn parse<'script>(
    scripts: &'script Scripts,
    (grammar, files): (Grammar, &[usize]),
    known: &'script [MemoryRegion],
) -> Result<Layout, LayoutError> {
    let mut reader = Reader { scripts, regions: Vec::new(), warnings: Vec::new() };
    let read = match grammar {
        Grammar::EmProject => em_project::read(&mut reader, files),
        Grammar::Icf => icf::read(&mut reader, files, known),
        Grammar::Scatter => scatter::read(&mut reader, files),
        Grammar::Ti | Grammar::Gnu => ti::read(&mut reader, files),
    };
    read.map_err(|it| located(scripts, it))?;
    let Reader { regions, warnings, .. } = reader;
    Ok(Layout { regions, warnings: warnings.into_iter().map(|it| located(scripts, it)).collect() })
}

/// The files that a script of another linker's includes, by the names it uses.
pub(super) fn includes(grammar: Grammar, script: &str) -> Vec<String> {
    let named = |line: &str| {
        let rest = line.trim_start().trim_start_matches('#').trim_start().strip_prefix("include")?;
        let (name, _) = rest.trim_start().strip_prefix('"')?.split_once('"')?;
        (!name.is_empty()).then(|| name.to_owned())
    };
    match grammar {
        Grammar::EmProject => em_project::includes(script),
        _ => script.lines().filter_map(named).collect(),
    }
}

/// No device has more; a bound keeps the work for each section small.
const MAX_REGIONS: usize = 256;
/// Of all files together, each counted as often as it is included.
const MAX_SCRIPT_BYTES: usize = 1 << 21;

/// What has been read so far.
struct Reader<'script> {
    scripts: &'script Scripts,
    regions: Vec<MemoryRegion>,
    warnings: Vec<Mistake>,
}

impl<'script> Reader<'script> {
    fn text(&self, file: usize) -> (u32, &'script str) {
        let text = self.scripts.files.get(file).map_or("", |it| it.text.as_str());
        (u32::try_from(file).unwrap_or(u32::MAX), text)
    }

    /// An included file, by the name that a script uses for it.
    fn included(&self, name: &str) -> Option<(u32, &'script str)> {
        let idx = self.scripts.included.iter().position(|it| it.name == name)?;
        let file = u32::try_from(self.scripts.files.len() + idx).unwrap_or(u32::MAX);
        Some((file, &self.scripts.included[idx].text))
    }

    /// Keeps a region; of two with one name the second, and of two of one place the first, with both names.
    fn declare(&mut self, name: &str, place: Place, (origin, length): (i128, i128)) -> Result<(), Mistake> {
        let number = |value: i128, what: &str| {
            u64::try_from(value).map_err(|_| {
                let complaint = if value < 0 { "is negative" } else { "does not fit into 64 bits" };
                place.mistake(format!("the {what} of {} {complaint}", shown(name)))
            })
        };
        let (origin_address, length_bytes) = (number(origin, "start")?, number(length, "size")?);
        if origin_address.checked_add(length_bytes).is_none() {
            return Err(place.mistake(format!("region {} reaches beyond 64-bit addresses", shown(name))));
        }
        if name.is_empty() || name.contains(|c: char| c == '"' || c.is_control()) {
            return Err(place.mistake(format!("{} is no name of a region", shown(name))));
        }
        self.regions.retain(|it| it.name != name);
        self.regions.iter_mut().for_each(|it| it.aliases.retain(|it| it != name));
        if length_bytes == 0 {
            return Ok(());
        }
        let is_there =
            |it: &&mut MemoryRegion| (it.origin_address, it.length_bytes) == (origin_address, length_bytes);
        if let Some(same) = self.regions.iter_mut().find(is_there) {
            if !same.aliases.iter().any(|it| it == name) {
                same.aliases.push(name.to_owned());
            }
            return Ok(());
        }
        if self.regions.len() >= MAX_REGIONS {
            return Err(place.mistake(format!("more than {MAX_REGIONS} regions")));
        }
        self.regions.push(MemoryRegion {
            name: name.to_owned(),
            origin_address,
            length_bytes,
            attributes: String::new(),
            aliases: Vec::new(),
            shows_address: None,
        });
        Ok(())
    }

    /// What the last region may be used for.
    fn attribute(&mut self, name: &str, attributes: &str) {
        if let Some(region) = self.regions.iter_mut().find(|it| it.name == name) {
            region.attributes = attributes.chars().filter(|it| "rwxRWX".contains(*it)).collect();
        }
    }
}

fn expected(what: &str, found: &Token<'_>) -> Mistake {
    found.place.mistake(format!("expected {what}, found {}", found.shown()))
}
