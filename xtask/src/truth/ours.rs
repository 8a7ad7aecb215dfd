//! Cases of our own firmware: the logger built with and without the formatting of its lines.

use super::{Case, predict, size};
use crate::voyage::LEGS;
use crate::workshop::{Build, Change, PLAIN, Workshop};
use crate::workspace::root;
use anyhow::{Context as _, Result};
use std::fs;
use std::path::PathBuf;

/// What the firmware's profile builds for, and how.
pub const POOL: &str = "thumbv6m-none-eabi, fat LTO";

/// A line that formats.
struct Site {
    name: &'static str,
    /// What takes its formatting out; the line is where the old text begins.
    change: Change,
}

const RECORD: Site = Site {
    name: "the boot record's line",
    change: ("src/bin/logger.rs", "let _ = writeln!(uart, \"{:?}\", board.boot_record());", ""),
};
const RECORD_DEBUG: Site = Site {
    name: "its derived Debug",
    change: (
        "src/boot.rs",
        "#[derive(Debug, Clone, PartialEq, Eq)]
pub struct BootRecord {",
        "impl core::fmt::Debug for BootRecord {
    fn fmt(&self, _: &mut core::fmt::Formatter<'_>) -> core::fmt::Result {
        Ok(())
    }
}
#[derive(Clone, PartialEq, Eq)]
pub struct BootRecord {",
    ),
};
const TEMPERATURE: Site = Site {
    name: "the temperature's line",
    change: ("src/bin/logger.rs", "let _ = writeln!(self.uart, \"sample {n} {:.2} C\", raw.celsius());", ""),
};
const FLOAT_SAMPLE: Site = Site {
    name: "the sample's line",
    change: (
        "src/bin/logger.rs",
        "writeln!(self.uart, \"{:?}\", Sample { n, celsius: raw.celsius() })",
        "Ok(())",
    ),
};
const FIXED_SAMPLE: Site = Site {
    name: "the sample's line",
    change: (
        "src/bin/logger.rs",
        "writeln!(self.uart, \"{:?}\", Sample { n, celsius: raw.hundredths() })",
        "Ok(())",
    ),
};

/// A version of the logger and what to take out of it, one after another.
struct Version {
    /// Of the demo's voyage.
    leg: &'static str,
    cuts: &'static [&'static [&'static Site]],
    /// Everything that formats in it.
    all: &'static [&'static Site],
}

const VERSIONS: &[Version] = &[
    Version { leg: "deep-history", cuts: &[&[&RECORD], &[&RECORD_DEBUG]], all: &[&RECORD] },
    Version { leg: "temperature-core-fmt", cuts: &[&[&TEMPERATURE]], all: &[&TEMPERATURE] },
    Version {
        leg: "verbose-samples",
        cuts: &[&[&RECORD], &[&RECORD_DEBUG], &[&FLOAT_SAMPLE]],
        all: &[&RECORD, &FLOAT_SAMPLE],
    },
    Version {
        leg: "verbose-samples-fixed",
        cuts: &[&[&RECORD], &[&RECORD_DEBUG], &[&FIXED_SAMPLE]],
        all: &[&RECORD, &FIXED_SAMPLE],
    },
];

/// The newest logger.
pub fn newest() -> Result<PathBuf> {
    Workshop::new()?.program(&PLAIN)
}

/// Builds everything and compares; by version.
pub fn groups() -> Result<Vec<(&'static str, Vec<Case>)>> {
    let workshop = Workshop::new()?;
    VERSIONS.iter().map(|it| Ok((it.leg, cases(&workshop, it)?))).collect()
}

fn cases(workshop: &Workshop, version: &Version) -> Result<Vec<Case>> {
    let leg = LEGS.iter().find(|it| it.name == version.leg).context("no such leg of the voyage")?;
    let plain = Build { features: leg.features, flags: LENIENT, ..PLAIN };
    let whole = workshop.program(&plain)?;
    let whole_bytes = size(&whole)?;
    let mut predicted = Vec::new();
    for cut in version.cuts {
        let lines: Vec<String> = cut.iter().map(|it| it.line()).collect::<Result<_>>()?;
        predicted.push((*cut, predict(&whole, &["--without", &lines.join(",")])?, false));
    }
    predicted.push((version.all, predict(&whole, &["--without-all"])?, true));
    let mut cases = Vec::new();
    for (cut, predicted_bytes, is_all) in predicted {
        let changes: Vec<Change> = cut.iter().map(|it| it.change).collect();
        let rest_bytes = size(&workshop.program(&Build { changes: &changes, ..plain })?)?;
        let names: Vec<&str> = cut.iter().map(|it| it.name).collect();
        let without = if is_all { "all formatting".to_owned() } else { names.join(", ") };
        cases.push(Case {
            without,
            predicted_bytes,
            true_bytes: whole_bytes.saturating_sub(rest_bytes),
            is_all,
        });
    }
    Ok(cases)
}

/// What only removed lines use is unused then.
const LENIENT: &str = "--cap-lints=warn";

impl Site {
    /// File and line, as `--without` takes them.
    fn line(&self) -> Result<String> {
        let (file, from, _) = self.change;
        let text = fs::read_to_string(root().join("firmware").join(file))?;
        let (before, _) = text.split_once(from).with_context(|| format!("{file} does not say {from:?}"))?;
        Ok(format!("{file}:{}", before.lines().count() + usize::from(before.ends_with('\n'))))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_site_stands_in_our_firmware_as_a_line_of_code() {
        for site in VERSIONS.iter().flat_map(|it| it.all) {
            let line = site.line().unwrap();
            let (file, line) = line.rsplit_once(':').unwrap();
            let text = fs::read_to_string(root().join("firmware").join(file)).unwrap();
            let found = text.lines().nth(line.parse::<usize>().unwrap() - 1).unwrap();
            assert!(found.contains(site.change.1.lines().next().unwrap()), "{file}:{line} says {found:?}");
        }
    }

    #[test]
    fn every_version_is_a_leg_of_the_voyage() {
        assert!(VERSIONS.iter().all(|it| LEGS.iter().any(|leg| leg.name == it.leg)));
    }
}
