//! AVR: branches by words, and addresses in pairs of registers.

use super::instruction::{Class, Instruction, decode, far_target};
use crate::isa::{AVR_DATA_BASE, Decode, Flow, Step, Value, half_at};

/// What a call need not keep: r0, r18 to r27, Z.
pub(super) const LOST_BY_CALLS: u32 = 0xcffc_0001;
/// What a pair is used for stands nearly always nearer than so many instructions.
const MAX_AHEAD: usize = 16;

/// The decoder remembers constants: an address takes two registers.
#[derive(Debug, Default)]
pub(crate) struct Avr {
    constants: [Option<u8>; 32],
    /// From which register the instruction before took a low byte.
    lowered: Option<(u8, u8)>,
    /// The number that the instruction before completed in the pair from this register on.
    completed: Option<(u8, u16)>,
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
        let it = decode(first);
        let second = half_at(code, 2);
        if it.len_bytes == 4 && second.is_none() {
            return Step::cut(code);
        }
        let value = self.value(&it, code);
        let flow = flow(&it, at, far_target(first, second.unwrap_or(0)));
        if it.class != Class::LoadImmediate {
            self.forget(it.writes());
        }
        if matches!(flow, Flow::Call(_) | Flow::CallUnknown) {
            self.forget(LOST_BY_CALLS);
        }
        Step::new(it.len_bytes.into(), flow, value)
    }

    fn reset(&mut self) {
        *self = Self::default();
    }
}

impl Avr {
    /// What LDI or a subtraction (which adds an address by taking away its negative) forms.
    fn value(&mut self, it: &Instruction, code: &[u8]) -> Value {
        let (lowered, completed) = (self.lowered.take(), self.completed.take());
        let rest = code.get(it.len_bytes.into()..).unwrap_or(&[]);
        let byte = it.imm as u8;
        match (it.class, it.rd, lowered) {
            (Class::LoadDirect | Class::StoreDirect, ..) => {
                half_at(code, 2).map_or(Value::None, |it| Value::Address(AVR_DATA_BASE + u64::from(it)))
            }
            (Class::LoadImmediate, Some(register), _) => {
                self.load_constant((register, byte), completed, rest)
            }
            (Class::SubtractImmediate, Some(register), _) if register.is_multiple_of(2) => {
                self.lowered = Some((register, byte));
                Value::None
            }
            (Class::SubtractCarryImmediate, Some(register), Some((low, low_byte))) if low + 1 == register => {
                meant(low, u16::from_le_bytes([low_byte, byte]).wrapping_neg(), rest)
            }
            _ => Value::None,
        }
    }

    fn load_constant(&mut self, (register, byte): (u8, u8), before: Option<(u8, u16)>, rest: &[u8]) -> Value {
        self.constants[usize::from(register)] = Some(byte);
        let even = usize::from(register & !1);
        if let Some((low, high)) = self.constants[even].zip(self.constants[even + 1]) {
            self.constants[even..even + 2].fill(None);
            let number = u16::from_le_bytes([low, high]);
            self.completed = Some((even as u8, number));
            return meant(even as u8, number, rest);
        }
        // The third byte of an address beyond 64 KiB (`hh8`), which goes to RAMPZ.
        match before {
            Some((pair, number)) if pair + 2 == register && byte != 0 => {
                Value::Beginning(u64::from(byte) << 16 | u64::from(number))
            }
            _ => Value::None,
        }
    }

    fn forget(&mut self, registers: u32) {
        let lost = self.constants.iter_mut().enumerate().filter(|(it, _)| registers >> it & 1 == 1);
        lost.for_each(|(_, constant)| *constant = None);
    }
}

/// What a number in a pair of registers is, by what is done with it next.
fn meant(pair: u8, number: u16, rest: &[u8]) -> Value {
    match used_for(pair, rest) {
        Some(Memory::Flash) => Value::Address(number.into()),
        Some(Memory::Ram) => Value::Address(AVR_DATA_BASE + u64::from(number)),
        None => Value::Beginning(number.into()),
    }
}

/// Looks ahead for what takes an address from a pair of registers, from a sum with it, or from a copy.
fn used_for(pair: u8, mut code: &[u8]) -> Option<Memory> {
    let mut holders: u32 = 3 << pair;
    for _ in 0..MAX_AHEAD {
        let it = decode(half_at(code, 0)?);
        let holds = |register: Option<u8>| register.is_some_and(|it| holders >> it & 1 == 1);
        match it.class {
            Class::Load | Class::Store | Class::Exchange if holds(it.rr) => return Some(Memory::Ram),
            Class::LoadFlash | Class::LoadFarFlash if holds(it.rr) => return Some(Memory::Flash),
            Class::Call | Class::CallFar | Class::CallRegister | Class::Return => return None,
            Class::MovePair if holds(it.rr) => holders |= it.writes(),
            Class::Add | Class::AddCarry | Class::AddToPair => {}
            Class::SubtractImmediate | Class::SubtractCarryImmediate => {}
            _ => holders &= !it.writes(),
        }
        code = code.get(it.len_bytes.into()..)?;
    }
    None
}

fn flow(it: &Instruction, at: u64, far: u64) -> Flow {
    // Distances stay within the 22 bits of the program counter.
    let near = at.wrapping_add_signed(it.imm) & 0x3f_ffff;
    match it.class {
        Class::Branch => Flow::Branch(near),
        Class::Jump => Flow::Jump(near),
        Class::Call => Flow::Call(near),
        Class::JumpFar => Flow::Jump(far),
        Class::CallFar => Flow::Call(far),
        Class::JumpRegister => Flow::JumpUnknown,
        Class::CallRegister => Flow::CallUnknown,
        Class::Return => Flow::End,
        _ => Flow::Next,
    }
}
