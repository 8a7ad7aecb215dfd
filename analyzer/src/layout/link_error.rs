//! What a toolchain says when a region is too small, found in the log of a failed build.
//!
//! Understood are GNU ld in all its languages, lld, armlink, and the linkers of IAR and TI, and what checks sizes after
//! them: ESP-IDF, Arduino, PlatformIO and TinyGo. Logs are taken as they are and as cargo, CI systems and terminals
//! wrap them: coloured, indented, behind `= note:` or a time, or as a JSON string.
//!
//! # Limits
//! Time grows with the log's length only. A list has at most 256 regions with 64 sections each;
//! names are cut after 256 characters.

mod after;
mod gnu;
mod localised;
mod vendor;
mod words;

use std::borrow::Cow;

use words::without_colours;

const MAX_REGIONS: usize = 256;
const MAX_SECTIONS: usize = 64;
/// No message goes on over more lines.
const MAX_MESSAGE_LINES: usize = 12;
/// A line of a log may be a whole JSON document; no message is so long.
const MAX_MESSAGE_BYTES: usize = 4 << 10;

/// A region that was too small.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Overflow {
    /// Its name; of IAR's its addresses, and `.ANY` of armlink's.
    pub region: String,
    /// The sections that the linker names as not fitting, in its order.
    pub sections: Vec<String>,
    /// How much too small. GNU ld does not say it of a section that was placed outside by address.
    pub over_bytes: Option<u64>,
    /// What that figure is.
    pub bound: Bound,
    /// How big it is, where the log says so.
    pub length_bytes: Option<u64>,
    /// Its first and last address, where they are what the log calls it by.
    pub range: Option<(u64, u64)>,
}

/// What a figure says of the true one.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, PartialOrd, Ord)]
pub enum Bound {
    /// It is the true one.
    #[default]
    Exact,
    /// What did not fit, of which a part may have had room.
    AtMost,
    /// The linker stopped before it had seen all.
    AtLeast,
}

/// The regions that overflowed, in the order in which `log` mentions them.
///
/// lld counts up from section to section, so the largest figure of a region is the true one; where it gave up after
/// 20 errors, it is a lower bound.
///
/// ```
/// let log = "  = note: rust-lld: error: section '.bss' will not fit in region 'RAM': overflowed by 629 bytes";
/// let overflows = plimsoll_analyzer::link_error::parse(log);
/// assert_eq!((overflows[0].region.as_str(), overflows[0].over_bytes), ("RAM", Some(629)));
/// ```
pub fn parse(log: &str) -> Vec<Overflow> {
    let mut found = Found::default();
    for line in lines(log) {
        let rest = &log[line.as_ptr().addr() - log.as_ptr().addr()..];
        let message = Message { line, rest };
        let _ = gnu::read(&message, &mut found)
            || vendor::read(&message, &mut found)
            || after::read(&message, &mut found)
            || localised::read(&message, &mut found);
    }
    found.overflows
}

/// A JSON string holds the two characters `\n` where a line ends.
fn lines(log: &str) -> impl Iterator<Item = &str> {
    log.lines().flat_map(|it| it.split("\\n"))
}

/// A line of a log, and what begins with it.
struct Message<'log> {
    line: &'log str,
    rest: &'log str,
}

impl Message<'_> {
    /// Whether the line has one of those pieces.
    fn has_any(&self, pieces: &[&str]) -> bool {
        pieces.iter().any(|it| self.line.contains(it))
    }

    /// The line without colours.
    fn line(&self) -> Cow<'_, str> {
        without_colours(self.line)
    }

    /// The line and what follows it, as one.
    fn text(&self) -> String {
        let mut text = String::new();
        for line in lines(self.rest).take(MAX_MESSAGE_LINES) {
            text.push_str(&without_colours(line));
            text.push(' ');
            if text.len() > MAX_MESSAGE_BYTES {
                break;
            }
        }
        text
    }
}

/// What a log has told so far.
#[derive(Default)]
struct Found {
    overflows: Vec<Overflow>,
    /// Whether ESP-IDF only warns of partitions that are too small, since there is one that is not.
    is_warning: bool,
}

impl Found {
    fn enter(&mut self, found: Overflow) {
        let Some(known) = self.overflows.iter_mut().find(|it| it.region == found.region) else {
            if self.overflows.len() < MAX_REGIONS {
                self.overflows.push(found);
            }
            return;
        };
        known.over_bytes = known.over_bytes.max(found.over_bytes);
        known.bound = known.bound.max(found.bound);
        known.length_bytes = known.length_bytes.or(found.length_bytes);
        for section in found.sections {
            if known.sections.len() < MAX_SECTIONS && !known.sections.contains(&section) {
                known.sections.push(section);
            }
        }
    }

    /// `region` needs `used_bytes` of `length_bytes`; nothing where that is enough.
    fn enter_use(&mut self, region: &str, used_bytes: u64, length_bytes: u64) {
        let over_bytes = used_bytes.checked_sub(length_bytes).filter(|it| *it > 0);
        if over_bytes.is_some() {
            let (region, length_bytes) = (region.to_owned(), Some(length_bytes));
            self.enter(Overflow { region, over_bytes, length_bytes, ..Overflow::default() });
        }
    }
}
