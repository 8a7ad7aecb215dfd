//! Where what a section holds is stored before start-up.

use super::{ImageSection, ImageSegment};
use crate::report::SectionRole;
use crate::span::Span;

/// The load address of a section with content: its place in the segment whose part of the file holds it, as
/// llvm-objcopy and GNU's BFD reckon. Overlays run at one address, so of several segments the one counts in which
/// it also runs. armlink writes the initial values of RAM into the segment of the code, where they do not run. Where
/// no part of the file holds it, the headers contradict each other, and the run address is what is left.
pub(super) fn address(run: Span, offset: u64, segments: &[ImageSegment]) -> Option<u64> {
    let content = Span::new(offset, run.size())?;
    let loads = segments.iter().filter(|it| it.is_load);
    let runs_there = |it: &&ImageSegment| it.run.contains(run);
    let is_in_file = |it: &&ImageSegment| !content.is_empty() && it.file.contains(content);
    let is_in_step = |it: &&ImageSegment| run_address(it, offset) == Some(run.start());
    let by_both = loads.clone().filter(runs_there).filter(is_in_file).find(is_in_step);
    if let Some(segment) = by_both.or_else(|| loads.clone().find(is_in_file)) {
        return segment.load.start().checked_add(offset - segment.file.start());
    }
    let segment = loads.clone().find(runs_there)?;
    Some(segment.load.start() + (run.start() - segment.run.start()))
}

/// A linker writes the zeroes of `.bss` out where something with content follows in the same segment: then they are
/// stored, and `objcopy -O binary` has them too. Those that would be stored where they run take nothing more.
pub(super) fn settle_zeroes(sections: &mut [ImageSection<'_>], segments: &[ImageSegment]) {
    let is_empty = |it: &&mut ImageSection<'_>| {
        it.is_allocated && it.load.is_none() && it.role != SectionRole::Filler && !it.is_unpacked
    };
    for section in sections.iter_mut().filter(is_empty) {
        let written = segments.iter().find(|it| is_written(section, it));
        let load = written.map(|it| it.load.start() + (section.run.start() - it.run.start()));
        let load = load.filter(|it| *it != section.run.start());
        section.load = load.map(|it| Span::saturating(it, section.size()));
        section.is_loaded |= load.is_some();
    }
}

/// Whether a segment's part of the file has bytes for a section that says it has none.
pub(super) fn is_written(section: &ImageSection<'_>, segment: &ImageSegment) -> bool {
    let content = Span::new(section.file_offset, section.size());
    let is_in_file = content.is_some_and(|it| !it.is_empty() && segment.file.contains(it));
    segment.is_load
        && is_in_file
        && segment.run.contains(section.run)
        && run_address(segment, section.file_offset) == Some(section.run.start())
}

/// Whether the file has zeroes for what is only set aside.
pub(super) fn is_needless(section: &ImageSection<'_>, segments: &[ImageSegment]) -> bool {
    let is_empty = section.role == SectionRole::Reservation && section.load.is_none();
    is_empty && segments.iter().any(|it| is_written(section, it))
}

/// Where a byte of the file runs if its segment is mapped as a whole.
fn run_address(segment: &ImageSegment, offset: u64) -> Option<u64> {
    segment.run.start().checked_add(offset.checked_sub(segment.file.start())?)
}
