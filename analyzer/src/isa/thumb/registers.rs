//! Thumb-1 and Thumb-2: what moves the stack pointer, and what calls through registers call.

use super::CLOBBERED;
use super::instruction::{Access, Class, Compute, Instruction, Operand, Operation, PC, STACK, bit, optional};
use crate::isa::registers::{Callee, Effect, Follow, Known, Memory, Taken};

/// As many arguments are in registers, from r0 on (AAPCS, 6.4).
const ARGUMENTS: usize = 4;
/// What the stack pointer is a multiple of where a function begins, by the procedure call standard (AAPCS,
/// 6.2.1.2). Where hardware does not align it for an interrupt, it stores that word less of its frame.
const ENTRY_ALIGN: i64 = 8;

/// Follows the registers of ARM's microcontroller profiles.
pub(crate) struct Thumb<'image> {
    memory: Memory<'image>,
    registers: [Known; 16],
    /// Instructions of an `IT` block still to come, and the depth before the block: what only some
    /// ways take or give back leaves it as it was.
    conditional: (u32, i64),
    /// The last number that was stored into the stack, and where: a veneer puts where to onto its caller's registers.
    put: Option<(i64, u64)>,
    has_float: bool,
}

impl<'image> Thumb<'image> {
    pub(crate) fn new(memory: Memory<'image>) -> Self {
        Self { memory, registers: [Known::Nothing; 16], conditional: (0, 0), put: None, has_float: false }
    }
}

impl<'image> Follow<'image> for Thumb<'image> {
    type Code = &'image [u8];

    fn see(&mut self, code: &'image [u8], at: u64, depth: i64) -> Effect {
        self.registers[STACK as usize] = Known::Stack(depth);
        self.registers[PC as usize] = Known::Number(at.wrapping_add(4));
        let was_conditional = self.conditional.0;
        self.conditional.0 = was_conditional.saturating_sub(1);
        let callee = match Instruction::at(code) {
            Some(instruction) => self.instruction(&instruction, at, depth),
            None => Callee::Unknown,
        };
        let mut taken = self.registers[STACK as usize].taken();
        if was_conditional == 1 && taken != Taken::Unknown {
            taken = Taken::Bytes(self.conditional.1);
        }
        Effect { taken, callee }
    }

    fn registers(&mut self) -> &mut [Known] {
        &mut self.registers
    }

    fn argument(&self, idx: usize, depth: i64) -> Known {
        match idx.checked_sub(ARGUMENTS) {
            None => self.registers[idx],
            Some(idx) => self.memory.argument(Known::Stack(depth), idx as i64 * 4),
        }
    }

    fn forget_arguments(&mut self) {
        self.memory.forget_arguments();
    }

    fn reset(&mut self) {
        self.memory.reset();
        self.put = None;
        self.registers = [Known::Nothing; 16];
        self.conditional = (0, 0);
    }

    fn has_float(&self) -> bool {
        self.has_float
    }
}

