//! The room of the main stack: from where it begins down to what is allocated below.

use std::collections::BTreeSet;

use super::Program;
use crate::graph::Graph;
use crate::isa::AVR_DATA_BASE;
use crate::map::Label;
use crate::refs::{Place, Places};
use crate::report::{Headroom, Region, RegionKind, SectionRole, StackDoubt, StackRoot, StackRootKind, View};
use crate::span::Span;

/// What scripts and start-up code call the address that the stack begins at, the usual ones first.
const TOPS: [&[u8]; 16] = [
    b"_stack_start",
    b"_estack",
    b"__StackTop",
    b"__stack_top",
    b"_stack_top",
    b"__stack_start__",
    b"__initial_sp",
    b"__stack",
    b"_eusrstack",
    b"_sp",
    b"__sp",
    b"_stack_start_cpu0",
    b"__main_stack_end__",
    b"CSTACK$$Limit",
    b"Image$$ARM_LIB_STACK$$ZI$$Limit",
    b"__freertos_irq_stack_top",
];

/// As many names are told of what an overflow overwrites.
const MAX_OVERWRITTEN: usize = 8;

/// Where a stack begins, and how far down it may go.
struct Room {
    /// Behind its first byte.
    top: u64,
    /// Its last byte.
    bottom: u64,
}

impl Program<'_> {
    /// What is left: main and, on top of it, the deepest interrupt. Priorities are set at run time, so how deep interrupts
    /// nest is not known. What secure services take comes on top of both, since main called the other world.
    pub(super) fn headroom(&self, roots: &[StackRoot], regions: &[Region]) -> Option<Headroom> {
        let deepest =
            |kind: StackRootKind| roots.iter().filter(|it| it.kind == kind).max_by_key(|it| it.worst_bytes);
        let main = deepest(StackRootKind::Main)?;
        let others = [deepest(StackRootKind::Secure), deepest(StackRootKind::Interrupt)];
        let parts: Vec<&StackRoot> = [Some(main)].into_iter().chain(others).flatten().collect();
        let stack_bytes = parts.iter().fold(0_u64, |sum, it| sum.saturating_add(it.worst_bytes));
        let doubts: BTreeSet<StackDoubt> =
            parts.iter().flat_map(|it| it.uncertain_because.iter().copied()).collect();
        let (region, top) = stack_region(self.places, self.graph, regions)?;
        let length_bytes = region.length_bytes?;
        let used_bytes = region.used_bytes.saturating_add(region.used_elsewhere_bytes);
        let static_bytes = used_bytes.saturating_sub(region.reserved_bytes);
        let room = top.map(|it| room(self.places, region, it));
        let room_bytes =
            room.as_ref().map_or_else(|| length_bytes.saturating_sub(static_bytes), |it| it.top - it.bottom);
        let left = i128::from(room_bytes) - i128::from(stack_bytes);
        let over = room.as_ref().filter(|_| left < 0).map(|it| {
            Span::saturating(it.bottom.saturating_sub((-left) as u64), it.bottom.min((-left) as u64))
        });
        Some(Headroom {
            region: region.name.clone(),
            length_bytes,
            static_bytes,
            top_address: room.as_ref().map(|it| it.top),
            room_bytes: Some(room_bytes),
            stack_bytes,
            headroom_bytes: i64::try_from(left).unwrap_or(i64::MIN),
            overwrites: over.map_or_else(Vec::new, |it| self.overwritten(it)),
            outside_bytes: over.map_or(0, |it| region.origin_address.saturating_sub(it.start())),
            uncertain_because: doubts.into_iter().collect(),
        })
    }

    /// What lies in a stretch, from its end on.
    fn overwritten(&self, stretch: Span) -> Vec<String> {
        let from = self.places.list.partition_point(|it| it.span.end() <= stretch.start());
        let inside = self.places.list[from..].iter().take_while(|it| it.span.start() < stretch.end());
        let nodes: Vec<usize> =
            inside.filter_map(|it| self.graph.references.nodes.at(it.span.end() - 1)).collect();
        let names = nodes.iter().rev().map(|it| self.names.shown(*it, self.places.image, self.graph));
        names.take(MAX_OVERWRITTEN).collect()
    }
}

