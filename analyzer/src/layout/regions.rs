//! Use per region: which sections lie in it, and who owns their bytes.
//!
//! A region's use is the sum of its sections plus the alignment filler between them, and the totals of the
//! image are made of the same. GNU ld's
//! `--print-memory-usage` counts from the region's start to the end of its last section instead,
//! so it also counts holes that nothing needs.

use std::cmp::Reverse;

use super::MemoryRegion;
use super::capacity::Memory;
use super::fragments::Fragment;
use super::infer;
use super::kind::Evidence;
use super::windows::Windows;
use crate::image::Image;
use crate::isa::Machine;
use crate::report::{RegionKind, RegionSource, View};
use crate::span::{Span, is_alignment_gap};

/// What the parts of a region that only align the next are called.
pub(crate) const ALIGNMENT: &str = "(alignment)";

/// From here on AVR's linker places EEPROM, fuses and the like.
const AVR_OTHER_ADDRESS: u64 = 0x81_0000;

/// A region and the pieces of sections that lie in it.
#[derive(Debug)]
pub(crate) struct Occupied {
    pub(super) name: String,
    pub(super) aliases: Vec<String>,
    pub(crate) kind: RegionKind,
    pub(super) span: Span,
    pub(super) length_bytes: Option<u64>,
    pub(super) source: RegionSource,
    /// Whether what is loaded to it is stored on the device: not in RAM.
    pub(crate) keeps_content: bool,
    pub(crate) fragments: Vec<Fragment>,
}

/// Bytes of a region: a piece of a section, or the filler that aligns one.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Taken {
    pub(crate) span: Span,
    /// Whether they have to be kept without power. Filler has to between what has to.
    pub(crate) is_stored: bool,
    /// Whether they are taken at run time. Filler is between what is.
    pub(crate) is_run: bool,
    pub(crate) is_filler: bool,
    /// Of them, those that are only set aside for a stack or heap.
    pub(crate) reserved_bytes: u64,
}

impl Taken {
    pub(crate) fn of(fragment: &Fragment, image: &Image<'_>) -> Self {
        let section = &image.sections[fragment.section_idx];
        Self {
            span: fragment.span,
            is_stored: fragment.is_stored(section),
            is_run: fragment.view == View::Run,
            is_filler: false,
            reserved_bytes: match fragment.is_reserved {
                true => fragment.span.size(),
                false if section.load.is_none() => image.reserved_bytes(fragment.run()),
                false => 0,
            },
        }
    }
}

impl Occupied {
    /// All bytes in use, by address.
    pub(crate) fn taken(&self, image: &Image<'_>) -> Vec<Taken> {
        let mut taken: Vec<Taken> = Vec::with_capacity(self.fragments.len());
        for fragment in &self.fragments {
            let section = &image.sections[fragment.section_idx];
            let next = Taken::of(fragment, image);
            let next = Taken { is_stored: next.is_stored && self.keeps_content, ..next };
            let filler = taken.last().and_then(|last| filler(last, &next, section.align_bytes));
            taken.extend(filler.into_iter().chain([next]));
        }
        taken
    }
}

/// Where the pieces went.
#[derive(Debug)]
pub(crate) struct Settled {
    pub(crate) regions: Vec<Occupied>,
    /// Pieces outside of every region.
    pub(crate) homeless: Vec<Fragment>,
    /// Of what the linker script calls windows.
    pub(super) windows: Windows,
}