impl Thumb<'_> {
    fn instruction(&mut self, instruction: &Instruction, at: u64, depth: i64) -> Callee {
        self.has_float |= instruction.is_float;
        match instruction.class {
            Class::Compute(it) => self.compute(&it),
            Class::Address { target, offset } => self.set(target, Known::Number(literal(at, offset))),
            Class::MoveHalf { target, half, is_upper: false } => self.set(target, Known::Number(half.into())),
            Class::MoveHalf { target, half, .. } => {
                let known = match self.of(target) {
                    Known::Number(low) => Known::Number(low & 0xffff | u64::from(half) << 16),
                    _ => Known::Nothing,
                };
                self.set(target, known);
            }
            // Of the lowest bits it aligns.
            Class::Clear { target, low: 0, high } => {
                self.set(target, self.of(target).aligned(2 << high, ENTRY_ALIGN));
            }
            Class::Access(it) => {
                self.access(&it, at);
                // A veneer puts where to onto the stack, and takes it from there.
                let callee = if it.writes() & bit(PC) == 0 { Callee::Unknown } else { self.of(PC).callee() };
                return if matches!(callee, Callee::Address(_)) { callee } else { Callee::Unknown };
            }
            Class::BranchTo { register } => return self.of(register).callee(),
            Class::CallTo { register } => {
                let callee = self.of(register).callee();
                self.forget_all(CLOBBERED);
                return callee;
            }
            Class::Call { .. } => self.forget_all(CLOBBERED),
            Class::IfThen { n_conditional } => self.conditional = (n_conditional, depth),
            _ => self.forget_all(instruction.writes()),
        }
        Callee::Unknown
    }

    /// Sums, shifts and what aligns; everything else computes what is not followed.
    fn compute(&mut self, it: &Compute) {
        let Some(target) = it.target else { return };
        let first = it.first.map_or(Known::Nothing, |it| self.of(it));
        let (second, number) = match it.second {
            Operand::Register(register) => (self.of(register), None),
            Operand::Number(number) => (Known::Number(number.into()), Some(number)),
            Operand::Shifted(_) => (Known::Nothing, None),
        };
        let is_relative = it.first == Some(PC) || it.second == Operand::Register(PC);
        let result = match (it.operation, number) {
            // Only a known distance makes an address of the program counter.
            (Operation::Add, None) if is_relative => match (first, second) {
                (Known::Number(one), Known::Number(two)) => Known::Number(one.wrapping_add(two)),
                _ => Known::Nothing,
            },
            (Operation::Move, _) => second,
            (Operation::MoveNot, Some(number)) => Known::Number((!number).into()),
            (Operation::Add, Some(number)) => first.plus(number.into()),
            (Operation::Add, None) => first.sum(second, 32),
            (Operation::Subtract, Some(number)) => first.plus(-i64::from(number)),
            (Operation::Subtract, None) => first.less(second, 32),
            (Operation::ReverseSubtract, _) => second.less(first, 32),
            (Operation::And, Some(number)) => first.aligned(u64::from(!number) + 1, ENTRY_ALIGN),
            (Operation::AndNot, Some(number)) => first.aligned(u64::from(number) + 1, ENTRY_ALIGN),
            (Operation::ShiftLeft, Some(by)) => shifted(first, |it| it << by),
            (Operation::ShiftRight, Some(by)) => shifted(first, |it| it >> by),
            _ => Known::Nothing,
        };
        self.set(target, result);
    }

    fn access(&mut self, it: &Access, at: u64) {
        let base = match (it.base, it.index) {
            (PC, _) => Known::Number(at.wrapping_add(4) & !3),
            (base, None) => self.of(base),
            (base, Some((index, _))) => match self.of(base).sum(self.of(index), 32) {
                table @ Known::Near(_) if it.is_load => table,
                // What is at an index of something unknown is no slot of a table.
                _ => return self.forget_all(it.writes()),
            },
        };
        let is_words = it.n_bytes >= 4;
        for (idx, register) in it.registers.in_order().enumerate() {
            let from = it.from + 4 * idx as i64;
            match it.is_load {
                true if is_words => {
                    let put = self.put.filter(|it| register == PC && base.plus(from) == Known::Stack(it.0));
                    let loaded = put.map_or_else(|| self.memory.load(base, from), |it| Known::Number(it.1));
                    self.set(register, loaded);
                }
                true => self.set(register, Known::Nothing),
                false if is_words => {
                    if let (Known::Stack(depth), Known::Number(it)) = (base.plus(from), self.of(register)) {
                        self.put = Some((depth, it));
                    }
                    self.memory.store(base, from, self.of(register));
                }
                false => {}
            }
        }
        if let Some(by) = it.moves {
            self.set(it.base, base.plus(by));
        }
        self.forget_all(optional(it.status));
    }

    fn of(&self, register: u32) -> Known {
        self.registers[register as usize]
    }

    fn set(&mut self, register: u32, known: Known) {
        let masked = if let Known::Number(it) = known { Known::Number(it & 0xffff_ffff) } else { known };
        self.registers[register as usize] = masked;
    }

    /// A bit for each.
    fn forget_all(&mut self, registers: u32) {
        (0..16).filter(|it| registers >> it & 1 == 1).for_each(|it| self.set(it, Known::Nothing));
    }
}

fn shifted(known: Known, shift: impl Fn(u64) -> u64) -> Known {
    match known {
        Known::Number(it) => Known::Number(shift(it)),
        other if shift(1) == 1 => other,
        _ => Known::Nothing,
    }
}

/// What lies so far from the next word but one.
fn literal(at: u64, distance: i64) -> u64 {
    (at.wrapping_add(4) & !3).wrapping_add_signed(distance)
}
