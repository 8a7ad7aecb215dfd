//! Thumb-1 and Thumb-2: what loads, stores and sums do. Whatever else there is may do anything.

use super::{CLOBBERED, expanded, writes};
use crate::isa::accesses::{Access, Effect, Number, bit};
use crate::isa::{Flow, Step, half_at, sign_extend};

/// Registers that hand over arguments and results.
const ARGUMENTS: u32 = 0b1111;
/// Where the address of a static would be that is the result.
const RESULT: u32 = 0b1;
const LINK: u32 = 14;
const PC: u32 = 15;

/// What one instruction does.
pub(crate) fn effect(code: &[u8], step: &Step) -> Effect {
    if matches!(step.flow, Flow::Call(_) | Flow::CallThrough(_) | Flow::CallUnknown) {
        return Effect::writing(CLOBBERED, ARGUMENTS);
    }
    match (half_at(code, 0), half_at(code, 2)) {
        (Some(first), Some(second)) if step.len_bytes == 4 => wide(first, second),
        (Some(first), _) if step.len_bytes == 2 => narrow(first),
        _ => Effect::UNKNOWN,
    }
}

fn narrow(code: u32) -> Effect {
    let (low, middle, high) = (code & 7, code >> 3 & 7, code >> 6 & 7);
    let eighth = code >> 8 & 7;
    let imm8 = i64::from(code & 0xff);
    match code >> 11 {
        0b00000 if code >> 6 & 31 == 0 => Effect::adding(low, middle, Some(0)),
        0b00000 => {
            let number = Some(Number::Shifted(middle, code >> 6 & 31));
            Effect { number, ..Effect::writing(bit(low), bit(middle)) }
        }
        0b00001 | 0b00010 => Effect::writing(bit(low), bit(middle)),
        0b00011 => match code >> 9 & 3 {
            0 => Effect::sum(low, middle, high),
            1 => difference(low, middle, bit(high)),
            2 => Effect::adding(low, middle, Some(i64::from(high))),
            _ => Effect::adding(low, middle, Some(-i64::from(high))),
        },
        0b00100 => number(eighth, imm8),
        0b01001 | 0b10100 | 0b10101 => Effect::writing(bit(eighth), 0),
        0b00101 => Effect::default(),
        0b00110 => Effect::adding(eighth, eighth, Some(imm8)),
        0b00111 => Effect::adding(eighth, eighth, Some(-imm8)),
        0b01000 => by_register(code),
        0b01010 | 0b01011 => indexed(code),
        0b01100..=0b10001 => at_offset(code),
        0b10010 => Effect::passing_on(bit(eighth)),
        0b10011 => Effect::writing(bit(eighth), 0),
        0b10110 | 0b10111 => miscellaneous(code),
        0b11000 | 0b11001 => {
            let n_bytes = 4 * i64::from((code & 0xff).count_ones());
            let access = multiple(eighth, (code & 0xff, code >> 11 & 1 == 1), 0);
            access.and_moves(eighth, n_bytes)
        }
        // Branches and the undefined instruction; what comes then is a call of the supervisor.
        0b11010 | 0b11011 if code >> 8 & 15 < 15 => Effect::default(),
        0b11100 => Effect::default(),
        _ => Effect::UNKNOWN,
    }
}

/// Arithmetic of two registers, and the instructions that reach the upper registers.
fn by_register(code: u32) -> Effect {
    let (low, middle) = (code & 7, code >> 3 & 7);
    let (any_low, any_middle) = (code >> 4 & 8 | code & 7, code >> 3 & 15);
    match code >> 6 & 31 {
        // TST, CMP, CMN.
        8 | 10 | 11 => Effect::default(),
        // RSB and MVN do not use what they overwrite.
        9 | 15 => Effect::writing(bit(low), bit(middle)),
        0..=15 => Effect::writing(bit(low), bit(low) | bit(middle)),
        20..=23 => Effect::default(),
        16..=27 if any_low == PC => Effect::UNKNOWN,
        16..=19 => Effect::sum(any_low, any_low, any_middle),
        24..=27 => Effect::adding(any_low, any_middle, Some(0)),
        _ if any_middle == LINK => returning(Effect::default()),
        // A call in the last place.
        _ => Effect::passing_on(ARGUMENTS | bit(any_middle)),
    }
}

/// Loads and stores at the sum of two registers.
fn indexed(code: u32) -> Effect {
    let (low, bases) = (code & 7, bit(code >> 3 & 7) | bit(code >> 6 & 7));
    match code >> 9 & 7 {
        0..=2 => Effect::store(bases, None, (bit(low), 4)).at_sum(),
        _ => Effect::load(bases, None, bit(low)).at_sum(),
    }
}

