//! ARM: Thumb or 32-bit code by what the marks say, and the 32-bit code itself.

use super::CLOBBERED;
use super::decode::{Known, Thumb};
use crate::image::MarkKind;
use crate::isa::{Decode, Flow, Machine, Step, Value, sign_extend};

/// Condition of what is always executed.
const ALWAYS: u32 = 14;
/// The condition field of what has none.
const UNCONDITIONAL: u32 = 15;
const LINK: u32 = 14;
const PROGRAM_COUNTER: u32 = 15;

/// The decoder of both instruction sets.
#[derive(Debug, Default)]
pub(crate) struct Arm {
    thumb: Thumb,
    long: A32,
    is_long: bool,
}

impl Decode for Arm {
    fn step(&mut self, code: &[u8], at: u64) -> Step {
        if self.is_long { self.long.step(code, at) } else { self.thumb.step(code, at) }
    }

    fn reset(&mut self) {
        *self = Self::default();
    }

    fn enter(&mut self, mode: MarkKind) -> bool {
        self.is_long = mode == MarkKind::Arm;
        matches!(mode, MarkKind::Code | MarkKind::Arm)
    }
}

/// The decoder of 32-bit instructions.
#[derive(Debug, Default)]
struct A32 {
    registers: [Known; 16],
}

impl A32 {
    fn step(&mut self, code: &[u8], at: u64) -> Step {
        let Some((word, _)) = code.split_first_chunk::<4>() else { return Step::cut(code) };
        let word = u32::from_le_bytes(*word);
        let condition = word >> 28;
        if condition == UNCONDITIONAL {
            return Step::flow(4, unconditional(word, at));
        }
        let step = self.instruction(word, at);
        if matches!(step.flow, Flow::Call(_) | Flow::CallUnknown | Flow::CallThrough(_)) {
            (0..16).filter(|it| CLOBBERED >> it & 1 == 1).for_each(|it| self.registers[it] = Known::Nothing);
        }
        match step.flow {
            Flow::Jump(target) if condition != ALWAYS => Step { flow: Flow::Branch(target), ..step },
            Flow::End | Flow::Stop | Flow::JumpUnknown | Flow::JumpThrough(_) if condition != ALWAYS => {
                Step { flow: Flow::Next, ..step }
            }
            _ => step,
        }
    }

    /// Whatever its condition is.
    fn instruction(&mut self, word: u32, at: u64) -> Step {
        let target = (word >> 12 & 0xf) as usize;
        if word >> 25 & 7 == 0b101 {
            let to = relative(at, sign_extend(word & 0xff_ffff, 24) * 4);
            return Step::flow(4, if word >> 24 & 1 == 1 { Flow::Call(to) } else { Flow::Jump(to) });
        }
        match word & 0x0fff_fff0 {
            0x012f_ff10 => return Step::flow(4, self.exchange(word)),
            0x012f_ff30 => return Step::flow(4, self.call(word)),
            _ => {}
        }
        match word & 0x0ff0_0000 {
            0x0300_0000 => return self.move_half(word, target),
            0x0340_0000 => return self.move_top(word, target),
            _ => {}
        }
        if word & 0x0f7f_0000 == 0x051f_0000 {
            return self.load_literal(word, at, target);
        }
        self.registers[target] = Known::Nothing;
        self.registers[(word >> 16 & 0xf) as usize] = Known::Nothing;
        if word >> 25 & 7 == 0b100 {
            return self.load_multiple(word);
        }
        match word & 0x0fff_0000 {
            0x028f_0000 => Step::value(4, Value::Address(relative(at, immediate(word)))),
            0x024f_0000 => Step::value(4, Value::Address(relative(at, -immediate(word)))),
            _ => Step::flow(4, flow(word)),
        }
    }

    /// BX.
    fn exchange(&self, word: u32) -> Flow {
        match self.registers[(word & 0xf) as usize] {
            _ if word & 0xf == LINK => Flow::End,
            Known::Address(target) => Flow::Jump(Machine::Arm.code_address(target)),
            // The literal's load is the reference already.
            Known::Pool(pool) => Flow::JumpThrough(pool),
            _ => Flow::JumpUnknown,
        }
    }

