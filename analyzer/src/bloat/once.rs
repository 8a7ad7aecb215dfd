//! Functions of which one call is left: compilers put the body of such a function in the place of the call.

use std::collections::BTreeMap;

use super::machinery::Part;
use super::scene::Scene;
use crate::isa::half_at;
use crate::refs::{Reference, ReferenceKind, decoder, sweep_place};
use crate::report::SymbolKind;

/// As in [`ImageSymbol::rank`](crate::image::ImageSymbol::rank).
const LOCAL_RANK: u8 = 2;

/// Functions that format and that nobody outside of their object can call, and who refers to them.
pub(crate) struct Candidates {
    /// Node of the function, index of the reference; sorted.
    references: Vec<(u32, u32)>,
}

/// What would melt together.
#[derive(Default)]
struct Host {
    calls_bytes: u64,
    frames: Vec<Kept>,
    /// Words in the literal pools of what melts.
    literals: Vec<u64>,
}

impl Candidates {
    pub(crate) fn new(scene: &Scene<'_, '_>) -> Self {
        let mut is_local: BTreeMap<u64, bool> = BTreeMap::new();
        for symbol in scene.places.image.symbols.iter().filter(|it| it.kind == SymbolKind::Function) {
            let node = scene.node_at(symbol.value);
            if node.is_some_and(|it| scene.part(it) == Part::Formatting) {
                *is_local.entry(symbol.value).or_insert(true) &= symbol.rank == LOCAL_RANK;
            }
        }
        let mut references = Vec::new();
        for (idx, reference) in scene.graph.references.list.iter().enumerate() {
            if is_local.get(&reference.target_address) == Some(&true) {
                references.extend(scene.node_at(reference.target_address).map(|it| (it as u32, idx as u32)));
            }
        }
        references.sort_unstable();
        Self { references }
    }

    /// Bytes that go because functions that stay are called in one place only, when before there were
    /// several: that call, and the saving of registers that its caller does anyway. `is_left` tells
    /// which references stay.
    pub(crate) fn melting_bytes(
        &self,
        scene: &Scene<'_, '_>,
        staying: impl Iterator<Item = u32>,
        is_left: impl Fn(&Reference) -> bool,
    ) -> u64 {
        let mut hosts: BTreeMap<u64, Host> = BTreeMap::new();
        for node in staying {
            let Some(call) = self.last_call(scene, node, &is_left) else { continue };
            let Some(host) = scene.places.at(call.at_address) else { continue };
            let host = hosts.entry(host.span.start()).or_default();
            host.calls_bytes += len_bytes(scene, call.at_address);
            host.frames.push(kept(scene, call.target_address));
            host.literals.extend(literals(scene, call.target_address));
        }
        hosts.iter().map(|(start, host)| host.melted_bytes(scene, *start)).sum()
    }

    /// The only reference that is left, where there were more and it is a call.
    fn last_call(
        &self,
        scene: &Scene<'_, '_>,
        node: u32,
        is_left: impl Fn(&Reference) -> bool,
    ) -> Option<Reference> {
        let from = self.references.partition_point(|it| it.0 < node);
        let own = self.references[from..].iter().take_while(|it| it.0 == node);
        let references = own.filter_map(|it| scene.graph.references.list.get(it.1 as usize));
        let is_reachable =
            |it: &Reference| scene.node_at(it.at_address).is_some_and(|from| scene.graph.is_reachable(from));
        let before: Vec<Reference> = references.filter(is_reachable).collect();
        let mut left = before.iter().filter(|it| is_left(it));
        let (Some(last), None) = (left.next(), left.next()) else { return None };
        let is_call = matches!(last.kind, ReferenceKind::Call | ReferenceKind::Jump);
        (is_call && before.len() > 1).then_some(*last)
    }
}

impl Host {
    fn melted_bytes(&self, scene: &Scene<'_, '_>, start: u64) -> u64 {
        let own = kept(scene, start);
        let mut melted_bytes = self.calls_bytes;
        for sort in 0..N_SORTS {
            let all = self.frames.iter().map(|it| it[sort]);
            // What the caller does not do itself, it takes over from the greediest of them.
            let taken_over = if own == [0; N_SORTS] { all.clone().max().unwrap_or(0) } else { 0 };
            melted_bytes += all.sum::<u64>() - taken_over;
        }
        let mut literals = [self.literals.as_slice(), &literals(scene, start)].concat();
        literals.sort_unstable();
        let n_shared = literals.windows(2).filter(|it| it[0] == it[1]).count() as u64;
        melted_bytes + n_shared * scene.places.machine.pointer_bytes()
    }
}

