//! RISC-V with compressed instructions: branches, and addresses made of LUI, AUIPC and a small rest.

use crate::isa::{Decode, Flow, Step, Value, half_at, sign_extend};

/// The register that calls return through.
const RETURN: usize = 1;
const STACK: usize = 2;
const GLOBAL: usize = 3;
/// Registers that a call keeps: sp, gp, tp, s0, s1 and s2 to s11.
const KEPT_BY_CALLS: u32 = 0x0ffc_031c;

/// The decoder of both widths.
#[derive(Debug)]
pub(crate) struct Riscv {
    is_64_bits: bool,
    global_pointer: Option<u64>,
    /// Upper parts of addresses, and whole ones.
    registers: [Option<u64>; 32],
}

impl Riscv {
    pub(crate) fn new(is_64_bits: bool, global_pointer: Option<u64>) -> Self {
        let mut riscv = Self { is_64_bits, global_pointer, registers: [None; 32] };
        riscv.reset();
        riscv
    }
}

impl Decode for Riscv {
    fn step(&mut self, code: &[u8], at: u64) -> Step {
        let Some(first) = half_at(code, 0) else { return Step::cut(code) };
        if first & 3 != 3 {
            return self.compressed(first, at);
        }
        let len_bytes = if first & 0x1f != 0x1f { 4 } else { long_bytes(first) };
        match half_at(code, 2) {
            Some(_) if len_bytes != 4 => Step::plain(len_bytes),
            Some(second) => self.full(second << 16 | first, at),
            None => Step::cut(code),
        }
    }

    fn reset(&mut self) {
        self.registers = [None; 32];
        self.registers[0] = Some(0);
        self.registers[GLOBAL] = self.global_pointer;
    }
}

impl Riscv {
    fn full(&mut self, code: u32, at: u64) -> Step {
        let target = (code >> 7 & 31) as usize;
        let base = (code >> 15 & 31) as usize;
        let imm = sign_extend(code >> 20, 12);
        match code & 0x7f {
            0x6f => self.jump(4, target, self.relative(at, jal_offset(code))),
            0x67 => self.jump_register(target, base, imm),
            0x63 => Step::flow(4, Flow::Branch(self.relative(at, branch_offset(code)))),
            0x37 => self.set(target, self.relative(0, sign_extend(code & !0xfff, 32)), Value::None),
            0x17 => self.set(target, self.relative(at, sign_extend(code & !0xfff, 32)), Value::None),
            0x13 if code >> 12 & 7 == 0 => match self.sum(base, imm) {
                Some(address) if base != 0 => self.set(target, address, Value::Address(address)),
                Some(number) => self.set(target, number, Value::Address(number)),
                None => self.unset(4, target),
            },
            0x03 | 0x07 => {
                let read = self.access(4, base, imm);
                if code & 0x7f == 0x03 {
                    self.forget(target);
                }
                read
            }
            // `mret`, `sret`, `dret`, `mnret`
            0x73 if matches!(code, 0x3020_0073 | 0x1020_0073 | 0x7b20_0073 | 0x7020_0073) => {
                Step::flow(4, Flow::End)
            }
            0x23 | 0x27 => self.access(4, base, sign_extend((code >> 25) << 5 | code >> 7 & 31, 12)),
            _ => self.unset(4, target),
        }
    }

    fn set(&mut self, register: usize, content: u64, value: Value) -> Step {
        if !matches!(register, 0 | STACK | GLOBAL) {
            self.registers[register] = Some(content);
        }
        Step::value(4, value)
    }

    fn unset(&mut self, len_bytes: u64, register: usize) -> Step {
        self.forget(register);
        Step::plain(len_bytes)
    }

    fn forget(&mut self, register: usize) {
        if !matches!(register, 0 | GLOBAL) {
            self.registers[register] = None;
        }
    }

    fn sum(&self, register: usize, imm: i64) -> Option<u64> {
        self.registers[register].map(|it| self.relative(it, imm))
    }

    /// A load or store.
    fn access(&self, len_bytes: u64, base: usize, imm: i64) -> Step {
        self.sum(base, imm).map_or(Step::plain(len_bytes), |it| Step::value(len_bytes, Value::Address(it)))
    }

    fn jump(&mut self, len_bytes: u64, link: usize, target: u64) -> Step {
        if link == 0 {
            return Step::flow(len_bytes, Flow::Jump(target));
        }
        self.forget_clobbered();
        Step::flow(len_bytes, Flow::Call(target))
    }

    fn jump_register(&mut self, link: usize, base: usize, imm: i64) -> Step {
        let known = self.sum(base, imm).filter(|_| base != 0);
        let flow = match (link, known) {
            (0, Some(target)) => Flow::Jump(target & !1),
            (0, None) if matches!(base, RETURN | 5) => Flow::End,
            (0, None) => Flow::JumpUnknown,
            (_, Some(target)) => Flow::Call(target & !1),
            (_, None) => Flow::CallUnknown,
        };
        if link != 0 {
            self.forget_clobbered();
        }
        Step::flow(4, flow)
    }

