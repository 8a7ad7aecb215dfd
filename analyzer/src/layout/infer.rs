//! Regions of a file that comes without a linker script: neighbours in the address space.

use super::fragments::Fragment;
use super::kind::Evidence;
use crate::image::Image;
use crate::report::{RegionKind, View};
use crate::span::Span;

/// Pieces that are closer than this lie in one memory, whatever they hold. Small machines (MSP430,
/// AVR) have their memories only a few kilobytes apart.
const NEAR_BYTES: u64 = 1 << 12;
/// Flash leaves holes: boot loader, settings and program may be megabytes apart.
const SAME_FLASH_BYTES: u64 = 1 << 24;
/// Banks of RAM follow one another; windows on other memories are further off.
const SAME_RAM_BYTES: u64 = 1 << 18;

/// A stretch of memory that is in use.
#[derive(Debug, Clone, Copy)]
pub(super) struct Cluster {
    pub(super) span: Span,
    pub(super) kind: RegionKind,
    /// What a memory that is neither flash nor RAM is called.
    pub(super) name: Option<&'static str>,
}

/// The memories that `fragments` (sorted by address) lie in.
pub(super) fn clusters(image: &Image<'_>, fragments: &[Fragment]) -> Vec<Cluster> {
    let mut clusters: Vec<Cluster> = Vec::new();
    for next in near(image, fragments) {
        match clusters.last_mut() {
            Some(last) if belongs(last, &next) => {
                last.span = Span::between(last.span.start(), next.span.end()).unwrap_or(last.span);
            }
            _ => clusters.push(next),
        }
    }
    clusters
}

fn belongs(last: &Cluster, next: &Cluster) -> bool {
    let gap_bytes = next.span.start().saturating_sub(last.span.end());
    let limit_bytes = match next.kind {
        RegionKind::Flash => SAME_FLASH_BYTES,
        RegionKind::Ram | RegionKind::Other => SAME_RAM_BYTES,
    };
    (last.kind, last.name) == (next.kind, next.name) && gap_bytes < limit_bytes
}

/// Cut where the gap is wide and, in programs for an operating system, where pages turn writable.
fn near(image: &Image<'_>, fragments: &[Fragment]) -> Vec<Cluster> {
    let is_hosted = image.is_hosted();
    let is_writable = |it: &Fragment| image.sections[it.section_idx].is_writable;
    let other_memory = |it: &Fragment| image.sections[it.section_idx].other_memory;
    let is_near = |a: &Fragment, b: &Fragment| {
        let is_one_page = !is_hosted || is_writable(a) == is_writable(b);
        b.span.start() - a.span.end() < NEAR_BYTES && is_one_page && other_memory(a) == other_memory(b)
    };
    fragments
        .chunk_by(is_near)
        .filter_map(|chunk| {
            let span = Span::between(chunk.first()?.span.start(), chunk.last()?.span.end())?;
            let name = other_memory(chunk.first()?);
            let kind = match name {
                Some(_) => RegionKind::Other,
                None if is_hosted => hosted_kind(is_writable(chunk.first()?)),
                None => kind(image, chunk),
            };
            Some(Cluster { span, kind, name })
        })
        .collect()
}

fn hosted_kind(is_writable: bool) -> RegionKind {
    if is_writable { RegionKind::Ram } else { RegionKind::Flash }
}

fn kind(image: &Image<'_>, chunk: &[Fragment]) -> RegionKind {
    let mut evidence = Evidence::default();
    for fragment in chunk {
        let section = &image.sections[fragment.section_idx];
        evidence.add(fragment, section, section.is_copied());
        // What is stored and runs in a segment that is writable code has been put there by a loader.
        let is_loaded = |it: &crate::image::ImageSegment| {
            it.is_load && it.is_writable && it.is_executable && it.run.contains(section.run)
        };
        if fragment.view == View::Run && image.segments.iter().any(is_loaded) {
            evidence.add_written();
        }
    }
    evidence.guess()
}
