//! Thumb-1, and of Thumb-2 what compilers use most (Armv7-M Architecture Reference Manual, A5).

use super::CLOBBERED;
use crate::isa::half_at;
use crate::isa::liveness::{Convention, Effect, Frame, Registers};

const STACK: u32 = 13;
const LINK: u32 = 14;
const PC: u32 = 15;
/// N, Z, C and V together.
const FLAGS: Registers = 1 << 16;
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
    match (half_at(code, 0), half_at(code, 2)) {
        (Some(first), None) => narrow(first),
        (Some(first), Some(second)) => wide(first, second),
        _ => Effect::UNKNOWN,
    }
}

/// `IT` and its kin.
fn makes_conditional(code: &[u8]) -> u32 {
    match half_at(code, 0) {
        Some(first) if code.len() == 2 && first >> 8 == 0xbf && first & 15 != 0 => {
            4 - (first & 15).trailing_zeros()
        }
        _ => 0,
    }
}

fn bit(register: u32) -> Registers {
    1 << register
}

/// Writing the stack pointer or the program counter is more than computing.
fn computes(reads: Registers, target: u32, flags: Registers) -> Effect {
    let sets = bit(target) | flags;
    Effect { is_pure: !matches!(target, STACK | PC), ..Effect::pure(reads, sets) }
}

fn narrow(code: u32) -> Effect {
    let (low, second, third) = (code & 7, code >> 3 & 7, code >> 6 & 7);
    let middle = code >> 8 & 7;
    let (is_load, accessed) = (code >> 11 & 1 == 1, bit(second));
    match code >> 11 {
        // Shifts; by nothing they keep the carry.
        0b00000..=0b00010 => computes(bit(second) | FLAGS, low, FLAGS),
        0b00011 if code >> 10 & 1 == 1 => computes(bit(second), low, FLAGS),
        0b00011 => computes(bit(second) | bit(third), low, FLAGS),
        0b00100 => computes(0, middle, FLAGS),
        0b00101 => Effect::pure(bit(middle), FLAGS),
        0b00110 | 0b00111 => computes(bit(middle), middle, FLAGS),
        0b01000 if code >> 10 & 1 == 1 => high_registers(code),
        0b01000 => data_processing(code >> 6 & 15, low, second),
        0b01001 | 0b10100 => computes(0, middle, 0),
        0b01010 if code >> 9 & 3 != 3 => Effect::other(bit(low) | accessed | bit(third), 0),
        0b01010 | 0b01011 => Effect::other(accessed | bit(third), bit(low)),
        0b01100..=0b10001 if is_load => Effect::other(accessed, bit(low)),
        0b01100..=0b10001 => Effect::other(accessed | bit(low), 0),
        0b10010 => Effect::other(bit(STACK) | bit(middle), 0),
        0b10011 => Effect::other(bit(STACK), bit(middle)),
        0b10101 => computes(bit(STACK), middle, 0),
        0b10110 | 0b10111 => miscellaneous(code),
        0b11000 => Effect::other(bit(middle) | Registers::from(code & 0xff), 0),
        0b11001 => Effect::other(bit(middle), Registers::from(code & 0xff)),
        0b11010 | 0b11011 if code >> 9 & 7 != 7 => Effect::other(FLAGS, 0),
        0b11100 => Effect::other(0, 0),
        _ => Effect::UNKNOWN,
    }
}

fn data_processing(operation: u32, low: u32, second: u32) -> Effect {
    let both = bit(low) | bit(second);
    match operation {
        8 | 10 | 11 => Effect::pure(both, FLAGS),
        9 | 15 => computes(bit(second) | FLAGS, low, FLAGS),
        // With the carry, or shifting by nothing, and what leaves a part of the flags.
        _ => computes(both | FLAGS, low, FLAGS),
    }
}

fn high_registers(code: u32) -> Effect {
    let (target, second) = (code >> 4 & 8 | code & 7, code >> 3 & 15);
    match code >> 8 & 3 {
        0 => computes(bit(target) | bit(second), target, 0),
        1 => Effect::pure(bit(target) | bit(second), FLAGS),
        2 => computes(bit(second), target, 0),
        _ => Effect::other(bit(second), 0),
    }
}

fn miscellaneous(code: u32) -> Effect {
    let list = Registers::from(code & 0xff);
    match code >> 8 & 15 {
        0 => Effect::other(bit(STACK), bit(STACK)),
        // sxth, sxtb, uxth, uxtb; rev.
        2 | 10 => computes(bit(code >> 3 & 7), code & 7, 0),
        1 | 3 | 9 | 11 => Effect::other(bit(code & 7), 0),
        4 => Effect::other(bit(STACK) | list, bit(STACK)),
        5 => Effect::other(bit(STACK) | list | bit(LINK), bit(STACK)),
        12 | 13 => Effect::other(bit(STACK), bit(STACK) | list),
        // nop; what is conditional behind `IT` reads the flags here.
        15 => Effect::other(if code & 15 == 0 { 0 } else { FLAGS }, 0),
        _ => Effect::UNKNOWN,
    }
}

