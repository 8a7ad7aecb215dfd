//! Regions that are windows on one memory: some chips show their RAM or flash at one address for code and
//! at another for data.

use super::MemoryRegion;
use super::regions::ALIGNMENT;
use crate::image::{Image, ImageSection};
use crate::report::Region;
use crate::span::Span;

/// One memory at two addresses, on a chip that is known.
#[derive(Debug, Clone, Copy)]
struct ChipWindow {
    machine: &'static str,
    code_address: u64,
    data_address: u64,
    length_bytes: u64,
    /// As many bytes from the data's address on are there on this chip and on no other of the machine.
    telling_bytes: u64,
}

/// What of a chip's memory is only seen through one of its windows, as the first 32 KiB of the S3's code memory, may
/// be in one region with what is seen through both. Regions that are longer than both together are other memories:
/// flash and PSRAM of one chip lie over the SRAM's addresses of another.
const BESIDE_BYTES: u64 = 1 << 15;

/// Internal SRAM of Espressif's chips, by the chapter "System and Memory" of each Technical Reference
/// Manual: ESP32-S3, ESP32-S2, ESP32-C3 and ESP32-C2. On the ESP32 itself the words of the two views are in
/// opposite order, and its linker scripts use one of them; later chips have one address for both. Behind those,
/// TriCore's segments without the cache and with it (TriCore manual, "Memory map").
const WINDOWS: [ChipWindow; 6] = [
    window("xtensa", 0x4002_0000, (0x3ffb_0000, 0x5_0000), 0x5_0000),
    window("xtensa", 0x4037_8000, (0x3fc8_8000, 0x6_8000), 0x6_8000),
    window("riscv", 0x4038_0000, (0x3fc8_0000, 0x6_0000), 0x2_0000),
    window("riscv", 0x4038_0000, (0x3fca_0000, 0x4_0000), 0x4_0000),
    window("tricore", 0xa000_0000, (0x8000_0000, 0x1000_0000), 0x1000_0000),
    window("tricore", 0xb000_0000, (0x9000_0000, 0x1000_0000), 0x1000_0000),
];

const fn window(
    machine: &'static str,
    code_address: u64,
    (data_address, length_bytes): (u64, u64),
    telling_bytes: u64,
) -> ChipWindow {
    ChipWindow { machine, code_address, data_address, length_bytes, telling_bytes }
}

/// The windows of an image.
#[derive(Debug, Clone, Default)]
pub(crate) struct Windows {
    list: Vec<Window>,
}

/// Addresses at which bytes are seen that have another address too.
#[derive(Debug, Clone, Copy)]
struct Window {
    span: Span,
    /// The other address of the first byte.
    shows_address: u64,
}

/// What several windows show was counted in each.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Doubled {
    pub(crate) flash_bytes: u64,
    pub(crate) ram_bytes: u64,
}

impl Window {
    /// What it shows, by the other address.
    fn memory(&self) -> Span {
        Span::saturating(self.shows_address, self.span.size())
    }
}

impl Windows {
    /// Those that the linker script declares.
    pub(super) fn declared(memory: &[MemoryRegion]) -> Self {
        let window = |it: &MemoryRegion| {
            let span = Span::saturating(it.origin_address, it.length_bytes);
            it.shows_address.map(|shows_address| Window { span, shows_address })
        };
        Self { list: memory.iter().filter_map(window).collect() }
    }

    /// Where none are declared: of a chip that is known, the window whose two sides are both in use.
    pub(super) fn or_of_chip(self, image: &Image<'_>, regions: &[Region]) -> Self {
        if !self.list.is_empty() {
            return self;
        }
        let sections = image.sections.iter().filter(|it| it.is_allocated).map(|it| it.run);
        let spans: Vec<Span> = sections.chain(regions.iter().map(span)).collect();
        let is_used = |it: &ChipWindow, side: Span| {
            let is_it = |span: &&Span| span.size() <= it.length_bytes + BESIDE_BYTES;
            spans.iter().filter(is_it).any(|span| side.intersection(*span).is_some())
        };
        let fits = |it: &&ChipWindow| {
            image.header.machine == it.machine
                && is_used(it, Span::saturating(it.code_address, it.length_bytes))
                && is_used(it, Span::saturating(it.data_address, it.telling_bytes))
        };
        let window = |it: &ChipWindow| Window {
            span: Span::saturating(it.code_address, it.length_bytes),
            shows_address: it.data_address,
        };
        // Chips of one family have one window each; TriCore's do not exclude one another.
        let n_windows = if image.header.machine == "tricore" { WINDOWS.len() } else { 1 };
        Self { list: WINDOWS.iter().filter(fits).take(n_windows).map(window).collect() }
    }

