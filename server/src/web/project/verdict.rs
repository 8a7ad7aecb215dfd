//! How a project stands against its budgets, in sentences.

use crate::db;
use crate::db::views::alerts::AlertRow;
use crate::db::views::targets::{TargetRow, VerdictRow};
use crate::domain::Project;
use crate::error::AppResult;
use crate::state::AppState;
use crate::urls::{self, ProjectView};
use crate::web::commit::{Commit, size, size_of};
use crate::web::format::{Bytes, Moment, counted, percent};
use crate::web::gauge::Standing;

/// The answer to the first question.
pub struct Verdict {
    /// How it stands.
    pub standing: Standing,
    /// In a few words.
    pub headline: String,
    /// What is closest to its line.
    pub words: String,
}

/// An alert in words, with the build that opened it.
pub struct AlertLine {
    /// A region's name, or `total`.
    pub subject: String,
    /// The target.
    pub target: String,
    /// Its part of the project's page.
    pub target_url: String,
    /// By how much, and of what.
    pub words: String,
    /// The build that crossed the line.
    pub opened: Commit,
    /// When that was measured.
    pub opened_at: Moment,
    /// What that build changed.
    pub compare_url: Option<String>,
}

/// More open alerts than these are counted, not listed.
const MAX_ALERTS: i64 = 50;

/// The alerts that are open now.
pub async fn open_alerts(state: &AppState, project: &Project) -> AppResult<Vec<AlertLine>> {
    let rows =
        db::views::alerts::list(&state.db, project.project_id, &project.default_branch, MAX_ALERTS).await?;
    Ok(rows.iter().filter(|it| it.resolved_at.is_none()).map(|it| AlertLine::new(project, it)).collect())
}

impl AlertLine {
    /// Words an alert.
    pub fn new(project: &Project, row: &AlertRow) -> Self {
        let view = ProjectView { target: Some(&row.target), ..ProjectView::default() };
        let commit_id = row.opened_commit_id.as_deref().unwrap_or_default();
        Self {
            subject: row.subject.clone(),
            target: row.target.clone(),
            target_url: urls::project_view(&project.name, view),
            words: alert_words(row),
            opened: Commit::new(
                &project.name,
                row.opened_build_id,
                commit_id,
                row.opened_committed_at.unwrap_or(row.opened_at),
            )
            .said(row.opened_message.clone(), row.opened_author.clone()),
            opened_at: Moment(row.opened_at),
            compare_url: row
                .opened_baseline_id
                .map(|it| urls::compare(&project.name, it, row.opened_build_id)),
        }
    }
}

fn alert_words(row: &AlertRow) -> String {
    let used = size_of(row.current_bytes.or(row.opened_bytes));
    match &row.opened_link_failure {
        Some(failure) if used.is_none() => format!("did not link: {}", failure.0),
        _ => over_words(used, size(row.limit_bytes)),
    }
}

/// By how much a budget is exceeded.
pub fn over_words(used: Option<u64>, limit: u64) -> String {
    match used {
        None => format!("the build has no region of this name, so nothing watches its {}", Bytes(limit)),
        Some(used) => format!(
            "{} over the line ({} of {} allowed)",
            Bytes(used.saturating_sub(limit)),
            Bytes(used),
            Bytes(limit)
        ),
    }
}

/// How a budget stands, in words.
pub fn budget_words(used: Option<u64>, limit: u64) -> (Standing, String) {
    match used {
        Some(used) if used <= limit => {
            let left = if used == limit {
                "exactly on the line".to_owned()
            } else {
                format!("{} below the line", Bytes(limit - used))
            };
            let words = format!("{left} ({} of {}, {})", Bytes(used), Bytes(limit), percent(used, limit));
            (Standing::of(used, limit), words)
        }
        _ => (Standing::Over, over_words(used, limit)),
    }
}

/// The project as a whole.
pub fn overall(alerts: &[AlertLine], verdicts: &[VerdictRow], targets: &[TargetRow]) -> Verdict {
    if !alerts.is_empty() {
        let headline = format!("Over the line: {}", counted(alerts.len(), "open alert"));
        return Verdict { standing: Standing::Over, headline, words: String::new() };
    }
    let n_unlinked = targets.iter().filter(|it| it.link_failure.is_some()).count();
    if n_unlinked > 0 {
        let headline = format!("Does not fit: {} did not link", counted(n_unlinked, "target"));
        return Verdict { standing: Standing::Over, headline, words: String::new() };
    }
    let Some(tightest) = verdicts.iter().max_by_key(|it| fullness(it)) else {
        return Verdict {
            standing: Standing::Open,
            headline: "No load line painted yet".to_owned(),
            words: "Set budgets in plimsoll.toml or in the settings, and crossing one will be said here."
                .to_owned(),
        };
    };
    let (standing, words) = budget_words(size_of(tightest.used_bytes), size(tightest.limit_bytes));
    let headline = match standing {
        Standing::Over if tightest.used_bytes.is_none() => "A budget watches nothing",
        Standing::Over => "Over the line",
        Standing::Near => "Close to the line",
        Standing::Fine | Standing::Open => "Below the line",
    };
    Verdict {
        standing,
        headline: headline.to_owned(),
        words: format!("The fullest budget is {}: {words}.", whose_budget(tightest, targets)),
    }
}

/// The region, and the target where there are several.
fn whose_budget(verdict: &VerdictRow, targets: &[TargetRow]) -> String {
    match targets.iter().find(|it| it.build_id == Some(verdict.build_id)) {
        Some(target) if targets.len() > 1 => format!("{} of {}", verdict.subject, target.name),
        _ => verdict.subject.clone(),
    }
}

/// One target, by what its budgets said of its newest build.
pub fn of_target(verdicts: &[&VerdictRow]) -> (Standing, String) {
    let n_over = verdicts.iter().filter(|it| standing(it) == Standing::Over).count();
    let Some(tightest) = verdicts.iter().max_by_key(|it| fullness(it)) else {
        return (Standing::Open, "no budget".to_owned());
    };
    let (used, limit) = (size_of(tightest.used_bytes), size(tightest.limit_bytes));
    let words = match (n_over, used) {
        (0, Some(used)) => format!("{} of {}", percent(used, limit), tightest.subject),
        (1, Some(used)) => format!("{} over in {}", Bytes(used.saturating_sub(limit)), tightest.subject),
        (1, None) => format!("no region {}", tightest.subject),
        _ => format!("{n_over} budgets broken"),
    };
    (standing(tightest), words)
}

fn standing(verdict: &VerdictRow) -> Standing {
    let limit = size(verdict.limit_bytes);
    size_of(verdict.used_bytes).map_or(Standing::Over, |used| Standing::of(used, limit))
}

/// Sorts budgets by how full they are, in parts per million; a region that is missing comes last of all.
fn fullness(verdict: &VerdictRow) -> u128 {
    let limit = u128::from(size(verdict.limit_bytes).max(1));
    size_of(verdict.used_bytes).map_or(u128::MAX, |used| u128::from(used) * 1_000_000 / limit)
}
