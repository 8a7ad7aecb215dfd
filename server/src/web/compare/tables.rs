//! A diff as tables whose rows add up to their last line.

use crate::urls;
use crate::web::commit::{Bar, kind_words, size_text};
use crate::web::format::{Delta, counted};
use plimsoll_analyzer::{Change, ChangeKind, Diff};
use plimsoll_protocol::ProjectName;
use uuid::Uuid;

/// More rows than these are summed up in one, until all are asked for.
const FIRST_ROWS: usize = 100;

/// What is compared.
pub struct Context<'a> {
    /// The project.
    pub project: &'a ProjectName,
    /// The build before.
    pub old_id: Uuid,
    /// The build after.
    pub new_id: Uuid,
    /// Its target.
    pub target: &'a str,
    /// Whether every row is asked for.
    pub show_all: bool,
}

/// A total before and after.
pub struct TotalLine {
    /// Its name.
    pub name: String,
    /// The change.
    pub delta: Delta,
    /// Its share.
    pub percent: Option<String>,
    old: Option<u64>,
    new: Option<u64>,
}

/// One view of the changes.
pub struct ChangeTable {
    /// The section's id on the page.
    pub id: &'static str,
    /// `region`, `section`, `crate` or `symbol`.
    pub what: &'static str,
    /// What counts here, where that is not plain.
    pub note: Option<&'static str>,
    /// The first column's head.
    pub column: &'static str,
    /// How many grew, shrank, appeared and vanished.
    pub words: String,
    /// The rows, biggest change first.
    pub rows: Vec<ChangeLine>,
    /// The rows that are not shown.
    pub rest: Option<Rest>,
    /// Of all rows.
    pub sum: Delta,
}

/// The rows that are not shown.
pub struct Rest {
    /// How many.
    pub name: String,
    /// Their sum.
    pub delta: Delta,
    /// The page that shows them.
    pub url: String,
}

/// One change.
pub struct ChangeLine {
    /// What changed.
    pub name: String,
    /// Its history, for symbols.
    pub url: Option<String>,
    /// Crate and section, for symbols.
    pub place: Option<String>,
    /// What it was before, where that was something else: `renamed from …`.
    pub origin: Option<String>,
    /// The change.
    pub delta: Delta,
    /// Its sort.
    pub kind: &'static str,
    /// The sort's style.
    pub style: &'static str,
    /// Beside the biggest change.
    pub bar: Bar,
    old: Option<u64>,
    new: Option<u64>,
}

impl TotalLine {
    /// Before.
    pub fn old_text(&self) -> String {
        size_text(self.old)
    }

    /// After.
    pub fn new_text(&self) -> String {
        size_text(self.new)
    }
}

impl ChangeLine {
    /// Before.
    pub fn old_text(&self) -> String {
        size_text(self.old)
    }

    /// After.
    pub fn new_text(&self) -> String {
        size_text(self.new)
    }
}

/// Flash, RAM and formatting.
pub fn totals(diff: &Diff) -> Vec<TotalLine> {
    let line = |it: &Change| TotalLine {
        name: match it.name.as_str() {
            "flash" => "Flash".to_owned(),
            "ram" => "RAM".to_owned(),
            "formatting" => "Formatting, at least".to_owned(),
            other => other.to_owned(),
        },
        delta: Delta(it.delta_bytes),
        percent: it.old_bytes.and_then(|old| Delta(it.delta_bytes).percent_of(old)),
        old: it.old_bytes,
        new: it.new_bytes,
    };
    diff.totals.iter().map(line).collect()
}

/// The four views.
pub fn all(diff: &Diff, context: &Context<'_>) -> Vec<ChangeTable> {
    vec![
        table(("by-region", "region", "Region"), &diff.regions, context),
        table(("by-section", "section", "Section"), &diff.sections, context),
        table(("by-crate", "crate", "Crate"), &diff.crates, context),
        table(("by-symbol", "symbol", "Symbol"), &diff.symbols, context),
    ]
}

fn table(
    (id, what, column): (&'static str, &'static str, &'static str),
    changes: &[Change],
    context: &Context<'_>,
) -> ChangeTable {
    let biggest = changes.iter().map(|it| it.delta_bytes.unsigned_abs()).max().unwrap_or(0);
    let n_rows = if context.show_all { changes.len() } else { changes.len().min(FIRST_ROWS) };
    let (shown, hidden) = changes.split_at(n_rows);
    let rest = (!hidden.is_empty()).then(|| Rest {
        name: counted(hidden.len(), "smaller change"),
        delta: sum(hidden),
        url: urls::compare_all(context.project, context.old_id, context.new_id),
    });
    ChangeTable {
        id,
        what,
        note: note(what),
        column,
        words: words(changes),
        rows: shown.iter().map(|it| line(it, what, biggest, context)).collect(),
        rest,
        sum: sum(changes),
    }
}

fn note(what: &str) -> Option<&'static str> {
    match what {
        "region" => Some("initial values of variables count where they are stored and where they run"),
        "crate" => Some("bytes of their symbols, flash and RAM together, and what no symbol owns"),
        _ => None,
    }
}

fn sum(changes: &[Change]) -> Delta {
    Delta(changes.iter().fold(0, |sum, it| sum.saturating_add(it.delta_bytes)))
}

fn line(change: &Change, what: &str, biggest: u64, context: &Context<'_>) -> ChangeLine {
    let (kind, style) = kind_words(change.kind);
    let places = [change.krate.as_deref(), change.section.as_deref()];
    let place: Vec<&str> = places.into_iter().flatten().collect();
    // Rows in brackets are padding and unclaimed bytes: they have no history of their own.
    let has_history = what == "symbol" && !change.name.starts_with('(');
    ChangeLine {
        name: change.name.clone(),
        url: has_history.then(|| urls::symbol(context.project, context.target, &change.name)),
        place: (!place.is_empty()).then(|| place.join(" · ")),
        origin: origin(change),
        delta: Delta(change.delta_bytes),
        kind,
        style,
        bar: Bar::change(Delta(change.delta_bytes), biggest),
        old: change.old_bytes,
        new: change.new_bytes,
    }
}

/// What it was before: `renamed from uart::send`.
fn origin(change: &Change) -> Option<String> {
    let origins: Vec<&str> = change.origins().collect();
    let verb = if change.kind == ChangeKind::Renamed { "renamed from" } else { "moved from" };
    (!origins.is_empty()).then(|| format!("{verb} {}", origins.join(", ")))
}

fn words(changes: &[Change]) -> String {
    let count = |kind| changes.iter().filter(|it| it.kind == kind).count();
    let named = [
        (ChangeKind::Grown, "grown"),
        (ChangeKind::Shrunk, "shrunk"),
        (ChangeKind::New, "new"),
        (ChangeKind::Gone, "gone"),
        (ChangeKind::Renamed, "renamed"),
        (ChangeKind::Moved, "moved"),
        (ChangeKind::Same, "the same"),
    ];
    let parts: Vec<String> = named
        .into_iter()
        .map(|(kind, word)| (count(kind), word))
        .filter(|(n, _)| *n > 0)
        .map(|(n, word)| format!("{n} {word}"))
        .collect();
    if parts.is_empty() { "nothing changed".to_owned() } else { parts.join(", ") }
}
