//! Functions of which one call is left: compilers put the body of such a function in the place of the call.

use std::collections::BTreeMap;

use super::machinery::Part;
use super::scene::Scene;
use crate::refs::decode::half_at;
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
    frames_bytes: u64,
    widest_frame_bytes: u64,
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
            let frame_bytes = frame_bytes(scene, call.target_address);
            let host = hosts.entry(host.span.start()).or_default();
            host.calls_bytes += len_bytes(scene, call.at_address);
            host.frames_bytes += frame_bytes;
            host.widest_frame_bytes = host.widest_frame_bytes.max(frame_bytes);
        }
        let melted = |(start, host): (&u64, &Host)| {
            // A caller that saves nothing itself takes over what the greediest of them saves.
            let kept_bytes = if frame_bytes(scene, *start) == 0 { host.widest_frame_bytes } else { 0 };
            host.calls_bytes + host.frames_bytes - kept_bytes
        };
        hosts.iter().map(melted).sum()
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

/// Size of one instruction.
fn len_bytes(scene: &Scene<'_, '_>, address: u64) -> u64 {
    let mut found = 0;
    each(scene, address, |at, len_bytes| {
        if at == address {
            found = len_bytes;
        }
    });
    found
}

/// Size of the instructions that save and restore registers and move the stack pointer, each sort once,
/// as several ways out would be joined. Known on Thumb only; elsewhere 0.
fn frame_bytes(scene: &Scene<'_, '_>, function: u64) -> u64 {
    let mut frame_bytes = [0; 7];
    if scene.places.machine.is_thumb {
        each(scene, function, |at, len_bytes| {
            let first = scene.places.bytes_at(at, 2).and_then(|it| half_at(it, 0));
            if let Some(sort) = first.and_then(frame_sort) {
                frame_bytes[sort] = len_bytes;
            }
        });
    }
    frame_bytes.iter().sum()
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
