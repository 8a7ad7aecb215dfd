//! RISC-V: branches, and addresses made of an upper part and a small rest.

use super::instruction::{ALTERNATE_RETURN, Class, GLOBAL, Instruction, RETURN, STACK, Table, bit};
use crate::isa::{Decode, Flow, Step, Value};

/// Registers that a call keeps: sp, gp, tp, s0, s1 and s2 to s11.
pub(super) const KEPT_BY_CALLS: u32 = 0x0ffc_031c;

/// The decoder of both widths.
#[derive(Debug)]
pub(crate) struct Riscv {
    table: Table,
    /// The words of Zcmt's table.
    jumps: Vec<u64>,
    global_pointer: Option<u64>,
    /// Upper parts of addresses, and whole ones.
    registers: [Option<u64>; 32],
}

impl Riscv {
    pub(crate) fn new(table: Table, jumps: Vec<u64>, global_pointer: Option<u64>) -> Self {
        let mut riscv = Self { table, jumps, global_pointer, registers: [None; 32] };
        riscv.reset();
        riscv
    }
}

impl Decode for Riscv {
    fn step(&mut self, code: &[u8], at: u64) -> Step {
        let Some(it) = self.table.decode(code) else { return Step::cut(code) };
        let flow = self.flow(&it, at);
        let value = self.value(&it, at);
        if matches!(flow, Flow::Call(_) | Flow::CallUnknown) {
            self.forget(lost_by_call(if it.class == Class::CallTable { RETURN } else { it.rd }));
        }
        Step::new(it.len_bytes.into(), flow, value)
    }

    fn reset(&mut self) {
        self.registers = [None; 32];
        self.registers[0] = Some(0);
        self.registers[usize::from(GLOBAL)] = self.global_pointer;
    }
}

impl Riscv {
    fn flow(&self, it: &Instruction, at: u64) -> Flow {
        match it.class {
            Class::Branch => Flow::Branch(self.relative(at, it.imm)),
            Class::Jump if it.rd == 0 => Flow::Jump(self.relative(at, it.imm)),
            Class::Jump => Flow::Call(self.relative(at, it.imm)),
            Class::JumpRegister => {
                let known = self.sum(it.rs1, it.imm).filter(|_| it.rs1 != 0).map(|it| it & !1);
                match (it.rd, known) {
                    (0, Some(target)) => Flow::Jump(target),
                    (0, None) if matches!(it.rs1, RETURN | ALTERNATE_RETURN) => Flow::End,
                    (0, None) => Flow::JumpUnknown,
                    (_, Some(target)) => Flow::Call(target),
                    (_, None) => Flow::CallUnknown,
                }
            }
            Class::JumpTable => self.jump(it.imm).map_or(Flow::JumpUnknown, Flow::Jump),
            Class::CallTable => self.jump(it.imm).map_or(Flow::CallUnknown, Flow::Call),
            Class::PopReturn(_) | Class::TrapReturn | Class::Illegal => Flow::End,
            _ => Flow::Next,
        }
    }

    fn jump(&self, index: i64) -> Option<u64> {
        self.jumps.get(usize::try_from(index).ok()?).copied()
    }

    /// The address that an instruction forms or uses. What it writes is known from here on, or no more.
    fn value(&mut self, it: &Instruction, at: u64) -> Value {
        match it.class {
            Class::LoadUpper => self.set(it.rd, Some(self.relative(0, it.imm))),
            Class::AddUpper => self.set(it.rd, Some(self.relative(at, it.imm))),
            Class::AddImmediate => {
                // What `c.li` says is too small for an address, and for a part of one.
                let is_small = it.rs1 == 0 && it.len_bytes == 2;
                let sum = self.sum(it.rs1, it.imm).filter(|_| !is_small);
                self.set(it.rd, sum);
                return sum.map_or(Value::None, Value::Address);
            }
            Class::Move => self.set(it.rd, self.registers[usize::from(it.rs1)]),
            Class::Load(_) | Class::LoadFloat | Class::Store(_) | Class::StoreFloat => {
                let address = self.sum(it.rs1, it.imm);
                self.forget(it.writes());
                return address.map_or(Value::None, Value::Address);
            }
            _ => self.forget(it.writes()),
        }
        Value::None
    }

    fn set(&mut self, register: u8, content: Option<u64>) {
        if !matches!(register, 0 | STACK | GLOBAL) {
            self.registers[usize::from(register)] = content;
        }
    }

    fn forget(&mut self, registers: u32) {
        let registers = registers & !(bit(GLOBAL) | 1);
        (1..32).filter(|it| registers >> it & 1 == 1).for_each(|it| self.registers[it] = None);
    }

    fn sum(&self, register: u8, imm: i64) -> Option<u64> {
        self.registers[usize::from(register)].map(|it| self.relative(it, imm))
    }

    fn relative(&self, base: u64, offset: i64) -> u64 {
        let mask = if self.table.is_64_bits { u64::MAX } else { u64::from(u32::MAX) };
        base.wrapping_add_signed(offset) & mask
    }
}

/// What a call that links so may change. Parts of functions, outlined and called through `t0`, do as they like.
pub(super) fn lost_by_call(link: u8) -> u32 {
    if link == ALTERNATE_RETURN { !1 } else { !KEPT_BY_CALLS }
}
