//! What budgets say of a build, and which alerts that opens and resolves.

use crate::domain::build::{Measurement, MeasurementKind};
use plimsoll_protocol::{Budget, Figures, JudgedImage, JudgedRegion, Verdict};
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

/// What each budget says, and each region that does not hold all.
pub fn judge(budgets: &[Budget], figures: Option<Figures>, measurements: &[Measurement]) -> Vec<Verdict> {
    let of_kind = |kind| measurements.iter().filter(move |it| it.kind == kind);
    let region = |it: &Measurement| JudgedRegion {
        name: it.name.clone(),
        needed_bytes: it.value_bytes,
        length_bytes: it.length_bytes,
        overflow: it.overflow.clone(),
    };
    let image = JudgedImage {
        flash_bytes: figures.map(|it| it.flash_bytes),
        regions: of_kind(MeasurementKind::Region).map(region).collect(),
        static_use: of_kind(MeasurementKind::Static).map(|it| (it.name.clone(), it.value_bytes)).collect(),
    };
    plimsoll_protocol::verdict::judge(budgets, &image)
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
