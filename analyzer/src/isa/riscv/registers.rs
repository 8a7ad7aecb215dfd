//! RISC-V, compressed instructions and those that push and pop (Zcmp) included.

use crate::isa::registers::{Callee, Effect, Follow, Known, Memory};
use crate::isa::{half_at, sign_extend};
use crate::report::Header;

const STACK: usize = 2;
/// Registers that a call keeps: sp, gp, tp, s0, s1 and s2 to s11.
const KEPT_BY_CALLS: u32 = 0x0ffc_031c;
/// The ABI aligns stacks so.
const MAX_ALIGNMENT: u64 = 16;
/// Doubles are passed in registers: then `c.fsdsp` has the codes of Zcmp.
const HAS_DOUBLES: u32 = 4;

/// Follows the registers of both widths.
pub(crate) struct Riscv<'image> {
    memory: Memory<'image>,
    registers: [Known; 32],
    bits: u32,
    has_pushes: bool,
    /// Whether the instruction before set the stack pointer to a number, to which the next may add.
    is_half_set: bool,
    /// Where another stack begins, once the stack pointer was set to there and as long as nothing of it is taken.
    other_stack: Known,
}

impl<'image> Riscv<'image> {
    pub(crate) fn new(memory: Memory<'image>, header: &Header) -> Self {
        let has_pushes = header.flags & HAS_DOUBLES == 0;
        let bits = if header.class_bits == 64 { 64 } else { 32 };
        Self {
            memory,
            registers: [Known::Nothing; 32],
            bits,
            has_pushes,
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
            self.registers[STACK] = Known::Stack(depth);
        }
        let is_rounded = depth == 0 && self.is_rounding(code);
        if is_rounded {
            self.registers[STACK] = self.other_stack;
        }
        self.registers[0] = Known::Number(0);
        let callee = match (half_at(code, 0), half_at(code, 2)) {
            (Some(first), _) if first & 3 != 3 => self.compressed(first),
            (Some(first), Some(second)) => self.full(second << 16 | first, at),
            _ => Callee::Unknown,
        };
        let stack = self.registers[STACK];
        let is_number = matches!(stack, Known::Number(_));
        self.is_half_set = !was_half_set && !is_rounded && is_number;
        if is_number {
            self.other_stack = stack;
        } else if stack != Known::Stack(0) {
            self.other_stack = Known::Nothing;
        }
        Effect { taken: stack.taken(), callee }
    }

