//! Xtensa with and without register windows: `entry`, and what adds to a1.

use crate::isa::registers::{Callee, Effect, Follow, Known, Memory};
use crate::isa::sign_extend;

const STACK: usize = 1;

/// Follows the sixteen registers of the current window.
pub(crate) struct Xtensa<'image> {
    memory: Memory<'image>,
    registers: [Known; 16],
}

impl<'image> Xtensa<'image> {
    pub(crate) fn new(memory: Memory<'image>) -> Self {
        Self { memory, registers: [Known::Nothing; 16] }
    }
}

impl<'image> Follow<'image> for Xtensa<'image> {
    type Code = &'image [u8];

    fn see(&mut self, code: &'image [u8], at: u64, depth: i64) -> Effect {
        self.registers[STACK] = Known::Stack(depth);
        let byte = |idx: usize| code.get(idx).map_or(0, |it| u32::from(*it));
        let narrow = byte(0) | byte(1) << 8;
        let callee = if (8..14).contains(&(narrow & 0xf)) {
            self.narrow(narrow);
            Callee::Unknown
        } else {
            self.wide(narrow | byte(2) << 16, at)
        };
        Effect { taken: self.registers[STACK].taken(), callee }
    }

    fn registers(&mut self) -> &mut [Known] {
        &mut self.registers
    }

    /// Six are in registers, from a10 on for `call8`, which compilers write.
    fn argument(&self, idx: usize, _depth: i64) -> Known {
        self.registers.get(10 + idx).copied().unwrap_or_default()
    }

    fn reset(&mut self) {
        self.memory.reset();
        self.registers = [Known::Nothing; 16];
    }
}

impl Xtensa<'_> {
    fn narrow(&mut self, code: u32) {
        let (t, s, r) = fields(code);
        let source = self.registers[s];
        match code & 0xf {
            8 => self.registers[t] = self.memory.load(source, r as i64 * 4),
            10 => self.registers[r] = source.sum(self.registers[t], 32),
            11 => self.registers[r] = source.plus(if t == 0 { -1 } else { t as i64 }),
            12 if t & 8 == 0 => self.registers[s] = Known::Nothing,
            13 if r == 0 => self.registers[t] = source,
            _ => {}
        }
    }

    fn wide(&mut self, code: u32, at: u64) -> Callee {
        let (t, s, _) = fields(code);
        match code & 0xf {
            0 => return self.of_registers(code),
            1 => {
                let literal = u64::from(0xfffc_0000 | (code >> 8) << 2);
                let address = (at.wrapping_add(3) & !3).wrapping_add(literal) & 0xffff_ffff;
                self.registers[t] = self.memory.load(Known::Number(address), 0);
            }
            2 => self.of_number(code),
            5 => self.after_call(code >> 4 & 3),
            6 if code & 0xff == 0x36 => {
                self.registers[s] = self.registers[s].plus(-i64::from(code >> 12) * 8);
            }
            _ => {}
        }
        Callee::Unknown
    }

    /// ADD, SUB, OR of one register with itself (MOV), MOVSP, CALLX.
    fn of_registers(&mut self, code: u32) -> Callee {
        let (t, s, r) = fields(code);
        let (one, two) = (self.registers[s], self.registers[t]);
        match (code >> 16 & 0xf, code >> 20) {
            (0, 0) if r == 0 && code >> 6 & 3 == 3 => {
                self.after_call(code >> 4 & 3);
                return one.callee();
            }
            (0, 0) if r == 0 && code >> 6 & 3 == 2 => return one.callee(),
            (0, 0) if r == 1 => self.registers[t] = one,
            // Shift amounts and special registers are written, and no register of the window.
            (0, 0) | (3, 1 | 15) => {}
            (0, 4) if matches!(r, 6 | 14 | 15) => self.registers[t] = Known::Nothing,
            (0, 4) => {}
            (0, 5) | (3, 0) | (1, 6) | (9, _) => self.registers[t] = Known::Nothing,
            (0, 2) if s == t => self.registers[r] = one,
            (0, 8) => self.registers[r] = one.sum(two, 32),
            (0, 12) => self.registers[r] = one.less(two, 32),
            _ => self.registers[r] = Known::Nothing,
        }
        Callee::Unknown
    }

    /// L32I, ADDI, ADDMI, MOVI and smaller loads.
    fn of_number(&mut self, code: u32) {
        let (t, s, r) = fields(code);
        let imm8 = sign_extend(code >> 16, 8);
        self.registers[t] = match r {
            2 => self.memory.load(self.registers[s], i64::from(code >> 16) * 4),
            10 => Known::Number(sign_extend((s as u32) << 8 | code >> 16, 12).cast_unsigned() & 0xffff_ffff),
            12 => self.registers[s].plus(imm8),
            13 => self.registers[s].plus(imm8 * 256),
            0 | 1 | 9 | 11 => Known::Nothing,
            _ => return,
        };
    }

    /// A windowed call leaves the callee all registers from where the window moves to.
    fn after_call(&mut self, windows: u32) {
        let clobbered = if windows == 0 { 2..12 } else { windows as usize * 4..16 };
        self.registers[clobbered].fill(Known::Nothing);
    }
}

fn fields(code: u32) -> (usize, usize, usize) {
    ((code >> 4 & 15) as usize, (code >> 8 & 15) as usize, (code >> 12 & 15) as usize)
}
