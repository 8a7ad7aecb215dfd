//! Which source lines the difference between two images is due to.
//!
//! What only the new image has is there since something refers to it that did not before: the references that lead from
//! what both have to what is new are the doors, and the source line of a door is the cause of all that only it lets in
//! (its subtree in the dominator tree). What both have and is bigger has grown by itself, at the lines whose bytes grew.
//! What is gone is explained the same way round, from the new image to the old one.

mod align;
mod doors;
mod draft;
mod own;
mod trace;
mod words;

use std::fmt;

use serde::{Deserialize, Serialize};

use super::pairs;
use crate::report::{Report, Symbol};
pub use trace::Trace;

/// Less than this is not worth a headline: a call with its constants takes as much.
const LEAST_GROWTH_BYTES: u64 = 64;

/// A report with what else a comparison needs to know of its image.
#[derive(Debug)]
pub struct Traced {
    /// As it is without.
    pub report: Report,
    /// Which lines its code is from.
    pub trace: Trace,
}

/// What the difference between two images is due to.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct Growth {
    /// What there is more of.
    pub grown: Explained,
    /// What there is less of: lines and functions are those of the old image.
    pub shrunk: Explained,
}

/// One direction of it.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct Explained {
    /// Of all rows of symbols that are new or bigger, by how much.
    pub bytes: u64,
    /// Of these, those with a cause that has a place.
    pub explained_bytes: u64,
    /// Of the explained ones, those of code and data that was there before and grew by itself.
    pub own_bytes: u64,
    /// The most bytes first; at most 64.
    pub causes: Vec<Cause>,
    /// How many more there are.
    pub n_left_out: u64,
}

/// A source line, or what else the difference is due to.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct Cause {
    /// What sort of cause.
    pub kind: CauseKind,
    /// What it lets in, or what grew: `` `printf` with floats ``, `formatting`, a function's name.
    #[serde(default)]
    pub what: String,
    /// Path as in [`FileUse::path`](crate::report::FileUse::path).
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub file: Option<String>,
    /// Line in that file.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub line: Option<u32>,
    /// The function that the line stands in, demangled; of what has no known line, what refers to it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub function: Option<String>,
    /// The library or crate that most of it is from, where that is another than the line's.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub through: Option<String>,
    /// How many more lines ask for it that did not before.
    pub n_other_lines: u64,
    /// Bytes that are due to it, each once.
    pub grown_bytes: u64,
    /// Of these, those that are stored on the device.
    #[serde(default)]
    pub flash_bytes: u64,
    /// Of these, those that take RAM; initial values of variables are in both.
    #[serde(default)]
    pub ram_bytes: u64,
    /// The memory that it is the first cause of.
    #[serde(default)]
    pub memory: Memory,
}

/// Which total a cause is about.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[serde(rename_all = "lowercase")]
pub enum Memory {
    /// Bytes that are stored.
    #[default]
    Flash,
    /// Bytes of RAM.
    Ram,
}

/// What sort of cause.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[serde(rename_all = "lowercase")]
pub enum CauseKind {
    /// A line that lets in `core::fmt` and friends.
    Formatting,
    /// A line that lets in panics, their messages and places.
    Panics,
    /// A line that lets in anything else.
    Reference,
    /// Lines of a function that was there before, whose own code grew.
    Code,
    /// Data that was there before and grew.
    Data,
    /// Nothing in the program: the vector table, the entry point or the linker script keeps it.
    Root,
    /// Nothing at all refers to it.
    Unreferenced,
}

impl Growth {
    /// What is to be said first where an image grew by so many bytes of flash and of RAM: the first cause of the memory
    /// that grew more. `None` where neither grew, or hardly.
    pub fn headline(&self, flash_delta_bytes: i64, ram_delta_bytes: i64) -> Option<Cause> {
        let is_flash = flash_delta_bytes >= ram_delta_bytes;
        let grown_bytes = u64::try_from(flash_delta_bytes.max(ram_delta_bytes)).unwrap_or(0);
        let share = |it: &&Cause| if is_flash { it.flash_bytes } else { it.ram_bytes };
        let first = self.grown.causes.iter().filter(|it| it.is_placed()).max_by_key(share)?;
        let is_worth_it = grown_bytes >= LEAST_GROWTH_BYTES && share(&first) > 0;
        let memory = if is_flash { Memory::Flash } else { Memory::Ram };
        is_worth_it.then(|| Cause { memory, ..first.clone() })
    }
}

