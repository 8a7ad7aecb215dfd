//! AVR: branches by words, and addresses in pairs of LDI.

use super::decode::{AVR_DATA_BASE, Decode, Flow, Step, Value, half_at, sign_extend};

/// The decoder remembers constants: an address takes two registers.
#[derive(Debug, Default)]
pub(crate) struct Avr {
    constants: [Option<u8>; 32],
}

impl Decode for Avr {
    fn step(&mut self, code: &[u8], at: u64) -> Step {
        let Some(first) = half_at(code, 0) else { return Step::cut(code) };
        let is_far = first & 0xfe0c == 0x940c;
        let is_direct = matches!(first & 0xfe0f, 0x9000 | 0x9200);
        if is_far || is_direct {
            let Some(second) = half_at(code, 2) else { return Step::cut(code) };
            if is_direct {
                return Step::value(4, Value::Address(AVR_DATA_BASE + u64::from(second)));
            }
            let words = u64::from((first >> 4 & 0x1f) << 17 | (first & 1) << 16 | second);
            let is_call = first & 2 != 0;
            return Step::flow(4, if is_call { Flow::Call(words * 2) } else { Flow::Jump(words * 2) });
        }
        if first & 0xf000 == 0xe000 {
            return self.load_constant(first);
        }
        Step::flow(2, flow(first, at))
    }

    fn reset(&mut self) {
        self.constants = [None; 32];
    }
}

impl Avr {
    /// LDI; together with its neighbour it may be an address in RAM.
    fn load_constant(&mut self, code: u32) -> Step {
        let register = (code >> 4 & 0xf) as usize + 16;
        let constant = (code >> 4 & 0xf0 | code & 0xf) as u8;
        self.constants[register] = Some(constant);
        let even = register & !1;
        let pair = self.constants[even].zip(self.constants[even + 1]);
        pair.map_or(Step::plain(2), |(low, high)| {
            self.constants[even..even + 2].fill(None);
            Step::value(2, Value::Address(AVR_DATA_BASE + u64::from(u16::from_le_bytes([low, high]))))
        })
    }
}

fn flow(code: u32, at: u64) -> Flow {
    match code {
        0x9508 | 0x9518 => Flow::End,
        0x9409 | 0x9419 => Flow::JumpUnknown,
        0x9509 | 0x9519 => Flow::CallUnknown,
        _ => match code >> 12 {
            0xc => Flow::Jump(relative(at, sign_extend(code & 0xfff, 12))),
            0xd => Flow::Call(relative(at, sign_extend(code & 0xfff, 12))),
            0xf if code & 0x800 == 0 => Flow::Branch(relative(at, sign_extend(code >> 3 & 0x7f, 7))),
            _ => Flow::Next,
        },
    }
}

/// Branches count words from the next instruction.
fn relative(at: u64, words: i64) -> u64 {
    at.wrapping_add(2).wrapping_add_signed(words * 2) & 0x3f_ffff
}
