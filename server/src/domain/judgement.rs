//! What budgets say of a build, and which alerts that opens and resolves.

use crate::domain::build::{Measurement, MeasurementKind};
use plimsoll_protocol::budget::TOTAL;
use plimsoll_protocol::{Budget, Figures, Verdict};
use serde::{Deserialize, Serialize};
use uuid::Uuid;

/// A budget and where it comes from.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SetBudget {
    /// The limit.
    pub budget: Budget,
    /// Who set it.
    pub source: BudgetSource,
}

/// Who set a budget.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, utoipa::ToSchema)]
#[serde(rename_all = "lowercase")]
pub enum BudgetSource {
    /// `plimsoll.toml`, sent with an upload.
    File,
    /// A person, on the page or through the API.
    Page,
}

impl BudgetSource {
    /// As it is stored.
    pub fn as_str(self) -> &'static str {
        match self {
            BudgetSource::File => "file",
            BudgetSource::Page => "page",
        }
    }

    /// From the database.
    pub fn from_stored(text: &str) -> Self {
        if text == "file" { BudgetSource::File } else { BudgetSource::Page }
    }
}

/// The budgets that judge a build: those sent with it, and beside them those set by hand. A build that
/// sends none is judged by all the target has.
pub fn effective(sent: &[Budget], kept: &[SetBudget]) -> Vec<Budget> {
    let is_extra = |it: &&SetBudget| {
        let is_named = sent.iter().any(|other| other.subject == it.budget.subject);
        !is_named && (sent.is_empty() || it.source == BudgetSource::Page)
    };
    let extra = kept.iter().filter(is_extra).map(|it| it.budget.clone());
    let mut all: Vec<Budget> = sent.iter().cloned().chain(extra).collect();
    all.sort_by(|a, b| a.subject.cmp(&b.subject));
    all
}

/// What each budget says.
pub fn judge(budgets: &[Budget], figures: Option<Figures>, measurements: &[Measurement]) -> Vec<Verdict> {
    let used_by = |subject: &str| match subject {
        TOTAL => figures.map(|it| it.flash_bytes),
        region => measurements
            .iter()
            .find(|it| it.kind == MeasurementKind::Region && it.name == region)
            .map(|it| it.value_bytes),
    };
    budgets.iter().map(|it| verdict(it.subject.clone(), it.limit_bytes, used_by(&it.subject))).collect()
}

/// One budget's word. A budget on a region that the build lacks is not kept: a guard that watches nothing
/// must not look green.
pub fn verdict(subject: String, limit_bytes: u64, used_bytes: Option<u64>) -> Verdict {
    Verdict {
        subject,
        limit_bytes,
        used_bytes,
        over_bytes: used_bytes.map_or(0, |it| it.saturating_sub(limit_bytes)),
        within: used_bytes.is_some_and(|it| it <= limit_bytes),
    }
}

/// An alert that has not been resolved.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct OpenAlert {
    /// Identifies it.
    pub alert_id: Uuid,
    /// The budget's subject.
    pub subject: String,
}

/// What a judgement does to a target's alerts.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct AlertChanges {
    /// Verdicts that open an alert.
    pub opened: Vec<Verdict>,
    /// Alerts that are over, and the verdict that says so; none where the budget is gone.
    pub resolved: Vec<(Uuid, Option<Verdict>)>,
}

/// A budget newly crossed opens an alert; one kept again, or no longer set, resolves it.
pub fn alert_changes(verdicts: &[Verdict], open: &[OpenAlert]) -> AlertChanges {
    let is_open = |verdict: &&Verdict| open.iter().any(|it| it.subject == verdict.subject);
    let opened = verdicts.iter().filter(|it| !it.within && !is_open(it)).cloned().collect();
    let resolved =
        open.iter().filter_map(|alert| match verdicts.iter().find(|it| it.subject == alert.subject) {
            Some(verdict) if !verdict.within => None,
            verdict => Some((alert.alert_id, verdict.cloned())),
        });
    AlertChanges { opened, resolved: resolved.collect() }
}
