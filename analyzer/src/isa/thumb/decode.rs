//! Thumb-1 and Thumb-2: lengths, branches, literal loads, MOVW/MOVT pairs.

use super::CLOBBERED;
use super::instruction::{Class, Compute, Instruction, LINK, Operand, Operation, PC, Transferred};
use crate::isa::{Decode, Flow, Machine, Step, Value};

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
        let Some(instruction) = Instruction::at(code) else { return Step::cut(code) };
        let is_conditional = self.n_conditional > 0;
        self.n_conditional = match instruction.class {
            Class::IfThen { n_conditional } => n_conditional,
            _ => self.n_conditional.saturating_sub(1),
        };
        let (flow, value) = self.see(&instruction, at);
        let flow = match flow {
            Flow::Jump(target) if is_conditional => Flow::Branch(target),
            Flow::End | Flow::Stop | Flow::JumpThrough(_) if is_conditional => Flow::Next,
            other => other,
        };
        Step::new(if instruction.is_wide { 4 } else { 2 }, flow, value)
    }

    fn reset(&mut self) {
        *self = Self::default();
    }
}

impl Thumb {
    fn see(&mut self, instruction: &Instruction, at: u64) -> (Flow, Value) {
        let flow = match instruction.class {
            Class::Access(it) => {
                if let (Some(distance), Transferred::One(target), 4) =
                    (it.literal(), it.registers, it.n_bytes)
                {
                    let pool = literal(at, distance);
                    self.registers[target as usize] = Known::Pool(pool);
                    let flow = if target == PC { Flow::JumpThrough(pool) } else { Flow::Next };
                    return (flow, Value::Load(pool));
                }
                match it.registers {
                    _ if instruction.writes() >> PC & 1 == 0 => Flow::Next,
                    Transferred::One(_) if !it.pops() => Flow::JumpUnknown,
                    _ => Flow::End,
                }
            }
            Class::Address { target, offset } => {
                self.forget(target as usize);
                return (Flow::Next, Value::Address(literal(at, offset)));
            }
            Class::MoveHalf { target, half, is_upper } => {
                return (Flow::Next, self.move_half(target as usize, half.into(), is_upper));
            }
            Class::Compute(it) => return self.compute(&it, at),
            Class::Branch { offset } => Flow::Jump(relative(at, offset)),
            Class::BranchIf { offset, .. } => Flow::Branch(relative(at, offset)),
            Class::Call { offset, is_to_arm: false } => Flow::Call(relative(at, offset)),
            Class::Call { offset, is_to_arm: true } => Flow::Call(align4(relative(at, offset))),
            Class::CallTo { register } => self.call(register as usize),
            Class::BranchTo { register: LINK } => Flow::End,
            // To 32-bit code behind it.
            Class::BranchTo { register: PC } => Flow::Jump(literal(at, 0)),
            Class::BranchTo { register } => self.jump(register as usize),
            Class::TableBranch { .. } => Flow::JumpUnknown,
            Class::Stop => Flow::Stop,
            _ => Flow::Next,
        };
        let is_call = matches!(flow, Flow::Call(_) | Flow::CallThrough(_) | Flow::CallUnknown);
        self.forget_all(instruction.writes() | if is_call { CLOBBERED } else { 0 });
        (flow, Value::None)
    }

    fn compute(&mut self, it: &Compute, at: u64) -> (Flow, Value) {
        let Some(target) = it.target else { return (Flow::Next, Value::None) };
        let copied = match (it.operation, it.second) {
            (Operation::Move, Operand::Register(source)) => Some(source),
            _ => None,
        };
        if target == PC {
            let flow = if copied == Some(LINK) { Flow::End } else { Flow::JumpUnknown };
            return (flow, Value::None);
        }
        let (known, value) = match (it.operation, it.first, it.second) {
            (Operation::Add, Some(one), Operand::Register(PC)) => self.relative(one, at),
            (Operation::Add, Some(PC), Operand::Register(one)) => self.relative(one, at),
            _ => (copied.map_or(Known::Nothing, |it| self.registers[it as usize]), Value::None),
        };
        self.registers[target as usize] = known;
        (Flow::Next, value)
    }

    /// What position-independent code adds to the program counter.
    fn relative(&self, register: u32, at: u64) -> (Known, Value) {
        let here = at.wrapping_add(4);
        match self.registers[register as usize] {
            Known::Pool(pool) => (Known::Nothing, Value::Sum(pool, here)),
            Known::Address(number) => {
                let sum = number.wrapping_add(here) & 0xffff_ffff;
                (Known::Address(sum), Value::Address(sum))
            }
            _ => (Known::Nothing, Value::None),
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
            Known::Pool(pool) => Flow::JumpThrough(pool),
            _ => Flow::JumpUnknown,
        }
    }

    /// MOVW and MOVT. The two need not be neighbours.
    fn move_half(&mut self, register: usize, half: u64, is_upper: bool) -> Value {
        let (known, value) = match self.registers[register] {
            _ if !is_upper => (Known::Half(half), Value::None),
            Known::Half(low) | Known::Address(low) => {
                let address = half << 16 | low & 0xffff;
                (Known::Address(address), Value::Address(address))
            }
            _ => (Known::Nothing, Value::None),
        };
        self.registers[register] = known;
        value
    }

    fn forget(&mut self, register: usize) {
        self.registers[register] = Known::Nothing;
    }

    /// Registers by a bit for each.
    fn forget_all(&mut self, registers: u32) {
        (0..16).filter(|it| registers >> it & 1 == 1).for_each(|it| self.forget(it));
    }
}

/// The address space has 32 bits; the program counter is two instructions ahead.
fn relative(at: u64, offset: i64) -> u64 {
    at.wrapping_add(4).wrapping_add_signed(offset) & 0xffff_ffff
}

/// What lies so far from the next word but one.
fn literal(at: u64, distance: i64) -> u64 {
    align4(at.wrapping_add(4)).wrapping_add_signed(distance)
}

fn align4(address: u64) -> u64 {
    address & !3
}
