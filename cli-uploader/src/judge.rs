//! What the budgets say of a report, judged locally as the server judges.

use plimsoll_analyzer::Report;
use plimsoll_protocol::{Budget, Verdict, budget::TOTAL};

/// One verdict per budget, in their order.
pub(crate) fn verdicts(report: &Report, budgets: &[Budget]) -> Vec<Verdict> {
    budgets.iter().map(|it| verdict(report, it)).collect()
}

fn verdict(report: &Report, budget: &Budget) -> Verdict {
    let used_bytes = match budget.subject.as_str() {
        TOTAL => Some(report.totals.flash_bytes),
        region => report.regions.iter().find(|it| it.name == region).map(|it| it.used_bytes),
    };
    Verdict {
        subject: budget.subject.clone(),
        limit_bytes: budget.limit_bytes,
        used_bytes,
        over_bytes: used_bytes.map_or(0, |it| it.saturating_sub(budget.limit_bytes)),
        within: used_bytes.is_some_and(|it| it <= budget.limit_bytes),
    }
}

/// The verdict as a clause: `FLASH is 1,868 B over its budget of 4,096 B`.
pub(crate) fn sentence(verdict: &Verdict) -> String {
    use crate::text::grouped;
    let Verdict { subject, limit_bytes, .. } = verdict;
    let limit = grouped(*limit_bytes);
    match verdict.used_bytes {
        None => format!("{subject} has a budget of {limit} B, but the image has no such region"),
        Some(_) if !verdict.within => {
            format!("{subject} is {} B over its budget of {limit} B", grouped(verdict.over_bytes))
        }
        Some(used) => {
            format!(
                "{subject} is within its budget of {limit} B, {} B left",
                grouped(limit_bytes.saturating_sub(used))
            )
        }
    }
}
