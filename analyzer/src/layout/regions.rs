//! Use per region: which sections lie in it, and who owns their bytes.
//!
//! A region's use is the sum of its sections plus the alignment filler between them, and the totals of the
//! image are made of the same. GNU ld's
//! `--print-memory-usage` counts from the region's start to the end of its last section instead,
//! so it also counts holes that nothing needs.

use super::MemoryRegion;
use super::fragments::Fragment;
use super::infer;
use super::kind::Evidence;
use super::windows::{Doubled, Windows};
use crate::image::Image;
use crate::map::{Attribution, Count};
use crate::report::{Region, RegionKind, RegionPart, RegionSource, SectionRole, View};
use crate::span::{Span, is_alignment_gap};

/// What the parts of a region that only align the next are called.
pub(crate) const ALIGNMENT: &str = "(alignment)";

/// A region and the pieces of sections that lie in it.
#[derive(Debug)]
pub(crate) struct Occupied {
    name: String,
    aliases: Vec<String>,
    pub(crate) kind: RegionKind,
    span: Span,
    length_bytes: Option<u64>,
    source: RegionSource,
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
}

impl Taken {
    pub(crate) fn of(fragment: &Fragment, image: &Image<'_>) -> Self {
        let is_stored = fragment.is_stored(&image.sections[fragment.section_idx]);
        Self { span: fragment.span, is_stored, is_run: fragment.view == View::Run, is_filler: false }
    }
}

impl Occupied {
    /// All bytes in use, by address.
    pub(crate) fn taken(&self, image: &Image<'_>) -> Vec<Taken> {
        let mut taken: Vec<Taken> = Vec::with_capacity(self.fragments.len());
        for fragment in &self.fragments {
            let section = &image.sections[fragment.section_idx];
            let next = Taken::of(fragment, image);
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
    windows: Windows,
}

/// Puts every piece into a region of the linker script, or of our own inference without one.
pub(crate) fn settle(image: &Image<'_>, memory: &[MemoryRegion], fragments: &[Fragment]) -> Settled {
    let mut regions = if memory.is_empty() { inferred(image, fragments) } else { declared(memory) };
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
    let windows = Windows::declared(memory);
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
        region.kind = match region.fragments.is_empty() || !region.fragments.iter().all(is_other) {
            true => evidence[memory_idx].guess_named(&declaration.name, &declaration.attributes),
            false => RegionKind::Other,
        };
    }
    Settled { regions, homeless, windows }
}

fn declared(memory: &[MemoryRegion]) -> Vec<Occupied> {
    let region = |it: &MemoryRegion| Occupied {
        name: it.name.clone(),
        aliases: it.aliases.clone(),
        kind: RegionKind::Flash,
        span: Span::saturating(it.origin_address, it.length_bytes),
        length_bytes: Some(it.length_bytes),
        source: RegionSource::LinkerScript,
        fragments: Vec::new(),
    };
    memory.iter().map(region).collect()
}

/// `flash`, `flash2`, …: the first keeps its name when a second one appears.
fn inferred(image: &Image<'_>, fragments: &[Fragment]) -> Vec<Occupied> {
    let (mut n_flash, mut n_ram, mut n_other) = (0_u32, 0_u32, 0_u32);
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
            fragments: Vec::new(),
        }
    };
    infer::clusters(image, fragments).into_iter().map(region).collect()
}

/// Cuts a piece at the borders of regions. Where regions overlap, the smallest has it.
fn pieces(regions: &[Span], fragment: Fragment) -> Vec<(Option<usize>, Fragment)> {
    if let Some(home) = smallest(regions, |it| it.contains(fragment.span)) {
        return vec![(Some(home), fragment)];
    }
    let mut pieces = Vec::new();
    let mut cursor = fragment.span.start();
    while cursor < fragment.span.end() {
        let home = smallest(regions, |it| it.contains_address(cursor));
        let end = match home {
            Some(region_idx) => regions[region_idx].end(),
            None => regions.iter().map(|it| it.start()).filter(|it| *it > cursor).min().unwrap_or(u64::MAX),
        };
        let piece = Span::between(cursor, end.min(fragment.span.end())).and_then(|it| fragment.cut(it));
        pieces.extend(piece.map(|it| (home, it)));
        cursor = end;
    }
    pieces
}