/// The memory of the stack, and where it begins. Without a word about that, static data tells the memory: a
/// bigger one that nothing is in may be an external RAM that nobody set up.
fn stack_region<'a>(
    places: &Places<'_>,
    graph: &Graph,
    regions: &'a [Region],
) -> Option<(&'a Region, Option<u64>)> {
    let rams = || regions.iter().filter(|it| it.kind == RegionKind::Ram && it.length_bytes.is_some());
    let holds = |region: &Region, top: u64| {
        let end = region.origin_address.saturating_add(region.length_bytes.unwrap_or(0));
        region.origin_address < top && top <= end
    };
    // Of nested regions the smallest is the memory.
    let holder = |top: u64| {
        rams().filter(|it| holds(it, top)).min_by_key(|it| it.length_bytes).map(|it| (it, Some(top)))
    };
    let statics = |it: &&Region| it.used_bytes.saturating_sub(it.reserved_bytes);
    (tops(places, graph).into_iter().find_map(holder)).or_else(|| {
        rams().filter(|it| statics(it) > 0 || rams().count() == 1).max_by_key(statics).map(|it| (it, None))
    })
}

/// Addresses that a stack may begin at, the surest first.
fn tops(places: &Places<'_>, graph: &Graph) -> Vec<u64> {
    let mut tops = Vec::new();
    if places.machine.is_thumb() {
        let entry = places.image.header.entry_address | 1;
        let tables = || graph.references.vectors.iter();
        let is_reset = |it: &&Span| {
            it.start().checked_add(4).and_then(|it| places.pointer_at(it)).is_some_and(|it| it | 1 == entry)
        };
        tops.extend(tables().filter(is_reset).chain(tables()).filter_map(|it| places.pointer_at(it.start())));
    }
    let named = TOPS.iter().filter_map(|name| {
        let symbol = places.image.symbols.iter().find(|it| it.name == *name && it.size == 0);
        let absolute = || places.image.absolute.iter().find(|it| it.name == *name);
        symbol.map(|it| it.value).or_else(|| absolute().map(|it| it.value))
    });
    // AVR's stack pointer is at the byte that is written next, and RAM has an address of its own here.
    let to_end = |it: u64| if places.machine.is_avr() { (it | AVR_DATA_BASE).saturating_add(1) } else { it };
    tops.extend(named.map(to_end));
    tops
}

/// Down to the next byte that something has, or to where the region begins; what ends at the top, or goes on above it, is
/// the stack itself.
fn room(places: &Places<'_>, region: &Region, top: u64) -> Room {
    let origin = region.origin_address;
    let n_before = places.list.partition_point(|it| it.span.start() < top);
    let below = places.list[..n_before].iter().rev().take_while(|it| it.span.end() > origin);
    let mut below = below.filter(|it| it.span.start() >= origin).peekable();
    let end = origin.saturating_add(region.length_bytes.unwrap_or(0));
    let own = below.next_if(|it| it.span.end() >= top && (top < end || is_stack(places, it)));
    if let Some(own) = own {
        return Room { top, bottom: own.span.start() };
    }
    let bottom = below.next().map_or(origin, |it| it.span.end()).max(padded(region, top));
    Room { top, bottom: bottom.min(top) }
}

/// Where the last section below ends, filler and all.
fn padded(region: &Region, top: u64) -> u64 {
    let runs = region.parts.iter().filter(|it| it.view == View::Run);
    let ends = runs.map(|it| it.address.saturating_add(it.bytes));
    ends.filter(|it| *it <= top).max().unwrap_or(0)
}

/// Whether what ends where the RAM ends was set aside for it.
fn is_stack(places: &Places<'_>, place: &Place) -> bool {
    let section = places.section(place);
    let is_called = |name: &[u8]| {
        let name = name.to_ascii_lowercase();
        [&b"stack"[..], b"stk"].iter().any(|it| name.windows(it.len()).any(|word| word == *it))
    };
    let is_own_section = section.role == SectionRole::Reservation
        && (place.label == Label::Unattributed || is_called(section.name.as_bytes()));
    is_own_section || places.names_at(place.span.start()).any(is_called)
}
