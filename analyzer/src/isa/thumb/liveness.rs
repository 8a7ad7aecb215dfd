//! What instructions of Thumb read and write, for telling whose results nothing uses.

use super::CLOBBERED;
use super::instruction::{Access, Class, Instruction, LINK, PC, STACK, Transferred};
use crate::isa::liveness::{Convention, Effect, Frame, Registers};

/// N, Z, C and V together.
const FLAGS: Registers = super::instruction::FLAGS as Registers;
/// r4 to r11.
const SAVED: Registers = 0x0ff0;
/// Those of them that only wide instructions save.
const HIGH: Registers = 0x0f00;

pub(crate) const CONVENTION: Convention = Convention {
    arguments: 0x000f | 1 << STACK,
    clobbered: CLOBBERED as Registers | FLAGS,
    at_return: 0x0003 | SAVED | 1 << STACK | 1 << LINK,
    saved: SAVED,
    stack: 1 << STACK,
    of: effect,
    makes_conditional,
};

fn effect(code: &[u8]) -> Effect {
    let Some(instruction) = Instruction::at(code) else { return Effect::UNKNOWN };
    let (reads, sets) = (Registers::from(instruction.reads()), Registers::from(instruction.writes()));
    match instruction.class {
        Class::Compute(it) => match it.target {
            // Writing the stack pointer or the program counter is more than computing.
            Some(STACK | PC) => Effect::other(reads, sets),
            _ => Effect::pure(reads, sets),
        },
        Class::Other { is_pure: false, .. } => Effect::other(reads, sets),
        Class::Address { .. }
        | Class::MoveHalf { .. }
        | Class::Clear { .. }
        | Class::Multiply { .. }
        | Class::Divide { .. }
        | Class::Other { .. } => Effect::pure(reads, sets),
        Class::Access(it) => access(&it, (reads, sets), instruction.is_wide),
        Class::Unknown => Effect::UNKNOWN,
        // What is called is told by where control goes.
        Class::Branch { .. } | Class::BranchIf { .. } | Class::Call { .. } | Class::BranchTo { .. } => {
            Effect::other(reads, 0)
        }
        Class::CallTo { .. } | Class::TableBranch { .. } | Class::Stop | Class::IfThen { .. } => {
            Effect::other(reads, 0)
        }
    }
}

fn access(it: &Access, (reads, sets): (Registers, Registers), is_wide: bool) -> Effect {
    let is_jump = it.is_load && matches!(it.registers, Transferred::One(PC));
    if is_jump || it.base == PC && !it.is_load {
        return Effect::UNKNOWN;
    }
    if it.base == PC {
        return Effect::pure(reads, sets);
    }
    let list = match it.registers {
        Transferred::List(list) if is_wide && it.base == STACK && it.moves.is_some() => Registers::from(list),
        _ => 0,
    };
    let effect = Effect::other(reads, sets);
    // Without the high registers a narrow instruction does.
    if list & HIGH != 0 && list & 0x1000 == 0 {
        effect.framing(Frame::KeepsWith(list & HIGH, 2))
    } else {
        effect
    }
}

/// `IT` and its kin.
fn makes_conditional(code: &[u8]) -> u32 {
    Instruction::at(code).map_or(0, |it| it.n_conditional())
}
