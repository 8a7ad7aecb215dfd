//! RISC-V of 32 bits with compressed instructions (the RISC-V Instruction Set Manual, volume I).

use crate::isa::half_at;
use crate::isa::liveness::{Convention, Effect, Frame, Registers};

const RETURN: usize = 1;
const STACK: usize = 2;
/// ra, s0, s1, s2 to s11.
const SAVED: Registers = 0x0ffc_0302;
/// a0 to a7.
const ARGUMENTS: Registers = 0x0003_fc00;

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
    match (half_at(code, 0), half_at(code, 2)) {
        (Some(first), _) if first & 3 != 3 => compressed(first),
        (Some(first), Some(second)) if code.len() == 4 => full(second << 16 | first),
        _ => Effect::UNKNOWN,
    }
}

/// `x0` is no register.
fn bit(register: u32) -> Registers {
    1 << register & !1
}

fn full(code: u32) -> Effect {
    let target = bit(code >> 7 & 31);
    let (one, two) = (bit(code >> 15 & 31), bit(code >> 20 & 31));
    match code & 0x7f {
        // lui, auipc.
        0x37 | 0x17 => Effect::pure(0, target),
        0x13 if target == 1 << STACK && one == 1 << STACK => moves(),
        0x13 => computes(one, target),
        0x33 => computes(one | two, target),
        0x03 => load(one, target),
        0x23 => store(one, two),
        0x63 => Effect::other(one | two, 0),
        0x6f => Effect::other(0, target),
        0x67 => Effect::other(one, target),
        _ => Effect::UNKNOWN,
    }
}

fn computes(reads: Registers, sets: Registers) -> Effect {
    Effect { is_pure: sets != 1 << STACK, ..Effect::pure(reads, sets) }
}

fn moves() -> Effect {
    Effect::other(1 << STACK, 1 << STACK).framing(Frame::Moves)
}

/// What is loaded may be volatile, but for registers that were saved.
fn load(base: Registers, target: Registers) -> Effect {
    let effect = Effect::other(base, target);
    if base == 1 << STACK && target & SAVED != 0 { effect.framing(Frame::Keeps(target)) } else { effect }
}

fn store(base: Registers, what: Registers) -> Effect {
    let effect = Effect::other(base | what, 0);
    if base == 1 << STACK && what & SAVED != 0 { effect.framing(Frame::Keeps(what)) } else { effect }
}

fn compressed(code: u32) -> Effect {
    let (register, second) = (code >> 7 & 31, bit(code >> 2 & 31));
    let (low, high) = (bit((code >> 2 & 7) + 8), bit((code >> 7 & 7) + 8));
    let whole = bit(register);
    match (code & 3, code >> 13) {
        (0, 0b000) if code != 0 => Effect::pure(1 << STACK, low),
        (0, 0b010) => load(high, low),
        (0, 0b110) => store(high, low),
        // c.addi, with c.nop.
        (1, 0b000) if register as usize == STACK => moves(),
        (1, 0b000) => Effect::pure(whole, whole),
        // c.jal of 32 bits.
        (1, 0b001) => Effect::other(0, 1 << RETURN),
        (1, 0b010) => Effect::pure(0, whole),
        (1, 0b011) if register as usize == STACK => moves(),
        (1, 0b011) => Effect::pure(0, whole),
        (1, 0b100) => Effect::pure(high | if code >> 10 & 3 == 3 { low } else { 0 }, high),
        (1, 0b101) => Effect::other(0, 0),
        (1, 0b110 | 0b111) => Effect::other(high, 0),
        (2, 0b000) => Effect::pure(whole, whole),
        (2, 0b010) => load(1 << STACK, whole),
        (2, 0b110) => store(1 << STACK, second),
        // c.mv and c.add, and c.jr and c.jalr without a second register.
        (2, 0b100) if second == 0 => Effect::other(whole, 0),
        (2, 0b100) => computes(second | if code >> 12 & 1 == 1 { whole } else { 0 }, whole),
        _ => Effect::UNKNOWN,
    }
}
