//! What loads, stores and sums of Thumb do with addresses. Whatever else there is may do anything.

use super::CLOBBERED;
use super::instruction::{
    Access, Class, Compute, FLAGS, Instruction, LINK, Operand, Operation, PC, Transferred, bit,
};
use crate::isa::accesses::{Effect, Number};
use crate::isa::{Step, sign_extend};

/// Registers that hand over arguments and results.
const ARGUMENTS: u32 = 0b1111;
/// Where the address of a static would be that is the result.
const RESULT: u32 = 0b1;

/// What one instruction does.
pub(crate) fn effect(code: &[u8], _: &Step) -> Effect {
    let Some(instruction) = Instruction::at(code) else { return Effect::UNKNOWN };
    let (reads, writes) = (instruction.reads() & !FLAGS, instruction.writes() & !FLAGS);
    match instruction.class {
        Class::Call { .. } | Class::CallTo { .. } => Effect::writing(CLOBBERED, ARGUMENTS),
        Class::Compute(it) => computes(&it, reads),
        Class::MoveHalf { target, half, is_upper: false } => number(target, half.into()),
        // A number to which the upper half is added is formed by the decoder.
        Class::MoveHalf { .. } | Class::Address { .. } => Effect::writing(writes, 0),
        // What is added to a product may be an address.
        Class::Multiply { targets, factors, added, .. } if targets.is_power_of_two() && added != 0 => {
            let (to, from) = (targets.trailing_zeros(), added.trailing_zeros());
            Effect { passed_on: factors, ..Effect::adding(to, from, None) }
        }
        Class::Clear { .. } | Class::Multiply { .. } | Class::Divide { .. } | Class::Other { .. } => {
            Effect::writing(writes, reads)
        }
        Class::Access(it) => accesses(&it, writes),
        Class::BranchTo { register: LINK } => returning(Effect::default()),
        // A call in the last place.
        Class::BranchTo { register } => Effect::passing_on(ARGUMENTS | bit(register)),
        Class::IfThen { n_conditional } => Effect { n_conditional, ..Effect::default() },
        Class::Branch { .. } | Class::BranchIf { .. } | Class::TableBranch { .. } | Class::Stop => {
            Effect::default()
        }
        Class::Unknown => Effect::UNKNOWN,
    }
}

fn computes(it: &Compute, reads: u32) -> Effect {
    let Some(target) = it.target else { return Effect::default() };
    if target == PC {
        return Effect::UNKNOWN;
    }
    match (it.operation, it.first, it.second) {
        (Operation::Move, None, Operand::Number(it)) => number(target, sign_extend(it, 32)),
        (Operation::MoveNot, None, Operand::Number(it)) => number(target, !sign_extend(it, 32)),
        (Operation::Move, None, Operand::Register(from)) => Effect::adding(target, from, Some(0)),
        (Operation::ShiftLeft, Some(from), Operand::Number(0)) => Effect::adding(target, from, Some(0)),
        (Operation::ShiftLeft, Some(from), Operand::Number(by)) => {
            Effect { number: Some(Number::Shifted(from, by)), ..Effect::writing(bit(target), bit(from)) }
        }
        (Operation::Add, Some(from), Operand::Number(it)) => {
            Effect::adding(target, from, Some(sign_extend(it, 32)))
        }
        (Operation::Subtract, Some(from), Operand::Number(it)) => {
            Effect::adding(target, from, Some(-sign_extend(it, 32)))
        }
        (Operation::Add, Some(from), Operand::Register(other)) => Effect::sum(target, from, other),
        (Operation::Add | Operation::Subtract, Some(from), Operand::Register(it) | Operand::Shifted(it)) => {
            Effect { passed_on: bit(it), ..Effect::adding(target, from, None) }
        }
        _ => Effect::writing(bit(target), reads),
    }
}

fn number(to: u32, number: i64) -> Effect {
    Effect { number: Some(Number::Is(number)), ..Effect::writing(bit(to), 0) }
}

/// It ends the function. What is the second half of a result is most often only what nobody needs any
/// more, if there was a use for it before.
fn returning(effect: Effect) -> Effect {
    Effect { passed_on: effect.passed_on | RESULT, passed_on_unused: ARGUMENTS, ..effect }
}

fn accesses(it: &Access, writes: u32) -> Effect {
    if it.base == PC {
        return if it.is_load { Effect::writing(writes, 0) } else { Effect::UNKNOWN };
    }
    let registers = it.registers.set();
    let bases = bit(it.base) | it.index.map_or(0, |it| bit(it.0));
    let offset = it.index.is_none().then_some(it.from);
    let is_several = !matches!(it.registers, Transferred::One(_));
    let access = match it.is_load {
        true => Effect::load(bases, offset, registers & !bit(PC)).of(if is_several { it.n_bytes } else { 1 }),
        false => Effect::store(bases, offset, (registers, it.n_bytes)),
    };
    let access = if it.index.is_some_and(|it| it.1 == 0) { access.at_sum() } else { access };
    let access = if it.is_load && registers & bit(PC) != 0 { returning(access) } else { access };
    let access = it.status.map_or(access, |it| Effect { written: access.written | bit(it), ..access });
    it.moves.map_or(access, |by| access.and_moves(it.base, by))
}
