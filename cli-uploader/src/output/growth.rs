//! What a difference is due to, for people.

use super::{BAD, GOOD, STRONG};
use crate::text::{signed, visible};
use plimsoll_analyzer::{Cause, Diff, Explained};

/// Lines of causes for every direction, unless more rows are asked for.
const N_CAUSES: usize = 5;

/// The headline, and the first causes of what is more and of what is less.
pub(super) fn growth(diff: &Diff, top: usize) -> String {
    let Some(growth) = &diff.growth else { return String::new() };
    let total = |name: &str| diff.totals.iter().find(|it| it.name == name).map_or(0, |it| it.delta_bytes);
    let (flash, ram) = (total("flash"), total("ram"));
    let headline = growth.headline(flash, ram).map(|it| {
        let words = visible(&it.to_string());
        format!("{STRONG}{} B of {}{STRONG:#}: {words}\n", signed(flash.max(ram)), it.memory)
    });
    let top = if top == usize::MAX { top } else { N_CAUSES.min(top) };
    headline.unwrap_or_default()
        + &list("More, and why", &growth.grown, (top, 1))
        + &list("Less, and why", &growth.shrunk, (top, -1))
}

fn list(title: &str, explained: &Explained, (top, sign): (usize, i64)) -> String {
    if explained.causes.is_empty() || top == 0 {
        return String::new();
    }
    let style = if sign > 0 { BAD } else { GOOD };
    let line = |cause: &Cause| {
        let bytes = signed(sign * i64::try_from(cause.grown_bytes).unwrap_or(i64::MAX));
        format!("{style}{bytes:>9}{style:#}  {}\n", visible(&cause.to_string()))
    };
    let lines: String = explained.causes.iter().take(top).map(line).collect();
    format!("\n{STRONG}{title}{STRONG:#}\n{lines}")
}
