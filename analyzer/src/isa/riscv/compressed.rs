//! Instructions of 16 bits.

use super::instruction::{Class, Instruction, RETURN, STACK, Table, register};
use crate::isa::sign_extend;

/// `c.lw` and its like, and what else has a number of the same bits.
const WORD_BITS: u32 = 0x1c60;
/// Bits 12 and 6 to 2.
const CI_BITS: u32 = 0x107c;
const CJ_BITS: u32 = 0x1ffc;
const CB_BITS: u32 = 0x1c7c;
const CSS_BITS: u32 = 0x1f80;

/// `a0` and `s0`.
const A0: u8 = 10;
const S0: u8 = 8;

impl Table {
    pub(super) fn compressed(self, code: u32) -> Instruction {
        match code & 3 {
            0 => self.first(code),
            1 => self.second(code),
            _ => self.third(code),
        }
    }

    /// Loads and stores by any register.
    fn first(self, code: u32) -> Instruction {
        let (rd, base) = (small(code >> 2), small(code >> 7));
        let word = i64::from((code >> 10 & 7) << 3 | (code >> 6 & 1) << 2 | (code >> 5 & 1) << 6);
        let double = i64::from((code >> 10 & 7) << 3 | (code >> 5 & 3) << 6);
        let load = |class, imm| Instruction::short(class, rd, (base, 0)).with_imm(imm, WORD_BITS);
        let store = |class, imm| Instruction::short(class, 0, (base, rd)).with_imm(imm, WORD_BITS);
        let float = |class, imm| Instruction::short(class, 0, (base, 0)).with_imm(imm, WORD_BITS);
        match code >> 13 {
            0b000 => to_stack_address(code, rd),
            0b001 => float(Class::LoadFloat, double),
            0b010 => load(Class::Load(4), word),
            0b011 if self.is_64_bits => load(Class::Load(8), double),
            0b011 => float(Class::LoadFloat, word),
            0b100 => bytes_and_halves(code, rd, base),
            0b101 => float(Class::StoreFloat, double),
            0b110 => store(Class::Store(4), word),
            _ if self.is_64_bits => store(Class::Store(8), double),
            _ => float(Class::StoreFloat, word),
        }
    }

    /// Numbers, computing, and jumps.
    fn second(self, code: u32) -> Instruction {
        let rd = register(code >> 7);
        let imm = sign_extend((code >> 12 & 1) << 5 | code >> 2 & 31, 6);
        let add = |rs1| Instruction::short(Class::AddImmediate, rd, (rs1, 0)).with_imm(imm, CI_BITS);
        let jump = |rd| Instruction::short(Class::Jump, rd, (0, 0)).with_imm(jump_offset(code), CJ_BITS);
        match code >> 13 {
            0b000 => add(rd),
            0b001 if !self.is_64_bits => jump(RETURN),
            0b001 if rd == 0 => Instruction::short(Class::Unknown, 0, (0, 0)),
            0b001 => Instruction::short(Class::Compute, rd, (rd, 0)),
            0b010 => add(0),
            0b011 if imm == 0 => Instruction::short(Class::Unknown, 0, (0, 0)),
            0b011 if rd == STACK => {
                let offset = (code >> 12 & 1) << 9 | (code >> 3 & 3) << 7 | (code >> 5 & 1) << 6;
                let offset = offset | (code >> 2 & 1) << 5 | (code >> 6 & 1) << 4;
                Instruction::short(Class::AddImmediate, rd, (rd, 0))
                    .with_imm(sign_extend(offset, 10), CI_BITS)
            }
            0b011 => Instruction::short(Class::LoadUpper, rd, (0, 0)).with_imm(imm << 12, CI_BITS),
            0b100 => self.computing(code),
            0b101 => jump(0),
            _ => Instruction::short(Class::Branch, 0, (small(code >> 7), 0))
                .with_imm(branch_offset(code), CB_BITS),
        }
    }

