//! A report as the build's page shows it.

use super::savings::Savings;
use super::sections::{SectionLine, listed};
use crate::db::views::builds::{BuildFacts, BuildRow};
use crate::db::views::targets::VerdictRow;
use crate::urls::{self, BuildPart};
use crate::web::commit::{Bar, Change, size, size_of};
use crate::web::format::{Address, Bytes, Delta};
use crate::web::gauge::{Gauge, Standing};
use crate::web::project::budget_words;
use plimsoll_analyzer::report::{Region, RegionKind, RegionPart, RegionSource, View, Warning};
use plimsoll_analyzer::{Cause, CauseKind, Memory, Report};
use plimsoll_protocol::ProjectName;
use uuid::Uuid;

/// Everything below the head of the page.
pub struct ReportView {
    /// How it stands against its budgets.
    pub standing: Standing,
    /// The same in words.
    pub verdict_headline: &'static str,
    /// One per budget.
    pub verdicts: Vec<VerdictLine>,
    /// Flash, RAM, formatting.
    pub figures: Vec<Figure>,
    /// Which source line flash mostly grew for.
    pub cause: Option<CauseLine>,
    /// What could be saved.
    pub savings: Option<Savings>,
    /// One per region in use.
    pub gauges: Vec<Gauge>,
    /// Who uses the regions.
    pub regions: Vec<RegionView>,
    /// As `cargo size -A` lists them.
    pub sections: Vec<SectionLine>,
    /// Their sum.
    pub sections_total: u64,
    /// What was odd.
    pub warnings: Vec<Warning>,
}

/// What a build grew for.
pub struct CauseLine {
    /// By how much the memory grew that it is about.
    pub grown: Delta,
    /// `flash` or `RAM`.
    pub memory: String,
    /// `formatting, asked for by src/main.rs:42`.
    pub words: String,
    /// The page that tells more.
    pub url: String,
}

impl CauseLine {
    /// Of the build that grew, by so much flash and so much RAM.
    pub fn new(
        cause: &Cause,
        (flash, ram): (Delta, Delta),
        (project, build_id): (&ProjectName, Uuid),
    ) -> Self {
        let part = match cause.kind {
            CauseKind::Formatting | CauseKind::Panics => BuildPart::Formatting,
            _ => BuildPart::Symbols,
        };
        let grown = if cause.memory == Memory::Flash { flash } else { ram };
        let url = urls::build_part(project, build_id, part);
        Self { grown, memory: cause.memory.to_string(), words: cause.to_string(), url }
    }
}

/// What a budget says.
pub struct VerdictLine {
    /// A region's name, or `total`.
    pub subject: String,
    /// How it stands.
    pub standing: Standing,
    /// In words.
    pub words: String,
}

/// A total.
pub struct Figure {
    /// Its name.
    pub name: &'static str,
    /// Its size.
    pub value: Bytes,
    /// Against the baseline.
    pub change: Option<Change>,
}

/// A region and its parts.
pub struct RegionView {
    /// Its name.
    pub name: String,
    /// Bytes in use.
    pub used: Bytes,
    /// First address.
    pub origin: Address,
    /// `flash` or `ram`.
    pub kind: &'static str,
    /// Where it comes from.
    pub source: &'static str,
    /// Whether its parts are shown at once.
    pub is_open: bool,
    /// Who owns its bytes, in words.
    pub owners: String,
    /// Its parts, by address.
    pub parts: Vec<PartLine>,
}

/// A section in a region.
pub struct PartLine {
    /// Its name.
    pub section: String,
    /// First address.
    pub address: Address,
    /// Whether it is stored or runs here.
    pub view: &'static str,
    /// Its size.
    pub size: Bytes,
    /// Its share of the region.
    pub bar: Bar,
}

/// The totals of the baseline.
pub struct Old {
    flash: Option<u64>,
    ram: Option<u64>,
    formatting: Option<u64>,
    static_ram: Option<u64>,
}

impl Old {
    /// Of a build's rows.
    pub fn of(row: &BuildRow, facts: &BuildFacts) -> Self {
        Self {
            flash: size_of(row.old_flash_bytes),
            ram: size_of(row.old_ram_bytes),
            formatting: size_of(facts.old_formatting_bytes),
            static_ram: size_of(facts.old_static_ram_bytes),
        }
    }
}

