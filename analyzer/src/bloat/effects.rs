//! What instructions read and write, as far as it takes to tell whose results nobody uses.

mod riscv;
mod thumb;

use super::scene::Scene;
use crate::refs::{Flow, Place, decoder, sweep_place};
use crate::span::Span;

/// Registers, a bit each; the processor's flags are one of them.
pub(crate) type Registers = u64;

/// All registers, of whichever machine.
const ALL: Registers = u64::MAX;

/// What an instruction does to registers.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Effect {
    pub(crate) reads: Registers,
    /// What it may change.
    pub(crate) writes: Registers,
    /// What it changes in any case.
    pub(crate) sets: Registers,
    /// Whether it does nothing else, so that it can go where nobody reads what it writes.
    pub(crate) is_pure: bool,
    pub(crate) frame: Frame,
}

/// What an instruction does for the function's frame.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Frame {
    /// Nothing.
    No,
    /// Saves or restores these registers, and nothing else.
    Keeps(Registers),
    /// The same, with this many bytes more than it would take without these registers.
    KeepsWith(Registers, u64),
    /// Moves the stack pointer by a constant.
    Moves,
}

impl Effect {
    /// It may do anything.
    const UNKNOWN: Self = Self { reads: ALL, writes: 0, sets: 0, is_pure: false, frame: Frame::No };

    /// It computes something.
    fn pure(reads: Registers, sets: Registers) -> Self {
        Self { reads, writes: sets, sets, is_pure: true, frame: Frame::No }
    }

    /// It does something to memory, or to where code goes on.
    fn other(reads: Registers, sets: Registers) -> Self {
        Self { is_pure: false, ..Self::pure(reads, sets) }
    }

    fn framing(self, frame: Frame) -> Self {
        Self { frame, ..self }
    }
}

/// One instruction.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Operation {
    pub(crate) span: Span,
    pub(crate) flow: Flow,
    pub(crate) effect: Effect,
    /// Whether it leads to a panic, from which nothing comes back.
    pub(crate) is_last: bool,
}

/// What machines agree on.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Convention {
    /// What a called function may read.
    arguments: Registers,
    /// What it may change.
    clobbered: Registers,
    /// What a function has to leave as it was, and what it returns.
    pub(crate) at_return: Registers,
    /// What is only saved where something else is done with it.
    pub(crate) saved: Registers,
    pub(crate) stack: Registers,
    of: fn(&[u8]) -> Effect,
    /// How many of the next instructions an instruction makes conditional.
    makes_conditional: fn(&[u8]) -> u32,
}

impl Convention {
    /// That of an image; `None` where effects are not known.
    pub(crate) fn of(scene: &Scene<'_, '_>) -> Option<Self> {
        match scene.places.image.header.machine.as_str() {
            "arm" if scene.places.machine.is_thumb => Some(thumb::CONVENTION),
            "riscv" if scene.places.machine.pointer_bytes == 4 => Some(riscv::CONVENTION),
            _ => None,
        }
    }

    /// The instructions of a place.
    pub(crate) fn operations(&self, scene: &Scene<'_, '_>, place: &Place) -> Vec<Operation> {
        let mut operations = Vec::new();
        let Some(mut decoder) = decoder(scene.places.image) else { return operations };
        let mut n_conditional = 0;
        sweep_place(&scene.places, decoder.as_mut(), place, |at, step| {
            let code = scene.places.bytes_at(at, step.len_bytes as usize).unwrap_or(&[]);
            let mut effect = self.with_flow((self.of)(code), step.flow);
            if n_conditional > 0 {
                n_conditional -= 1;
                effect = Effect { sets: 0, is_pure: false, frame: Frame::No, ..effect };
            } else {
                n_conditional = (self.makes_conditional)(code);
            }
            let is_last = match step.flow {
                Flow::Call(target) | Flow::Jump(target) => scene.panics(target),
                _ => false,
            };
            let span = Span::saturating(at, step.len_bytes);
            operations.push(Operation { span, flow: step.flow, effect, is_last });
        });
        operations
    }

    fn with_flow(&self, effect: Effect, flow: Flow) -> Effect {
        match flow {
            Flow::Call(_) => Effect::other(self.arguments, self.clobbered),
            Flow::CallThrough(_) | Flow::CallUnknown => {
                Effect::other(self.arguments | effect.reads, self.clobbered)
            }
            _ => effect,
        }
    }
}