    fn computing(self, code: u32) -> Instruction {
        let (rd, other) = (small(code >> 7), small(code >> 2));
        let of_two = |class| Instruction::short(class, rd, (rd, other));
        match (code >> 10 & 3, code >> 12 & 1, code >> 5 & 3) {
            (0 | 1, ..) => Instruction::short(Class::Compute, rd, (rd, 0)),
            (2, ..) => {
                let imm = sign_extend((code >> 12 & 1) << 5 | code >> 2 & 31, 6);
                Instruction::short(Class::AndImmediate, rd, (rd, 0)).with_imm(imm, CI_BITS)
            }
            (_, 0, 0) => of_two(Class::Subtract),
            (_, 0, _) => of_two(Class::Compute),
            (_, _, 0 | 1) if self.is_64_bits => of_two(Class::Compute),
            // `c.mul` of Zcb.
            (_, _, 2) => of_two(Class::Compute),
            // `c.zext.b`, `c.sext.b`, `c.zext.h`, `c.sext.h`, `c.zext.w`, `c.not`.
            (_, _, 3) if code >> 2 & 7 < 6 && (self.is_64_bits || code >> 2 & 7 != 4) => {
                Instruction::short(Class::Compute, rd, (rd, 0))
            }
            _ => Instruction::short(Class::Unknown, 0, (0, 0)),
        }
    }

    /// By the stack pointer; moves; jumps through registers.
    fn third(self, code: u32) -> Instruction {
        let (rd, other) = (register(code >> 7), register(code >> 2));
        let load = |class, rd, imm| Instruction::short(class, rd, (STACK, 0)).with_imm(imm, CI_BITS);
        let store = |class, rs2, imm| Instruction::short(class, 0, (STACK, rs2)).with_imm(imm, CSS_BITS);
        let word_load = i64::from((code >> 2 & 3) << 6 | (code >> 12 & 1) << 5 | (code >> 4 & 7) << 2);
        let double_load = i64::from((code >> 2 & 7) << 6 | (code >> 12 & 1) << 5 | (code >> 5 & 3) << 3);
        let word_store = i64::from((code >> 7 & 3) << 6 | (code >> 9 & 15) << 2);
        let double_store = i64::from((code >> 7 & 7) << 6 | (code >> 10 & 7) << 3);
        match code >> 13 {
            0b000 => Instruction::short(Class::Compute, rd, (rd, 0)),
            0b001 => load(Class::LoadFloat, 0, double_load),
            0b010 if rd == 0 => Instruction::short(Class::Unknown, 0, (0, 0)),
            0b010 => load(Class::Load(4), rd, word_load),
            0b011 if !self.is_64_bits => load(Class::LoadFloat, 0, word_load),
            0b011 if rd == 0 => Instruction::short(Class::Unknown, 0, (0, 0)),
            0b011 => load(Class::Load(8), rd, double_load),
            0b100 => moving(code, rd, other),
            0b101 if self.has_pushes => self.pushing(code),
            0b101 => store(Class::StoreFloat, 0, double_store),
            0b110 => store(Class::Store(4), other, word_store),
            _ if self.is_64_bits => store(Class::Store(8), other, double_store),
            _ => store(Class::StoreFloat, 0, word_store),
        }
    }

    /// Zcmp and Zcmt.
    fn pushing(self, code: u32) -> Instruction {
        let unknown = Instruction::short(Class::Unknown, 0, (0, 0));
        let list = code >> 4 & 15;
        let (one, two) = (saved(code >> 7), saved(code >> 2));
        let of_list = |class, rd, imm| match list {
            0..=3 => unknown,
            _ => Instruction::short(class, rd, (0, 0)).with_imm(imm, 0),
        };
        let bytes = self.pushed_bytes(code);
        match (code & 0xff03, code >> 10 & 7, code >> 5 & 3) {
            (0xb802, ..) => of_list(Class::Push(pushed(list)), 0, -bytes),
            (0xba02, ..) => of_list(Class::Pop(pushed(list)), 0, bytes),
            (0xbc02, ..) => of_list(Class::PopReturn(pushed(list)), A0, bytes),
            (0xbe02, ..) => of_list(Class::PopReturn(pushed(list)), 0, bytes),
            (_, 0b011, 0b01) if one != two => Instruction::short(Class::MoveFromArguments, 0, (one, two)),
            (_, 0b011, 0b11) => Instruction::short(Class::MoveToArguments, 0, (one, two)),
            (_, 0b000, _) => {
                let index = code >> 2 & 0xff;
                let class = if index < 32 { Class::JumpTable } else { Class::CallTable };
                Instruction::short(class, 0, (0, 0)).with_imm(index.into(), 0)
            }
            _ => unknown,
        }
    }

