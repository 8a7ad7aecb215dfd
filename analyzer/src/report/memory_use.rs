//! Which bytes are stored and which take RAM.

use std::collections::BTreeMap;

use super::{RegionKind, SectionRole, View};
use crate::image::{Image, ImageSection};
use crate::layout::fragments::{self, Fragment};
use crate::layout::regions::{Settled, Taken};
use crate::map::Attribution;
use crate::span::Span;

/// Who is stored and who takes RAM.
pub(crate) struct MemoryUse {
    pub(super) total: Bytes,
    /// What of the total several sections share: overlays, which take turns there.
    pub(super) shared: Bytes,
    /// What of the RAM is only set aside for stacks and heaps.
    pub(super) reserved_bytes: u64,
    /// Filler between sections.
    pub(super) filler_bytes: u64,
    /// By section.
    pub(crate) is_in_ram: Vec<bool>,
    /// By section: whether its content is stored on the device.
    pub(crate) is_in_flash: Vec<bool>,
    /// Of nodes that have some, their own shared bytes.
    shared_by_node: BTreeMap<usize, Bytes>,
}

/// Bytes by where they are. Some are in both.
#[derive(Debug, Clone, Copy, Default)]
pub(crate) struct Bytes {
    pub(crate) flash: u64,
    pub(crate) ram: u64,
}

impl Bytes {
    fn add(&mut self, bytes: u64, (is_stored, is_ram): (bool, bool)) {
        self.flash += if is_stored { bytes } else { 0 };
        self.ram += if is_ram { bytes } else { 0 };
    }
}

impl MemoryUse {
    pub(crate) fn new(image: &Image<'_>, attribution: &Attribution, settled: &Settled) -> Self {
        let is_in_ram = image.sections.iter().map(is_ram_alone).collect();
        let is_in_flash = image.sections.iter().map(|it| it.is_in_flash()).collect();
        let (total, shared, shared_by_node) = Default::default();
        let mut sums = Self {
            total,
            shared,
            reserved_bytes: 0,
            filler_bytes: 0,
            is_in_ram,
            is_in_flash,
            shared_by_node,
        };
        if image.is_relocatable() {
            sums.add_unplaced(image);
        }
        let shared = fragments::shared(image);
        for region in &settled.regions {
            let is_ram = region.kind == RegionKind::Ram;
            region.fragments.iter().for_each(|it| sums.place(it, is_ram));
            let lost = region.fragments.iter().filter(|_| !region.keeps_content);
            let lost = lost.filter(|it| it.is_stored(&image.sections[it.section_idx]));
            lost.for_each(|it| sums.is_in_flash[it.section_idx] = false);
            region.taken(image).iter().for_each(|it| sums.add(it, is_ram, &shared));
        }
        for fragment in &settled.homeless {
            let is_ram = is_ram_alone(&image.sections[fragment.section_idx]);
            sums.place(fragment, is_ram);
            sums.add(&Taken::of(fragment, image), is_ram, &shared);
        }
        sums.add_owners(image, attribution, &shared);
        sums
    }

    /// What a node takes by itself, of its `bytes` in a section.
    pub(super) fn own(&self, (section_idx, node): (usize, usize), bytes: u64) -> Bytes {
        let mut own = Bytes::default();
        own.add(bytes, (self.is_in_flash[section_idx], self.is_in_ram[section_idx]));
        let shared = self.shared_by_node.get(&node).copied().unwrap_or_default();
        Bytes { flash: own.flash.saturating_sub(shared.flash), ram: own.ram.saturating_sub(shared.ram) }
    }

    fn place(&mut self, fragment: &Fragment, is_ram: bool) {
        if fragment.view == View::Run {
            self.is_in_ram[fragment.section_idx] = is_ram;
        }
    }

    fn add(&mut self, taken: &Taken, is_ram: bool, shared: &[Span]) {
        let memories = (taken.is_stored, taken.is_run && is_ram);
        self.total.add(taken.span.size(), memories);
        self.reserved_bytes += if memories.1 { taken.reserved_bytes } else { 0 };
        self.filler_bytes += if taken.is_filler { taken.span.size() } else { 0 };
        within(shared, taken.span).for_each(|it| self.shared.add(it.size(), memories));
    }

    /// Tells the shared bytes of sections by their owners.
    fn add_owners(&mut self, image: &Image<'_>, attribution: &Attribution, shared: &[Span]) {
        for (section_idx, section) in image.sections.iter().enumerate().filter(|(_, it)| it.takes_memory()) {
            let mut add = |run: Span, memories| {
                for (node, span) in attribution.owned(section_idx, run) {
                    self.shared_by_node.entry(node).or_default().add(span.size(), memories);
                }
            };
            let is_stored_there = self.is_in_flash[section_idx] && !section.is_copied();
            let is_ram = self.is_in_ram[section_idx];
            within(shared, section.run).for_each(|it| add(it, (is_stored_there, is_ram)));
            let Some(load) = section.load.filter(|_| section.is_copied()) else { continue };
            for part in within(shared, load) {
                let start = section.run.start().saturating_add(part.start() - load.start());
                add(Span::saturating(start, part.size()), (self.is_in_flash[section_idx], false));
            }
        }
    }

    /// Sections of an object file count whole: they have no addresses that could overlap.
    fn add_unplaced(&mut self, image: &Image<'_>) {
        for section in image.sections.iter().filter(|it| it.takes_memory()) {
            let is_reserved = section.role == SectionRole::Reservation && is_ram_alone(section);
            self.total.add(section.size(), (section.is_in_flash(), is_ram_alone(section)));
            self.reserved_bytes += if is_reserved { section.size() } else { 0 };
        }
    }
}

/// The parts of `spans`, which are in order and apart, that lie in `extent`.
fn within(spans: &[Span], extent: Span) -> impl Iterator<Item = Span> {
    let first = spans.partition_point(|it| it.end() <= extent.start());
    spans[first..].iter().map_while(move |it| it.intersection(extent))
}

/// Whether a section outside of every known memory takes RAM.
fn is_ram_alone(section: &ImageSection<'_>) -> bool {
    let may_be_written = section.load.is_none() || section.is_copied() || section.is_writable;
    may_be_written && section.other_memory.is_none()
}