    /// The same bytes by the address of their memory.
    fn physical(&self, span: Span) -> Span {
        let holding = self.list.iter().filter(|it| it.span.contains_address(span.start()));
        let Some(window) = holding.min_by_key(|it| it.span.size()) else { return span };
        let offset = span.start() - window.span.start();
        Span::saturating(window.shows_address.saturating_add(offset), span.size())
    }

    /// The same of a span that may begin or end outside of a window: pieces, each with the address that it has here.
    fn physical_pieces(&self, span: Span) -> Vec<(u64, Span)> {
        let borders = self.list.iter().flat_map(|it| [it.span.start(), it.span.end()]);
        let mut borders: Vec<u64> = borders.filter(|it| span.start() < *it && *it < span.end()).collect();
        borders.extend([span.start(), span.end()]);
        borders.sort_unstable();
        let pieces = borders.windows(2).filter_map(|it| Span::between(it[0], it[1]));
        pieces.map(|it| (it.start(), self.physical(it))).collect()
    }

    /// Of regions that lie at `spans`, the one whose memory the region of that index shows.
    pub(super) fn memory_of(&self, spans: &[Span], region_idx: usize) -> usize {
        let shown = self.physical(spans[region_idx]);
        let is_memory = |it: &Span| it.contains_address(shown.start()) && self.physical(*it) == *it;
        if shown == spans[region_idx] {
            return region_idx;
        }
        let memories = spans.iter().enumerate().filter(|(_, it)| is_memory(it));
        memories.min_by_key(|(_, it)| it.size()).map_or(region_idx, |(idx, _)| idx)
    }

    /// Whether nobody has to copy the section from where it is stored to where it runs.
    pub(super) fn runs_in_place(&self, section: &ImageSection<'_>) -> bool {
        let start = |it: Span| self.physical(it).start();
        !section.is_copied() || section.load.is_none_or(|load| start(load) == start(section.run))
    }

    /// Tells each region which others show the same memory, and how much of it is in use there.
    pub(super) fn enter(&self, regions: &mut [Region]) {
        if self.list.is_empty() {
            return;
        }
        let used: Vec<Vec<Span>> = regions.iter().map(|it| self.used(it)).collect();
        for region_idx in 0..regions.len() {
            let region = &regions[region_idx];
            let others = (0..regions.len()).filter(|it| self.share(region, &regions[*it]));
            let others: Vec<usize> = others.collect();
            let reach = self.physical_pieces(span(region));
            let seen = |it: &Span| match region.length_bytes {
                None => vec![*it],
                Some(_) => reach.iter().filter_map(|(_, reach)| reach.intersection(*it)).collect(),
            };
            let own = &used[region_idx];
            let all = own.iter().chain(others.iter().flat_map(|it| &used[*it])).flat_map(seen);
            let used_elsewhere_bytes = union_bytes(all.collect()).saturating_sub(union_bytes(own.clone()));
            let windows = others.iter().map(|it| regions[*it].name.clone()).collect();
            let region = &mut regions[region_idx];
            (region.windows, region.used_elsewhere_bytes) = (windows, used_elsewhere_bytes);
        }
    }

    /// By how much the pieces are more than the memory that they take.
    pub(super) fn doubled_bytes(&self, pieces: impl Iterator<Item = Span>) -> u64 {
        if self.list.is_empty() {
            return 0;
        }
        let spans: Vec<Span> =
            pieces.flat_map(|it| self.physical_pieces(it)).map(|(_, physical)| physical).collect();
        spans.iter().map(|it| it.size()).sum::<u64>() - union_bytes(spans)
    }

    /// Whether two regions show one memory at different addresses.
    fn share(&self, region: &Region, other: &Region) -> bool {
        let [pieces, other_pieces] = [region, other].map(|it| self.physical_pieces(span(it)));
        let touches = |window: &Window, (start, physical): (u64, Span)| {
            let is_seen_here = window.span.contains_address(start);
            is_seen_here || window.memory().intersection(physical).is_some()
        };
        let offset = |(start, physical): (u64, Span)| physical.start().wrapping_sub(start);
        let shows_one = |a: (u64, Span), b: (u64, Span)| {
            offset(a) != offset(b) && self.list.iter().any(|it| touches(it, a) && touches(it, b))
        };
        region.kind == other.kind && pieces.iter().any(|a| other_pieces.iter().any(|b| shows_one(*a, *b)))
    }

    /// What is stored in a region or runs there.
    fn used(&self, region: &Region) -> Vec<Span> {
        let parts = region.parts.iter().filter(|it| it.section != ALIGNMENT);
        let pieces = parts.flat_map(|it| self.physical_pieces(Span::saturating(it.address, it.bytes)));
        pieces.map(|(_, physical)| physical).collect()
    }
}

fn span(region: &Region) -> Span {
    let used = region.parts.last().map_or(region.origin_address, |it| it.address.saturating_add(it.bytes));
    let length = region.length_bytes.unwrap_or(used.saturating_sub(region.origin_address));
    Span::saturating(region.origin_address, length)
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
