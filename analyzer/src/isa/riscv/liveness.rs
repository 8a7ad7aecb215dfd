//! RISC-V of 32 bits with compressed instructions (the RISC-V Instruction Set Manual, volume I).

use super::instruction::{Class, STACK, Table, bit};
use crate::isa::liveness::{Convention, Effect, Frame, Registers};

/// ra, s0, s1, s2 to s11.
const SAVED: Registers = 0x0ffc_0302;
/// a0 to a7.
const ARGUMENTS: Registers = 0x0003_fc00;
/// Whether pushes or doubles have their codes, neither is looked into.
const TABLE: Table = Table { is_64_bits: false, has_pushes: true };

pub(crate) const CONVENTION: Convention = Convention {
    arguments: ARGUMENTS | 1 << STACK,
    // ra, t0 to t6, a0 to a7.
    clobbered: 0xf003_fce2,
    // a0 and a1 are returned; gp and tp belong to nobody.
    at_return: SAVED | 0x0c1c,
    saved: SAVED,
    stack: 1 << STACK,
    of: effect,
    makes_conditional: |_| 0,
};

fn effect(code: &[u8]) -> Effect {
    let Some(it) = TABLE.decode(code).filter(|it| usize::from(it.len_bytes) == code.len()) else {
        return Effect::UNKNOWN;
    };
    let (reads, writes): (Registers, Registers) = (it.reads().into(), it.writes().into());
    match it.class {
        Class::AddImmediate if it.rd == STACK && it.rs1 == STACK => {
            Effect::other(reads, writes).framing(Frame::Moves)
        }
        Class::LoadUpper
        | Class::AddUpper
        | Class::AddImmediate
        | Class::AndImmediate
        | Class::Move
        | Class::Add
        | Class::AddShifted
        | Class::Subtract
        | Class::Compute => Effect { is_pure: it.rd != STACK, ..Effect::pure(reads, writes) },
        // What is loaded may be volatile, but for registers that were saved.
        Class::Load(_) => keeping(Effect::other(reads, writes), it.rs1, it.rd),
        Class::Store(_) => keeping(Effect::other(reads, 0), it.rs1, it.rs2),
        Class::Branch | Class::Jump | Class::JumpRegister => Effect::other(reads, writes),
        _ => Effect::UNKNOWN,
    }
}

fn keeping(effect: Effect, base: u8, register: u8) -> Effect {
    let kept = Registers::from(bit(register)) & SAVED;
    if base == STACK && kept != 0 { effect.framing(Frame::Keeps(kept)) } else { effect }
}
