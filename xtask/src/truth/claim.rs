//! What the product says of its own error, against what was measured just now.

use super::answer;
use super::tally::Tally;
use anyhow::{Context as _, Result};
use std::path::Path;

/// The product says tenths of a percent.
const TENTH: f64 = 0.1;

/// The figures that go with every prediction.
pub struct Claim {
    n_cases: u64,
    median_percent: f64,
    near_percent: f64,
}

impl Claim {
    /// As they are said of an image.
    pub fn read(elf: &Path) -> Result<Self> {
        let answer = answer(elf, &[])?;
        let error = &answer["measured_error"];
        let number = |name: &str| error[name].as_f64().with_context(|| format!("an error without {name}"));
        Ok(Self {
            n_cases: error["n_cases"].as_u64().context("an error without n_cases")?,
            median_percent: number("median_percent")?,
            near_percent: number("within_tolerance_percent")?,
        })
    }

    /// What is said and was not measured.
    pub fn misses(&self, tally: &Tally) -> Vec<String> {
        let is_off = |said: f64, measured: f64| (said - measured).abs() > TENTH;
        let is_said = self.n_cases == tally.n_cases as u64
            && !is_off(self.median_percent, tally.median_percent)
            && !is_off(self.near_percent, tally.near_percent);
        let Self { n_cases, median_percent, near_percent } = self;
        let miss = format!(
            "MEASURED_ERROR says {n_cases} cases, median {median_percent} %, {near_percent} % near; measured: {tally}"
        );
        if is_said { Vec::new() } else { vec![miss] }
    }
}

#[cfg(test)]
mod tests {
    use super::super::Case;
    use super::*;

    #[test]
    fn what_the_product_says_is_held_against_what_was_measured() {
        let case = |predicted_bytes| Case {
            without: String::new(),
            predicted_bytes,
            true_bytes: 1000,
            is_all: false,
        };
        let tally = Tally::of(&[case(1010), case(1010), case(1200)]);
        let claim = |n_cases, median_percent, near_percent| {
            Claim { n_cases, median_percent, near_percent }.misses(&tally).is_empty()
        };
        assert!(claim(3, 1.0, 66.7));
        assert!(!claim(2, 1.0, 66.7) && !claim(3, 1.2, 66.7) && !claim(3, 1.0, 66.9));
    }
}
