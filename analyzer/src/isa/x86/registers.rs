//! x86 and x86-64: PUSH, POP, and what adds to the stack pointer.

use iced_x86::{Instruction, Mnemonic, OpKind, Register};

use crate::isa::registers::{Callee, Effect, Follow, Known, Memory, Taken};

const STACK: usize = 4;
const FRAME: usize = 5;
/// What a call may change, in the order of the encoding: rax, rcx, rdx, rsi, rdi, r8 to r11.
const CLOBBERED: [usize; 9] = [0, 1, 2, 6, 7, 8, 9, 10, 11];

/// Follows the sixteen general registers.
pub(crate) struct X86<'image> {
    memory: Memory<'image>,
    bits: u32,
    registers: [Known; 16],
}

impl<'image> X86<'image> {
    pub(crate) fn new(memory: Memory<'image>, bits: u32) -> Self {
        Self { memory, bits, registers: [Known::Nothing; 16] }
    }
}

impl<'image> Follow<'image> for X86<'image> {
    type Code = Instruction;

    fn see(&mut self, code: Instruction, _at: u64, depth: i64) -> Effect {
        self.registers[STACK] = Known::Stack(depth);
        if code.is_invalid() {
            return Effect { taken: Taken::Bytes(depth), callee: Callee::Unknown };
        }
        let callee = self.apply(&code);
        Effect { taken: self.registers[STACK].taken(), callee }
    }

    fn registers(&mut self) -> &mut [Known] {
        &mut self.registers
    }

    fn reset(&mut self) {
        self.memory.reset();
        self.registers = [Known::Nothing; 16];
    }
}

impl X86<'_> {
    fn apply(&mut self, it: &Instruction) -> Callee {
        let target = number(it.op0_register());
        match it.mnemonic() {
            Mnemonic::Call | Mnemonic::Jmp => {
                let callee = self.operand(it, 0).callee();
                if it.mnemonic() == Mnemonic::Call {
                    CLOBBERED.into_iter().for_each(|it| self.registers[it] = Known::Nothing);
                }
                return callee;
            }
            Mnemonic::Push | Mnemonic::Pop | Mnemonic::Pushfq | Mnemonic::Popfq => {
                if let Some(register) = target.filter(|_| it.mnemonic() == Mnemonic::Pop) {
                    self.registers[register] = Known::Nothing;
                }
                let increment = it.stack_pointer_increment();
                self.registers[STACK] = self.registers[STACK].plus(increment.into());
            }
            Mnemonic::Leave => {
                self.registers[STACK] = self.registers[FRAME].plus(i64::from(self.bits / 8));
                self.registers[FRAME] = Known::Nothing;
            }
            Mnemonic::Ret | Mnemonic::Cmp | Mnemonic::Test => {}
            _ => {
                if let Some(register) = target.filter(|_| it.op0_kind() == OpKind::Register) {
                    self.registers[register] = self.result(it, register);
                }
            }
        }
        Callee::Unknown
    }

    fn result(&self, it: &Instruction, register: usize) -> Known {
        let own = self.registers[register];
        let other = || self.operand(it, 1);
        match it.mnemonic() {
            Mnemonic::Mov => other(),
            Mnemonic::Lea => self.address(it),
            Mnemonic::Add => own.sum(other(), self.bits),
            Mnemonic::Sub => own.less(other(), self.bits),
            Mnemonic::And => match other() {
                Known::Number(mask) => own.aligned(mask.wrapping_neg() & (u64::MAX >> (64 - self.bits)), 1),
                _ => Known::Nothing,
            },
            _ => Known::Nothing,
        }
    }

    fn operand(&self, it: &Instruction, operand: u32) -> Known {
        match it.op_kind(operand) {
            OpKind::Register => self.of(it.op_register(operand)),
            OpKind::Memory => self.loaded(it),
            OpKind::NearBranch16 | OpKind::NearBranch32 | OpKind::NearBranch64 => Known::Nothing,
            _ => it.try_immediate(operand).map_or(Known::Nothing, Known::Number),
        }
    }

    fn loaded(&self, it: &Instruction) -> Known {
        match self.address(it) {
            Known::Nothing if it.memory_base() != Register::None => {
                self.memory.load(Known::Nothing, it.memory_displacement64().cast_signed())
            }
            address => self.memory.load(address, 0),
        }
    }

    fn address(&self, it: &Instruction) -> Known {
        if it.is_ip_rel_memory_operand() {
            return Known::Number(it.ip_rel_memory_address());
        }
        let displacement = it.memory_displacement64().cast_signed();
        match (it.memory_base(), it.memory_index()) {
            (Register::None, Register::None) => Known::Number(displacement.cast_unsigned()),
            (base, Register::None) => self.of(base).plus(displacement),
            (Register::None, _) => Known::Near(displacement.cast_unsigned()),
            (base, _) => self.of(base).plus(displacement).sum(Known::Nothing, self.bits),
        }
    }

    fn of(&self, register: Register) -> Known {
        number(register).map_or(Known::Nothing, |it| self.registers[it])
    }
}

fn number(register: Register) -> Option<usize> {
    register.is_gpr().then(|| register.full_register().number()).filter(|it| *it < 16)
}