/// Words in the literal pool of a function, each once: what two functions load, one loads once.
fn literals(scene: &Scene<'_, '_>, function: u64) -> Vec<u64> {
    let Some(place) = scene.places.at(function) else { return Vec::new() };
    let by_load = &scene.graph.references.literals_by_load;
    let from = by_load.partition_point(|it| it.0 < place.span.start());
    let inside = by_load[from..].iter().take_while(|it| it.0 < place.span.end());
    let mut words: Vec<u64> = inside.filter_map(|it| scene.places.number_at(it.1)).collect();
    words.sort_unstable();
    words.dedup();
    words
}

/// Size of a call; on RISC-V usually with the instruction in front of it that forms the far target.
fn len_bytes(scene: &Scene<'_, '_>, address: u64) -> u64 {
    let (mut found, mut before) = (0, 0);
    each(scene, address, |at, len_bytes| {
        if at == address {
            found = len_bytes + before;
        }
        before = if is_far(scene, at) { len_bytes } else { 0 };
    });
    found
}

/// Whether this is `auipc`.
fn is_far(scene: &Scene<'_, '_>, at: u64) -> bool {
    let first = scene.places.bytes_at(at, 1).and_then(|it| it.first());
    is_riscv(scene) && first.is_some_and(|it| it & 0x7f == 0x17)
}

fn is_riscv(scene: &Scene<'_, '_>) -> bool {
    scene.places.machine.is_riscv()
}

/// Of RISC-V: 13 registers saved, 13 restored, the stack pointer up and down, the return.
const N_SORTS: usize = 29;

/// Sizes of the instructions that save and restore registers and move the stack pointer, each sort once,
/// as several ways out would be joined.
type Kept = [u64; N_SORTS];

/// What a function does for its frame; on machines other than Thumb and RISC-V it is not known.
fn kept(scene: &Scene<'_, '_>, function: u64) -> Kept {
    let mut kept = [0; N_SORTS];
    each(scene, function, |at, len_bytes| {
        let first = scene.places.bytes_at(at, 2).and_then(|it| half_at(it, 0));
        let sort = match first {
            Some(first) if scene.places.machine.is_thumb() => frame_sort(first),
            Some(first) if is_riscv(scene) => riscv_frame_sort(first),
            _ => None,
        };
        if let Some(sort) = sort {
            kept[sort] = len_bytes;
        }
    });
    kept
}

/// The same of RISC-V, where compilers make frames of compressed instructions.
fn riscv_frame_sort(first: u32) -> Option<usize> {
    let (stored, loaded) = (first >> 2 & 31, first >> 7 & 31);
    let is_saved = |it: u32| matches!(it, 1 | 8 | 9 | 18..=27);
    let nth = |it: u32| match it {
        18.. => it as usize - 15,
        8.. => it as usize - 7,
        _ => 0,
    };
    match (first & 3, first >> 13) {
        // `c.swsp`, `c.lwsp`.
        (2, 0b110) if is_saved(stored) => Some(nth(stored)),
        (2, 0b010) if is_saved(loaded) => Some(13 + nth(loaded)),
        // `c.addi sp`, `c.addi16sp`: down and up.
        (1, 0b000 | 0b011) if loaded == 2 => Some(26 + (first >> 12 & 1) as usize),
        // `c.jr ra`.
        (2, 0b100) if first == 0x8082 => Some(28),
        _ => None,
    }
}

/// What an instruction does for its function's frame, by its first half word.
fn frame_sort(first: u32) -> Option<usize> {
    match first {
        // `push`, `push.w`.
        0xb400..=0xb5ff => Some(0),
        0xe92d => Some(1),
        // `add r7, sp, #n`, `mov r7, sp`.
        0xaf00..=0xafff | 0x466f => Some(2),
        // `sub sp, #n`, `add sp, #n`.
        0xb080..=0xb0ff => Some(3),
        0xb000..=0xb07f => Some(4),
        // `pop`, `pop.w`.
        0xbc00..=0xbdff => Some(5),
        0xe8bd => Some(6),
        _ => None,
    }
}

fn each(scene: &Scene<'_, '_>, address: u64, mut see: impl FnMut(u64, u64)) {
    let (Some(place), Some(mut decoder)) = (scene.places.at(address), decoder(scene.places.image)) else {
        return;
    };
    sweep_place(&scene.places, decoder.as_mut(), place, |at, step| see(at, step.len_bytes));
}