/// Puts every piece into a region that is known, or into one of our own inference. What a device says of its memories is
/// not all that it has, so there the rest is inferred.
pub(crate) fn settle(image: &Image<'_>, memory: &Memory, fragments: &[Fragment]) -> Settled {
    let mut regions = declared(memory);
    let mut homeless = fragments.to_vec();
    if !regions.is_empty() {
        homeless = place(&mut regions, fragments);
        let windows = Windows::declared(&memory.regions);
        settle_kinds(image, &mut regions, (&memory.regions, &windows));
    }
    if matches!(memory.source, RegionSource::Inferred | RegionSource::DeviceInfo) {
        let mut rest = inferred(image, &homeless, &regions);
        homeless = place(&mut rest, &homeless);
        regions.extend(rest);
    }
    regions.iter_mut().for_each(|it| settle_reserved(image, it));
    tell_kept(image, &mut regions);
    Settled { regions, homeless, windows: Windows::declared(&memory.regions) }
}

/// The pieces that lie in none of the regions.
fn place(regions: &mut [Occupied], fragments: &[Fragment]) -> Vec<Fragment> {
    let spans: Vec<Span> = regions.iter().map(|it| it.span).collect();
    let mut homeless = Vec::new();
    for fragment in fragments {
        for (home, piece) in pieces(&spans, *fragment) {
            match home {
                Some(region_idx) => regions[region_idx].fragments.push(piece),
                None => homeless.push(piece),
            }
        }
    }
    homeless
}

/// Tells flash from RAM by what lies there.
fn settle_kinds(image: &Image<'_>, regions: &mut [Occupied], (memory, windows): (&[MemoryRegion], &Windows)) {
    let spans: Vec<Span> = regions.iter().map(|it| it.span).collect();
    let memory_of: Vec<usize> = (0..memory.len()).map(|it| windows.memory_of(&spans, it)).collect();
    let mut evidence = vec![Evidence::default(); memory.len()];
    for (region, memory_idx) in regions.iter().zip(&memory_of) {
        for fragment in &region.fragments {
            let section = &image.sections[fragment.section_idx];
            evidence[*memory_idx].add(fragment, section, !windows.runs_in_place(section));
        }
    }
    for (region, memory_idx) in regions.iter_mut().zip(memory_of) {
        let declaration = &memory[memory_idx];
        let is_other = |it: &Fragment| image.sections[it.section_idx].other_memory.is_some();
        let is_other_memory = matches!(image.machine, Machine::Avr { .. })
            && region.span.start() >= AVR_OTHER_ADDRESS
            || !region.fragments.is_empty() && region.fragments.iter().all(is_other);
        region.kind = match is_other_memory {
            true => RegionKind::Other,
            false => evidence[memory_idx].guess_named(&declaration.name, &declaration.attributes),
        };
    }
}

/// Some sections are set aside whatever they are called: without content and objects, one in flash stores nothing, and one
/// that ends where the region does takes what the others leave.
fn settle_reserved(image: &Image<'_>, region: &mut Occupied) {
    let end = region.length_bytes.filter(|_| !image.symbols.is_empty()).map(|_| region.span.end());
    let (kind, start) = (region.kind, region.span.start());
    for fragment in &mut region.fragments {
        let section = &image.sections[fragment.section_idx];
        let is_empty = section.load.is_none() && !section.has_objects;
        let takes_the_rest = end == Some(fragment.span.end()) && fragment.span.start() > start;
        fragment.is_reserved |= is_empty && (kind == RegionKind::Flash || takes_the_rest);
    }
}

/// What is loaded to RAM is gone without power. Where no script says what is flash, only an image that has some tells
/// the two apart; and what a boot loader brings there is stored elsewhere.
fn tell_kept(image: &Image<'_>, regions: &mut [Occupied]) {
    let is_stored = |it: &Fragment| it.is_stored(&image.sections[it.section_idx]);
    let has_flash = |it: &Occupied| {
        let is_declared = it.source != RegionSource::Inferred;
        is_declared || it.kind == RegionKind::Flash && it.fragments.iter().any(is_stored)
    };
    if regions.iter().any(has_flash) && !image.is_brought_to_ram() {
        regions.iter_mut().for_each(|it| it.keeps_content = it.kind != RegionKind::Ram);
    }
}

