//! Which budgets a target has, and that there is what they are on.

use crate::args::BudgetFlag;
use crate::failure::hinted;
use anyhow::anyhow;
use plimsoll_analyzer::Layout;
use plimsoll_analyzer::report::STATIC;
use plimsoll_protocol::{Budget, TargetName, budget::TOTAL};

/// Those of plimsoll.toml and those that were typed, which go before them.
pub(super) fn merged(of_file: &[Budget], flags: &[BudgetFlag], layout: &Layout) -> Vec<Budget> {
    let mut budgets: Vec<Budget> = Vec::new();
    let flags = flags.iter().map(|it| (&it.subject, it.limit.0));
    for (subject, limit_bytes) in of_file.iter().map(|it| (&it.subject, it.limit_bytes)).chain(flags) {
        // The server knows regions by their own names only.
        let subject = layout.region(subject).map_or(subject, |it| &it.name).clone();
        budgets.retain(|it| it.subject != subject);
        budgets.push(Budget { subject, limit_bytes });
    }
    budgets
}

/// Refuses budgets on regions that are not among those of `place`: they are typos, and would hold nothing back.
pub(crate) fn refuse_unknown(
    (target, budgets): (&TargetName, &[Budget]),
    flags: &[BudgetFlag],
    (place, regions): (&str, &[&str]),
) -> anyhow::Result<()> {
    let is_known = |it: &&Budget| {
        let region = it.subject.strip_prefix("static-").unwrap_or(&it.subject);
        [TOTAL, STATIC].contains(&it.subject.as_str())
            || regions.iter().any(|name| *name == it.subject || *name == region)
    };
    let Some(Budget { subject, .. }) = budgets.iter().find(|it| !is_known(it)) else { return Ok(()) };
    let said_by = match flags.iter().any(|it| it.subject == *subject) {
        true => format!("--budget {subject}"),
        false => format!("plimsoll.toml: the budget on {subject} of `{}`", target),
    };
    let hint = match regions {
        [] => format!(
            "it has no regions; `{TOTAL}` is all bytes that are stored, `{STATIC}` all RAM that is not only set aside"
        ),
        regions => format!(
            "it has {}; `{TOTAL}` is all bytes that are stored, `{STATIC}` all RAM that is not only set aside",
            regions.join(", ")
        ),
    };
    Err(hinted(anyhow!("{said_by}: {place} has no such region"), hint))
}
