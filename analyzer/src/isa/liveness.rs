//! What instructions read and write, as far as it takes to tell whose results nobody uses.

use super::{Flow, Machine, riscv, thumb};

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
    pub(crate) const UNKNOWN: Self =
        Self { reads: ALL, writes: 0, sets: 0, is_pure: false, frame: Frame::No };

    /// It computes something.
    pub(crate) fn pure(reads: Registers, sets: Registers) -> Self {
        Self { reads, writes: sets, sets, is_pure: true, frame: Frame::No }
    }

    /// It does something to memory, or to where code goes on.
    pub(crate) fn other(reads: Registers, sets: Registers) -> Self {
        Self { is_pure: false, ..Self::pure(reads, sets) }
    }

    pub(crate) fn framing(self, frame: Frame) -> Self {
        Self { frame, ..self }
    }
}

/// What machines agree on.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Convention {
    /// What a called function may read.
    pub(crate) arguments: Registers,
    /// What it may change.
    pub(crate) clobbered: Registers,
    /// What a function has to leave as it was, and what it returns.
    pub(crate) at_return: Registers,
    /// What is only saved where something else is done with it.
    pub(crate) saved: Registers,
    pub(crate) stack: Registers,
    pub(crate) of: fn(&[u8]) -> Effect,
    /// How many of the next instructions an instruction makes conditional.
    pub(crate) makes_conditional: fn(&[u8]) -> u32,
}

impl Convention {
    /// That of a machine; `None` where effects are not known.
    pub(crate) fn of(machine: Machine) -> Option<Self> {
        match machine {
            Machine::Arm => Some(thumb::liveness::CONVENTION),
            Machine::Riscv32 => Some(riscv::liveness::CONVENTION),
            _ => None,
        }
    }

    /// What the instruction at the start of `code` does, which is nothing but that instruction.
    pub(crate) fn effect(&self, code: &[u8], flow: Flow) -> Effect {
        self.with_flow((self.of)(code), flow)
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
