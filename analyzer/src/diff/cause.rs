//! Which source line a growth is mostly due to.

mod align;

use std::cmp::Reverse;
use std::collections::BTreeMap;
use std::fmt;
use std::sync::LazyLock;

use serde::{Deserialize, Serialize};

use crate::report::{Blame, BlamedLine, Report};

/// Less than this is not worth a name: a call with its constants takes as much.
const LEAST_GROWTH_BYTES: u64 = 64;

/// The source line that a growth is mostly due to.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct Cause {
    /// What it asks for.
    pub kind: CauseKind,
    /// Path as in [`BlamedLine::file`].
    pub file: String,
    /// Line in that file, after the change.
    pub line: u32,
    /// The function that the line stands in, demangled.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub function: Option<String>,
    /// How many more lines ask for it that did not before.
    pub n_other_lines: u64,
    /// By how much more removing all lines that ask for it would save than before, at least.
    pub grown_bytes: u64,
}

/// What costs the bytes.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[serde(rename_all = "lowercase")]
pub enum CauseKind {
    /// `core::fmt` and friends.
    Formatting,
    /// Panics, their messages and places.
    Panics,
}

impl Cause {
    /// `src/main.rs:42`. The path comes from the ELF: escape it.
    pub fn place(&self) -> String {
        format!("{}:{}", self.file, self.line)
    }
}

impl fmt::Display for Cause {
    /// `formatting, mostly src/main.rs:42`. The path comes from the ELF: escape it.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}, mostly {}", self.kind, self.place())
    }
}

impl fmt::Display for CauseKind {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            CauseKind::Formatting => "formatting",
            CauseKind::Panics => "panics",
        })
    }
}

/// The line to blame for what `new` has more of than `old`. `None` where flash did not grow, where less
/// than half of the growth is explained so, and where one of the reports does not blame lines.
pub fn cause(old: &Report, new: &Report) -> Option<Cause> {
    let growth = new.totals.flash_bytes.checked_sub(old.totals.flash_bytes)?;
    let of_kind = |kind| {
        let (old, new) = (blame(old, kind)?, blame(new, kind)?);
        let grown_bytes = new.saves_at_least_bytes.saturating_sub(old.saves_at_least_bytes);
        let is_most = grown_bytes >= LEAST_GROWTH_BYTES && grown_bytes >= growth.div_ceil(2);
        let suspects = if is_most { suspects(old, new) } else { Vec::new() };
        let first = suspects.first()?;
        Some(Cause {
            kind,
            file: first.file.clone(),
            line: first.line,
            function: first.function.clone(),
            n_other_lines: suspects.len() as u64 - 1,
            grown_bytes,
        })
    };
    let is_growth = growth >= LEAST_GROWTH_BYTES;
    [CauseKind::Formatting, CauseKind::Panics].into_iter().filter(|_| is_growth).find_map(of_kind)
}

/// Who asked; nobody where there is no machinery to ask for.
fn blame(report: &Report, kind: CauseKind) -> Option<&Blame> {
    static NOBODY: LazyLock<Blame> = LazyLock::new(Blame::default);
    let (blame, own_bytes) = match kind {
        CauseKind::Formatting => (report.formatting.blame.as_ref(), report.formatting.total_bytes),
        CauseKind::Panics => (report.panics.blame.as_ref(), report.panics.total_bytes),
    };
    blame.or((own_bytes == 0).then(|| &*NOBODY))
}

/// Lines that were not there before; where there are none, lines that ask for more than before. The one
/// that costs most comes first.
fn suspects<'report>(old: &'report Blame, new: &'report Blame) -> Vec<&'report BlamedLine> {
    let (old_files, new_files) = (by_file(old), by_file(new));
    let mut added = Vec::new();
    let mut grown = Vec::new();
    for (file, new_lines) in new_files {
        let old_lines = old_files.get(file).map(Vec::as_slice).unwrap_or_default();
        for (line, partner) in new_lines.iter().zip(align::partners(old_lines, &new_lines)) {
            match partner {
                None => added.push(*line),
                Some(partner) if reach(line) > reach(partner) => {
                    grown.push((reach(line) - reach(partner), *line))
                }
                Some(_) => {}
            }
        }
    }
    if added.is_empty() {
        grown.sort_by_key(|it| Reverse(it.0));
        return grown.into_iter().map(|it| it.1).collect();
    }
    added.sort_by_key(|it| Reverse((it.saves_at_least_bytes, reach(it))));
    added
}

fn by_file(blame: &Blame) -> BTreeMap<&str, Vec<&BlamedLine>> {
    let mut files: BTreeMap<&str, Vec<&BlamedLine>> = BTreeMap::new();
    for line in &blame.lines {
        files.entry(&line.file).or_default().push(line);
    }
    files.values_mut().for_each(|it| it.sort_by_key(|line| line.line));
    files
}

/// All that a line leads to. It stays what it is when another line comes to share it.
fn reach(line: &BlamedLine) -> u64 {
    line.saves_at_least_bytes.saturating_add(line.shared_bytes)
}