fn wide(first: u32, second: u32) -> Effect {
    let (base, target, last) = (first & 15, second >> 8 & 15, second & 15);
    match first {
        _ if first & 0xf800 == 0xf000 && second >> 15 == 0 => immediate(first, target),
        // b<c>.w and b.w.
        _ if first & 0xf800 == 0xf000 => Effect::other(FLAGS, 0),
        _ if first & 0xfe00 == 0xea00 => combine(first, target, bit(last) | FLAGS),
        _ if first & 0xfe00 == 0xf800 => access(first, second),
        _ if first & 0xfe40 == 0xe840 && first & 0x0120 != 0 => double(first, second),
        _ if first & 0xfe40 == 0xe800 => list(first, second),
        // Shifts by a register, extensions.
        _ if first & 0xff00 == 0xfa00 => {
            let effect = computes(known(base) | bit(last) | FLAGS, target, 0);
            Effect { writes: effect.writes | FLAGS, ..effect }
        }
        // mul, mla, mls.
        _ if first & 0xfff0 == 0xfb00 => computes(bit(base) | bit(last) | known(second >> 12), target, 0),
        _ if matches!(first & 0xfff0, 0xfb80 | 0xfba0) => {
            Effect::pure(bit(base) | bit(last), bit(target) | bit(second >> 12))
        }
        // sdiv, udiv.
        _ if matches!(first & 0xfff0, 0xfb90 | 0xfbb0) => computes(bit(base) | bit(last), target, 0),
        _ => Effect::UNKNOWN,
    }
}

/// In place of some operands 15 says that there is none.
fn known(register: u32) -> Registers {
    bit(register) & !bit(PC)
}

fn immediate(first: u32, target: u32) -> Effect {
    let base = first & 15;
    if first & 0x0200 == 0 {
        return combine(first, target, FLAGS);
    }
    match first >> 4 & 31 {
        // addw, subw, sbfx, ubfx.
        0 | 10 | 20 | 28 => computes(known(base), target, 0),
        4 => computes(0, target, 0),
        // movt, bfi.
        12 => computes(bit(target), target, 0),
        22 => computes(bit(target) | known(base), target, 0),
        _ => Effect::UNKNOWN,
    }
}

/// One register with a constant or a shifted register. Without the bit `S` flags stay, but some
/// constants and shifts read the carry.
fn combine(first: u32, target: u32, more: Registers) -> Effect {
    let reads = known(first & 15) | more;
    let flags = if first >> 4 & 1 == 1 { FLAGS } else { 0 };
    if target == PC { Effect::pure(reads, FLAGS) } else { computes(reads, target, flags) }
}

/// Loads and stores of one register.
fn access(first: u32, second: u32) -> Effect {
    let (base, register, is_load) = (first & 15, second >> 12, first >> 4 & 1 == 1);
    let has_index = first >> 7 & 1 == 0 && second >> 11 & 1 == 0;
    let changes_base = first >> 7 & 1 == 0 && second >> 11 & 1 == 1 && (second >> 8 & 1 == 1);
    match (is_load, base) {
        (true, _) if register == PC => Effect::UNKNOWN,
        (true, PC) => computes(0, register, 0),
        _ if base == PC => Effect::UNKNOWN,
        _ => {
            let index = if has_index { bit(second & 15) } else { 0 };
            let base_changed = if changes_base { bit(base) } else { 0 };
            let (stored, loaded) = if is_load { (0, bit(register)) } else { (bit(register), 0) };
            Effect::other(bit(base) | index | stored, base_changed | loaded)
        }
    }
}

/// `ldrd`, `strd`.
fn double(first: u32, second: u32) -> Effect {
    let both = bit(second >> 12) | bit(second >> 8 & 15);
    let base = bit(first & 15);
    let changed = if first >> 5 & 1 == 1 { base } else { 0 };
    if first >> 4 & 1 == 1 {
        Effect::other(base, both | changed)
    } else {
        Effect::other(base | both, changed)
    }
}

/// `ldm`, `stm`, `push`, `pop`.
fn list(first: u32, second: u32) -> Effect {
    let (base, list) = (bit(first & 15), Registers::from(second));
    let changed = if first >> 5 & 1 == 1 { base } else { 0 };
    let effect = match first >> 4 & 1 {
        1 => Effect::other(base, list | changed),
        _ => Effect::other(base | list, changed),
    };
    // Without the high registers a narrow instruction does.
    if matches!(first, 0xe92d | 0xe8bd) && list & HIGH != 0 && list & 0x1000 == 0 {
        effect.framing(Frame::KeepsWith(list & HIGH, 2))
    } else {
        effect
    }
}
