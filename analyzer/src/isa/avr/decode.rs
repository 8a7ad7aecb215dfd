//! AVR: branches by words, and addresses in pairs of registers.

use crate::isa::{AVR_DATA_BASE, Decode, Flow, Step, Value, half_at, sign_extend};

/// The pairs of registers that instructions take addresses from, by the lower one.
const X: usize = 26;
const Y: usize = 28;
const Z: usize = 30;
/// What a call need not keep: r0, r18 to r27, Z.
const LOST_BY_CALLS: u32 = 0xcffc_0001;
/// What a pair is used for stands nearly always nearer than so many instructions.
const MAX_AHEAD: usize = 16;

/// The decoder remembers constants: an address takes two registers.
#[derive(Debug, Default)]
pub(crate) struct Avr {
    constants: [Option<u8>; 32],
    /// From which register the instruction before took a low byte.
    lowered: Option<(usize, u8)>,
}

/// Which memory a pair of registers is an address in.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Memory {
    Flash,
    Ram,
}

impl Decode for Avr {
    fn step(&mut self, code: &[u8], at: u64) -> Step {
        let Some(first) = half_at(code, 0) else { return Step::cut(code) };
        let lowered = self.lowered.take();
        let step = if len_bytes(first) == 4 {
            let Some(second) = half_at(code, 2) else { return Step::cut(code) };
            long(first, second)
        } else {
            Step::new(2, flow(first, at), self.value(first, lowered, code))
        };
        if first >> 12 != 0xe {
            self.forget(written(first));
        }
        if matches!(step.flow, Flow::Call(_) | Flow::CallUnknown) {
            self.forget(LOST_BY_CALLS);
        }
        step
    }

    fn reset(&mut self) {
        *self = Self::default();
    }
}

impl Avr {
    /// What LDI or a subtraction (which adds an address by taking away its negative) forms.
    fn value(&mut self, first: u32, lowered: Option<(usize, u8)>, code: &[u8]) -> Value {
        let register = (first >> 4 & 0xf) as usize + 16;
        let constant = (first >> 4 & 0xf0 | first & 0xf) as u8;
        let rest = code.get(2..).unwrap_or(&[]);
        match (first >> 12, lowered) {
            (0xe, _) => self.load_constant(register, constant, rest),
            (0x5, _) if register.is_multiple_of(2) => {
                self.lowered = Some((register, constant));
                Value::None
            }
            (0x4, Some((low, byte))) if low + 1 == register => {
                meant(low, u16::from_le_bytes([byte, constant]).wrapping_neg(), rest)
            }
            _ => Value::None,
        }
    }

    fn load_constant(&mut self, register: usize, constant: u8, rest: &[u8]) -> Value {
        self.constants[register] = Some(constant);
        let even = register & !1;
        let pair = self.constants[even].zip(self.constants[even + 1]);
        pair.map_or(Value::None, |(low, high)| {
            self.constants[even..even + 2].fill(None);
            meant(even, u16::from_le_bytes([low, high]), rest)
        })
    }

    fn forget(&mut self, registers: u32) {
        let lost = self.constants.iter_mut().enumerate().filter(|(it, _)| registers >> it & 1 == 1);
        lost.for_each(|(_, constant)| *constant = None);
    }
}

/// What a number in a pair of registers is, by what is done with it next.
fn meant(pair: usize, number: u16, rest: &[u8]) -> Value {
    match used_for(pair, rest) {
        Some(Memory::Flash) => Value::Address(number.into()),
        Some(Memory::Ram) => Value::Address(AVR_DATA_BASE + u64::from(number)),
        None => Value::Beginning(number.into()),
    }
}

