//! The instructions of one half-word (Armv7-M Architecture Reference Manual, DDI 0403, A5.2).

use super::instruction::{
    Access, Class, Compute, FLAGS, LINK, Operand, Operation, PC, STACK, Transferred, bit,
};
use crate::isa::sign_extend;

pub(super) fn class(code: u32) -> Class {
    let (low, middle, high) = (code & 7, code >> 3 & 7, code >> 6 & 7);
    let (eighth, imm5, imm8) = (code >> 8 & 7, code >> 6 & 31, code & 0xff);
    match code >> 11 {
        0b00000 => shift(Operation::ShiftLeft, low, (middle, imm5)),
        // A shift to the right by nothing is one by 32.
        0b00001 => shift(Operation::ShiftRight, low, (middle, if imm5 == 0 { 32 } else { imm5 })),
        0b00010 => shift(Operation::Other, low, (middle, if imm5 == 0 { 32 } else { imm5 })),
        0b00011 => {
            let second = if code >> 10 & 1 == 1 { Operand::Number(high) } else { Operand::Register(high) };
            let operation = if code >> 9 & 1 == 1 { Operation::Subtract } else { Operation::Add };
            compute(operation, Some(low), (Some(middle), second))
        }
        0b00100 => compute(Operation::Move, Some(eighth), (None, Operand::Number(imm8))),
        0b00101 => compute(Operation::Other, None, (Some(eighth), Operand::Number(imm8))),
        0b00110 => compute(Operation::Add, Some(eighth), (Some(eighth), Operand::Number(imm8))),
        0b00111 => compute(Operation::Subtract, Some(eighth), (Some(eighth), Operand::Number(imm8))),
        0b01000 if code >> 10 & 1 == 1 => high_registers(code),
        0b01000 => two_registers(code >> 6 & 15, low, middle),
        0b01001 => access((true, 4), PC, i64::from(imm8) * 4, eighth),
        0b01010 | 0b01011 => indexed(code >> 9 & 7, low, (middle, high)),
        0b01100..=0b10001 => {
            let n_bytes: u64 = match code >> 12 {
                0b0110 => 4,
                0b0111 => 1,
                _ => 2,
            };
            let offset = i64::from(imm5) * n_bytes.cast_signed();
            access((code >> 11 & 1 == 1, n_bytes), middle, offset, low)
        }
        0b10010 | 0b10011 => access((code >> 11 & 1 == 1, 4), STACK, i64::from(imm8) * 4, eighth),
        0b10100 => Class::Address { target: eighth, offset: i64::from(imm8) * 4 },
        0b10101 => plain(Operation::Add, eighth, (Some(STACK), Operand::Number(imm8 * 4))),
        0b10110 | 0b10111 => miscellaneous(code),
        0b11000 => list(false, (eighth, imm8), (0, true)),
        0b11001 => list(true, (eighth, imm8), (0, bit(eighth) & imm8 == 0)),
        0b11010 | 0b11011 => match code >> 8 & 15 {
            14 => Class::Stop,
            // A call of the supervisor.
            15 => Class::Unknown,
            _ => Class::BranchIf { offset: sign_extend(code << 1, 9), reads: FLAGS },
        },
        0b11100 => Class::Branch { offset: sign_extend(code << 1, 12) },
        _ => Class::Unknown,
    }
}

/// With all its flags, as most that compute do.
fn compute(operation: Operation, target: Option<u32>, (first, second): (Option<u32>, Operand)) -> Class {
    Class::Compute(Compute { operation, target, first, second, reads_flags: false, writes_flags: true })
}

/// Without any.
fn plain(operation: Operation, target: u32, (first, second): (Option<u32>, Operand)) -> Class {
    let target = Some(target);
    Class::Compute(Compute { operation, target, first, second, reads_flags: false, writes_flags: false })
}

/// By nothing it keeps the carry.
fn shift(operation: Operation, target: u32, (from, by): (u32, u32)) -> Class {
    Class::Compute(Compute {
        operation,
        target: Some(target),
        first: Some(from),
        second: Operand::Number(by),
        reads_flags: true,
        writes_flags: true,
    })
}

