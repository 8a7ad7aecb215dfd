//! RISC-V: one table of instructions, which every reader of code asks (the RISC-V Instruction Set Manual, volume I).
//!
//! I, M, A, F, D, C, Zicsr, Zcb, Zcmp and Zcmt are told apart, bit manipulation as computing, vectors by which
//! registers of integers they touch. Registers are those of integers: `x0`, and where an instruction has none
//! or one of floating point, is 0.

#[cfg(test)]
mod tests;

use crate::isa::{half_at, sign_extend};

/// `ra`, which calls return through.
pub(crate) const RETURN: u8 = 1;
/// `sp`.
pub(crate) const STACK: u8 = 2;
/// `gp`.
pub(crate) const GLOBAL: u8 = 3;
/// `t0`, which outlined parts of functions return through.
pub(crate) const ALTERNATE_RETURN: u8 = 5;

/// What an instruction does.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Class {
    /// `lui`: `rd` is a number.
    LoadUpper,
    /// `auipc`: `rd` is a distance from the instruction.
    AddUpper,
    /// `addi`, and what is short for it: `rs1` and a number.
    AddImmediate,
    /// `andi`.
    AndImmediate,
    /// `mv`: `rd` is `rs1`.
    Move,
    Add,
    Subtract,
    /// Of Zba: `rs2` and so many times `rs1`.
    AddShifted,
    /// Computes `rd` from `rs1` and `rs2`.
    Compute,
    /// So many bytes at `rs1` and a number, into `rd` or a register of floating point.
    Load(u8),
    LoadFloat,
    /// `rs2`, or a register of floating point, to `rs1` and a number.
    Store(u8),
    StoreFloat,
    /// `jal`: `rd` is the link.
    Jump,
    /// `jalr`.
    JumpRegister,
    Branch,
    /// Between memory at `rs1` and registers, at once.
    Atomic,
    /// Floating point and vectors.
    Float,
    /// Control and status registers.
    Control,
    /// `ecall`, `ebreak`, fences, and what waits.
    System,
    /// From a trap.
    TrapReturn,
    /// `cm.push`: these registers onto the stack, which grows by the number.
    Push(u32),
    /// `cm.pop`.
    Pop(u32),
    /// `cm.popret` and `cm.popretz`, which also sets `a0`.
    PopReturn(u32),
    /// `cm.mva01s`: `a0` is `rs1`, `a1` is `rs2`.
    MoveToArguments,
    /// `cm.mvsa01`: `rs1` becomes `a0`, `rs2` becomes `a1`.
    MoveFromArguments,
    /// `cm.jt`: to where the word of this index in the table of jumps says.
    JumpTable,
    /// `cm.jalt`.
    CallTable,
    /// All bits zero.
    Illegal,
    /// Reserved, or somebody's own.
    Unknown,
}

/// One instruction, taken apart.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Instruction {
    pub(crate) class: Class,
    pub(crate) len_bytes: u8,
    /// Written.
    pub(crate) rd: u8,
    /// Read.
    pub(crate) rs1: u8,
    /// Read.
    pub(crate) rs2: u8,
    /// The number in it.
    pub(crate) imm: i64,
    /// Which bits of it are the number.
    pub(crate) imm_bits: u32,
}

/// What the bits of an image's instructions mean.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Table {
    pub(crate) is_64_bits: bool,
    /// Zcmp and Zcmt, which have the codes of `c.fsdsp`.
    pub(crate) has_pushes: bool,
}

const U_BITS: u32 = 0xffff_f000;
const I_BITS: u32 = 0xfff0_0000;
const S_BITS: u32 = 0xfe00_0f80;

impl Table {
    /// The instruction at the start of `code`; `None` where it is cut off.
    pub(crate) fn decode(self, code: &[u8]) -> Option<Instruction> {
        let first = half_at(code, 0)?;
        if first & 3 != 3 {
            return Some(self.compressed(first));
        }
        let second = half_at(code, 2)?;
        Some(match long_bytes(first) {
            4 => self.full(second << 16 | first),
            len_bytes => Instruction { len_bytes, ..Instruction::full(Class::Unknown, 0, (0, 0)) },
        })
    }

