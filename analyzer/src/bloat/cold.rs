//! Blocks of code that lead to a panic and nowhere else.

use std::collections::{BTreeMap, BTreeSet};

use super::scene::Scene;
use crate::isa::half_at;
use crate::refs::{Flow, Place, decoder, sweep_place};
use crate::span::Span;

/// Instructions that are executed only before a panic.
#[derive(Debug)]
pub(crate) struct Block {
    /// The call at its end included.
    pub(crate) span: Span,
    /// The instruction that calls the machinery.
    pub(crate) call: u64,
    /// Branches that lead here: without a panic there is nothing to decide.
    pub(crate) branches: Vec<Span>,
}

/// An instruction.
struct Instruction {
    span: Span,
    flow: Flow,
}

/// All such blocks of a place.
pub(crate) fn blocks(scene: &Scene<'_, '_>, place: &Place) -> Vec<Block> {
    let code = decode(scene, place);
    let mut branches: BTreeMap<u64, Vec<Span>> = BTreeMap::new();
    for instruction in &code {
        if let Flow::Branch(target) | Flow::Jump(target) = instruction.flow {
            branches.entry(target).or_default().push(instruction.span);
        }
    }
    let starts: BTreeSet<u64> = branches.keys().copied().collect();
    let mut blocks = Vec::new();
    for (idx, instruction) in code.iter().enumerate() {
        let (Flow::Call(target) | Flow::Jump(target)) = instruction.flow else { continue };
        if !scene.panics(target) {
            continue;
        }
        let mut first = idx;
        while first > 0 && !starts.contains(&code[first].span.start()) && goes_on(scene, &code[first - 1]) {
            first -= 1;
        }
        let start = code[first].span.start();
        let Some(span) = Span::between(start, instruction.span.end()) else { continue };
        let into = branches.get(&start).cloned().unwrap_or_default();
        let around = first.checked_sub(1).map(|it| &code[it]);
        let around = around.filter(|it| matches!(it.flow, Flow::Branch(_))).map(|it| it.span);
        let call = instruction.span.start();
        blocks.push(Block { span, call, branches: into.into_iter().chain(around).collect() });
    }
    blocks
}

/// Whether the next instruction is of the same block.
fn goes_on(scene: &Scene<'_, '_>, instruction: &Instruction) -> bool {
    match instruction.flow {
        Flow::Next if returns(scene, instruction.span.start()) => false,
        Flow::Next | Flow::CallThrough(_) | Flow::CallUnknown => true,
        Flow::Call(target) => !scene.panics(target),
        _ => false,
    }
}

/// `bx lr` and `pop {…, pc}`: where they go on, they are conditional, and what is before them is done in any case.
fn returns(scene: &Scene<'_, '_>, at: u64) -> bool {
    let first = scene.places.bytes_at(at, 2).and_then(|it| half_at(it, 0));
    scene.places.machine.is_thumb() && first.is_some_and(|it| it == 0x4770 || it >> 8 == 0xbd)
}

fn decode(scene: &Scene<'_, '_>, place: &Place) -> Vec<Instruction> {
    let mut code = Vec::new();
    if let Some(mut decoder) = decoder(scene.places.image) {
        sweep_place(&scene.places, decoder.as_mut(), place, |at, step| {
            code.push(Instruction { span: Span::saturating(at, step.len_bytes), flow: step.flow });
        });
    }
    code
}
