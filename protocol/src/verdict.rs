//! The law by which builds are judged, on the server as before an upload.

use crate::Budget;
use crate::budget::TOTAL;
use plimsoll_analyzer::report::{Region, STATIC};
use serde::{Deserialize, Serialize};

/// What a budget says of a build, or a region that something runs over the end of.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct Verdict {
    /// A region's name, `total`, or `static` or `static-REGION` for what is not only set aside.
    pub subject: String,
    /// What is allowed: the budget, or the region's length where that is less and something runs over the end.
    pub limit_bytes: u64,
    /// What is used; absent where the build has no such region, which is over budget too:
    /// a guard that watches nothing must not look green.
    pub used_bytes: Option<u64>,
    /// How many bytes too many; 0 within the budget, and where the region is missing.
    pub over_bytes: u64,
    /// Whether the build may pass.
    pub within: bool,
    /// By how much the image runs over the region's end. Then it is over, with or without a budget.
    #[serde(default, skip_serializing_if = "is_zero")]
    pub overflow_bytes: u64,
    /// The regions that it runs into.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub overwrites: Vec<String>,
}

/// How far something runs over the end of a region.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Overflow {
    /// So far.
    pub bytes: u64,
    /// The regions that it runs into.
    pub overwrites: Vec<String>,
}

/// A region as it is judged.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct JudgedRegion {
    /// Its name.
    pub name: String,
    /// What it would have to hold.
    pub needed_bytes: u64,
    /// Its capacity, where known.
    pub length_bytes: Option<u64>,
    /// What does not fit.
    pub overflow: Overflow,
}

impl From<&Region> for JudgedRegion {
    fn from(region: &Region) -> Self {
        Self {
            name: region.name.clone(),
            needed_bytes: region.needed_bytes(),
            length_bytes: region.length_bytes,
            overflow: Overflow { bytes: region.overflow_bytes, overwrites: region.overwrites.clone() },
        }
    }
}

/// An image as it is judged.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct JudgedImage {
    /// All bytes that are stored; absent where it did not link.
    pub flash_bytes: Option<u64>,
    /// Its regions.
    pub regions: Vec<JudgedRegion>,
    /// Figures of static use, by the name of their budget; empty where they were not measured yet.
    pub static_use: Vec<(String, u64)>,
}

/// One verdict per budget, in their order, and one per region without a budget that something runs over the end of.
pub fn judge(budgets: &[Budget], image: &JudgedImage) -> Vec<Verdict> {
    let is_known = |it: &&Budget| !is_static(&it.subject) || !image.static_use.is_empty();
    let by_budget = budgets.iter().filter(is_known).map(|it| verdict(it, image));
    let has_budget = |region: &JudgedRegion| budgets.iter().any(|it| it.subject == region.name);
    let overflowing = image.regions.iter().filter(|it| it.overflow.bytes > 0 && !has_budget(it));
    by_budget.chain(overflowing.map(|it| of_region(it, u64::MAX))).collect()
}

impl Verdict {
    /// That of a limit on a figure.
    pub fn new(subject: String, limit_bytes: u64, used_bytes: Option<u64>) -> Self {
        Self {
            subject,
            limit_bytes,
            used_bytes,
            over_bytes: used_bytes.map_or(0, |it| it.saturating_sub(limit_bytes)),
            within: used_bytes.is_some_and(|it| it <= limit_bytes),
            ..Self::default()
        }
    }

    /// The same of a region that does not hold all.
    pub fn overflowing(self, overflow: Overflow) -> Self {
        let Overflow { bytes, overwrites } = overflow;
        Self { within: self.within && bytes == 0, overflow_bytes: bytes, overwrites, ..self }
    }
}

fn verdict(budget: &Budget, image: &JudgedImage) -> Verdict {
    let Budget { subject, limit_bytes } = budget;
    if subject == TOTAL {
        return Verdict::new(subject.clone(), *limit_bytes, image.flash_bytes);
    }
    if let Some(region) = image.regions.iter().find(|it| it.name == *subject) {
        return of_region(region, *limit_bytes);
    }
    let static_bytes = image.static_use.iter().find(|it| it.0 == *subject).map(|it| it.1);
    Verdict::new(subject.clone(), *limit_bytes, static_bytes)
}

fn of_region(region: &JudgedRegion, budget_bytes: u64) -> Verdict {
    let capacity_bytes = region.length_bytes.filter(|_| region.overflow.bytes > 0).unwrap_or(u64::MAX);
    let limit_bytes = budget_bytes.min(capacity_bytes);
    Verdict::new(region.name.clone(), limit_bytes, Some(region.needed_bytes))
        .overflowing(region.overflow.clone())
}

/// Whether a budget of that name is on static use, unless a region is called so.
pub fn is_static(subject: &str) -> bool {
    subject.strip_prefix(STATIC).is_some_and(|it| it.is_empty() || it.starts_with('-'))
}

#[expect(clippy::trivially_copy_pass_by_ref, reason = "serde passes fields so")]
fn is_zero(number: &u64) -> bool {
    *number == 0
}
