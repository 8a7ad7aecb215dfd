//! Advice: what could be left out, how much that saves, and what it rests on.
//!
//! Each adviser reads the finished tables of a report, and the image where these do not tell enough.
//! It says nothing without a number, and nothing about what is hardly worth an engineer's time. What
//! a number promises is in its [`Certainty`]; the method and the source of each piece of advice are in
//! `docs/INSIGHTS.md`.

mod checks;
mod compiler;
mod constants;
mod crates;
mod duplicates;
mod features;
mod kinds;
mod layout;
mod locations;
mod machinery;
mod margins;
mod messages;
mod statics;
mod tables;

use std::cell::OnceCell;
use std::collections::BTreeMap;

use crate::debug::Place;
use crate::graph::Graph;
use crate::image::Image;
use crate::map::Attribution;
use crate::report::assemble::Findings;
use crate::report::{Certainty, Endianness, Insight, Report, Symbol, SymbolKind};
use crate::span::Span;
use crate::text::grouped;
use kinds::Kind;
pub use kinds::sources;

/// Advice that saves less is not given, whatever the size of the image.
const MIN_BYTES: u64 = 64;
/// Nor is advice that saves less than this part of the flash or RAM in use.
const MIN_PART: u64 = 1000;
/// So many things are named as evidence.
const MAX_EVIDENCE: usize = 5;

/// Crates that come with the compiler.
const STANDARD_CRATES: [&str; 6] = ["core", "alloc", "std", "compiler_builtins", "panic_abort", "__rustc"];

const ADVISERS: [fn(&Case<'_>) -> Vec<Insight>; 12] = [
    checks::advise,
    compiler::advise,
    constants::advise,
    crates::advise,
    duplicates::advise,
    features::advise,
    layout::advise,
    locations::advise,
    machinery::advise,
    messages::advise,
    statics::advise,
    tables::advise,
];

/// All advice on a finished report, the most saving first. Programs for an operating system and
/// object files get none: what is a saving there is another question.
pub(crate) fn advise(report: &Report, findings: &Findings<'_>) -> Vec<Insight> {
    if findings.image.is_hosted() || findings.image.is_relocatable() {
        return Vec::new();
    }
    let place_at = |address: u64| findings.debug.place_at(address);
    let body_at = |address: u64| findings.debug.frames_at(address).pop().and_then(|it| it.place);
    let short_path = |path: &str| findings.debug.short_path(path);
    let case = Case {
        report,
        image: findings.image,
        attribution: findings.attribution,
        graph: findings.graph.as_ref().ok(),
        place_at: &place_at,
        body_at: &body_at,
        short_path: &short_path,
        by_address: OnceCell::new(),
        sections: stored_sections(findings.image),
    };
    let mut insights: Vec<Insight> = ADVISERS.iter().flat_map(|it| it(&case)).collect();
    let min = |total_bytes: u64| MIN_BYTES.max(total_bytes / MIN_PART);
    let min_flash = min(report.totals.flash_bytes);
    let min_ram = min(report.totals.ram_bytes);
    insights.retain(|it| it.flash_bytes >= min_flash || it.ram_bytes >= min_ram);
    insights.sort_by(|a, b| {
        let key = |it: &Insight| (it.kind.clone(), it.advice.clone());
        b.saves_bytes.cmp(&a.saves_bytes).then_with(|| key(a).cmp(&key(b)))
    });
    insights
}

/// What an adviser may look at.
struct Case<'a> {
    report: &'a Report,
    image: &'a Image<'a>,
    attribution: &'a Attribution,
    graph: Option<&'a Graph>,
    /// File and line of an instruction.
    place_at: &'a dyn Fn(u64) -> Option<Place>,
    /// Where the function at an address stands, whatever was inlined there.
    body_at: &'a dyn Fn(u64) -> Option<Place>,
    short_path: &'a dyn Fn(&str) -> String,
    /// Rows of symbols by address, made when first asked for.
    by_address: OnceCell<BTreeMap<u64, usize>>,
    /// Where sections with content run, by address.
    sections: Vec<(Span, &'a [u8])>,
}

/// What following a piece of advice saves.
#[derive(Debug, Clone, Copy)]
struct Saving {
    flash_bytes: u64,
    ram_bytes: u64,
    certainty: Certainty,
}

impl Saving {
    fn of_flash(flash_bytes: u64, certainty: Certainty) -> Self {
        Self { flash_bytes, ram_bytes: 0, certainty }
    }

    fn of_ram(ram_bytes: u64, certainty: Certainty) -> Self {
        Self { flash_bytes: 0, ram_bytes, certainty }
    }

    /// Promises less: of the flash, and where that is not enough of the sum.
    fn less(self, margin_bytes: u64) -> Self {
        let flash_bytes = self.flash_bytes.saturating_sub(margin_bytes);
        let rest_bytes = margin_bytes.saturating_sub(self.flash_bytes);
        Self { flash_bytes, ram_bytes: self.ram_bytes.saturating_sub(rest_bytes), ..self }
    }
}

impl<'a> Case<'a> {
    /// Whether a root leads to the symbol, as far as anybody knows.
    fn is_alive(&self, symbol: &Symbol) -> bool {
        let has_roots = self.graph.is_some_and(|it| !it.roots.is_empty());
        symbol.reachable != Some(false) || !has_roots
    }

    /// Functions that a root leads to, or of which nobody knows.
    fn functions(&self) -> impl Iterator<Item = &'a Symbol> {
        self.report.symbols.iter().filter(|it| it.kind == SymbolKind::Function && self.is_alive(it))
    }

    /// The node of the graph that holds an address.
    fn node(&self, address: u64) -> Option<usize> {
        self.graph?.references.nodes.at(address)
    }

    /// The row of the symbol that begins at an address.
    fn row_at(&self, address: u64) -> Option<usize> {
        let rows = self.report.symbols.iter().enumerate();
        let lookup = || rows.map(|(idx, it)| (it.run_address, idx)).collect();
        self.by_address.get_or_init(lookup).get(&address).copied()
    }

    /// The symbol that begins at an address.
    fn symbol_at(&self, address: u64) -> Option<&'a Symbol> {
        self.row_at(address).map(|it| &self.report.symbols[it])
    }

    /// The stored bytes of a span; shorter or empty where the file has less.
    fn content(&self, span: Span) -> &'a [u8] {
        let idx = self.sections.partition_point(|(it, _)| it.start() <= span.start());
        let before = idx.checked_sub(1).and_then(|it| self.sections.get(it));
        let Some((section, data)) = before.filter(|(it, _)| it.contains(span)) else { return &[] };
        let index = |address: u64| usize::try_from(address - section.start()).unwrap_or(usize::MAX);
        data.get(index(span.start())..index(span.end()).min(data.len())).unwrap_or_default()
    }

    /// The four bytes at an address as a number.
    fn word_at(&self, address: u64) -> Option<u64> {
        let bytes: [u8; 4] = self.content(Span::new(address, 4)?).try_into().ok()?;
        Some(u64::from(match self.report.header.endianness {
            Endianness::Little => u32::from_le_bytes(bytes),
            Endianness::Big => u32::from_be_bytes(bytes),
        }))
    }

    /// A symbol and where it was written, as evidence.
    fn described(&self, symbol: &Symbol) -> String {
        let file = symbol.file.and_then(|it| self.report.files.get(it));
        match file.zip(symbol.line) {
            Some((file, line)) => format!("{} ({}:{line})", symbol.name, file.path),
            None => symbol.name.clone(),
        }
    }

    /// The biggest of some symbols, each with its bytes.
    fn evidence(&self, symbols: &[&Symbol]) -> Vec<String> {
        let rows = symbols.iter().map(|it| (it.size_bytes, self.described(it)));
        evidence(rows.collect())
    }
}