    fn registers(&mut self) -> &mut [Known] {
        &mut self.registers
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
    fn is_rounding(&self, code: &[u8]) -> bool {
        let (Some(first), Some(second)) = (half_at(code, 0), half_at(code, 2)) else { return false };
        let subtracted = self.registers[(second >> 4 & 31) as usize];
        let is_small = matches!(subtracted, Known::Number(it) if it <= MAX_ALIGNMENT);
        let code = second << 16 | first;
        let is_rounding = code & 0xf_ffff == 0x1_7113 || code & 0xfe0f_ffff == 0x4001_0133 && is_small;
        is_rounding && self.other_stack != Known::Nothing
    }

    fn full(&mut self, code: u32, at: u64) -> Callee {
        let (target, base) = ((code >> 7 & 31) as usize, (code >> 15 & 31) as usize);
        let other = self.registers[(code >> 20 & 31) as usize];
        let imm = sign_extend(code >> 20, 12);
        let upper = sign_extend(code & !0xfff, 32);
        let content = self.registers[base];
        match (code & 0x7f, code >> 12 & 7) {
            (0x37, _) => self.set(target, Known::Number(upper.cast_unsigned())),
            (0x17, _) => self.set(target, Known::Number(at.wrapping_add_signed(upper))),
            (0x13, 0) => self.set(target, content.plus(imm)),
            (0x13, 7) if imm < 0 => self.set(target, content.aligned(imm.unsigned_abs(), 1)),
            (0x33, 0) if code >> 25 == 0 => self.set(target, content.sum(other, self.bits)),
            (0x33, 0) if code >> 25 == 0x20 => self.set(target, content.less(other, self.bits)),
            (0x03, 2 | 3) => self.set(target, self.memory.load(content, imm)),
            (0x67, _) => return self.jump(target, content.plus_or_slot(imm)),
            (0x6f, _) if target != 0 => self.after_call(),
            // Branches, stores, and floating point, which has registers of its own.
            (0x63 | 0x23 | 0x27 | 0x07 | 0x6f | 0x0f | 0x43 | 0x47 | 0x4b | 0x4f, _) => {}
            _ => self.set(target, Known::Nothing),
        }
        Callee::Unknown
    }

    fn jump(&mut self, link: usize, callee: Callee) -> Callee {
        if link != 0 {
            self.after_call();
        }
        callee
    }

    fn compressed(&mut self, code: u32) -> Callee {
        let target = (code >> 7 & 31) as usize;
        let imm = sign_extend((code >> 12 & 1) << 5 | code >> 2 & 31, 6);
        let small = (code >> 2 & 7) as usize + 8;
        match (code & 3, code >> 13) {
            (0, 0) => {
                let offset = (code >> 5 & 1) << 3 | (code >> 6 & 1) << 2 | (code >> 7 & 15) << 6;
                let offset = offset | (code >> 11 & 3) << 4;
                self.set(small, self.registers[STACK].plus(offset.into()));
            }
            (0, 2 | 3) => self.load(code),
            (0, _) => {}
            (1, 0) => self.set(target, self.registers[target].plus(imm)),
            (1, 1) if self.bits == 64 => self.set(target, Known::Nothing),
            (1, 1) => self.after_call(),
            (1, 2) => self.set(target, Known::Number(imm.cast_unsigned())),
            (1, 3) if target == STACK => {
                let offset = (code >> 12 & 1) << 9 | (code >> 3 & 3) << 7 | (code >> 5 & 1) << 6;
                let offset = offset | (code >> 2 & 1) << 5 | (code >> 6 & 1) << 4;
                self.set(STACK, self.registers[STACK].plus(sign_extend(offset, 10)));
            }
            (1, 3) => self.set(target, Known::Number((imm << 12).cast_unsigned())),
            (1, 4) => self.set((code >> 7 & 7) as usize + 8, Known::Nothing),
            (1, _) => {}
            (_, 4) => return self.move_or_jump(code, target),
            (_, 5) if self.has_pushes => self.push_or_pop(code),
            (_, 5..=7) => {}
            _ => self.set(target, Known::Nothing),
        }
        Callee::Unknown
    }

    /// `c.lw` and, on 64 bits, `c.ld`.
    fn load(&mut self, code: u32) {
        let base = self.registers[(code >> 7 & 7) as usize + 8];
        let is_double = code >> 13 & 7 == 3;
        if is_double && self.bits == 32 {
            return;
        }
        let offset = match is_double {
            true => (code >> 10 & 7) << 3 | (code >> 5 & 3) << 6,
            false => (code >> 10 & 7) << 3 | (code >> 6 & 1) << 2 | (code >> 5 & 1) << 6,
        };
        self.set((code >> 2 & 7) as usize + 8, self.memory.load(base, offset.into()));
    }

    /// `c.mv`, `c.add`, `c.jr`, `c.jalr`.
    fn move_or_jump(&mut self, code: u32, target: usize) -> Callee {
        let (source, is_second) = ((code >> 2 & 31) as usize, code >> 12 & 1 == 1);
        match (source, is_second) {
            (0, _) if target == 0 => Callee::Unknown,
            (0, is_linked) => {
                let callee = self.registers[target].callee();
                self.jump(usize::from(is_linked), callee)
            }
            (_, false) => {
                self.set(target, self.registers[source]);
                Callee::Unknown
            }
            _ => {
                self.set(target, self.registers[target].sum(self.registers[source], self.bits));
                Callee::Unknown
            }
        }
    }

    /// `cm.push`, `cm.pop`, `cm.popret` and `cm.popretz`; others of their kin move registers.
    fn push_or_pop(&mut self, code: u32) {
        let list = code >> 4 & 15;
        let is_known = matches!(code & 0xff03, 0xb802 | 0xba02 | 0xbc02 | 0xbe02);
        if !is_known || list < 4 {
            return;
        }
        let n_registers = if list == 15 { 13 } else { list - 3 };
        let saved = (n_registers * self.bits / 8).next_multiple_of(16);
        let n_bytes = i64::from(saved + (code >> 2 & 3) * 16);
        let is_push = code & 0xff03 == 0xb802;
        self.set(STACK, self.registers[STACK].plus(if is_push { -n_bytes } else { n_bytes }));
    }

    fn set(&mut self, register: usize, known: Known) {
        let mask = u64::MAX >> (64 - self.bits);
        self.registers[register] = match known {
            Known::Number(it) => Known::Number(it & mask),
            Known::Near(it) => Known::Near(it & mask),
            other => other,
        };
    }

    fn after_call(&mut self) {
        (1..32).filter(|it| KEPT_BY_CALLS >> it & 1 == 0).for_each(|it| self.set(it, Known::Nothing));
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
