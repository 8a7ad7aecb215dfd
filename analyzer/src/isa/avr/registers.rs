//! AVR: single bytes pushed, and the stack pointer copied to Y, lowered and written back.

use crate::isa::half_at;
use crate::isa::registers::{Callee, Effect, Follow, Known, Taken};

/// `rcall .+0`: a call of the next instruction only takes the room of a return address.
pub(crate) const CALL_NEXT: u32 = 0xd000;

/// Follows Y, which is the frame's pointer.
pub(crate) struct Avr {
    frame: Known,
    /// The low byte of what is to be subtracted from Y.
    low: i64,
    return_bytes: i64,
}

impl Avr {
    pub(crate) fn new(return_bytes: i64) -> Self {
        Self { frame: Known::Nothing, low: 0, return_bytes }
    }
}

impl Avr {
    /// The other half of a subtraction from Y.
    fn lower(&mut self, high: i64) {
        let number = (high << 8 | self.low) as u16;
        self.frame = self.frame.plus(-i64::from(number.cast_signed()));
    }
}

impl<'image> Follow<'image> for Avr {
    type Code = &'image [u8];

    fn see(&mut self, code: &'image [u8], _at: u64, depth: i64) -> Effect {
        let mut taken = Taken::Bytes(depth);
        let code = half_at(code, 0).unwrap_or(0);
        let imm8 = i64::from(code >> 4 & 0xf0 | code & 0xf);
        let imm6 = i64::from(code >> 2 & 0x30 | code & 0xf);
        match code {
            CALL_NEXT => taken = Taken::Bytes(depth + self.return_bytes),
            // `in r28, SPL`
            0xb7cd => self.frame = Known::Stack(depth),
            // `sbc r29, r1`, which holds zero
            0x09d1 => self.lower(0),
            // `out SPL, r28`
            0xbfcd => taken = self.frame.taken(),
            _ => match (code & 0xfe0f, code & 0xff30, code & 0xf0f0) {
                // SPL from another register
                (0xbe0d, ..) => taken = Taken::Unknown,
                (0x920f, ..) => taken = Taken::Bytes(depth + 1),
                (0x900f, ..) => taken = Taken::Bytes(depth - 1),
                (_, 0x9720, _) => self.frame = self.frame.plus(-imm6),
                (_, 0x9620, _) => self.frame = self.frame.plus(imm6),
                // `ldi r28`: startup code says where the stack begins.
                (_, _, 0xe0c0) => self.frame = Known::Number(imm8.cast_unsigned()),
                (_, _, 0x50c0) => self.low = imm8,
                (_, _, 0x40d0) => self.lower(imm8),
                _ => {}
            },
        }
        Effect { taken, callee: Callee::Unknown }
    }

    fn registers(&mut self) -> &mut [Known] {
        std::slice::from_mut(&mut self.frame)
    }

    fn reset(&mut self) {
        self.frame = Known::Nothing;
    }
}