    fn full(self, code: u32) -> Instruction {
        let (rd, rs1, rs2) = (register(code >> 7), register(code >> 15), register(code >> 20));
        let kind = code >> 12 & 7;
        let of = |class| Instruction::full(class, rd, (rs1, 0));
        let of_two = |class| Instruction::full(class, rd, (rs1, rs2));
        let imm = |it: Instruction| it.with_imm(sign_extend(code >> 20, 12), I_BITS);
        let upper =
            |class| Instruction::full(class, rd, (0, 0)).with_imm(sign_extend(code & U_BITS, 32), U_BITS);
        match code & 0x7f {
            0x37 => upper(Class::LoadUpper),
            0x17 => upper(Class::AddUpper),
            0x6f => Instruction::full(Class::Jump, rd, (0, 0)).with_imm(jal_offset(code), U_BITS),
            0x67 if kind == 0 => imm(of(Class::JumpRegister)),
            0x63 if !matches!(kind, 2 | 3) => {
                Instruction::full(Class::Branch, 0, (rs1, rs2)).with_imm(branch_offset(code), S_BITS)
            }
            0x13 if kind == 0 => imm(of(Class::AddImmediate)),
            0x13 if kind == 7 => imm(of(Class::AndImmediate)),
            0x13 => of(Class::Compute),
            0x1b if self.is_64_bits => of(Class::Compute),
            0x33 => of_two(match (kind, code >> 25) {
                (0, 0) if rs1 == 0 => return Instruction::full(Class::Move, rd, (rs2, 0)),
                (0, 0) => Class::Add,
                (0, 0x20) => Class::Subtract,
                (2 | 4 | 6, 0x10) => Class::AddShifted,
                _ => Class::Compute,
            }),
            0x3b if self.is_64_bits => of_two(Class::Compute),
            0x03 if kind != 7 && (self.is_64_bits || !matches!(kind, 3 | 6)) => {
                imm(of(Class::Load(1 << (kind & 3))))
            }
            0x23 if kind < 3 || kind == 3 && self.is_64_bits => {
                Instruction::full(Class::Store(1 << kind), 0, (rs1, rs2)).with_imm(store_offset(code), S_BITS)
            }
            0x07 if is_scalar(kind) => imm(Instruction::full(Class::LoadFloat, 0, (rs1, 0))),
            0x27 if is_scalar(kind) => {
                Instruction::full(Class::StoreFloat, 0, (rs1, 0)).with_imm(store_offset(code), S_BITS)
            }
            // With a stride, the distance is in a register.
            0x07 | 0x27 => {
                let is_strided = code >> 26 & 3 == 2;
                Instruction::full(Class::Float, 0, (rs1, if is_strided { rs2 } else { 0 }))
            }
            // `lr` has no second register.
            0x2f => of_two(Class::Atomic),
            0x43 | 0x47 | 0x4b | 0x4f => Instruction::full(Class::Float, 0, (0, 0)),
            0x53 => float(code, rd, (rs1, rs2)),
            0x57 => vector(code, rd, (rs1, rs2)),
            0x0f => Instruction::full(Class::System, 0, (if kind == 2 { rs1 } else { 0 }, 0)),
            0x73 => system(code, rd, (rs1, rs2)),
            _ => of_two(Class::Unknown),
        }
    }
}

impl Instruction {
    fn full(class: Class, rd: u8, (rs1, rs2): (u8, u8)) -> Self {
        Self { class, len_bytes: 4, rd, rs1, rs2, imm: 0, imm_bits: 0 }
    }

    pub(super) fn short(class: Class, rd: u8, (rs1, rs2): (u8, u8)) -> Self {
        Self { len_bytes: 2, ..Self::full(class, rd, (rs1, rs2)) }
    }

    pub(super) fn with_imm(self, imm: i64, imm_bits: u32) -> Self {
        Self { imm, imm_bits, ..self }
    }

    /// Registers that it reads, a bit each. What is unknown may read others as well.
    pub(crate) fn reads(&self) -> u32 {
        let named = bit(self.rs1) | bit(self.rs2);
        match self.class {
            Class::Push(list) => list | bit(STACK),
            Class::Pop(_) | Class::PopReturn(_) => bit(STACK),
            Class::MoveFromArguments => bit(10) | bit(11),
            _ => named,
        }
    }

