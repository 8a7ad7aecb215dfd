//! What the budgets say of a report, judged locally as the server judges.

use plimsoll_analyzer::Report;
use plimsoll_protocol::verdict::judge;
use plimsoll_protocol::{Budget, JudgedImage, JudgedRegion, Verdict};

/// What the budgets say, and the regions that do not hold all.
pub(crate) fn verdicts(report: &Report, budgets: &[Budget]) -> Vec<Verdict> {
    let image = JudgedImage {
        flash_bytes: Some(report.totals.flash_bytes),
        regions: report.regions.iter().map(JudgedRegion::from).collect(),
        static_use: report.static_use(),
    };
    judge(budgets, &image)
}

/// The verdict as a clause: `FLASH is 1,868 B over its budget of 4,096 B`.
pub(crate) fn sentence(verdict: &Verdict) -> String {
    use crate::text::grouped;
    let Verdict { subject, limit_bytes, .. } = verdict;
    let limit = grouped(*limit_bytes);
    if verdict.overflow_bytes > 0 {
        return overflow(verdict);
    }
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

/// `FLASH overflows by 440 B, into SETTINGS: 2,488 B of 2,048 B are needed`.
fn overflow(verdict: &Verdict) -> String {
    use crate::text::grouped;
    let into = match verdict.overwrites.as_slice() {
        [] => String::new(),
        names => format!(", into {}", names.join(" and ")),
    };
    format!(
        "{} overflows by {} B{into}: {} B of {} B are needed",
        verdict.subject,
        grouped(verdict.overflow_bytes),
        grouped(verdict.used_bytes.unwrap_or(0)),
        grouped(verdict.limit_bytes)
    )
}
