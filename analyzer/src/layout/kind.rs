//! Whether a memory is flash or RAM, told by what lies in it.

use super::fragments::Fragment;
use crate::image::ImageSection;
use crate::report::{RegionKind, View};

/// What the pieces in one region give away.
#[derive(Debug, Clone, Copy, Default)]
pub(super) struct Evidence {
    /// Initial values that start-up copies elsewhere: only storage holds those.
    stores_copies: bool,
    /// The target of such a copy: only RAM can be that.
    receives_copies: bool,
    /// Memory without content in the file, or content that is both code and writable.
    is_written: bool,
    /// Content that is used where it is stored.
    is_stored: bool,
    /// Stored content whose section is called like one in RAM, or like any other.
    has_ram_names: bool,
    has_other_names: bool,
}

impl Evidence {
    /// What is stored in one window and runs in another is no copy.
    pub(super) fn add(&mut self, fragment: &Fragment, section: &ImageSection<'_>, is_copied: bool) {
        match fragment.view {
            View::Load => self.stores_copies |= is_copied,
            View::Run if is_copied => self.receives_copies = true,
            View::Run if section.load.is_none() => self.is_written = true,
            View::Run => {
                let is_ram = is_ram_name(&section.name);
                self.is_stored = true;
                self.is_written |= is_ram || section.is_writable && section.is_executable;
                self.has_ram_names |= is_ram;
                self.has_other_names |= !is_ram;
            }
        }
    }

    /// Says that the memory can be written.
    pub(super) fn add_written(&mut self) {
        self.is_written = true;
    }

    /// What is certain, or `None`.
    fn proof(self) -> Option<RegionKind> {
        match (self.stores_copies, self.receives_copies) {
            (true, _) => Some(RegionKind::Flash),
            (false, true) => Some(RegionKind::Ram),
            (false, false) => match (self.is_written, self.is_stored) {
                (true, false) => Some(RegionKind::Ram),
                _ => None,
            },
        }
    }

    /// For a region without a name: memory that is written is RAM.
    pub(super) fn guess(self) -> RegionKind {
        let fallback = if self.is_written { RegionKind::Ram } else { RegionKind::Flash };
        self.proof().unwrap_or(fallback)
    }

    /// For a region of a linker script: what lies there, then what its author called it.
    pub(super) fn guess_named(self, name: &str, attributes: &str) -> RegionKind {
        // ESP-IDF's `iram0_0_seg (RX)` is RAM that nobody writes data to.
        let is_loaded_ram =
            self.has_ram_names && !self.has_other_names && kind_of_name(name) != Some(RegionKind::Flash);
        self.proof()
            .or(is_loaded_ram.then_some(RegionKind::Ram))
            .or_else(|| kind_of_attributes(attributes))
            .or_else(|| kind_of_name(name))
            .unwrap_or_else(|| self.guess())
    }
}

/// `(rx)` is flash, `(rwx)` and `(w)` are RAM; what follows a `!` is not said.
fn kind_of_attributes(attributes: &str) -> Option<RegionKind> {
    let granted = attributes.split('!').next().unwrap_or("").to_ascii_lowercase();
    let is_writable = granted.contains('w');
    let is_readable = granted.contains(['r', 'x']);
    match (is_writable, is_readable) {
        (true, _) => Some(RegionKind::Ram),
        (false, true) => Some(RegionKind::Flash),
        (false, false) => None,
    }
}

/// What a region's name says, where it says something.
fn kind_of_name(name: &str) -> Option<RegionKind> {
    let name = name.to_ascii_uppercase();
    let says = |words: &[&str]| words.iter().any(|it| name.contains(it));
    if says(&["FLASH", "ROM", "FRAM", "NVRAM", "PROGRAM", "BOOT", "XIP", "QSPI"]) {
        Some(RegionKind::Flash)
    } else if says(&["RAM", "TCM", "CCM", "STACK", "HEAP"]) {
        Some(RegionKind::Ram)
    } else {
        None
    }
}

/// `.iram0.text`, `.dram0.data`, `.itcm`, `.ramfunc`: stored content that a loader puts into RAM.
fn is_ram_name(name: &str) -> bool {
    const PREFIXES: [&str; 8] = [".iram", ".dram", ".ram", ".tcm", ".itcm", ".dtcm", ".ccm", ".rwtext"];
    PREFIXES.iter().any(|it| name.starts_with(it))
}
