//! Thumb-1 and Thumb-2: lengths, branches, literal loads, MOVW/MOVT pairs.

use super::{CLOBBERED, writes};
use crate::isa::{Decode, Flow, Machine, Step, Value, half_at, sign_extend};

/// What a register is known to hold.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub(crate) enum Known {
    #[default]
    Nothing,
    /// The word in the pool at this address.
    Pool(u64),
    /// The lower half of an address, by MOVW.
    Half(u64),
    /// This address, by MOVW and MOVT.
    Address(u64),
}

/// The decoder of ARM's microcontroller profiles.
#[derive(Debug, Default)]
pub(crate) struct Thumb {
    registers: [Known; 16],
    /// Instructions of an `IT` block still to come: they may not be executed.
    n_conditional: u32,
}

impl Decode for Thumb {
    fn step(&mut self, code: &[u8], at: u64) -> Step {
        let Some(first) = half_at(code, 0) else { return Step::cut(code) };
        let is_conditional = self.n_conditional > 0;
        self.n_conditional = self.n_conditional.saturating_sub(1);
        let mut step = if first >> 11 < 0b11101 {
            self.narrow(first, at)
        } else {
            match half_at(code, 2) {
                Some(second) => self.wide(first, second, at),
                None => return Step::cut(code),
            }
        };
        if is_conditional {
            step.flow = match step.flow {
                Flow::Jump(target) => Flow::Branch(target),
                Flow::End => Flow::Next,
                other => other,
            };
        }
        step
    }

    fn reset(&mut self) {
        *self = Self::default();
    }
}

impl Thumb {
    fn narrow(&mut self, code: u32, at: u64) -> Step {
        let low = (code & 7) as usize;
        let middle = (code >> 8 & 7) as usize;
        match code >> 11 {
            0b01001 => {
                let pool = align4(at.wrapping_add(4)).wrapping_add(u64::from(code & 0xff) * 4);
                self.registers[middle] = Known::Pool(pool);
                return Step::value(2, Value::Load(pool));
            }
            0b10100 => {
                self.registers[middle] = Known::Nothing;
                return Step::value(
                    2,
                    Value::Address(align4(at.wrapping_add(4)).wrapping_add(u64::from(code & 0xff) * 4)),
                );
            }
            0b11100 => return Step::flow(2, Flow::Jump(relative(at, sign_extend(code << 1, 12)))),
            0b11010 | 0b11011 => return Step::flow(2, conditional(code, at)),
            0b01000 if code >> 10 & 1 == 1 => return self.high_registers(code),
            0b10110 | 0b10111 => return self.miscellaneous(code, at),
            0b11000 => self.forget(middle),
            0b11001 => self.forget_all(code & 0xff | 1 << middle),
            _ if is_store(code) || is_compare(code) => {}
            0b00100..=0b00111 | 0b10011 | 0b10101 => self.forget(middle),
            _ => self.forget(low),
        }
        Step::plain(2)
    }

    /// ADD, CMP, MOV, BX and BLX of any register.
    fn high_registers(&mut self, code: u32) -> Step {
        let target = (code >> 4 & 8 | code & 7) as usize;
        let source = (code >> 3 & 0xf) as usize;
        match (code >> 8 & 3, code >> 7 & 1) {
            (3, 1) => {
                let flow = self.call(source);
                self.forget_clobbered();
                Step::flow(2, flow)
            }
            (3, _) if source == 14 => Step::flow(2, Flow::End),
            (3, _) => Step::flow(2, self.jump(source)),
            (0 | 2, _) if target == 15 => {
                Step::flow(2, if source == 14 { Flow::End } else { Flow::JumpUnknown })
            }
            (2, _) => {
                self.registers[target] = self.registers[source];
                Step::plain(2)
            }
            (1, _) => Step::plain(2),
            _ => {
                self.forget(target);
                Step::plain(2)
            }
        }
    }

    fn call(&self, register: usize) -> Flow {
        match self.registers[register] {
            Known::Pool(pool) => Flow::CallThrough(pool),
            Known::Address(target) => Flow::Call(Machine::Arm.code_address(target)),
            _ => Flow::CallUnknown,
        }
    }

    fn jump(&self, register: usize) -> Flow {
        match self.registers[register] {
            Known::Address(target) => Flow::Jump(Machine::Arm.code_address(target)),
            // The literal's load is the reference already.
            Known::Pool(_) => Flow::End,
            _ => Flow::JumpUnknown,
        }
    }

    fn miscellaneous(&mut self, code: u32, at: u64) -> Step {
        if code & 0xf500 == 0xb100 {
            let offset = (code >> 9 & 1) << 6 | (code >> 3 & 0x1f) << 1;
            return Step::flow(2, Flow::Branch(relative(at, i64::from(offset))));
        }
        match code >> 8 {
            0xbf if code & 0xf != 0 => self.n_conditional = 4 - (code & 0xf).trailing_zeros(),
            0xbd => return Step::flow(2, Flow::End),
            0xbc => self.forget_all(code & 0xff),
            0xb2 | 0xba => self.forget((code & 7) as usize),
            // Pushes and moves of the stack pointer.
            _ => {}
        }
        Step::plain(2)
    }