impl ReportView {
    /// Shapes a report.
    pub fn new(report: &Report, verdicts: &[VerdictRow], old: Old) -> Self {
        let lines: Vec<VerdictLine> = verdicts.iter().map(verdict).collect();
        let standing = lines.iter().map(|it| it.standing).max().unwrap_or(Standing::Open);
        let (sections, sections_total) = listed(&report.sections);
        Self {
            standing,
            verdict_headline: headline(standing, verdicts),
            verdicts: lines,
            figures: figures(report, &old),
            cause: None,
            savings: None,
            gauges: gauges(report, verdicts),
            regions: report.regions.iter().map(region).collect(),
            sections,
            sections_total,
            warnings: report.warnings.clone(),
        }
    }
}

fn verdict(row: &VerdictRow) -> VerdictLine {
    let (standing, words) = budget_words(size_of(row.used_bytes), size(row.limit_bytes));
    VerdictLine { subject: row.subject.clone(), standing, words }
}

fn headline(standing: Standing, verdicts: &[VerdictRow]) -> &'static str {
    let is_over = |it: &VerdictRow| size_of(it.used_bytes).is_some_and(|used| used > size(it.limit_bytes));
    match standing {
        Standing::Over if !verdicts.iter().any(is_over) => "A budget watches nothing",
        Standing::Over => "Over the line",
        Standing::Near => "Close to the line",
        Standing::Fine | Standing::Open => "Below the line",
    }
}

fn figures(report: &Report, old: &Old) -> Vec<Figure> {
    let totals = &report.totals;
    let figure = |name, value, old| Figure { name, value: Bytes(value), change: Change::known(old, value) };
    let mut figures =
        vec![figure("Flash", totals.flash_bytes, old.flash), figure("RAM", totals.ram_bytes, old.ram)];
    if let Some(static_bytes) = totals.static_ram_bytes.filter(|_| totals.reserved_bytes > 0) {
        figures.push(figure("Static RAM", static_bytes, old.static_ram));
    }
    // Without any of `core::fmt` a zero would read as if printf of C had been looked for.
    let formatting = report.formatting.total_bytes;
    if formatting > 0 || old.formatting.is_some_and(|it| it > 0) {
        figures.push(figure("Formatting, at least", formatting, old.formatting));
    }
    figures
}

fn gauges(report: &Report, verdicts: &[VerdictRow]) -> Vec<Gauge> {
    let limit = |name: &str| verdicts.iter().find(|it| it.subject == name).map(|it| size(it.limit_bytes));
    let in_use = report.regions.iter().filter(|it| it.used_bytes > 0 || limit(&it.name).is_some());
    in_use.map(|it| Gauge::new(&it.name, it.needed_bytes(), it.length_bytes, limit(&it.name))).collect()
}

fn region(region: &Region) -> RegionView {
    RegionView {
        name: region.name.clone(),
        used: Bytes(region.used_bytes),
        origin: Address(region.origin_address),
        kind: match region.kind {
            RegionKind::Flash => "flash",
            RegionKind::Ram => "RAM",
            RegionKind::Other => "neither flash nor RAM",
        },
        source: match region.source {
            RegionSource::LinkerScript => "from the linker script",
            RegionSource::LinkerMap => "from the linker's map",
            RegionSource::DeviceInfo => "from the file's note of its device",
            RegionSource::Inferred => "inferred from the file",
        },
        is_open: region.used_bytes > 0,
        owners: standing_words(region)
            + &format!(
                "{} owned by symbols, {} alignment filler, {} unclaimed",
                Bytes(region.symbol_bytes),
                Bytes(region.padding_bytes),
                Bytes(region.unattributed_bytes)
            ),
        parts: region.parts.iter().map(|it| part(it, region.used_bytes)).collect(),
    }
}

/// What does not fit, what lies in it, and what is only set aside, where there is such.
fn standing_words(region: &Region) -> String {
    let mut words = String::new();
    if region.overflow_bytes > 0 {
        words.push_str(&format!("overflows by {}", Bytes(region.overflow_bytes)));
        if !region.overwrites.is_empty() {
            words.push_str(&format!(" into {}", region.overwrites.join(" and ")));
        }
        words.push_str(", ");
    }
    if !region.contains.is_empty() {
        words.push_str(&format!("with all of {}, ", region.contains.join(", ")));
    }
    if let Some(static_bytes) = region.static_bytes.filter(|_| region.reserved_bytes > 0) {
        let reserved = Bytes(region.reserved_bytes);
        words.push_str(&format!("{} static use and {reserved} set aside, ", Bytes(static_bytes)));
    }
    words
}

fn part(part: &RegionPart, used_bytes: u64) -> PartLine {
    PartLine {
        section: part.section.clone(),
        address: Address(part.address),
        view: match part.view {
            View::Load => "stored here",
            View::Run => "runs here",
        },
        size: Bytes(part.bytes),
        bar: Bar::share(part.bytes, used_bytes),
    }
}