/// Arithmetic of two low registers. What shifts by a register, computes with the carry, or leaves a part of the
/// flags reads them.
fn two_registers(operation: u32, low: u32, middle: u32) -> Class {
    let second = Operand::Register(middle);
    let (operation, target, first, second) = match operation {
        0 => (Operation::And, Some(low), Some(low), second),
        // TST, CMP, CMN.
        8 | 10 | 11 => return compute(Operation::Other, None, (Some(low), second)),
        9 => (Operation::ReverseSubtract, Some(low), Some(middle), Operand::Number(0)),
        13 => {
            let (targets, factors) = (bit(low), bit(low) | bit(middle));
            return Class::Multiply { targets, factors, added: 0, flags: FLAGS };
        }
        14 => (Operation::AndNot, Some(low), Some(low), second),
        15 => (Operation::MoveNot, Some(low), None, second),
        _ => (Operation::Other, Some(low), Some(low), second),
    };
    Class::Compute(Compute { operation, target, first, second, reads_flags: true, writes_flags: true })
}

/// ADD, CMP, MOV, BX and BLX of any register.
fn high_registers(code: u32) -> Class {
    let (target, source) = (code >> 4 & 8 | code & 7, code >> 3 & 15);
    let second = Operand::Register(source);
    match (code >> 8 & 3, code >> 7 & 1) {
        (0, _) => plain(Operation::Add, target, (Some(target), second)),
        (1, _) => compute(Operation::Other, None, (Some(target), second)),
        (2, _) => plain(Operation::Move, target, (None, second)),
        (_, 0) => Class::BranchTo { register: source },
        _ => Class::CallTo { register: source },
    }
}

fn access((is_load, n_bytes): (bool, u64), base: u32, from: i64, register: u32) -> Class {
    let registers = Transferred::One(register);
    Class::Access(Access { is_load, base, index: None, from, moves: None, n_bytes, registers, status: None })
}

/// At the sum of two registers.
fn indexed(operation: u32, register: u32, (base, index): (u32, u32)) -> Class {
    let (is_load, n_bytes) = match operation {
        0 => (false, 4),
        1 => (false, 2),
        2 => (false, 1),
        4 => (true, 4),
        5 | 7 => (true, 2),
        _ => (true, 1),
    };
    let (registers, index) = (Transferred::One(register), Some((index, 0)));
    Class::Access(Access { is_load, base, index, from: 0, moves: None, n_bytes, registers, status: None })
}

/// STM, LDM, PUSH and POP.
fn list(is_load: bool, (base, list): (u32, u32), (from, is_moving): (i64, bool)) -> Class {
    let n_bytes = 4 * u64::from(list.count_ones());
    let by = n_bytes.cast_signed() * if from < 0 { -1 } else { 1 };
    let moves = is_moving.then_some(by);
    let registers = Transferred::List(list);
    Class::Access(Access { is_load, base, index: None, from, moves, n_bytes, registers, status: None })
}

fn miscellaneous(code: u32) -> Class {
    let (low, middle, listed) = (code & 7, code >> 3 & 7, code & 0xff);
    let none = Class::Other { reads: 0, writes: 0, is_pure: false };
    match code >> 8 & 15 {
        0 => {
            let operation = if code & 0x80 == 0 { Operation::Add } else { Operation::Subtract };
            plain(operation, STACK, (Some(STACK), Operand::Number((code & 0x7f) * 4)))
        }
        // CBZ, CBNZ.
        1 | 3 | 9 | 11 => {
            let offset = (code >> 9 & 1) << 6 | (code >> 3 & 0x1f) << 1;
            Class::BranchIf { offset: offset.into(), reads: bit(low) }
        }
        // Extensions and reversals; between the latter HLT.
        10 if code >> 6 & 3 == 2 => none,
        2 | 10 => Class::Other { reads: bit(middle), writes: bit(low), is_pure: true },
        4 | 5 => {
            let listed = listed | (code >> 8 & 1) << LINK;
            list(false, (STACK, listed), (-4 * i64::from(listed.count_ones()), true))
        }
        // SETEND and CPS.
        6 => none,
        12 | 13 => list(true, (STACK, listed | (code >> 8 & 1) << PC), (0, true)),
        15 if code & 15 != 0 => Class::IfThen { n_conditional: 4 - (code & 15).trailing_zeros() },
        15 => none,
        _ => Class::Unknown,
    }
}
