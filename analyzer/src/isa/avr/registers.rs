//! AVR: single bytes pushed, and the stack pointer copied to Y, lowered and written back.

use super::decode::LOST_BY_CALLS;
use super::instruction::{Class, Instruction, Y, Z, decode};
use crate::isa::half_at;
use crate::isa::registers::{Callee, Effect, Follow, Known, Taken};

/// `rcall .+0`: a call of the next instruction only takes the room of a return address.
pub(crate) const CALL_NEXT: u32 = 0xd000;
/// The lower byte of the stack pointer among the registers of input and output.
const STACK_LOW: i64 = 0x3d;
/// What compilers keep zero.
const ZERO: u8 = 1;
/// Behind the registers: Y as a whole.
const FRAME: usize = 32;

/// Follows Y, which is the frame's pointer, and bytes that are constants.
pub(crate) struct Avr {
    registers: [Known; 33],
    /// The low byte of what is to be added to Y or taken from it.
    low: Option<i64>,
    return_bytes: i64,
}

impl Avr {
    pub(crate) fn new(return_bytes: i64) -> Self {
        Self { registers: [Known::Nothing; 33], low: None, return_bytes }
    }

    fn byte(&self, register: Option<u8>) -> Option<i64> {
        match self.registers[usize::from(register?)] {
            _ if register == Some(ZERO) => Some(0),
            Known::Number(it) => i64::try_from(it).ok(),
            _ => None,
        }
    }

    /// The other half of an addition to Y; what is not known is nothing that was meant for the frame.
    fn move_frame(&mut self, high: Option<i64>, sign: i64) {
        if let Some((high, low)) = high.zip(self.low.take()) {
            let number = i64::from((high << 8 | low) as u16 as i16);
            self.registers[FRAME] = self.registers[FRAME].plus(sign * number);
        }
    }

    /// What becomes of Y.
    fn frame(&mut self, it: &Instruction, depth: i64) {
        let is_low = it.rd == Some(Y);
        let is_high = it.rd == Some(Y + 1);
        match it.class {
            Class::In if is_low && it.imm == STACK_LOW => self.registers[FRAME] = Known::Stack(depth),
            Class::SubtractImmediate if is_low => self.low = Some(it.imm),
            Class::Subtract | Class::Add if is_low => self.low = self.byte(it.rr),
            Class::SubtractCarryImmediate if is_high => self.move_frame(Some(it.imm), -1),
            Class::SubtractCarry if is_high => self.move_frame(self.byte(it.rr), -1),
            Class::AddCarry if is_high => self.move_frame(self.byte(it.rr), 1),
            Class::AddToPair if is_low => self.registers[FRAME] = self.registers[FRAME].plus(it.imm),
            // Startup code says where the stack begins.
            Class::LoadImmediate if is_low => self.registers[FRAME] = Known::Number(it.imm.cast_unsigned()),
            _ => {}
        }
    }

    fn constants(&mut self, it: &Instruction) {
        let of = |this: &Self, register: Option<u8>| {
            register.map_or(Known::Nothing, |it| this.registers[usize::from(it)])
        };
        let values = match (it.class, it.rr) {
            (Class::LoadImmediate, _) => [Known::Number(it.imm.cast_unsigned()), Known::Nothing],
            (Class::Move, _) => [of(self, it.rr), Known::Nothing],
            (Class::MovePair, Some(low)) => [of(self, it.rr), of(self, Some(low + 1))],
            _ => [Known::Nothing; 2],
        };
        let is_call = matches!(it.class, Class::Call | Class::CallFar | Class::CallRegister);
        let lost = if is_call { LOST_BY_CALLS } else { it.writes() };
        (0..32).filter(|it| lost >> it & 1 == 1).for_each(|it| self.registers[it] = Known::Nothing);
        if let Some(rd) = it.rd.filter(|_| values[0] != Known::Nothing) {
            self.registers[usize::from(rd)] = values[0];
        }
        if let Some(rd) = it.rd.filter(|_| it.class == Class::MovePair) {
            self.registers[usize::from(rd) + 1] = values[1];
        }
    }

    /// Where Z says, which counts words.
    fn callee(&self) -> Callee {
        match self.byte(Some(Z)).zip(self.byte(Some(Z + 1))) {
            Some((low, high)) => Callee::Address((high << 8 | low).cast_unsigned() * 2),
            None => Callee::Unknown,
        }
    }
}

impl<'image> Follow<'image> for Avr {
    type Code = &'image [u8];

    fn see(&mut self, code: &'image [u8], _at: u64, depth: i64) -> Effect {
        let it = decode(half_at(code, 0).unwrap_or(0));
        self.frame(&it, depth);
        let taken = match it.class {
            Class::Call if it.imm == 2 => Taken::Bytes(depth + self.return_bytes),
            Class::Push => Taken::Bytes(depth + 1),
            Class::Pop => Taken::Bytes(depth - 1),
            Class::Out if it.imm == STACK_LOW && it.rd == Some(Y) => self.registers[FRAME].taken(),
            Class::Out if it.imm == STACK_LOW => Taken::Unknown,
            _ => Taken::Bytes(depth),
        };
        let is_through_register = matches!(it.class, Class::JumpRegister | Class::CallRegister);
        let callee = if is_through_register { self.callee() } else { Callee::Unknown };
        self.constants(&it);
        Effect { taken, callee }
    }

    fn code(bytes: &'image [u8]) -> Option<&'image [u8]> {
        Some(bytes)
    }

    fn registers(&mut self) -> &mut [Known] {
        &mut self.registers
    }

    fn reset(&mut self) {
        (self.registers, self.low) = ([Known::Nothing; 33], None);
    }
}