    /// Registers that it writes, a bit each.
    pub(crate) fn writes(&self) -> u32 {
        match self.class {
            Class::Push(_) => bit(STACK),
            Class::Pop(list) | Class::PopReturn(list) => list | bit(STACK) | bit(self.rd),
            Class::MoveToArguments => bit(10) | bit(11),
            Class::MoveFromArguments => bit(self.rs1) | bit(self.rs2),
            Class::CallTable => bit(RETURN),
            _ => bit(self.rd),
        }
    }
}

/// `x0` is no register.
pub(crate) fn bit(register: u8) -> u32 {
    1_u32.checked_shl(register.into()).unwrap_or(0) & !1
}

pub(super) fn register(bits: u32) -> u8 {
    (bits & 31) as u8
}

/// What is loaded and stored as one number of floating point, and no vector.
fn is_scalar(kind: u32) -> bool {
    matches!(kind, 1..=4)
}

/// Comparisons, conversions and moves have registers of integers.
fn float(code: u32, rd: u8, (rs1, rs2): (u8, u8)) -> Instruction {
    let (rd, rs1, rs2) = match code >> 27 {
        0x14 | 0x18 | 0x1c => (rd, 0, 0),
        0x1a => (0, rs1, 0),
        // `fli` has a number there.
        0x1e if rs2 == 0 => (0, rs1, 0),
        0x16 => (0, rs1, rs2),
        _ => (0, 0, 0),
    };
    Instruction::full(Class::Float, rd, (rs1, rs2))
}

/// Those that set the length of vectors, those with a scalar operand, and those whose result is one.
fn vector(code: u32, rd: u8, (rs1, rs2): (u8, u8)) -> Instruction {
    let (rd, rs1, rs2) = match (code >> 12 & 7, code >> 30, code >> 26) {
        (7, 0 | 1, _) => (rd, rs1, 0),
        (7, 2, _) => (rd, rs1, rs2),
        (7, ..) => (rd, 0, 0),
        (2, _, 0x10) => (rd, 0, 0),
        (4 | 6, ..) => (0, rs1, 0),
        _ => (0, 0, 0),
    };
    Instruction::full(Class::Float, rd, (rs1, rs2))
}

fn system(code: u32, rd: u8, (rs1, rs2): (u8, u8)) -> Instruction {
    match (code >> 12 & 7, code) {
        // `uret`, `sret`, `mret`, `mnret`, `dret`.
        (0, 0x0020_0073 | 0x1020_0073 | 0x3020_0073 | 0x7020_0073 | 0x7b20_0073) => {
            Instruction::full(Class::TrapReturn, 0, (0, 0))
        }
        // Fences of address spaces have registers.
        (0, _) if code >> 25 != 0 => Instruction::full(Class::System, 0, (rs1, rs2)),
        (0, _) => Instruction::full(Class::System, 0, (0, 0)),
        (1..=3, _) => Instruction::full(Class::Control, rd, (rs1, 0)),
        (5..=7, _) => Instruction::full(Class::Control, rd, (0, 0)),
        _ => Instruction::full(Class::Unknown, rd, (rs1, rs2)),
    }
}

/// Of an instruction that begins so and is no compressed one.
fn long_bytes(first: u32) -> u8 {
    match first & 0x7f {
        it if it & 0x1f != 0x1f => 4,
        it if it & 0x3f == 0x1f => 6,
        _ => 8,
    }
}

fn store_offset(code: u32) -> i64 {
    sign_extend((code >> 25) << 5 | code >> 7 & 31, 12)
}

fn jal_offset(code: u32) -> i64 {
    let imm =
        (code >> 31) << 20 | (code >> 12 & 0xff) << 12 | (code >> 20 & 1) << 11 | (code >> 21 & 0x3ff) << 1;
    sign_extend(imm, 21)
}

fn branch_offset(code: u32) -> i64 {
    let imm = (code >> 31) << 12 | (code >> 7 & 1) << 11 | (code >> 25 & 0x3f) << 5 | (code >> 8 & 0xf) << 1;
    sign_extend(imm, 13)
}
