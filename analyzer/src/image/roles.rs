//! Allocated sections without content: used, set aside, or only stepped over.

use std::collections::BTreeSet;

use super::{ImageSection, ImageSymbol};
use crate::report::SectionRole;
use crate::span::Span;

/// Tells sections without content apart: memory that is used, set aside, or only stepped over.
/// Object files have no addresses yet, so `has_addresses` says whether overlaps mean something.
pub(super) fn settle(sections: &mut [ImageSection<'_>], symbols: &[ImageSymbol<'_>], has_addresses: bool) {
    let with_objects: BTreeSet<usize> =
        symbols.iter().filter(|it| it.size > 0).map(|it| it.section_file_idx).collect();
    sections.iter_mut().filter(|it| has_addresses && is_written_reservation(it)).for_each(|section| {
        (section.load, section.data) = (None, &[]);
    });
    let content =
        Stretches::new(sections.iter().filter(|it| has_addresses && it.load.is_some()).map(|it| it.run));
    for section in sections.iter_mut().filter(|it| it.is_allocated && it.load.is_none()) {
        section.has_objects = section.file_idx.is_some_and(|it| with_objects.contains(&it));
        let is_stepped_over = content.overlap(section.run)
            || is_filler_name(&section.name) && !is_reservation_name(&section.name);
        // A template of threads is no memory, whatever symbols say of it.
        section.role = if section.is_thread_local || is_stepped_over && !section.has_objects {
            SectionRole::Filler
        } else if is_reservation_name(&section.name) {
            SectionRole::Reservation
        } else {
            SectionRole::Content
        };
    }
}

/// Addresses that are in use, for many questions.
struct Stretches {
    /// By start; with the furthest end up to there.
    starts: Vec<(u64, u64)>,
}

impl Stretches {
    fn new(spans: impl Iterator<Item = Span>) -> Self {
        let mut starts: Vec<(u64, u64)> =
            spans.filter(|it| !it.is_empty()).map(|it| (it.start(), it.end())).collect();
        starts.sort_unstable();
        let mut furthest = 0;
        for (_, end) in &mut starts {
            furthest = furthest.max(*end);
            *end = furthest;
        }
        Self { starts }
    }

    fn overlap(&self, span: Span) -> bool {
        let n_before = self.starts.partition_point(|(start, _)| *start < span.end());
        let reach = n_before.checked_sub(1).and_then(|it| self.starts.get(it));
        !span.is_empty() && reach.is_some_and(|(_, end)| *end > span.start())
    }
}

/// ESP-IDF's and esp-hal's sections that only move the address along; they have no content.
fn is_filler_name(name: &str) -> bool {
    const SUFFIXES: [&str; 5] = ["dummy", "text_end", "rodata_end", "_gap", "_for_iram"];
    SUFFIXES.iter().any(|it| name.ends_with(it))
}

/// `. = . + N` in a section of its own has no content for GNU ld; lld writes zeroes that nothing needs. They are to be
/// loaded to where the reservation is, so in flash they cannot be meant.
fn is_written_reservation(section: &ImageSection<'_>) -> bool {
    section.is_allocated
        && section.is_writable
        && !section.is_executable
        && is_reservation_name(&section.name)
        && section.load.is_some_and(|it| it.start() == section.run.start())
        && section.file_idx.is_some()
        && section.data.iter().all(|it| *it == 0)
}

/// The names of stacks and heaps in the scripts and templates of GNU, Arm, IAR, TI (`.sysmem`), Renesas CC-RX (`SU` and
/// `SI`: user's and interrupts' stack), TASKING (`csa`: where TriCore saves the registers of calls) and Microchip.
fn is_reservation_name(name: &str) -> bool {
    let lower = name.to_ascii_lowercase();
    let is_context_save_area = lower.trim_start_matches('.').split('_').next() == Some("csa");
    is_context_save_area
        || ["SU", "SI", ".sysmem"].contains(&name)
        || ["stack", "heap"].iter().any(|it| lower.contains(it))
}
