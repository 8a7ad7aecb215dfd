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
    let chunks: Vec<&[Fragment]> = fragments.chunk_by(is_near).collect();
    let spans: Vec<Span> = chunks.iter().filter_map(|it| extent(it)).collect();
    let evidence: Vec<Evidence> = chunks.iter().map(|it| evidence(image, it, &spans)).collect();
    let n_ram = evidence.iter().filter(|it| it.is_ram()).count();
    let clusters = chunks.iter().zip(evidence).filter_map(|(chunk, evidence)| {
        let name = other_memory(chunk.first()?);
        let has_ram_elsewhere = n_ram > usize::from(evidence.is_ram());
        let kind = match name {
            Some(_) => RegionKind::Other,
            None if is_hosted => hosted_kind(is_writable(chunk.first()?)),
            None => evidence.guess(has_ram_elsewhere),
        };
        Some(Cluster { span: extent(chunk)?, kind, name })
    });
    clusters.collect()
}

fn extent(chunk: &[Fragment]) -> Option<Span> {
    Span::between(chunk.first()?.span.start(), chunk.last()?.span.end())
}

fn hosted_kind(is_writable: bool) -> RegionKind {
    if is_writable { RegionKind::Ram } else { RegionKind::Flash }
}

/// What the chunk of these that lies at one of `spans` tells.
fn evidence(image: &Image<'_>, chunk: &[Fragment], spans: &[Span]) -> Evidence {
    let mut evidence = Evidence::default();
    for fragment in chunk {
        let section = &image.sections[fragment.section_idx];
        evidence.add(fragment, section, section.is_copied());
        let own = extent(chunk).filter(|_| fragment.view == View::Run && !section.is_copied());
        let stack = own.and_then(|it| image.initial_stack(section, it));
        if stack.zip(own).is_some_and(|(stack, own)| is_elsewhere(stack, own, spans)) {
            evidence.add_stack_elsewhere();
        }
    }
    evidence
}

/// Whether a stack that begins at `stack` and grows down is in another memory than `own`: another one is nearer below
/// it, or it is further off than one memory reaches.
fn is_elsewhere(stack: u64, own: Span, spans: &[Span]) -> bool {
    let below = spans.iter().rev().find(|it| it.start() < stack);
    below.is_none_or(|it| *it != own || stack.saturating_sub(own.end()) > SAME_FLASH_BYTES)
}
