//! Which bytes are stored and which take RAM.

use super::{RegionKind, View};
use crate::image::{Image, ImageSection};
use crate::layout::fragments::Fragment;
use crate::layout::regions::{Occupied, Settled};

/// Who is stored and who takes RAM.
pub(crate) struct MemoryUse {
    pub(super) flash_bytes: u64,
    pub(super) ram_bytes: u64,
    /// By section.
    pub(crate) is_in_ram: Vec<bool>,
}

impl MemoryUse {
    pub(crate) fn new(image: &Image<'_>, settled: &Settled) -> Self {
        let mut sums = Self { flash_bytes: 0, ram_bytes: 0, is_in_ram: Vec::new() };
        sums.is_in_ram = image.sections.iter().map(is_ram_alone).collect();
        if image.is_relocatable() {
            sums.add_unplaced(image);
        }
        for region in &settled.regions {
            region.fragments.iter().for_each(|it| sums.add(image, *it, is_ram_in(region, it)));
        }
        for fragment in &settled.homeless {
            let is_ram = fragment.view == View::Run && is_ram_alone(&image.sections[fragment.section_idx]);
            sums.add(image, *fragment, is_ram);
        }
        sums
    }

    fn add(&mut self, image: &Image<'_>, fragment: Fragment, is_ram: bool) {
        let section = &image.sections[fragment.section_idx];
        if fragment.is_stored(section) {
            self.flash_bytes += fragment.span.size();
        }
        if fragment.view == View::Run {
            self.is_in_ram[fragment.section_idx] = is_ram;
            self.ram_bytes += if is_ram { fragment.span.size() } else { 0 };
        }
    }

    /// Sections of an object file count whole: they have no addresses that could overlap.
    fn add_unplaced(&mut self, image: &Image<'_>) {
        for section in image.sections.iter().filter(|it| it.takes_memory()) {
            self.flash_bytes += if section.load.is_some() { section.size() } else { 0 };
            self.ram_bytes += if is_ram_alone(section) { section.size() } else { 0 };
        }
    }
}

fn is_ram_in(region: &Occupied, fragment: &Fragment) -> bool {
    fragment.view == View::Run && region.kind == RegionKind::Ram
}

/// Whether a section outside of every known memory takes RAM.
fn is_ram_alone(section: &ImageSection<'_>) -> bool {
    section.load.is_none() || section.is_copied() || section.is_writable
}
