//! The part of measuring that computes: no database, on threads of its own.

use crate::db::builds::Measured;
use crate::domain::Recipe;
use crate::domain::build::{Measurement, MeasurementKind};
use crate::jobs::files::{BuildFiles, PackedFiles};
use anyhow::Context as _;
use plimsoll_analyzer::report::{Formatting, Totals};
use plimsoll_analyzer::{Cause, Change, Report, Traced};
use plimsoll_protocol::{Figures, LinkFailure, Overflow};

/// What measuring found, before it is written down.
#[derive(Debug)]
pub struct Analysis {
    /// The report as JSON, compressed.
    pub body_zstd: Vec<u8>,
    /// The totals.
    pub figures: Figures,
    /// What graphs need.
    pub measurements: Vec<Measurement>,
    /// What the growth against the baseline is mostly due to.
    pub cause: Option<Cause>,
    /// Changed symbols against the baseline.
    pub symbol_changes: Vec<Change>,
    /// Changed crates against the baseline.
    pub crate_changes: Vec<Change>,
}

/// Why a build will never be measured, as its page says it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Hopeless(pub String);

/// What a build is compared with.
#[derive(Debug)]
pub struct Baseline {
    /// Its report, compressed.
    pub body_zstd: Vec<u8>,
    /// Its files, as far as they could be had: what grew is known without them, why is not.
    pub packed: Option<PackedFiles>,
}

/// Explains the ELF and compares it with the baseline. Without a baseline everything is new.
pub fn analyze(
    recipe: &Recipe,
    packed: &PackedFiles,
    baseline: Option<&Baseline>,
) -> anyhow::Result<Result<Analysis, Hopeless>> {
    let traced = match explain(recipe, &packed.unpack()?) {
        Ok(traced) => traced,
        Err(why) => return Ok(Err(why)),
    };
    let report = &traced.report;
    let old = baseline.map(|it| read_report(&it.body_zstd)).transpose()?;
    let cause = old.as_ref().zip(baseline).and_then(|(old, it)| cause((old, it), &traced));
    let old = old.unwrap_or_else(|| empty_like(report));
    let diff = plimsoll_analyzer::diff(&old, report);
    Ok(Ok(Analysis {
        body_zstd: pack_report(report)?,
        figures: figures_of(report),
        measurements: measurements_of(report),
        cause,
        symbol_changes: diff.symbols,
        crate_changes: diff.crates,
    }))
}

/// What is to be said first of the growth. A baseline that cannot be looked at any more explains nothing.
fn cause((old, baseline): (&Report, &Baseline), new: &Traced) -> Option<Cause> {
    let delta = |total: fn(&Totals) -> u64| {
        total(&new.report.totals).cast_signed() - total(&old.totals).cast_signed()
    };
    let files = baseline.packed.as_ref()?.unpack().ok()?;
    let old = files.traced(&[]).ok()?;
    plimsoll_analyzer::growth(&old, new).headline(delta(|it| it.flash_bytes), delta(|it| it.ram_bytes))
}

fn explain(recipe: &Recipe, files: &BuildFiles) -> Result<Traced, Hopeless> {
    let script = recipe.memory_text.as_deref().unwrap_or_default();
    let regions = match script.is_empty() {
        true => Vec::new(),
        false => plimsoll_analyzer::parse_memory(script)
            .map_err(|it| Hopeless(format!("The linker script cannot be read: {it}.")))?,
    };
    files.traced(&regions).map_err(|it| Hopeless(format!("The ELF file cannot be analysed: {it}.")))
}

/// A report as it is stored.
pub fn pack_report(report: &Report) -> anyhow::Result<Vec<u8>> {
    let mut encoder = zstd::Encoder::new(Vec::new(), 3).context("zstd cannot start")?;
    serde_json::to_writer(&mut encoder, report).context("a report cannot be written")?;
    encoder.finish().context("a report cannot be compressed")
}

/// A stored report.
pub fn read_report(body_zstd: &[u8]) -> anyhow::Result<Report> {
    // Text that lies in memory is parsed twice as fast as text that is read piece by piece.
    let json = zstd::decode_all(body_zstd).context("a stored report is damaged")?;
    serde_json::from_slice(&json).context("a stored report cannot be read")
}

/// What a first build is compared with: the same device with nothing on it.
fn empty_like(report: &Report) -> Report {
    Report {
        totals: Totals::default(),
        regions: Vec::new(),
        sections: Vec::new(),
        segments: Vec::new(),
        symbols: Vec::new(),
        crates: Vec::new(),
        formatting: Formatting::default(),
        warnings: Vec::new(),
        ..report.clone()
    }
}

fn figures_of(report: &Report) -> Figures {
    Figures {
        flash_bytes: report.totals.flash_bytes,
        ram_bytes: report.totals.ram_bytes,
        formatting_bytes: report.formatting.total_bytes,
    }
}

fn measurements_of(report: &Report) -> Vec<Measurement> {
    let regions = report.regions.iter().map(|it| Measurement {
        kind: MeasurementKind::Region,
        name: it.name.clone(),
        value_bytes: it.needed_bytes(),
        length_bytes: it.length_bytes,
        overflow: Overflow { bytes: it.overflow_bytes, overwrites: it.overwrites.clone() },
    });
    let figure = |kind, name, value_bytes| Measurement {
        kind,
        name,
        value_bytes,
        length_bytes: None,
        overflow: Overflow::default(),
    };
    let static_use =
        report.static_use().into_iter().map(|(name, bytes)| figure(MeasurementKind::Static, name, bytes));
    let sections = report.sections.iter().filter(|it| it.allocated);
    let sections = sections.map(|it| figure(MeasurementKind::Section, it.name.clone(), it.size_bytes));
    regions.chain(static_use).chain(sections).collect()
}

/// Of an image that was never written: the regions that it was too big for, and the sections of the linker's map.
pub fn measurements_of_failure(failure: &LinkFailure) -> Vec<Measurement> {
    let regions = failure.overflows.iter().filter_map(|it| {
        Some(Measurement {
            kind: MeasurementKind::Region,
            name: it.region.clone(),
            value_bytes: it.used_bytes()?,
            length_bytes: it.length_bytes,
            overflow: Overflow::default(),
        })
    });
    let sections = failure.sections.iter().map(|it| Measurement {
        kind: MeasurementKind::Section,
        name: it.name.clone(),
        value_bytes: it.size_bytes,
        length_bytes: None,
        overflow: Overflow::default(),
    });
    regions.chain(sections).collect()
}

impl Analysis {
    /// What is written into the build's own row.
    pub fn measured(&self, baseline: Option<(uuid::Uuid, i64)>, now: time::OffsetDateTime) -> Measured {
        Measured { figures: self.figures, baseline, measured_at: now }
    }
}
