//! Regions that are windows on one memory: some chips show their RAM at one address for code and at
//! another for data.

use crate::image::Image;
use crate::report::{Region, RegionKind, View};
use crate::span::Span;

/// One memory at two addresses.
#[derive(Debug, Clone, Copy)]
struct Window {
    machine: &'static str,
    code_address: u64,
    data_address: u64,
    length_bytes: u64,
    /// As many bytes from the data's address on are there on this chip and on no other of the machine.
    telling_bytes: u64,
}

/// Internal SRAM of Espressif's chips, by the chapter "System and Memory" of each Technical Reference
/// Manual: ESP32-S3, ESP32-S2, ESP32-C3 and ESP32-C2. On the ESP32 itself the words of the two views are in
/// opposite order, and its linker scripts use one of them; later chips have one address for both.
const WINDOWS: [Window; 4] = [
    window("xtensa", 0x4037_8000, (0x3fc8_8000, 0x6_8000), 0x6_8000),
    window("xtensa", 0x4002_0000, (0x3ffb_0000, 0x5_0000), 0x5_0000),
    window("riscv", 0x4038_0000, (0x3fc8_0000, 0x6_0000), 0x2_0000),
    window("riscv", 0x4038_0000, (0x3fca_0000, 0x4_0000), 0x4_0000),
];

const fn window(
    machine: &'static str,
    code_address: u64,
    (data_address, length_bytes): (u64, u64),
    telling_bytes: u64,
) -> Window {
    Window { machine, code_address, data_address, length_bytes, telling_bytes }
}

/// Tells each region which others show the same memory, and how much of it is in use there. Gives the
/// bytes of RAM that are in use through two windows and were counted twice.
pub(crate) fn enter(image: &Image<'_>, regions: &mut [Region]) -> u64 {
    let Some(window) = of_chip(image, regions) else { return 0 };
    let shared: Vec<usize> = (0..regions.len()).filter(|it| window.shows(&regions[*it])).collect();
    let used: Vec<Vec<Span>> = regions.iter().map(|it| window.used(it)).collect();
    for region_idx in shared.iter().copied() {
        let region = &regions[region_idx];
        let others = || shared.iter().copied().filter(|it| *it != region_idx);
        let reach = window.physical(span(region));
        let is_seen =
            |it: &Span| region.length_bytes.is_none().then_some(*it).or_else(|| reach.intersection(*it));
        let own = &used[region_idx];
        let all: Vec<Span> =
            own.iter().chain(others().flat_map(|it| &used[it])).filter_map(is_seen).collect();
        let windows = others().map(|it| regions[it].name.clone()).collect();
        let used_elsewhere_bytes = union_bytes(all).saturating_sub(union_bytes(own.clone()));
        (regions[region_idx].windows, regions[region_idx].used_elsewhere_bytes) =
            (windows, used_elsewhere_bytes);
    }
    let all: Vec<Span> = shared.iter().flat_map(|it| used[*it].iter().copied()).collect();
    all.iter().map(|it| it.size()).sum::<u64>() - union_bytes(all)
}

/// The window whose two sides are both in use.
fn of_chip(image: &Image<'_>, regions: &[Region]) -> Option<Window> {
    let sections = image.sections.iter().filter(|it| it.is_allocated).map(|it| it.run);
    let spans: Vec<Span> = sections.chain(regions.iter().map(span)).collect();
    let is_used = |side: Span| spans.iter().any(|it| side.intersection(*it).is_some());
    let telling = |it: &Window| Span::saturating(it.data_address, it.telling_bytes);
    let fits =
        |it: &&Window| image.header.machine == it.machine && is_used(it.code()) && is_used(telling(it));
    WINDOWS.iter().find(fits).copied()
}

fn span(region: &Region) -> Span {
    let used = region.parts.last().map_or(region.origin_address, |it| it.address.saturating_add(it.bytes));
    let length = region.length_bytes.unwrap_or(used.saturating_sub(region.origin_address));
    Span::saturating(region.origin_address, length)
}

impl Window {
    fn code(&self) -> Span {
        Span::saturating(self.code_address, self.length_bytes)
    }

    fn data(&self) -> Span {
        Span::saturating(self.data_address, self.length_bytes)
    }

    /// Whether a region is RAM that lies in this memory.
    fn shows(&self, region: &Region) -> bool {
        let span = span(region);
        let is_inside = [self.code(), self.data()].iter().any(|it| it.intersection(span).is_some());
        region.kind == RegionKind::Ram && is_inside
    }

    /// The same memory by its address for data.
    fn physical(&self, span: Span) -> Span {
        if !self.code().contains_address(span.start()) {
            return span;
        }
        Span::saturating(span.start() - self.code_address + self.data_address, span.size())
    }

    /// What runs in a region of RAM.
    fn used(&self, region: &Region) -> Vec<Span> {
        let is_section =
            |it: &&crate::report::RegionPart| it.view == View::Run && it.section != "(alignment)";
        let parts = region.parts.iter().filter(|_| region.kind == RegionKind::Ram).filter(is_section);
        parts.map(|it| self.physical(Span::saturating(it.address, it.bytes))).collect()
    }
}

fn union_bytes(mut spans: Vec<Span>) -> u64 {
    spans.sort_unstable();
    let mut cursor = 0;
    let mut bytes = 0;
    for span in spans {
        bytes += span.from(cursor).size();
        cursor = cursor.max(span.end());
    }
    bytes
}