fn declared(memory: &Memory) -> Vec<Occupied> {
    let region = |it: &MemoryRegion| Occupied {
        name: it.name.clone(),
        aliases: it.aliases.clone(),
        kind: RegionKind::Flash,
        span: Span::saturating(it.origin_address, it.length_bytes),
        length_bytes: Some(it.length_bytes),
        source: memory.source,
        keeps_content: true,
        fragments: Vec::new(),
    };
    memory.regions.iter().map(region).collect()
}

/// `flash`, `flash2`, …: the first keeps its name when a second one appears.
fn inferred(image: &Image<'_>, fragments: &[Fragment], known: &[Occupied]) -> Vec<Occupied> {
    let n_of =
        |kind| u32::try_from(known.iter().filter(|it| it.kind == kind).count()).unwrap_or(u32::MAX / 2);
    let [mut n_flash, mut n_ram] = [RegionKind::Flash, RegionKind::Ram].map(n_of);
    let mut n_other = 0_u32;
    let region = |cluster: infer::Cluster| {
        let (word, n) = match cluster.kind {
            RegionKind::Flash => ("flash", &mut n_flash),
            RegionKind::Ram => ("ram", &mut n_ram),
            RegionKind::Other => (cluster.name.unwrap_or("other"), &mut n_other),
        };
        *n += 1;
        Occupied {
            name: if *n == 1 || cluster.name.is_some() { word.to_owned() } else { format!("{word}{n}") },
            aliases: Vec::new(),
            kind: cluster.kind,
            span: cluster.span,
            length_bytes: None,
            source: RegionSource::Inferred,
            keeps_content: true,
            fragments: Vec::new(),
        }
    };
    infer::clusters(image, fragments).into_iter().map(region).collect()
}

/// Where a fragment lies: in the smallest region that holds all of it, else in the one where it begins, whose end it
/// then runs over. Only what begins outside of every region is cut, where the first one begins.
fn pieces(regions: &[Span], fragment: Fragment) -> Vec<(Option<usize>, Fragment)> {
    let home = |piece: Fragment| {
        smallest(regions, |it| it.contains(piece.span)).or_else(|| furthest(regions, piece.span.start()))
    };
    if let Some(region_idx) = home(fragment) {
        return vec![(Some(region_idx), fragment)];
    }
    let next = regions.iter().map(|it| it.start()).filter(|it| fragment.span.contains_address(*it)).min();
    let Some(next) = next else { return vec![(None, fragment)] };
    let head = Span::between(fragment.span.start(), next).and_then(|it| fragment.cut(it));
    let tail = fragment.cut(fragment.span.from(next));
    head.map(|it| (None, it)).into_iter().chain(tail.map(|it| (home(it), it))).collect()
}

fn smallest(regions: &[Span], holds: impl Fn(&Span) -> bool) -> Option<usize> {
    let candidates = regions.iter().enumerate().filter(|(_, it)| holds(it));
    candidates.min_by_key(|(idx, it)| (it.size(), *idx)).map(|(idx, _)| idx)
}

/// Of the regions that an address lies in, the one that reaches furthest; the smallest of several.
fn furthest(regions: &[Span], address: u64) -> Option<usize> {
    let candidates = regions.iter().enumerate().filter(|(_, it)| it.contains_address(address));
    candidates.max_by_key(|(idx, it)| (it.end(), Reverse((it.size(), *idx)))).map(|(idx, _)| idx)
}

/// The gap between two sections, where it is what aligning the second leaves over.
fn filler(last: &Taken, next: &Taken, align_bytes: u64) -> Option<Taken> {
    let span = Span::between(last.span.end(), next.span.start()).filter(|it| !it.is_empty())?;
    is_alignment_gap(span.size(), span.end(), align_bytes).then_some(Taken {
        span,
        is_stored: last.is_stored && next.is_stored,
        is_run: last.is_run && next.is_run,
        is_filler: true,
        reserved_bytes: 0,
    })
}