    /// Registers come in steps of 16 bytes, and up to three steps more.
    fn pushed_bytes(self, code: u32) -> i64 {
        let n_registers = pushed(code >> 4 & 15).count_ones();
        let register_bytes = if self.is_64_bits { 8 } else { 4 };
        i64::from((n_registers * register_bytes).next_multiple_of(16) + (code >> 2 & 3) * 16)
    }
}

/// `ra`, then `s0` and on; the last list has two more than the one before.
fn pushed(list: u32) -> u32 {
    let n_saved = if list == 15 { 12 } else { list.saturating_sub(4) };
    (0..n_saved).fold(1 << RETURN, |mask, it| mask | 1 << if it < 2 { 8 + it } else { 16 + it })
}

/// `c.addi4spn`, and what is no instruction.
fn to_stack_address(code: u32, rd: u8) -> Instruction {
    let imm = (code >> 5 & 1) << 3 | (code >> 6 & 1) << 2 | (code >> 7 & 15) << 6 | (code >> 11 & 3) << 4;
    match (code, imm) {
        (0, _) => Instruction::short(Class::Illegal, 0, (0, 0)),
        (_, 0) => Instruction::short(Class::Unknown, 0, (0, 0)),
        _ => Instruction::short(Class::AddImmediate, rd, (STACK, 0)).with_imm(imm.into(), 0x1fe0),
    }
}

/// `c.lbu`, `c.lhu`, `c.lh`, `c.sb`, `c.sh` of Zcb.
fn bytes_and_halves(code: u32, rd: u8, base: u8) -> Instruction {
    let byte = i64::from((code >> 6 & 1) | (code >> 5 & 1) << 1);
    let half = i64::from((code >> 5 & 1) << 1);
    match (code >> 10 & 7, code >> 6 & 1) {
        (0, _) => Instruction::short(Class::Load(1), rd, (base, 0)).with_imm(byte, 0x60),
        (1, _) => Instruction::short(Class::Load(2), rd, (base, 0)).with_imm(half, 0x20),
        (2, _) => Instruction::short(Class::Store(1), 0, (base, rd)).with_imm(byte, 0x60),
        (3, 0) => Instruction::short(Class::Store(2), 0, (base, rd)).with_imm(half, 0x20),
        _ => Instruction::short(Class::Unknown, 0, (0, 0)),
    }
}

/// `c.jr`, `c.jalr`, `c.mv`, `c.add`, `c.ebreak`.
fn moving(code: u32, rd: u8, other: u8) -> Instruction {
    match (code >> 12 & 1, rd, other) {
        (0, 0, 0) => Instruction::short(Class::Unknown, 0, (0, 0)),
        (0, _, 0) => Instruction::short(Class::JumpRegister, 0, (rd, 0)),
        (0, ..) => Instruction::short(Class::Move, rd, (other, 0)),
        (_, 0, 0) => Instruction::short(Class::System, 0, (0, 0)),
        (_, _, 0) => Instruction::short(Class::JumpRegister, RETURN, (rd, 0)),
        _ => Instruction::short(Class::Add, rd, (rd, other)),
    }
}

/// One of `s0`, `s1`, `a0` to `a5`.
fn small(bits: u32) -> u8 {
    S0 + (bits & 7) as u8
}

/// One of `s0` to `s7`.
fn saved(bits: u32) -> u8 {
    match (bits & 7) as u8 {
        it @ 0..=1 => S0 + it,
        it => 16 + it,
    }
}

fn jump_offset(code: u32) -> i64 {
    let bits = [(12, 11), (11, 4), (10, 9), (9, 8), (8, 10), (7, 6), (6, 7), (5, 3), (4, 2), (3, 1), (2, 5)];
    sign_extend(gather(code, &bits), 12)
}

fn branch_offset(code: u32) -> i64 {
    let bits = [(12, 8), (11, 4), (10, 3), (6, 7), (5, 6), (4, 2), (3, 1), (2, 5)];
    sign_extend(gather(code, &bits), 9)
}

/// Moves each bit from its first place to its second.
fn gather(code: u32, bits: &[(u32, u32)]) -> u32 {
    bits.iter().fold(0, |imm, (from, to)| imm | (code >> from & 1) << to)
}