    fn forget_clobbered(&mut self) {
        (1..32).filter(|it| KEPT_BY_CALLS >> it & 1 == 0).for_each(|it| self.registers[it] = None);
    }

    fn compressed(&mut self, code: u32, at: u64) -> Step {
        let register = (code >> 7 & 31) as usize;
        match (code & 3, code >> 13) {
            (0, 0) if code == 0 => Step::flow(2, Flow::End),
            (0, kind) => self.compressed_access(code, kind),
            (1, 0b001) if !self.is_64_bits => self.jump(2, RETURN, self.relative(at, c_jump_offset(code))),
            (1, 0b101) => self.jump(2, 0, self.relative(at, c_jump_offset(code))),
            (1, 0b110 | 0b111) => Step::flow(2, Flow::Branch(self.relative(at, c_branch_offset(code)))),
            (1, 0b000) => self.compressed_add(register, c_imm(code)),
            (1, 0b011) if register != STACK => {
                let upper = self.relative(0, c_imm(code) << 12);
                Step { len_bytes: 2, ..self.set(register, upper, Value::None) }
            }
            (1, 0b100) => self.unset(2, (code >> 7 & 7) as usize + 8),
            (1, _) => self.unset(2, register),
            (_, 0b100) => self.compressed_jump(code, register),
            (_, 0b101..=0b111) => Step::plain(2),
            _ => self.unset(2, register),
        }
    }

    /// `c.addi` to a known upper part completes an address, like `addi`.
    fn compressed_add(&mut self, register: usize, imm: i64) -> Step {
        match self.sum(register, imm).filter(|_| register != 0) {
            Some(address) => Step { len_bytes: 2, ..self.set(register, address, Value::Address(address)) },
            None => Step::plain(2),
        }
    }

    fn compressed_jump(&mut self, code: u32, register: usize) -> Step {
        let is_linked = code >> 12 & 1 == 1;
        if code >> 2 & 31 != 0 || register == 0 {
            return self.compressed_move(code, register, is_linked);
        }
        Step { len_bytes: 2, ..self.jump_register(usize::from(is_linked), register, 0) }
    }

    /// `c.mv`, `c.add`, `c.ebreak`.
    fn compressed_move(&mut self, code: u32, register: usize, is_sum: bool) -> Step {
        let source = self.registers[(code >> 2 & 31) as usize].filter(|_| !is_sum);
        self.forget(register);
        if let Some(content) = source {
            self.set(register, content, Value::None);
        }
        Step::plain(2)
    }

    /// Loads and stores of the first quadrant; those of words can complete an address.
    fn compressed_access(&mut self, code: u32, kind: u32) -> Step {
        let base = (code >> 7 & 7) as usize + 8;
        let word = (code >> 10 & 7) << 3 | (code >> 6 & 1) << 2 | (code >> 5 & 1) << 6;
        let double = (code >> 10 & 7) << 3 | (code >> 5 & 3) << 6;
        let offset = match kind {
            0b010 | 0b110 => Some(word),
            0b011 | 0b111 if self.is_64_bits => Some(double),
            0b001 | 0b101 => Some(double),
            _ => None,
        };
        let access = offset.map_or(Step::plain(2), |it| self.access(2, base, i64::from(it)));
        if kind < 0b100 {
            self.forget((code >> 2 & 7) as usize + 8);
        }
        access
    }

    fn relative(&self, base: u64, offset: i64) -> u64 {
        let mask = if self.is_64_bits { u64::MAX } else { u64::from(u32::MAX) };
        base.wrapping_add_signed(offset) & mask
    }
}

/// Length of an instruction of more than 32 bits.
fn long_bytes(first: u32) -> u64 {
    if first & 0x3f == 0x1f { 6 } else { 8 }
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

fn c_imm(code: u32) -> i64 {
    sign_extend((code >> 12 & 1) << 5 | code >> 2 & 31, 6)
}

fn c_jump_offset(code: u32) -> i64 {
    let bits = [(12, 11), (11, 4), (10, 9), (9, 8), (8, 10), (7, 6), (6, 7), (5, 3), (4, 2), (3, 1), (2, 5)];
    sign_extend(gather(code, &bits), 12)
}

fn c_branch_offset(code: u32) -> i64 {
    let bits = [(12, 8), (11, 4), (10, 3), (6, 7), (5, 6), (4, 2), (3, 1), (2, 5)];
    sign_extend(gather(code, &bits), 9)
}

/// Moves each bit from its first place to its second.
fn gather(code: u32, bits: &[(u32, u32)]) -> u32 {
    bits.iter().fold(0, |imm, (from, to)| imm | (code >> from & 1) << to)
}
