//! Where the linker put things: holes between them, and sections that no script names.

use std::collections::BTreeMap;

use super::kinds;
use super::{Case, Saving, evidence, insight};
use crate::map::Label;
use crate::report::{Certainty, Insight, RegionKind, RegionSource, Section, SectionRole, Symbol, SymbolKind};
use crate::span::{Span, natural_alignment};

/// Smaller holes are what functions and words on their usual borders leave: no order avoids them.
const MIN_HOLE_BYTES: u64 = 8;
/// Fewer zeroes behind a constant are its own as likely as not.
const MIN_TAIL_BYTES: u64 = 64;
/// The name of filler between sections in [`crate::report::RegionPart`].
const BETWEEN_SECTIONS: &str = "(alignment)";
/// Beginnings of the names that compilers give to sections before linking.
const INPUT_SECTIONS: [&str; 4] = [".text.", ".rodata.", ".data.", ".bss."];
/// Some linkers keep every function's section. Where so many are, that is how this one works.
const MAX_ORPHANS: usize = 16;

/// Holes and orphans.
pub(super) fn advise(case: &Case<'_>) -> Vec<Insight> {
    alignment_holes(case).into_iter().chain(orphan_sections(case)).collect()
}

/// A run of filler.
struct Hole {
    bytes: u64,
    before: String,
    is_flash: bool,
    is_ram: bool,
}

fn alignment_holes(case: &Case<'_>) -> Option<Insight> {
    let mut holes = holes_in_sections(case);
    holes.extend(holes_between_sections(case));
    holes.extend(holes_behind_constants(case));
    holes.retain(|it| it.bytes >= MIN_HOLE_BYTES);
    let sum = |is_there: fn(&Hole) -> bool| holes.iter().filter(|it| is_there(it)).map(|it| it.bytes).sum();
    let saving = Saving {
        flash_bytes: sum(|it| it.is_flash),
        ram_bytes: sum(|it| it.is_ram),
        certainty: Certainty::UpTo,
    };
    let n_holes = holes.len();
    let advice = format!(
        "{n_holes} holes of {MIN_HOLE_BYTES} B and more are there only to align what follows. Sort by alignment \
         (`SORT_BY_ALIGNMENT` in the linker script), ask for less alignment, or fill them."
    );
    let rows = holes.into_iter().map(|it| (it.bytes, format!("before {}", it.before))).collect();
    (n_holes > 0).then(|| insight(kinds::ALIGNMENT_HOLES, advice, saving, evidence(rows)))
}

fn holes_in_sections(case: &Case<'_>) -> Vec<Hole> {
    let mut holes = Vec::new();
    for (section_idx, section) in case.image.sections.iter().enumerate() {
        let labels = case.attribution.labels(section_idx).filter(|_| section.role == SectionRole::Content);
        for (span, _) in labels.filter(|(_, label)| *label == Label::Padding) {
            let next = case.symbol_at(span.end()).map(|it| it.name.clone());
            let before = next.unwrap_or_else(|| format!("{:#x} in {}", span.end(), section.name));
            let is_ram = section.is_writable && section.other_memory.is_none();
            holes.push(Hole { bytes: span.size(), before, is_flash: section.is_in_flash(), is_ram });
        }
    }
    holes
}

fn holes_between_sections(case: &Case<'_>) -> Vec<Hole> {
    let mut holes = Vec::new();
    for region in &case.report.regions {
        for pair in region.parts.windows(2).filter(|it| it[0].section == BETWEEN_SECTIONS) {
            let is_ram = region.kind == RegionKind::Ram;
            let before = format!("{} in {}", pair[1].section, region.name);
            holes.push(Hole {
                bytes: pair[0].bytes,
                before,
                is_flash: region.kind == RegionKind::Flash,
                is_ram,
            });
        }
    }
    holes
}

/// Where a constant without a symbol ends nobody wrote down: zeroes before something widely aligned may
/// be its own or filler.
fn holes_behind_constants(case: &Case<'_>) -> Vec<Hole> {
    let aligns = case.report.sections.iter().map(|it| (it.name.as_str(), it.align_bytes));
    let aligns: BTreeMap<&str, u64> = aligns.filter(|it| it.1 > MIN_TAIL_BYTES).collect();
    let hole = |it: &Symbol| {
        let max_align_bytes = *aligns.get(it.section.as_str()).filter(|_| it.kind == SymbolKind::Constant)?;
        let span = Span::saturating(it.run_address, it.size_bytes);
        let content = case.content(span);
        let n_zeroes = content.iter().rev().take_while(|byte| **byte == 0).count() as u64;
        let bytes = n_zeroes.min(natural_alignment(span.end()).min(max_align_bytes) - 1);
        let before = case.symbol_at(span.end())?.name.clone();
        (bytes >= MIN_TAIL_BYTES).then_some(Hole { bytes, before, is_flash: true, is_ram: false })
    };
    case.report.symbols.iter().filter_map(hole).collect()
}

fn orphan_sections(case: &Case<'_>) -> Option<Insight> {
    let sections = case.report.sections.iter();
    let sections = sections.filter(|it| it.allocated && it.size_bytes > 0 && it.role == SectionRole::Content);
    let is_input = |it: &&Section| INPUT_SECTIONS.iter().any(|name| it.name.starts_with(name));
    let has_input_names = sections.clone().filter(is_input).count() <= MAX_ORPHANS;
    let outside_bytes: u64 = sections.clone().filter(|it| is_outside(case, it)).map(|it| it.size_bytes).sum();
    let all_bytes: u64 = sections.clone().map(|it| it.size_bytes).sum();
    // Where most is outside, it is not the sections that are in the wrong place.
    let is_orphan = |it: &&Section| {
        has_input_names && is_input(it) || outside_bytes * 2 < all_bytes && is_outside(case, it)
    };
    let orphans: Vec<&Section> = sections.filter(is_orphan).collect();
    let sum = |is_there: fn(&Section) -> bool| {
        orphans.iter().filter(|it| is_there(it)).map(|it| it.size_bytes).sum()
    };
    let saving = Saving {
        flash_bytes: sum(|it| it.load_address.is_some()),
        ram_bytes: sum(|it| it.load_address.is_none()),
        certainty: Certainty::UpTo,
    };
    let advice = "The linker script places these sections nowhere, so the linker guessed. Name them in the \
        script, or discard them if nobody needs them.";
    let rows = orphans.iter().map(|it| (it.size_bytes, it.name.clone())).collect();
    (!orphans.is_empty()).then(|| insight(kinds::ORPHAN_SECTIONS, advice.to_owned(), saving, evidence(rows)))
}

/// Whether a section lies outside of the memory that a linker script declares.
fn is_outside(case: &Case<'_>, section: &Section) -> bool {
    let declared = case.report.regions.iter().filter(|it| it.source == RegionSource::LinkerScript);
    let mut memory = declared
        .map(|it| Span::saturating(it.origin_address, it.length_bytes.unwrap_or(u64::MAX)))
        .peekable();
    let run = Span::saturating(section.run_address, section.size_bytes);
    memory.peek().is_some() && !memory.any(|it| it.contains(run))
}
