//! Initial values that are stored packed and take more where they run.
//!
//! armlink gives a section that it compressed the size of what it stores (Arm Compiler, "armlink", optimization of RW data
//! compression), so that the file says how much flash it costs, and not how much RAM. What comes behind it in RAM and
//! its symbols say that.

use std::collections::BTreeMap;

use super::{ImageSection, ImageSegment, ImageSymbol};
use crate::report::{SectionKind, SectionRole};
use crate::span::{Span, is_alignment_gap};

/// What the names of stored, packed values begin with; then comes the section's.
pub(crate) const PACKED: &str = "(packed) ";
/// No packing is better: a symbol further off is broken.
const MAX_UNPACKED_BYTES: u64 = 1 << 26;

/// Gives packed sections the size that they have in RAM, and what is stored of them a section of its own.
pub(super) fn unpack<'data>(
    sections: &mut Vec<ImageSection<'data>>,
    symbols: &[ImageSymbol<'_>],
    segments: &[ImageSegment],
) {
    let is_candidate = |it: &ImageSection<'_>| {
        let runs_there = |segment: &ImageSegment| segment.is_load && segment.run.contains(it.run);
        let is_data = it.is_writable && !it.is_executable && !it.is_thread_local && it.size() > 0;
        is_data && it.is_loaded && it.is_copied() && !segments.iter().any(runs_there)
    };
    let candidates: Vec<usize> = (0..sections.len()).filter(|it| is_candidate(&sections[*it])).collect();
    if candidates.is_empty() {
        return;
    }
    let ends = ends(symbols);
    let mut starts: Vec<u64> =
        sections.iter().filter(|it| it.is_allocated).map(|it| it.run.start()).collect();
    starts.sort_unstable();
    for section_idx in candidates {
        let Some(end) = unpacked_end(sections, section_idx, (&ends, &starts)) else { continue };
        let section = &mut sections[section_idx];
        let Some(load) = section.load.take() else { continue };
        let stored = ImageSection {
            name: format!("{PACKED}{}", section.name),
            file_idx: None,
            kind: SectionKind::Rodata,
            role: SectionRole::Content,
            run: load,
            load: Some(load),
            align_bytes: 1,
            is_writable: false,
            data: &[],
            ..section.clone()
        };
        section.run = Span::saturating(section.run.start(), end - section.run.start());
        (section.data, section.is_unpacked) = (&[], true);
        sections.push(stored);
    }
}

/// Microchip's linkers store initial values in `.dinit` (XC32 user's guide, "Data-Initialization Template"). That the file has
/// them once more where they run is for debuggers: nothing flashes those.
pub(super) fn settle_templates(sections: &mut [ImageSection<'_>]) {
    const TEMPLATE: &str = ".dinit";
    if !sections.iter().any(|it| it.name == TEMPLATE && it.load.is_some() && it.size() > 0) {
        return;
    }
    let is_repeated = |it: &&mut ImageSection<'_>| {
        let runs_there = it.load.is_some_and(|load| load.start() == it.run.start());
        it.is_allocated && it.is_writable && !it.is_executable && runs_there && it.name != TEMPLATE
    };
    for section in sections.iter_mut().filter(is_repeated) {
        section.load = None;
    }
}

/// By index of the section in the file, where its last symbol ends.
fn ends(symbols: &[ImageSymbol<'_>]) -> BTreeMap<usize, u64> {
    let mut ends: BTreeMap<usize, u64> = BTreeMap::new();
    for it in symbols {
        let end = ends.entry(it.section_file_idx).or_default();
        *end = (*end).max(it.value.saturating_add(it.size));
    }
    ends
}

/// Where a section ends in RAM if that is behind what the file holds of it: at the next one of its name, else at its
/// last symbol, and not behind the begin of any other.
fn unpacked_end(
    sections: &[ImageSection<'_>],
    section_idx: usize,
    (ends, starts): (&BTreeMap<usize, u64>, &[u64]),
) -> Option<u64> {
    let section = &sections[section_idx];
    let stored_end = section.run.end();
    let limit = starts.get(starts.partition_point(|it| *it < stored_end)).copied().unwrap_or(u64::MAX);
    let last_end = section.file_idx.and_then(|it| ends.get(&it)).copied().unwrap_or(0);
    let last_end = last_end.min(limit).max(stored_end);
    let follows = |it: &&ImageSection<'_>| {
        it.is_allocated && it.name == section.name && it.run.start() == limit && it.load.is_none()
    };
    let next = sections.iter().find(follows).filter(|it| {
        let gap_bytes = it.run.start() - stored_end;
        last_end > stored_end || !is_alignment_gap(gap_bytes, it.run.start(), it.align_bytes)
    });
    let end = next.map_or(last_end, |it| it.run.start());
    (end > stored_end && end - stored_end <= MAX_UNPACKED_BYTES).then_some(end)
}