/// Loads and stores at a register and an offset.
fn at_offset(code: u32) -> Effect {
    let (low, base) = (code & 7, bit(code >> 3 & 7));
    let n_bytes = match code >> 12 {
        0b0110 => 4,
        0b0111 => 1,
        _ => 2,
    };
    let offset = Some(i64::from(code >> 6 & 31) * n_bytes);
    match code >> 11 & 1 {
        0 => Effect::store(base, offset, (bit(low), n_bytes.cast_unsigned())),
        _ => Effect::load(base, offset, bit(low)),
    }
}

fn miscellaneous(code: u32) -> Effect {
    let low = bit(code & 7);
    match code >> 8 & 15 {
        // Moves of the stack pointer, CBZ, CBNZ, CPS.
        0 | 1 | 3 | 6 | 9 | 11 => Effect::default(),
        2 | 10 => Effect::writing(low, bit(code >> 3 & 7)),
        4 | 5 => Effect::passing_on(code & 0xff),
        12 => Effect::writing(code & 0xff, 0),
        13 => returning(Effect::writing(code & 0xff, 0)),
        15 if code & 15 != 0 => {
            Effect { n_conditional: 4 - (code & 15).trailing_zeros(), ..Effect::default() }
        }
        15 => Effect::default(),
        _ => Effect::UNKNOWN,
    }
}

fn number(to: u32, number: i64) -> Effect {
    Effect { number: Some(Number::Is(number)), ..Effect::writing(bit(to), 0) }
}

fn difference(to: u32, from: u32, subtracted: u32) -> Effect {
    Effect { passed_on: subtracted, ..Effect::adding(to, from, None) }
}

/// It ends the function. What is the second half of a result is most often only what nobody needs any
/// more, if there was a use for it before.
fn returning(effect: Effect) -> Effect {
    Effect { passed_on: effect.passed_on | RESULT, passed_on_unused: ARGUMENTS, ..effect }
}

/// Loads or stores of several registers from `offset` on.
fn multiple(base: u32, (registers, is_load): (u32, bool), offset: i64) -> Effect {
    let n_bytes = 4 * u64::from(registers.count_ones());
    if is_load {
        let load = Effect::load(bit(base), Some(offset), registers).of(n_bytes);
        return if registers & bit(PC) != 0 { returning(load) } else { load };
    }
    Effect::store(bit(base), Some(offset), (registers, n_bytes))
}

fn wide(first: u32, second: u32) -> Effect {
    match first >> 9 & 15 {
        0b0100 => several(first, second),
        0b0101 => shifted_register(first, second),
        0b0110 if first >> 8 & 1 == 1 => float(first, second),
        0b1000..=0b1011 if second >> 15 == 0 => immediate(first, second),
        // Branches.
        0b1000..=0b1011 if second & 0x5000 != 0 => Effect::default(),
        0b1000..=0b1011 if first >> 7 & 7 != 7 => Effect::default(),
        // Barriers and hints.
        0b1000..=0b1011 if matches!(first, 0xf3bf | 0xf3af) => Effect::default(),
        // MRS and MSR.
        0b1000..=0b1011 if first == 0xf3ef => Effect::writing(bit(second >> 8 & 15), 0),
        0b1000..=0b1011 if first & 0xfff0 == 0xf380 => Effect::passing_on(bit(first & 15)),
        0b1100 => single(first, second),
        0b1101 if first >> 8 & 1 == 0 => {
            Effect::writing(bit(second >> 8 & 15), bit(first & 15) | bit(second & 15))
        }
        0b1101 => product(first, second),
        _ => unknown(first, second),
    }
}

fn unknown(first: u32, second: u32) -> Effect {
    Effect { written: writes(first, second), ..Effect::UNKNOWN }
}

/// Loads and stores of several registers, of pairs, and exclusive ones.
fn several(first: u32, second: u32) -> Effect {
    let (base, is_load) = (first & 15, first >> 4 & 1 == 1);
    let (is_before, is_up, has_write_back) = (first >> 8 & 1 == 1, first >> 7 & 1 == 1, first >> 5 & 1 == 1);
    if first >> 6 & 1 == 0 {
        let n_bytes = 4 * i64::from(second.count_ones());
        let access = multiple(base, (second, is_load), if is_before { -n_bytes } else { 0 });
        let by = if is_before { -n_bytes } else { n_bytes };
        return if has_write_back { access.and_moves(base, by) } else { access };
    }
    let pair = bit(second >> 12) | bit(second >> 8 & 15);
    if !is_before && !has_write_back {
        return match is_load {
            true => Effect::load(bit(base) | bit(second & 15), None, pair),
            false => {
                let is_word = first >> 7 & 1 == 0;
                let offset = if is_word { 4 * i64::from(second & 0xff) } else { 0 };
                let n_bytes = match (is_word, second >> 4 & 15) {
                    (true, _) => 4,
                    (false, 4) => 1,
                    (false, 5) => 2,
                    _ => 8,
                };
                let store = Effect::store(bit(base), Some(offset), (pair | bit(second & 15), n_bytes));
                Effect { written: bit(second & 15) | bit(second >> 8 & 15), ..store }
            }
        };
    }
    let distance = i64::from(second & 0xff) * if is_up { 4 } else { -4 };
    let offset = Some(if is_before { distance } else { 0 });
    let access = match is_load {
        true => Effect::load(bit(base), offset, pair).of(8),
        false => Effect::store(bit(base), offset, (pair, 8)),
    };
    if has_write_back { access.and_moves(base, distance) } else { access }
}

