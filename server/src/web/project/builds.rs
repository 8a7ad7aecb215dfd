//! The rows of a project's table of builds.

use crate::db::views::builds::BuildRow;
use crate::web::commit::{Change, Commit, size_of};
use crate::web::format::{Bytes, counted};
use crate::web::gauge::Standing;
use plimsoll_protocol::ProjectName;

/// A build in the table.
pub struct BuildLine {
    /// What was built.
    pub commit: Commit,
    /// Its totals, once measured.
    pub figures: Option<BuildFigures>,
    /// What to say in place of figures.
    pub words: String,
    /// How it stands.
    pub verdict: Standing,
    /// The same in words.
    pub verdict_text: String,
}

/// A measured build's totals and how they changed against its baseline.
pub struct BuildFigures {
    /// Bytes of flash.
    pub flash: Bytes,
    /// Against the baseline.
    pub flash_change: Option<Change>,
    /// Bytes of RAM.
    pub ram: Bytes,
    /// Against the baseline.
    pub ram_change: Option<Change>,
}

impl BuildLine {
    /// Of a row.
    pub fn new(project: &ProjectName, row: &BuildRow) -> Self {
        let (verdict, verdict_text) = verdict(row);
        Self {
            commit: Commit::of(project, row),
            figures: BuildFigures::of(row),
            words: words(row),
            verdict,
            verdict_text,
        }
    }
}

impl BuildFigures {
    /// Of a measured build.
    pub fn of(row: &BuildRow) -> Option<Self> {
        let (flash, ram) = (size_of(row.flash_bytes)?, size_of(row.ram_bytes)?);
        Some(Self {
            flash: Bytes(flash),
            flash_change: Change::known(size_of(row.old_flash_bytes), flash),
            ram: Bytes(ram),
            ram_change: Change::known(size_of(row.old_ram_bytes), ram),
        })
    }
}

/// How a build stands: by its state first, then by its budgets.
pub fn verdict(row: &BuildRow) -> (Standing, String) {
    let n_over = usize::try_from(row.n_over).unwrap_or(0);
    match (row.state.as_str(), n_over, row.n_verdicts) {
        ("queued", _, _) => (Standing::Open, "queued".to_owned()),
        ("failed", _, _) => (Standing::Over, "failed".to_owned()),
        ("unlinked", _, _) => (Standing::Over, "did not link".to_owned()),
        (_, 1.., _) => (Standing::Over, format!("over {}", counted(n_over, "budget"))),
        (_, _, 0) => (Standing::Open, "no budget".to_owned()),
        _ => (Standing::Fine, "within budget".to_owned()),
    }
}

fn words(row: &BuildRow) -> String {
    if let Some(failure) = &row.link_failure {
        return format!("did not link: {}", failure.0);
    }
    match (row.state.as_str(), &row.failure) {
        ("queued", _) => "waits to be measured".to_owned(),
        (_, Some(failure)) => failure.clone(),
        _ => "not measured".to_owned(),
    }
}