    /// BLX with a register.
    fn call(&self, word: u32) -> Flow {
        match self.registers[(word & 0xf) as usize] {
            Known::Pool(pool) => Flow::CallThrough(pool),
            Known::Address(target) => Flow::Call(Machine::Arm.code_address(target)),
            _ => Flow::CallUnknown,
        }
    }

    fn move_half(&mut self, word: u32, target: usize) -> Step {
        self.registers[target] = Known::Half(half(word));
        Step::plain(4)
    }

    /// MOVT, which need not be the neighbour of its MOVW.
    fn move_top(&mut self, word: u32, target: usize) -> Step {
        let (Known::Half(low) | Known::Address(low)) = self.registers[target] else {
            self.registers[target] = Known::Nothing;
            return Step::plain(4);
        };
        let address = half(word) << 16 | low & 0xffff;
        self.registers[target] = Known::Address(address);
        Step::value(4, Value::Address(address))
    }

    fn load_literal(&mut self, word: u32, at: u64, target: usize) -> Step {
        let distance = i64::from(word & 0xfff);
        let pool = relative(at, if word >> 23 & 1 == 1 { distance } else { -distance });
        if word >> 22 & 1 == 1 {
            // A byte is no address.
            self.registers[target] = Known::Nothing;
            return Step::value(4, Value::Address(pool));
        }
        self.registers[target] = Known::Pool(pool);
        let flow = if target as u32 == PROGRAM_COUNTER { Flow::JumpThrough(pool) } else { Flow::Next };
        Step::new(4, flow, Value::Load(pool))
    }

    fn load_multiple(&mut self, word: u32) -> Step {
        let is_load = word >> 20 & 1 == 1;
        let written = (0..16).filter(|it| is_load && word >> it & 1 == 1);
        written.for_each(|it| self.registers[it] = Known::Nothing);
        Step::flow(4, if is_load && word >> 15 & 1 == 1 { Flow::End } else { Flow::Next })
    }
}

/// BLX to Thumb code; the rest of this space computes.
fn unconditional(word: u32, at: u64) -> Flow {
    if word >> 25 & 7 != 0b101 {
        return Flow::Next;
    }
    let half = i64::from(word >> 24 & 1) * 2;
    Flow::Call(relative(at, sign_extend(word & 0xff_ffff, 24) * 4 + half))
}

/// What else may write the program counter.
fn flow(word: u32) -> Flow {
    let is_target = word >> 12 & 0xf == PROGRAM_COUNTER;
    match word >> 25 & 7 {
        // The undefined instruction.
        _ if word & 0x0ff0_00f0 == 0x07f0_00f0 => Flow::Stop,
        // LDR; POP of one register returns.
        0b010 | 0b011 if is_target && word >> 20 & 1 == 1 => {
            if word & 0x0fff_ffff == 0x049d_f004 {
                Flow::End
            } else {
                Flow::JumpUnknown
            }
        }
        // Comparisons write no register, and their space holds system instructions.
        0b000 | 0b001 if word >> 23 & 3 == 2 => Flow::Next,
        // Multiplications and loads of halves.
        0b000 if word >> 4 & 9 == 9 => Flow::Next,
        0b000 | 0b001 if is_target && word & 0x0fff_ffff == 0x01a0_f00e => Flow::End,
        0b000 | 0b001 if is_target => Flow::JumpUnknown,
        _ => Flow::Next,
    }
}

/// The constant of MOVW and MOVT.
fn half(word: u32) -> u64 {
    u64::from(word >> 4 & 0xf000 | word & 0xfff)
}

/// The rotated constant of data processing.
fn immediate(word: u32) -> i64 {
    i64::from((word & 0xff).rotate_right((word >> 8 & 0xf) * 2))
}

/// The address space has 32 bits; the program counter is two instructions ahead.
fn relative(at: u64, offset: i64) -> u64 {
    at.wrapping_add(8).wrapping_add_signed(offset) & 0xffff_ffff
}
