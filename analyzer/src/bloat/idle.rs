//! What code leaves behind when it goes: values that nobody else uses, and registers saved for nothing.
//!
//! A function whose instructions are cut is looked at from its ends: a register is *live* where a later
//! instruction that stays reads it. Instructions that only write registers that are not live are idle.
//! Loads stay: they may be volatile.

use std::collections::BTreeMap;

use super::cut::{Cut, holds};
use super::operations::{Operation, operations};
use super::scene::Scene;
use crate::isa::liveness::{Convention, Frame, Registers};
use crate::refs::Flow;
use crate::span::Span;

/// Functions of more instructions are left alone.
const MAX_OPERATIONS: usize = 1 << 16;
/// Liveness settles after as many rounds as loops are nested, and one.
const MAX_ROUNDS: usize = 64;

/// Functions, decoded once.
pub(crate) struct Idle {
    convention: Option<Convention>,
    /// By start.
    bodies: BTreeMap<u64, Body>,
}

struct Body {
    operations: Vec<Operation>,
    /// By operation: the one that it may jump to.
    targets: Vec<Target>,
}

#[derive(Clone, Copy)]
enum Target {
    None,
    Inside(usize),
    Outside,
}

/// What goes besides the cut.
#[derive(Default)]
pub(crate) struct Leftovers {
    pub(crate) spans: Vec<Span>,
    /// Bytes by which instructions that stay get shorter, by their address.
    pub(crate) shorter: Vec<(u64, u64)>,
}

impl Idle {
    pub(crate) fn new(scene: &Scene<'_, '_>) -> Self {
        Self { convention: Convention::of(scene.places.machine), bodies: BTreeMap::new() }
    }

    /// Everything that a settled cut leaves idle, and how many instructions were looked at.
    pub(crate) fn leftovers(&mut self, scene: &Scene<'_, '_>, cut: &Cut) -> (Leftovers, usize) {
        let (mut leftovers, mut n_steps) = (Leftovers::default(), 0);
        let Some(convention) = self.convention else { return (leftovers, 0) };
        let mut last = None;
        for place in cut.spans.iter().filter_map(|it| scene.places.at(it.start())) {
            let start = place.span.start();
            if last.replace(start) == Some(start) {
                continue;
            }
            let body = self
                .bodies
                .entry(start)
                .or_insert_with(|| Body::new(&convention, operations(&convention, scene, place)));
            n_steps += body.operations.len();
            body.leave(&convention, cut, &mut leftovers);
        }
        (leftovers, n_steps)
    }
}

impl Body {
    fn new(convention: &Convention, mut operations: Vec<Operation>) -> Self {
        if operations.len() > MAX_OPERATIONS {
            operations.clear();
        }
        let target = |it: &Operation| match it.flow {
            Flow::Branch(target) | Flow::Jump(target) => {
                let found = operations.binary_search_by_key(&target, |it| it.span.start());
                found.map_or(Target::Outside, Target::Inside)
            }
            _ => Target::None,
        };
        let targets = operations.iter().map(target).collect();
        let mut body = Self { operations, targets };
        // What nobody uses to begin with (frame pointers) is there for a reason that is not seen here.
        let stays = vec![false; body.operations.len()];
        for idx in body.idle(convention, &stays) {
            body.operations[idx].effect.is_pure = false;
        }
        body
    }

    /// Operations whose results nobody uses once some go.
    fn idle(&self, convention: &Convention, goes: &[bool]) -> Vec<usize> {
        let Some(live) = self.live(convention, goes) else { return Vec::new() };
        let is_idle = |idx: &usize| {
            let effect = self.operations[*idx].effect;
            let is_unused = effect.writes & self.after(convention, &live, *idx) == 0;
            !goes[*idx] && effect.is_pure && is_unused
        };
        (0..self.operations.len()).filter(is_idle).collect()
    }

    fn leave(&self, convention: &Convention, cut: &Cut, leftovers: &mut Leftovers) {
        let mut goes: Vec<bool> =
            self.operations.iter().map(|it| holds(&cut.spans, it.span.start())).collect();
        for idx in self.idle(convention, &goes) {
            goes[idx] = true;
            leftovers.spans.push(self.operations[idx].span);
        }
        self.unsave(convention, &goes, leftovers);
    }

    /// By operation: what is live before it. `None` where that does not settle.
    fn live(&self, convention: &Convention, goes: &[bool]) -> Option<Vec<Registers>> {
        let mut live = vec![0; self.operations.len()];
        for _ in 0..MAX_ROUNDS {
            let mut has_changed = false;
            for (idx, operation) in self.operations.iter().enumerate().rev() {
                let after = self.after(convention, &live, idx);
                let effect = operation.effect;
                let is_idle = goes[idx] || effect.is_pure && effect.writes & after == 0;
                let before = if is_idle { after } else { after & !effect.sets | effect.reads };
                has_changed |= std::mem::replace(&mut live[idx], before) != before;
            }
            if !has_changed {
                return Some(live);
            }
        }
        None
    }

    /// What is live behind an operation.
    fn after(&self, convention: &Convention, live: &[Registers], idx: usize) -> Registers {
        let next = || live.get(idx + 1).copied().unwrap_or(Registers::MAX);
        let there = match self.targets[idx] {
            Target::None => 0,
            Target::Inside(target) => live[target],
            Target::Outside => Registers::MAX,
        };
        match self.operations[idx].flow {
            _ if self.operations[idx].is_last => 0,
            Flow::Jump(_) => there,
            Flow::JumpUnknown | Flow::JumpThrough(_) => Registers::MAX,
            Flow::End | Flow::Stop => convention.at_return,
            _ => there | next(),
        }
    }

    /// Registers that nothing is done with any more need not be saved, and a frame that holds nothing
    /// need not be made.
    fn unsave(&self, convention: &Convention, goes: &[bool], leftovers: &mut Leftovers) {
        let staying = || self.operations.iter().zip(goes).filter(|it| !it.1).map(|it| it.0);
        let is_framing = |it: &&Operation| matches!(it.effect.frame, Frame::Keeps(_));
        let kept = |it: &Operation| match it.effect.frame {
            Frame::Keeps(registers) | Frame::KeepsWith(registers, _) => registers,
            _ => 0,
        };
        let used = staying().filter(|it| !matches!(it.flow, Flow::End | Flow::Stop) || kept(it) != 0);
        let used = used.map(|it| (it.effect.reads | it.effect.writes) & !kept(it));
        let free = convention.saved & !used.fold(0, |all, it| all | it);
        let is_needless = |it: &&Operation| kept(it) != 0 && kept(it) & !free == 0;
        for operation in staying().filter(is_needless) {
            match operation.effect.frame {
                Frame::KeepsWith(_, bytes) => leftovers.shorter.push((operation.span.start(), bytes)),
                _ => leftovers.spans.push(operation.span),
            }
        }
        let touches = |it: &Operation| (it.effect.reads | it.effect.writes) & convention.stack != 0;
        let rest = staying().filter(|it| !(is_framing(it) && is_needless(it)));
        let moves = |it: &&Operation| it.effect.frame == Frame::Moves;
        if rest.clone().filter(|it| touches(it)).all(|it| moves(&it)) {
            leftovers.spans.extend(rest.filter(moves).map(|it| it.span));
        }
    }
}
