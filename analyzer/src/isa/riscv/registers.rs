//! RISC-V, compressed instructions and those that push and pop (Zcmp) included.

use super::decode::lost_by_call;
use super::instruction::{ALTERNATE_RETURN, Class, Instruction, RETURN, STACK, Table};
use crate::isa::registers::{Callee, Effect, Follow, Known, Memory};

/// The ABI aligns stacks so.
const MAX_ALIGNMENT: u64 = 16;

/// Follows the registers of both widths.
pub(crate) struct Riscv<'image> {
    memory: Memory<'image>,
    registers: [Known; 32],
    table: Table,
    bits: u32,
    /// Whether the instruction before set the stack pointer to a number, to which the next may add.
    is_half_set: bool,
    /// Where another stack begins, once the stack pointer was set to there and as long as nothing of it is taken.
    other_stack: Known,
}

impl<'image> Riscv<'image> {
    pub(crate) fn new(memory: Memory<'image>, table: Table) -> Self {
        Self {
            memory,
            registers: [Known::Nothing; 32],
            table,
            bits: if table.is_64_bits { 64 } else { 32 },
            is_half_set: false,
            other_stack: Known::Nothing,
        }
    }
}

impl<'image> Follow<'image> for Riscv<'image> {
    type Code = &'image [u8];

    fn see(&mut self, code: &'image [u8], at: u64, depth: i64) -> Effect {
        let was_half_set = self.is_half_set;
        if !was_half_set {
            self.registers[usize::from(STACK)] = Known::Stack(depth);
        }
        let Some(it) = self.table.decode(code) else {
            return Effect { taken: self.registers[usize::from(STACK)].taken(), callee: Callee::Unknown };
        };
        let is_rounded = depth == 0 && self.is_rounding(&it);
        if is_rounded {
            self.registers[usize::from(STACK)] = self.other_stack;
        }
        self.registers[0] = Known::Number(0);
        let callee = self.apply(&it, at);
        let stack = self.registers[usize::from(STACK)];
        let is_number = matches!(stack, Known::Number(_));
        self.is_half_set = !was_half_set && !is_rounded && is_number;
        if is_number {
            self.other_stack = stack;
        } else if stack != Known::Stack(0) {
            self.other_stack = Known::Nothing;
        }
        Effect { taken: stack.taken(), callee }
    }

    fn code(bytes: &'image [u8]) -> Option<&'image [u8]> {
        Some(bytes)
    }

    /// Through `t0`, which returns are not for.
    fn calls_part(&self, code: &'image [u8]) -> bool {
        self.table.decode(code).is_some_and(|it| it.rd == ALTERNATE_RETURN)
    }

    fn registers(&mut self) -> &mut [Known] {
        &mut self.registers
    }

    /// Eight are in registers from a0 on (psABI, 2.1).
    fn argument(&self, idx: usize, _depth: i64) -> Known {
        let register = self.registers.get(10 + idx).filter(|_| idx < 8);
        register.copied().unwrap_or_default()
    }

    fn reset(&mut self) {
        self.memory.reset();
        self.registers = [Known::Nothing; 32];
        self.is_half_set = false;
        self.other_stack = Known::Nothing;
    }
}

impl Riscv<'_> {
    /// Whether an instruction moves the pointer to another stack to an aligned address, and takes nothing:
    /// `andi sp, sp, -16`, or `sub` of a small number.
    fn is_rounding(&self, it: &Instruction) -> bool {
        let is_small = || matches!(self.of(it.rs2), Known::Number(number) if number <= MAX_ALIGNMENT);
        let is_rounding = match it.class {
            Class::AndImmediate => true,
            Class::Subtract => is_small(),
            _ => false,
        };
        is_rounding && it.rd == STACK && it.rs1 == STACK && self.other_stack != Known::Nothing
    }

    fn apply(&mut self, it: &Instruction, at: u64) -> Callee {
        let (one, two) = (self.of(it.rs1), self.of(it.rs2));
        let mut callee = Callee::Unknown;
        let result = match it.class {
            Class::LoadUpper => Known::Number(it.imm.cast_unsigned()),
            Class::AddUpper => Known::Number(at.wrapping_add_signed(it.imm)),
            Class::AddImmediate => one.plus(it.imm),
            Class::AndImmediate if it.imm < 0 => one.aligned(it.imm.unsigned_abs(), 1),
            Class::Move => one,
            Class::Add => one.sum(two, self.bits),
            Class::Subtract => one.less(two, self.bits),
            Class::Load(4 | 8) => self.memory.load(one, it.imm),
            Class::Push(_) | Class::Pop(_) | Class::PopReturn(_) => {
                let stack = self.of(STACK).plus(it.imm);
                self.forget(it.writes());
                self.set(STACK, stack);
                return callee;
            }
            Class::MoveToArguments => {
                self.set(10, one);
                self.set(11, two);
                return callee;
            }
            Class::MoveFromArguments => {
                self.set(it.rs1, self.of(10));
                self.set(it.rs2, self.of(11));
                return callee;
            }
            Class::CallTable => {
                self.forget(lost_by_call(RETURN));
                return callee;
            }
            Class::Jump | Class::JumpRegister => {
                if it.class == Class::JumpRegister {
                    callee = one.plus_or_slot(it.imm);
                }
                if it.rd != 0 {
                    self.forget(lost_by_call(it.rd));
                }
                return callee;
            }
            _ => Known::Nothing,
        };
        self.set(it.rd, result);
        callee
    }

    fn of(&self, register: u8) -> Known {
        self.registers[usize::from(register)]
    }

    fn set(&mut self, register: u8, known: Known) {
        let mask = u64::MAX >> (64 - self.bits);
        self.registers[usize::from(register)] = match known {
            Known::Number(it) => Known::Number(it & mask),
            Known::Near(it) => Known::Near(it & mask),
            other => other,
        };
    }

    /// All of these but the stack pointer, which calls leave as it was.
    fn forget(&mut self, registers: u32) {
        let is_lost = |it: &u8| *it != STACK && registers >> it & 1 == 1;
        (1..32).filter(is_lost).for_each(|it| self.set(it, Known::Nothing));
    }
}

impl Known {
    /// What `jalr` with an offset calls: whole addresses have one, loaded words do not.
    fn plus_or_slot(self, imm: i64) -> Callee {
        match self {
            Self::Number(_) => match self.plus(imm) {
                Self::Number(it) => Callee::Address(it),
                _ => Callee::Unknown,
            },
            _ if imm == 0 => self.callee(),
            _ => Callee::Unknown,
        }
    }
}