/// Looks ahead for who takes an address from a pair of registers, from a sum with it, or from a copy.
fn used_for(pair: usize, mut code: &[u8]) -> Option<Memory> {
    let mut holders: u32 = 3 << pair;
    for _ in 0..MAX_AHEAD {
        let first = half_at(code, 0)?;
        match access(first) {
            Some((base, memory)) if holders >> base & 1 == 1 => return Some(memory),
            _ if matches!(flow(first, 0), Flow::Call(_) | Flow::CallUnknown | Flow::End) => return None,
            _ if first & 0xfe0e == 0x940e => return None,
            _ => {}
        }
        let is_sum =
            matches!(first & 0xfc00, 0x0c00 | 0x1c00) || matches!(first >> 8, 0x40..=0x5f | 0x96 | 0x97);
        let is_copy = first >> 8 == 0x01 && holders >> ((first & 0xf) * 2) & 1 == 1;
        if is_copy {
            holders |= written(first);
        } else if !is_sum {
            holders &= !written(first);
        }
        code = code.get(len_bytes(first) as usize..)?;
    }
    None
}

/// The pair of registers that a load or store takes its address from.
fn access(first: u32) -> Option<(usize, Memory)> {
    let low = first & 0xf;
    match (first & 0xfe00, first & 0xd000) {
        (0x9000, _) if matches!(low, 4..=7) => Some((Z, Memory::Flash)),
        _ if matches!(first, 0x95c8 | 0x95d8) => Some((Z, Memory::Flash)),
        (_, 0x8000) => Some((if first & 8 == 0 { Z } else { Y }, Memory::Ram)),
        (0x9000 | 0x9200, _) => match low {
            1 | 2 | 4..=7 => Some((Z, Memory::Ram)),
            9 | 10 => Some((Y, Memory::Ram)),
            12..=14 => Some((X, Memory::Ram)),
            _ => None,
        },
        _ => None,
    }
}

/// The registers that an instruction writes, the first lowest.
fn written(first: u32) -> u32 {
    let any = 1 << (first >> 4 & 0x1f);
    let is_load = first & 0x200 == 0;
    match (first >> 12, first >> 8 & 0xf) {
        (0, 0 | 4..=7) | (1, 0..=7) | (3, _) => 0,
        (0, 1) => 3 << ((first >> 4 & 0xf) * 2),
        (0, 2 | 3) => 3,
        (0..=2, _) => any,
        (4..=7 | 0xe, _) => 0x1_0000 << (first >> 4 & 0xf),
        (8 | 0xa, _) if is_load => any,
        (9, 0..=3) => moved(first) | if is_load || matches!(first & 0xf, 4..=7) { any } else { 0 },
        (9, 4 | 5) if matches!(first, 0x95c8 | 0x95d8) => 1,
        (9, 4 | 5) => {
            if matches!(first & 0xf, 0..=3 | 5..=7 | 10) {
                any
            } else {
                0
            }
        }
        (9, 6 | 7) => 3 << (24 + (first >> 4 & 3) * 2),
        (9, 12..) => 3,
        (0xb, 0..=7) => any,
        (0xf, 8 | 9) => any,
        _ => 0,
    }
}

/// The pair that a load or store moves on or back.
fn moved(first: u32) -> u32 {
    let pair = match (first & 0xf, first & 0x200 == 0) {
        (1 | 2, _) | (5 | 7, true) => Z,
        (9 | 10, _) => Y,
        (13 | 14, _) => X,
        _ => return 0,
    };
    3 << pair
}

/// `jmp` and `call`, `lds` and `sts` take two words.
fn len_bytes(first: u32) -> u64 {
    let is_far = first & 0xfe0c == 0x940c;
    let is_direct = matches!(first & 0xfe0f, 0x9000 | 0x9200);
    if is_far || is_direct { 4 } else { 2 }
}

fn long(first: u32, second: u32) -> Step {
    if first & 0xfe0c != 0x940c {
        return Step::value(4, Value::Address(AVR_DATA_BASE + u64::from(second)));
    }
    let words = u64::from((first >> 4 & 0x1f) << 17 | (first & 1) << 16 | second);
    let is_call = first & 2 != 0;
    Step::flow(4, if is_call { Flow::Call(words * 2) } else { Flow::Jump(words * 2) })
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