fn stored_sections<'a>(image: &'a Image<'_>) -> Vec<(Span, &'a [u8])> {
    let stored = image.sections.iter().filter(|it| it.takes_memory() && !it.data.is_empty());
    let mut sections: Vec<(Span, &[u8])> = stored.map(|it| (it.run, it.data)).collect();
    sections.sort_by_key(|(it, _)| (it.start(), it.end()));
    sections
}

/// `1 static`, `2 statics`.
fn counted(n: usize, noun: &str) -> String {
    let plural = if n == 1 { "" } else { "s" };
    format!("{} {noun}{plural}", grouped(n as u64))
}

/// The biggest of some things, each with its bytes, and how many more there are.
fn evidence(mut things: Vec<(u64, String)>) -> Vec<String> {
    things.sort_by(|a, b| b.0.cmp(&a.0).then_with(|| a.1.cmp(&b.1)));
    let n_more = things.len().saturating_sub(MAX_EVIDENCE);
    let rest: u64 = things.iter().skip(MAX_EVIDENCE).map(|it| it.0).sum();
    let line = |(bytes, what): (u64, String)| format!("{} B {what}", grouped(bytes));
    let mut lines: Vec<String> = things.into_iter().take(MAX_EVIDENCE).map(line).collect();
    if n_more > 0 {
        lines.push(format!("{} B in {} more", grouped(rest), grouped(n_more as u64)));
    }
    lines
}

/// A row of the report.
fn insight(kind: Kind, advice: String, saving: Saving, evidence: Vec<String>) -> Insight {
    let Saving { flash_bytes, ram_bytes, certainty } = saving;
    Insight {
        kind: kind.word.to_owned(),
        advice,
        saves_bytes: flash_bytes + ram_bytes,
        flash_bytes,
        ram_bytes,
        certainty,
        evidence,
        source_url: kind.source_url.to_owned(),
    }
}

/// Whether a `core::panic::Location` stands here: pointer and length of a path, line and column, as wide
/// as pointers are (line and column: four bytes each).
fn is_location(case: &Case<'_>, address: u64) -> bool {
    const LOCATION_BYTES: u64 = 16;
    if case.report.header.class_bits != 32 {
        return false;
    }
    let word = |at: u64| case.word_at(address.checked_add(at)?);
    let path = word(0).zip(word(4)).and_then(|(start, length)| Span::new(start, length));
    let is_path = path.is_some_and(|it| it.size() < 4096 && case.content(it).ends_with(b".rs"));
    let is_place = |at: u64| word(at).is_some_and(|it| (1..1 << 20).contains(&it));
    let is_whole =
        case.node(address).zip(case.graph).is_some_and(|(it, graph)| graph.bytes()[it] == LOCATION_BYTES);
    is_whole && is_path && is_place(8) && is_place(12)
}