impl Cause {
    /// `src/main.rs:42`, or the function where no line is known. Both come from the ELF: escape it.
    pub fn place(&self) -> Option<String> {
        match (&self.file, self.line) {
            (Some(file), Some(line)) => Some(format!("{file}:{line}")),
            _ => self.function.clone(),
        }
    }

    /// Whether it names a place to look at.
    fn is_placed(&self) -> bool {
        self.place().is_some() || self.kind == CauseKind::Root
    }

    /// Everything but the first half of the sentence and the place: ` and 2 more lines`, `, through libc_nano`.
    fn rest(&self) -> String {
        let others = match self.n_other_lines {
            0 => String::new(),
            1 => " and 1 more line".to_owned(),
            n => format!(" and {n} more lines"),
        };
        let through = self.through.as_ref().map(|it| format!(", through {it}"));
        others + &through.unwrap_or_default()
    }
}

impl Cause {
    /// What it says, its words through `text` and its place through `place`, for output that has to escape them.
    pub fn sentence(&self, text: impl Fn(&str) -> String, place: impl Fn(&str) -> String) -> String {
        let what = text(if self.what.is_empty() { self.kind.word() } else { self.what.as_str() });
        let rest = text(&self.rest());
        let place = self.place().map(|it| place(&it));
        match (self.kind, place) {
            (CauseKind::Root, place) => {
                let place = place.map(|it| format!(", at {it}")).unwrap_or_default();
                format!("{what}, kept by {}{place}", text(self.through.as_deref().unwrap_or("the linker")))
            }
            (CauseKind::Code | CauseKind::Data, Some(place)) => format!("{what} itself, at {place}{rest}"),
            (CauseKind::Code | CauseKind::Data, None) => format!("{what} itself"),
            (CauseKind::Unreferenced, Some(place)) => format!("{what}, which nothing refers to, at {place}"),
            (CauseKind::Unreferenced, None) => format!("{what}, which nothing refers to"),
            (_, Some(place)) => format!("{what}, asked for by {place}{rest}"),
            (_, None) => format!("{what}{rest}"),
        }
    }
}

impl fmt::Display for Cause {
    /// `formatting, asked for by src/main.rs:42`. Names come from the ELF: escape it.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.sentence(str::to_owned, str::to_owned))
    }
}

impl CauseKind {
    fn word(self) -> &'static str {
        match self {
            Self::Formatting => "formatting",
            Self::Panics => "panics",
            Self::Reference => "new code",
            Self::Code => "code",
            Self::Data => "data",
            Self::Root | Self::Unreferenced => "code or data",
        }
    }
}

impl fmt::Display for Memory {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Flash => "flash",
            Self::Ram => "RAM",
        })
    }
}

/// The causes of the difference from `old` to `new`.
pub fn growth(old: &Traced, new: &Traced) -> Growth {
    let (partner_of_new, partner_of_old) = partners(old, new);
    Growth {
        grown: doors::explain(old, new, &partner_of_new),
        shrunk: doors::explain(new, old, &partner_of_old),
    }
}

/// By row: the row of the other report that is the same symbol.
type Partners = Vec<Option<u32>>;

/// Of the rows of `new`, and of `old`.
fn partners(old: &Traced, new: &Traced) -> (Partners, Partners) {
    let mut of_new = vec![None; new.report.symbols.len()];
    let mut of_old = vec![None; old.report.symbols.len()];
    for pair in pairs::find(&old.report, &new.report) {
        let Some((old_side, new_side)) = pair.old.zip(pair.new) else { continue };
        let idx = (index(&old.report, old_side.symbol), index(&new.report, new_side.symbol));
        let (Some(old_idx), Some(new_idx)) = idx else { continue };
        if !is_other_instance(old.trace.function_of(old_idx as u32), new.trace.function_of(new_idx as u32)) {
            of_new[new_idx] = u32::try_from(old_idx).ok();
            of_old[old_idx] = u32::try_from(new_idx).ok();
        }
    }
    (of_new, of_old)
}

/// `fmt<u32>` and `fmt<f32>`, whose symbols may be called alike.
fn is_other_instance(old: Option<&str>, new: Option<&str>) -> bool {
    let generic = |it: &str| it.split_once('<').filter(|it| !it.0.is_empty()).map(|it| it.0.to_owned());
    old != new
        && old.zip(new).is_some_and(|(old, new)| generic(old).is_some() && generic(old) == generic(new))
}

/// Where a row stands that was borrowed from a report.
fn index(report: &Report, row: &Symbol) -> Option<usize> {
    let distance = std::ptr::from_ref(row).addr().checked_sub(report.symbols.as_ptr().addr())?;
    let idx = distance / size_of::<Symbol>();
    (idx < report.symbols.len()).then_some(idx)
}
