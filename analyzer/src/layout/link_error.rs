//! What a linker says when a region is too small, found in the log of a failed build.
//!
//! Understood are GNU ld and lld, as they are and as cargo, CI systems and terminals wrap them:
//! coloured, indented, behind `= note:` or a time, or as a JSON string.
//!
//! # Limits
//! Time grows with the log's length only. A list has at most 256 regions with 64 sections each;
//! names are cut after 256 characters.

use std::borrow::Cow;

const MAX_REGIONS: usize = 256;
const MAX_SECTIONS: usize = 64;
const MAX_NAME_CHARS: usize = 256;

const OVERFLOWED: &str = "overflowed by ";
const TOO_BIG: &str = "will not fit in region ";
const OUTSIDE: &str = "is not within region ";

/// A region that was too small.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Overflow {
    /// Its name.
    pub region: String,
    /// The sections that the linker names as not fitting, in its order.
    pub sections: Vec<String>,
    /// How much too small. GNU ld does not say it of a section that was placed outside by address.
    pub over_bytes: Option<u64>,
}

/// The regions that overflowed, in the order in which `log` mentions them.
///
/// lld counts up from section to section, so the largest figure of a region is the true one.
///
/// ```
/// let log = "  = note: rust-lld: error: section '.bss' will not fit in region 'RAM': overflowed by 629 bytes";
/// let overflows = plimsoll_analyzer::link_error::parse(log);
/// assert_eq!((overflows[0].region.as_str(), overflows[0].over_bytes), ("RAM", Some(629)));
/// ```
pub fn parse(log: &str) -> Vec<Overflow> {
    let mut overflows: Vec<Overflow> = Vec::new();
    // A JSON string holds the two characters `\n` where a line ends.
    for line in log.lines().flat_map(|it| it.split("\\n")) {
        let is_interesting = [OVERFLOWED, TOO_BIG, OUTSIDE].iter().any(|it| line.contains(it));
        if let Some(found) = is_interesting.then(|| without_colours(line)).and_then(|it| mention(&it)) {
            enter(&mut overflows, found);
        }
    }
    overflows
}

fn enter(overflows: &mut Vec<Overflow>, found: Overflow) {
    let Some(known) = overflows.iter_mut().find(|it| it.region == found.region) else {
        if overflows.len() < MAX_REGIONS {
            overflows.push(found);
        }
        return;
    };
    known.over_bytes = known.over_bytes.max(found.over_bytes);
    for section in found.sections {
        if known.sections.len() < MAX_SECTIONS && !known.sections.contains(&section) {
            known.sections.push(section);
        }
    }
}

/// What one line says.
fn mention(line: &str) -> Option<Overflow> {
    if let Some((before, after)) = line.split_once(OVERFLOWED) {
        let digits = after.find(|c: char| !c.is_ascii_digit()).unwrap_or(after.len());
        let over_bytes = after[..digits].parse().ok()?;
        let (before, region) = before.rsplit_once("region ")?;
        let section = before.contains("will not fit").then(|| section(before)).flatten();
        return overflow(region, section, Some(over_bytes));
    }
    let (before, region) = line.split_once(TOO_BIG).or_else(|| line.split_once(OUTSIDE))?;
    overflow(region, section(before), None)
}

fn overflow(region: &str, section: Option<String>, over_bytes: Option<u64>) -> Option<Overflow> {
    Some(Overflow { region: name(region)?, sections: section.into_iter().collect(), over_bytes })
}

/// ``x.elf section `.rodata' `` and `section '.text' will not fit in `.
fn section(text: &str) -> Option<String> {
    text.rsplit_once("section ").and_then(|(_, it)| name(it))
}

/// The name at the start of `text`, between quotation marks of any kind or up to the next blank.
fn name(text: &str) -> Option<String> {
    let is_quote = |c: char| matches!(c, '`' | '\'' | '"' | '‘' | '’' | '“' | '”');
    let text = text.trim_start().trim_start_matches('\\');
    let name = match text.strip_prefix(is_quote) {
        Some(quoted) => &quoted[..quoted.find(is_quote)?],
        None => text.split([' ', ':', ',']).next()?,
    };
    let name = name.trim_end_matches('\\');
    (!name.is_empty()).then(|| name.chars().filter(|c| !c.is_control()).take(MAX_NAME_CHARS).collect())
}

/// Without the escape sequences that colour a terminal.
fn without_colours(line: &str) -> Cow<'_, str> {
    let Some(first) = line.find('\u{1b}') else { return line.into() };
    let mut plain = line[..first].to_owned();
    for sequence in line[first..].split('\u{1b}').skip(1) {
        let end = match sequence.strip_prefix('[') {
            Some(codes) => codes.find(|c: char| ('@'..='~').contains(&c)).map(|it| it + 2),
            None => Some(0),
        };
        plain.push_str(end.and_then(|it| sequence.get(it..)).unwrap_or(""));
    }
    plain.into()
}
