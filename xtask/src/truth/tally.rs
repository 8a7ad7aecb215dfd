//! How far predictions are off.

use super::Case;
use std::fmt;

/// Figures of several cases.
pub struct Tally {
    pub(super) n_cases: usize,
    pub(super) median_percent: f64,
    median_bytes: u64,
    pub(super) near_percent: f64,
    /// Of the cases without anything that was asked about.
    worst_of_all_percent: f64,
}

impl Case {
    /// Relative to the truth.
    fn error_percent(&self) -> f64 {
        100.0 * self.predicted_bytes.abs_diff(self.true_bytes) as f64 / self.true_bytes.max(1) as f64
    }

    /// Within 5 % or 64 bytes.
    pub fn is_near(&self) -> bool {
        self.error_percent() <= 5.0 || self.predicted_bytes.abs_diff(self.true_bytes) <= 64
    }
}

impl Tally {
    pub fn of<'a>(cases: impl IntoIterator<Item = &'a Case>) -> Self {
        let cases: Vec<&Case> = cases.into_iter().collect();
        let mut errors: Vec<f64> = cases.iter().map(|it| it.error_percent()).collect();
        errors.sort_by(f64::total_cmp);
        let mut bytes: Vec<u64> = cases.iter().map(|it| it.predicted_bytes.abs_diff(it.true_bytes)).collect();
        bytes.sort_unstable();
        let n_near = cases.iter().filter(|it| it.is_near()).count();
        let of_all = cases.iter().filter(|it| it.is_all).map(|it| it.error_percent());
        Self {
            n_cases: cases.len(),
            median_percent: errors.get(errors.len() / 2).copied().unwrap_or(0.0),
            median_bytes: bytes.get(bytes.len() / 2).copied().unwrap_or(0),
            near_percent: 100.0 * n_near as f64 / cases.len().max(1) as f64,
            worst_of_all_percent: of_all.fold(0.0, f64::max),
        }
    }

    /// Whether enough are within 5 % or 64 bytes.
    pub fn is_near(&self) -> bool {
        self.far().is_none()
    }

    /// What is further off than promised about formatting.
    pub fn misses(&self) -> Vec<String> {
        let mut misses: Vec<String> = self.far().into_iter().collect();
        if self.median_percent > 2.0 {
            misses.push(format!("median error {:.2} %", self.median_percent));
        }
        if self.worst_of_all_percent > 3.0 {
            misses.push(format!("all formatting {:.2} % off", self.worst_of_all_percent));
        }
        misses
    }

    /// What is further off than promised about panics, most of which take a few bytes: 64 bytes alone would
    /// allow to predict nothing.
    pub fn misses_of_panics(&self) -> Vec<String> {
        let mut misses: Vec<String> = self.far().into_iter().collect();
        if self.median_bytes > 8 {
            misses.push(format!("median error {} B", self.median_bytes));
        }
        misses
    }

    fn far(&self) -> Option<String> {
        (self.near_percent < 95.0).then(|| format!("only {:.1} % within 5 % or 64 B", self.near_percent))
    }
}

impl fmt::Display for Tally {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(
            f,
            "{} cases, median error {:.2} % or {} B, {:.1} % within 5 % or 64 B, all together at most {:.2} % off",
            self.n_cases,
            self.median_percent,
            self.median_bytes,
            self.near_percent,
            self.worst_of_all_percent
        )
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn case(predicted_bytes: u64, true_bytes: u64) -> Case {
        Case { without: String::new(), predicted_bytes, true_bytes, is_all: true }
    }

    #[test]
    fn what_is_further_off_than_promised_is_named() {
        assert_eq!(Tally::of(&[case(1000, 1010), case(64, 128)]).misses().len(), 2, "median and all");
        assert!(Tally::of(&[case(1000, 1010), case(2000, 2001)]).misses().is_empty());
        assert_eq!(Tally::of(&[case(1000, 1100)]).misses().len(), 3);
    }

    #[test]
    fn a_panic_that_is_predicted_to_save_nothing_is_a_miss_within_64_bytes() {
        assert_eq!(Tally::of(&[case(0, 30)]).misses_of_panics(), ["median error 30 B"]);
        assert!(Tally::of(&[case(6, 8)]).misses_of_panics().is_empty());
    }
}