fn smallest(regions: &[Span], holds: impl Fn(&Span) -> bool) -> Option<usize> {
    let candidates = regions.iter().enumerate().filter(|(_, it)| holds(it));
    candidates.min_by_key(|(idx, it)| (it.size(), *idx)).map(|(idx, _)| idx)
}

/// The regions as the report shows them, and how many bytes they count twice.
pub(crate) fn describe(
    settled: &Settled,
    image: &Image<'_>,
    attribution: &Attribution,
) -> (Vec<Region>, Doubled) {
    let mut regions: Vec<Region> = settled.regions.iter().map(|it| row(it, image, attribution)).collect();
    let windows = settled.windows.clone().or_of_chip(image, &regions);
    windows.enter(&mut regions);
    let doubled_bytes = |kind: RegionKind, counts: fn(&Taken) -> bool| {
        let taken = settled.regions.iter().filter(|it| it.kind == kind).flat_map(|it| it.taken(image));
        windows.doubled_bytes(taken.filter(counts).map(|it| it.span))
    };
    let flash_bytes = doubled_bytes(RegionKind::Flash, |it| it.is_stored);
    let ram_bytes = doubled_bytes(RegionKind::Ram, |it| it.is_run);
    (regions, Doubled { flash_bytes, ram_bytes })
}

fn row(region: &Occupied, image: &Image<'_>, attribution: &Attribution) -> Region {
    let mut parts: Vec<RegionPart> = Vec::with_capacity(region.fragments.len());
    let mut count = Count::default();
    let mut fillers = region.taken(image).into_iter().filter(|it| it.is_filler).peekable();
    for fragment in &region.fragments {
        if let Some(filler) = fillers.next_if(|it| it.span.end() == fragment.span.start()) {
            count.padding_bytes += filler.span.size();
            parts.push(part(ALIGNMENT, filler.span, fragment.view));
        }
        count.add(attribution.count(fragment.section_idx, fragment.run()));
        parts.push(part(&image.sections[fragment.section_idx].name, fragment.span, fragment.view));
    }
    Region {
        name: region.name.clone(),
        aliases: region.aliases.clone(),
        kind: region.kind,
        origin_address: region.span.start(),
        length_bytes: region.length_bytes,
        used_bytes: parts.iter().map(|it| it.bytes).sum(),
        reserved_bytes: reserved_bytes(region, image),
        windows: Vec::new(),
        used_elsewhere_bytes: 0,
        symbol_bytes: count.symbol_bytes,
        padding_bytes: count.padding_bytes,
        unattributed_bytes: count.unattributed_bytes,
        source: region.source,
        parts,
    }
}

fn reserved_bytes(region: &Occupied, image: &Image<'_>) -> u64 {
    let is_reserved = |it: &&Fragment| image.sections[it.section_idx].role == SectionRole::Reservation;
    region.fragments.iter().filter(is_reserved).map(|it| it.span.size()).sum()
}

fn part(section: &str, span: Span, view: View) -> RegionPart {
    RegionPart { section: section.to_owned(), address: span.start(), bytes: span.size(), view }
}

/// The gap between two sections, where it is what aligning the second leaves over.
fn filler(last: &Taken, next: &Taken, align_bytes: u64) -> Option<Taken> {
    let span = Span::between(last.span.end(), next.span.start()).filter(|it| !it.is_empty())?;
    is_alignment_gap(span.size(), span.end(), align_bytes).then_some(Taken {
        span,
        is_stored: last.is_stored && next.is_stored,
        is_run: last.is_run && next.is_run,
        is_filler: true,
    })
}
