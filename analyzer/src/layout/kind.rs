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
    /// Memory without content in the file.
    has_empty: bool,
    /// Content that is used where it is stored.
    is_stored: bool,
    /// Stored content that is both code and writable. A C array of vectors without `const` makes flash look so.
    is_writable_code: bool,
    /// Stored content whose section is called like one in RAM, or like any other.
    has_ram_names: bool,
    has_other_names: bool,
    /// A vector table whose stack is in another memory.
    has_stack_elsewhere: bool,
}

impl Evidence {
    /// What is stored in one window and runs in another is no copy.
    pub(super) fn add(&mut self, fragment: &Fragment, section: &ImageSection<'_>, is_copied: bool) {
        match fragment.view {
            View::Load if is_copied => self.stores_copies = true,
            View::Run if is_copied => self.receives_copies = true,
            View::Run if section.load.is_none() => self.has_empty = true,
            View::Run | View::Load => {
                let is_ram = is_ram_name(&section.name);
                self.is_stored = true;
                self.is_writable_code |= section.is_writable && section.is_executable;
                self.has_ram_names |= is_ram;
                self.has_other_names |= !is_ram;
            }
        }
    }

    /// Says that a vector table lies here, and the stack that it begins with does not.
    pub(super) fn add_stack_elsewhere(&mut self) {
        self.has_stack_elsewhere = true;
    }

    /// Whether it can be nothing but RAM.
    pub(super) fn is_ram(self) -> bool {
        !self.stores_copies && (self.receives_copies || self.has_empty && !self.has_stack_elsewhere)
    }

    /// For a region without a name. That code is writable only tells where nothing else in the image is RAM.
    pub(super) fn guess(self, has_ram_elsewhere: bool) -> RegionKind {
        let is_written = self.has_empty || self.has_ram_names || self.is_writable_code && !has_ram_elsewhere;
        let is_ram = match (self.stores_copies, self.receives_copies) {
            (true, _) => false,
            (false, true) => true,
            (false, false) => is_written && !self.has_stack_elsewhere,
        };
        if is_ram { RegionKind::Ram } else { RegionKind::Flash }
    }

    /// For a region of a linker script: what lies there, then what its author called it.
    pub(super) fn guess_named(self, name: &str, attributes: &str) -> RegionKind {
        let by_name = kind_of_name(name);
        let by_attributes = kind_of_attributes(attributes);
        self.proof(by_name, by_attributes)
            .or_else(|| is_near_memory(name).then_some(RegionKind::Ram))
            .or_else(|| self.is_loaded_ram(by_name).then_some(RegionKind::Ram))
            .or(by_attributes)
            .or(by_name)
            .unwrap_or_else(|| self.guess_unnamed(attributes))
    }

    /// What is certain. RAM may store copies for another RAM (`>DTCM AT>RAM`), and flash may have sections without
    /// content, so there the author's word counts.
    fn proof(self, by_name: Option<RegionKind>, by_attributes: Option<RegionKind>) -> Option<RegionKind> {
        let is_called = |kind| by_name == Some(kind) && by_attributes.is_none_or(|it| it == kind);
        match (self.stores_copies, self.receives_copies) {
            (true, _) if is_called(RegionKind::Ram) => Some(RegionKind::Ram),
            (true, _) => Some(RegionKind::Flash),
            (false, true) => Some(RegionKind::Ram),
            (false, false) if self.has_empty && !self.is_stored && !is_called(RegionKind::Flash) => {
                Some(RegionKind::Ram)
            }
            (false, false) => None,
        }
    }

    /// ESP-IDF's `iram0_0_seg (RX)` is RAM that nothing writes data to.
    fn is_loaded_ram(self, by_name: Option<RegionKind>) -> bool {
        self.has_ram_names && !self.has_other_names && by_name != Some(RegionKind::Flash)
    }

    /// Where neither name nor attributes tell, and nothing lies there, what can be written is rather RAM.
    fn guess_unnamed(self, attributes: &str) -> RegionKind {
        let is_unused = !self.is_stored && !self.has_empty;
        if is_unused && granted(attributes).contains('w') { RegionKind::Ram } else { self.guess(true) }
    }
}

fn granted(attributes: &str) -> String {
    attributes.split('!').next().unwrap_or("").to_ascii_lowercase()
}

/// `(rx)` is flash, `(rw)` is RAM; what follows a `!` is not said. What may be written and run says nothing: scripts
/// grant that to RAM, to FRAM and to flash behind QSPI.
fn kind_of_attributes(attributes: &str) -> Option<RegionKind> {
    let granted = granted(attributes);
    let has = |letter: char| granted.contains(letter);
    match (has('w'), has('x')) {
        (true, true) => None,
        (true, false) => Some(RegionKind::Ram),
        (false, is_code) => (is_code || has('r')).then_some(RegionKind::Flash),
    }
}

/// What a region's name says, where it says something.
fn kind_of_name(name: &str) -> Option<RegionKind> {
    let name = name.to_ascii_uppercase();
    let says = |words: &[&str]| words.iter().any(|it| name.contains(it));
    if says(&["FLASH", "ROM", "FRAM", "NVRAM", "XIP", "QSPI"]) {
        Some(RegionKind::Flash)
    } else if name.replace("PROGRAM", "").contains("RAM")
        || says(&["TCM", "CCM", "STACK", "HEAP"])
        || is_near_memory(&name)
    {
        Some(RegionKind::Ram)
    } else if says(&["PROGRAM", "BOOT"]) {
        Some(RegionKind::Flash)
    } else {
        None
    }
}

/// Memories that are RAM whatever they are used for: those tightly coupled to a core, and those of a real-time clock,
/// which keep their content in deep sleep. A window on flash (`ITCMFLASH`) says so.
fn is_near_memory(name: &str) -> bool {
    let name = name.to_ascii_uppercase();
    let is_flash = ["FLASH", "ROM"].iter().any(|it| name.contains(it));
    let mut words = name.split(|it: char| !it.is_ascii_alphanumeric());
    let is_near = |it: &str| {
        it.contains("TCM") || it.starts_with("CCM") || it.ends_with("CCM") || it.starts_with("RTC")
    };
    !is_flash && words.any(is_near)
}

/// `.iram0.text`, `.dram0.data`, `.itcm`, `.ramfunc`: stored content that a loader puts into RAM.
fn is_ram_name(name: &str) -> bool {
    const PREFIXES: [&str; 8] = [".iram", ".dram", ".ram", ".tcm", ".itcm", ".dtcm", ".ccm", ".rwtext"];
    PREFIXES.iter().any(|it| name.starts_with(it))
}