    fn wide(&mut self, first: u32, second: u32, at: u64) -> Step {
        let register = (second >> 8 & 0xf) as usize;
        let transferred = (second >> 12) as usize;
        if first & 0xf800 == 0xf000 && second & 0x8000 != 0 {
            let flow = wide_branch(first, second, at);
            if matches!(flow, Flow::Call(_)) {
                self.forget_clobbered();
            }
            self.forget_all(writes(first, second));
            return Step::flow(4, flow);
        }
        if second & 0x8000 == 0 && first & 0xfb70 == 0xf240 {
            return self.move_half(first, second, register);
        }
        let imm12 = second & 0xfff;
        if first & 0xff7f == 0xf85f {
            let pool = offset(align4(at.wrapping_add(4)), first & 0x80 != 0, imm12);
            self.registers[transferred] = Known::Pool(pool);
            let flow = if transferred == 15 { Flow::End } else { Flow::Next };
            return Step::new(4, flow, Value::Load(pool));
        }
        if second & 0x8000 == 0 && matches!(first & 0xfbff, 0xf20f | 0xf2af) {
            self.forget(register);
            let imm = (first >> 10 & 1) << 11 | (second >> 12 & 7) << 8 | second & 0xff;
            let address = offset(align4(at.wrapping_add(4)), first & 0xa0 == 0, imm);
            return Step::value(4, Value::Address(address));
        }
        self.forget_all(writes(first, second));
        Step::flow(4, wide_load(first, second))
    }

    /// MOVW and MOVT. The two need not be neighbours.
    fn move_half(&mut self, first: u32, second: u32, register: usize) -> Step {
        let half = (first & 0xf) << 12 | (first >> 10 & 1) << 11 | (second >> 12 & 7) << 8 | second & 0xff;
        let half = u64::from(half);
        if first & 0x80 == 0 {
            self.registers[register] = Known::Half(half);
            return Step::plain(4);
        }
        let (Known::Half(low) | Known::Address(low)) = self.registers[register] else {
            self.forget(register);
            return Step::plain(4);
        };
        let address = half << 16 | low & 0xffff;
        self.registers[register] = Known::Address(address);
        Step::value(4, Value::Address(address))
    }

    fn forget(&mut self, register: usize) {
        self.registers[register] = Known::Nothing;
    }

    /// Registers by a bit for each.
    fn forget_all(&mut self, registers: u32) {
        (0..16).filter(|it| registers >> it & 1 == 1).for_each(|it| self.forget(it));
    }

    /// What a call may change.
    fn forget_clobbered(&mut self) {
        self.forget_all(CLOBBERED);
    }
}

/// Stores of one register: between MOVW and MOVT compilers put what they like, and these above all.
fn is_store(code: u32) -> bool {
    matches!(code >> 11, 0b01100 | 0b01110 | 0b10000 | 0b10010)
        || matches!(code >> 9, 0b010_1000..=0b010_1010)
}

/// Comparisons.
fn is_compare(code: u32) -> bool {
    code >> 11 == 0b00101 || matches!(code >> 6, 0b01_0000_1000 | 0b01_0000_1010 | 0b01_0000_1011)
}

/// Loads into the program counter.
fn wide_load(first: u32, second: u32) -> Flow {
    let is_table_branch = first & 0xfff0 == 0xe8d0 && second & 0xffe0 == 0xf000;
    let is_load_multiple = matches!(first & 0xffd0, 0xe890 | 0xe910);
    let is_pop = first == 0xf85d && second & 0x0fff == 0x0b04;
    match first & 0xfff0 {
        _ if is_table_branch => Flow::JumpUnknown,
        _ if is_load_multiple && second & 0x8000 != 0 => Flow::End,
        _ if is_pop && second >> 12 == 15 => Flow::End,
        0xf8d0 | 0xf850 if second >> 12 == 15 => Flow::JumpUnknown,
        _ => Flow::Next,
    }
}

fn conditional(code: u32, at: u64) -> Flow {
    match code >> 8 & 0xf {
        14 => Flow::End,
        15 => Flow::Next,
        _ => Flow::Branch(relative(at, sign_extend(code << 1, 9))),
    }
}

/// B, BL, BLX with an offset, and the undefined instruction.
fn wide_branch(first: u32, second: u32, at: u64) -> Flow {
    let sign = first >> 10 & 1;
    let (j1, j2) = (second >> 13 & 1, second >> 11 & 1);
    let far = || {
        let (i1, i2) = (1 ^ j1 ^ sign, 1 ^ j2 ^ sign);
        let imm = sign << 24 | i1 << 23 | i2 << 22 | (first & 0x3ff) << 12 | (second & 0x7ff) << 1;
        sign_extend(imm, 25)
    };
    match second & 0x5000 {
        0x5000 => Flow::Call(relative(at, far())),
        0x4000 => Flow::Call(align4(relative(at, far()))),
        0x1000 => Flow::Jump(relative(at, far())),
        _ if first >> 7 & 7 == 7 && first >> 4 & 0x7f == 0x7f => Flow::End,
        _ if first >> 7 & 7 == 7 => Flow::Next,
        _ => {
            let imm = sign << 20 | j2 << 19 | j1 << 18 | (first & 0x3f) << 12 | (second & 0x7ff) << 1;
            Flow::Branch(relative(at, sign_extend(imm, 21)))
        }
    }
}

/// The address space has 32 bits; the program counter is two instructions ahead.
fn relative(at: u64, offset: i64) -> u64 {
    at.wrapping_add(4).wrapping_add_signed(offset) & 0xffff_ffff
}

fn offset(base: u64, is_up: bool, distance: u32) -> u64 {
    let distance = u64::from(distance);
    if is_up { base.wrapping_add(distance) } else { base.wrapping_sub(distance) }
}

fn align4(address: u64) -> u64 {
    address & !3
}

/// The number that twelve bits of an instruction stand for: `ThumbExpandImm` of the architecture's manual.
pub(crate) fn expanded(imm12: u32) -> u32 {
    let low = imm12 & 0xff;
    match imm12 >> 8 {
        0 => low,
        1 => low << 16 | low,
        2 => low << 24 | low << 8,
        3 => low << 24 | low << 16 | low << 8 | low,
        _ => (imm12 & 0x7f | 0x80).rotate_right(imm12 >> 7),
    }
}
