//! The rows of regions in the report: what lies in each, how much of it is only set aside, and what runs over its end.

use super::fragments::Fragment;
use super::regions::{ALIGNMENT, Occupied, Settled, Taken};
use super::windows::Doubled;
use crate::image::Image;
use crate::map::{Attribution, Count};
use crate::report::{Region, RegionKind, RegionPart, View};
use crate::span::Span;

/// In a script of many regions around one another each section is in many: beyond so many parts, regions show only what
/// lies in no smaller one.
const MAX_PARTS: usize = 1 << 20;

/// A part with what is known of its bytes.
struct Piece {
    span: Span,
    part: RegionPart,
    count: Count,
    reserved_bytes: u64,
}

/// The regions as the report shows them, and how many bytes they count twice.
pub(crate) fn describe(
    settled: &Settled,
    image: &Image<'_>,
    attribution: &Attribution,
) -> (Vec<Region>, Doubled) {
    let own: Vec<Vec<Piece>> = settled.regions.iter().map(|it| pieces(it, image, attribution)).collect();
    let mut regions: Vec<Region> =
        (0..own.len()).map(|it| row(&settled.regions[it], &shown(settled, &own, it))).collect();
    overwritten(&mut regions);
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

/// Of one region, what it alone counts in totals.
fn pieces(region: &Occupied, image: &Image<'_>, attribution: &Attribution) -> Vec<Piece> {
    let mut fragments = region.fragments.iter();
    let mut piece = |taken: &Taken| {
        let (name, view, count) = match fragments.as_slice().first().filter(|_| !taken.is_filler) {
            Some(fragment) => {
                fragments.next();
                let count = attribution.count(fragment.section_idx, fragment.run());
                (image.sections[fragment.section_idx].name.as_str(), fragment.view, count)
            }
            None => {
                let view = fragments.as_slice().first().map_or(View::Run, |it: &Fragment| it.view);
                (ALIGNMENT, view, Count { padding_bytes: taken.span.size(), ..Count::default() })
            }
        };
        let (address, bytes) = (taken.span.start(), taken.span.size());
        let part = RegionPart { section: name.to_owned(), address, bytes, view };
        Piece { span: taken.span, part, count, reserved_bytes: taken.reserved_bytes }
    };
    region.taken(image).iter().map(&mut piece).collect()
}

/// What lies in a region, by address: its own, and what it shares with regions that it is around.
fn shown<'a>(settled: &Settled, own: &'a [Vec<Piece>], region_idx: usize) -> Vec<&'a Piece> {
    let spans = |it: usize| settled.regions[it].span;
    let n_pieces: usize = own.iter().map(Vec::len).sum();
    if n_pieces.saturating_mul(own.len()) > MAX_PARTS {
        return own[region_idx].iter().collect();
    }
    let is_in = |home: usize, piece: &Piece| {
        home == region_idx
            || spans(region_idx).contains(spans(home))
            || spans(region_idx).contains(piece.span)
    };
    let all = own.iter().enumerate().flat_map(|(home, list)| list.iter().map(move |it| (home, it)));
    let mut shown: Vec<&Piece> = all.filter(|(home, it)| is_in(*home, it)).map(|(_, it)| it).collect();
    shown.sort_by_key(|it| it.span.start());
    shown
}

fn row(region: &Occupied, pieces: &[&Piece]) -> Region {
    let mut count = Count::default();
    pieces.iter().for_each(|it| count.add(it.count));
    let used_bytes = pieces.iter().map(|it| it.span.size()).sum();
    let reserved_bytes = pieces.iter().map(|it| it.reserved_bytes).sum();
    let end = pieces.iter().map(|it| it.span.end()).max().unwrap_or(0);
    let overflow_bytes = region.length_bytes.map_or(0, |_| end.saturating_sub(region.span.end()));
    Region {
        name: region.name.clone(),
        aliases: region.aliases.clone(),
        kind: region.kind,
        origin_address: region.span.start(),
        length_bytes: region.length_bytes,
        used_bytes,
        reserved_bytes,
        static_bytes: Some(used_bytes - reserved_bytes),
        overflow_bytes,
        overwrites: Vec::new(),
        contains: Vec::new(),
        windows: Vec::new(),
        used_elsewhere_bytes: 0,
        symbol_bytes: count.symbol_bytes,
        padding_bytes: count.padding_bytes,
        unattributed_bytes: count.unattributed_bytes,
        source: region.source,
        parts: pieces.iter().map(|it| it.part.clone()).collect(),
    }
}

/// Tells each region what else lies in it, and what lies behind it where it runs over its end.
fn overwritten(regions: &mut [Region]) {
    let spans: Vec<Span> =
        regions.iter().map(|it| Span::saturating(it.origin_address, it.length_bytes.unwrap_or(0))).collect();
    let names: Vec<String> = regions.iter().map(|it| it.name.clone()).collect();
    for (region_idx, region) in regions.iter_mut().enumerate() {
        let own = spans[region_idx];
        let tail = Span::saturating(own.end(), region.overflow_bytes);
        let others = || (0..spans.len()).filter(|it| *it != region_idx && !spans[*it].is_empty());
        let is_behind = |it: &usize| !spans[*it].contains(own) && spans[*it].intersection(tail).is_some();
        region.overwrites = others().filter(is_behind).map(|it| names[it].clone()).collect();
        region.contains =
            others().filter(|it| own.contains(spans[*it])).map(|it| names[it].clone()).collect();
    }
}
