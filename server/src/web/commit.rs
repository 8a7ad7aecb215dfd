//! A build's commit as pages name it, and small shapes that several pages share.

use super::format::{Bytes, Delta, Moment};
use crate::db::views::builds::BuildRow;
use crate::urls;
use plimsoll_analyzer::ChangeKind;
use plimsoll_protocol::ProjectName;
use time::OffsetDateTime;
use uuid::Uuid;

/// What was built, linked to the build.
#[derive(Debug, Clone)]
pub struct Commit {
    /// The build's page.
    pub url: String,
    /// All digits.
    pub id: String,
    /// The first ten.
    pub short: String,
    /// First line of the message.
    pub message: Option<String>,
    /// Who.
    pub author: Option<String>,
    /// When it was committed.
    pub at: Moment,
    /// Branch or pull request.
    pub place: Option<String>,
}

impl Commit {
    /// Of a build of this project.
    pub fn new(project: &ProjectName, build_id: Uuid, commit_id: &str, at: OffsetDateTime) -> Self {
        Self {
            url: urls::build(project, build_id),
            id: commit_id.to_owned(),
            short: short(commit_id).to_owned(),
            message: None,
            author: None,
            at: Moment(at),
            place: None,
        }
    }

    /// With its message and author.
    pub fn said(mut self, message: Option<String>, author: Option<String>) -> Self {
        self.message = message.filter(|it| !it.is_empty());
        self.author = author.filter(|it| !it.is_empty());
        self
    }

    /// With its branch or pull request.
    pub fn on(mut self, branch: Option<&str>, pull_request: Option<i32>) -> Self {
        self.place = place(branch, pull_request);
        self
    }

    /// Of a row of a list of builds.
    pub fn of(project: &ProjectName, row: &BuildRow) -> Self {
        Self::new(project, row.build_id, &row.commit_id, row.committed_at)
            .said(row.message.clone(), row.author.clone())
            .on(row.branch.as_deref(), row.pull_request)
    }

    /// The message, or nothing.
    pub fn message_text(&self) -> &str {
        self.message.as_deref().unwrap_or_default()
    }

    /// The branch or pull request, or a dash.
    pub fn place_text(&self) -> &str {
        self.place.as_deref().unwrap_or("–")
    }
}

/// The first ten digits of a commit, for people.
pub fn short(commit_id: &str) -> &str {
    commit_id.get(..10).unwrap_or(commit_id)
}

/// A branch or pull request in words.
pub fn place(branch: Option<&str>, pull_request: Option<i32>) -> Option<String> {
    match (pull_request, branch) {
        (Some(number), Some(branch)) => Some(format!("#{number} {branch}")),
        (Some(number), None) => Some(format!("#{number}")),
        (None, branch) => branch.map(str::to_owned),
    }
}

/// A change and what part of the old size it is.
#[derive(Debug, Clone)]
pub struct Change {
    /// The change.
    pub delta: Delta,
    /// Its share, where that is a number.
    pub percent: Option<String>,
}

impl Change {
    /// Between two known sizes.
    pub fn known(old: Option<u64>, new: u64) -> Option<Self> {
        let old = old?;
        let delta = Delta::between(Some(old), Some(new));
        Some(Self { delta, percent: delta.percent_of(old) })
    }
}

/// A stored size. The columns hold what the analyzer measured, never less than nothing.
pub fn size(stored: i64) -> u64 {
    u64::try_from(stored).unwrap_or(0)
}

/// A stored size, where there is one.
pub fn size_of(stored: Option<i64>) -> Option<u64> {
    stored.map(size)
}

/// A size that may be absent, for a table's cell.
pub fn size_text(bytes: Option<u64>) -> String {
    bytes.map_or_else(|| "–".to_owned(), |it| Bytes(it).to_string())
}

/// How a sort of change is called and coloured.
pub fn kind_words(kind: ChangeKind) -> (&'static str, &'static str) {
    match kind {
        ChangeKind::Grown => ("grown", "grown"),
        ChangeKind::Shrunk => ("shrunk", "shrunk"),
        ChangeKind::New => ("new", "grown"),
        ChangeKind::Gone => ("gone", "shrunk"),
        ChangeKind::Renamed => ("renamed", "same"),
        ChangeKind::Moved => ("moved", "same"),
        ChangeKind::Same => ("same", "same"),
    }
}

/// The sort of a stored change.
pub fn kind_of(old: Option<u64>, new: Option<u64>) -> ChangeKind {
    match (old, new) {
        (None, Some(_)) => ChangeKind::New,
        (Some(_), None) => ChangeKind::Gone,
        (Some(old), Some(new)) if new > old => ChangeKind::Grown,
        (Some(old), Some(new)) if new < old => ChangeKind::Shrunk,
        _ => ChangeKind::Same,
    }
}

/// A bar beside a number, in a drawing 200 units wide.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Bar {
    /// Where it begins.
    pub x: u64,
    /// How long it is; never invisible for a number that is not nothing.
    pub width: u64,
    /// Its style.
    pub word: &'static str,
}

impl Bar {
    /// A part of a whole.
    pub fn share(part: u64, whole: u64) -> Self {
        Self { x: 0, width: scaled(part, whole, 200), word: "share" }
    }

    /// A change beside the biggest of its table, from the middle to its side.
    pub fn change(delta: Delta, biggest: u64) -> Self {
        let width = scaled(delta.0.unsigned_abs(), biggest, 98);
        let x = if delta.0 < 0 { 100 - width } else { 100 };
        Self { x, width, word: delta.word() }
    }
}

fn scaled(part: u64, whole: u64, length: u64) -> u64 {
    let exact = u128::from(part) * u128::from(length) / u128::from(whole.max(1));
    let width = exact.min(u128::from(length)) as u64;
    if part > 0 { width.max(1) } else { 0 }
}