fn shifted_register(first: u32, second: u32) -> Effect {
    let (a, b, to) = (first & 15, second & 15, second >> 8 & 15);
    let is_shifted = second & 0x70f0 != 0;
    match first >> 5 & 15 {
        // TST, TEQ, CMN, CMP.
        0 | 4 | 8 | 13 if to == PC => Effect::default(),
        2 if a == PC && !is_shifted => Effect::adding(to, b, Some(0)),
        2 | 3 if a == PC => Effect::writing(bit(to), bit(b)),
        8 if !is_shifted => Effect::sum(to, a, b),
        8 | 13 => difference(to, a, bit(b)),
        _ => Effect::writing(bit(to), bit(a) | bit(b)),
    }
}

/// Arithmetic with a number.
fn immediate(first: u32, second: u32) -> Effect {
    let (from, to) = (first & 15, second >> 8 & 15);
    let imm12 = (first >> 10 & 1) << 11 | (second >> 12 & 7) << 8 | second & 0xff;
    if first >> 9 & 1 == 1 {
        return match first >> 4 & 31 {
            0 if from != PC => Effect::adding(to, from, Some(imm12.into())),
            10 if from != PC => Effect::adding(to, from, Some(-i64::from(imm12))),
            4 => number(to, ((first & 15) << 12 | imm12).into()),
            // ADR and MOVT.
            0 | 10 | 12 => Effect::writing(bit(to), 0),
            _ => Effect::writing(bit(to), bit(from) | bit(to)),
        };
    }
    let operand = sign_extend(expanded(imm12), 32);
    match first >> 5 & 15 {
        0 | 4 | 8 | 13 if to == PC => Effect::default(),
        2 if from == PC => number(to, operand),
        3 if from == PC => number(to, !operand),
        8 => Effect::adding(to, from, Some(operand)),
        13 => Effect::adding(to, from, Some(-operand)),
        _ => Effect::writing(bit(to), bit(from)),
    }
}

/// Loads and stores of one register.
fn single(first: u32, second: u32) -> Effect {
    let (base, register) = (first & 15, second >> 12);
    let (is_load, n_bytes) = (first >> 4 & 1 == 1, 1 << (first >> 5 & 3));
    let access = |bases: u32, offset: Option<i64>| match is_load {
        true if register == PC && first & 0x60 == 0x40 => returning(Effect::load(bases, offset, 0)),
        true => Effect::load(bases, offset, bit(register)),
        false => Effect::store(bases, offset, (bit(register), n_bytes)),
    };
    if base == PC {
        return if is_load { Effect::writing(bit(register), 0) } else { Effect::UNKNOWN };
    }
    if first >> 7 & 1 == 1 {
        return access(bit(base), Some(i64::from(second & 0xfff)));
    }
    if second >> 11 & 1 == 0 {
        let found = access(bit(base) | bit(second & 15), None);
        return if second >> 4 & 3 == 0 { found.at_sum() } else { found };
    }
    let (is_before, is_up, has_write_back) =
        (second >> 10 & 1 == 1, second >> 9 & 1 == 1, second >> 8 & 1 == 1);
    let distance = i64::from(second & 0xff) * if is_up { 1 } else { -1 };
    let found = access(bit(base), Some(if is_before { distance } else { 0 }));
    if has_write_back { found.and_moves(base, distance) } else { found }
}

/// Multiplications: what is added to the product may be an address.
fn product(first: u32, second: u32) -> Effect {
    let (to, added) = (second >> 8 & 15, second >> 12);
    let factors = bit(first & 15) | bit(second & 15);
    match first >> 4 & 15 {
        0 if added == PC => return Effect::writing(bit(to), factors),
        0 => return Effect { passed_on: factors, ..Effect::adding(to, added, None) },
        _ => {}
    }
    Effect::writing(bit(to) | bit(added), factors | bit(to) | bit(added))
}

/// VLDR and VSTR; what else there is of floating point may do anything.
fn float(first: u32, second: u32) -> Effect {
    let is_one = first & 0xff20 == 0xed00 && second >> 9 & 7 == 5;
    if !is_one {
        return unknown(first, second);
    }
    let distance = i64::from(second & 0xff) * if first >> 7 & 1 == 1 { 4 } else { -4 };
    let is_store = first >> 4 & 1 == 0;
    let n_bytes = if second >> 8 & 1 == 1 { 8 } else { 4 };
    let access = Access { bases: bit(first & 15), offset: Some(distance), is_sum: false, n_bytes, is_store };
    Effect { access: Some(access), ..Effect::default() }
}
