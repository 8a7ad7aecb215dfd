//! What a difference is due to.

use crate::web::format::{Delta, counted};
use plimsoll_analyzer::{Cause, Diff, Explained, Growth};

/// As many causes are shown, the biggest first.
const MAX_LINES: usize = 10;

/// The causes of one direction.
pub struct CauseList {
    /// `What there is more of` or its opposite.
    pub title: &'static str,
    /// The biggest.
    pub lines: Vec<(Delta, String)>,
    /// How many are not shown, in words.
    pub rest: Option<String>,
}

/// What is to be said first.
pub fn headline(growth: &Growth, diff: &Diff) -> Option<Cause> {
    let total = |name: &str| diff.totals.iter().find(|it| it.name == name).map_or(0, |it| it.delta_bytes);
    growth.headline(total("flash"), total("ram"))
}

/// All that is to be said.
pub fn lists(growth: &Growth) -> Vec<CauseList> {
    let more = list("More, and why", &growth.grown, |bytes| Delta::between(Some(0), Some(bytes)));
    let less = list("Less, and why", &growth.shrunk, |bytes| Delta::between(Some(bytes), Some(0)));
    more.into_iter().chain(less).collect()
}

fn list(title: &'static str, explained: &Explained, delta: fn(u64) -> Delta) -> Option<CauseList> {
    let line = |it: &Cause| (delta(it.grown_bytes), it.to_string());
    let lines: Vec<(Delta, String)> = explained.causes.iter().take(MAX_LINES).map(line).collect();
    let n_rest = explained.causes.len() - lines.len() + explained.n_left_out as usize;
    let rest = (n_rest > 0).then(|| counted(n_rest, "smaller cause"));
    (!lines.is_empty()).then_some(CauseList { title, lines, rest })
}
