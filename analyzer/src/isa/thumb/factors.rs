//! Numbers that are only multiplied or divided.

use super::instruction::{Class, Instruction, LINK, Operand, Operation, PC, bit};

/// Registers that a call keeps.
const KEPT: u32 = 0x0ff0;
/// Registers that hand over arguments.
const ARGUMENTS: u32 = 0b1111;
/// What is not used sooner may be an address.
const MAX_INSTRUCTIONS: usize = 64;

/// Whether the number that the instruction at the start of `code` puts into a register is first used as a factor
/// of a product or quotient, be it by what is called: `computes` knows the compiler's helpers by their addresses.
/// Nothing multiplies an address.
pub(crate) fn is_factor(code: &[u8], at: u64, computes: &dyn Fn(u64) -> bool) -> bool {
    let Some(first) = Instruction::at(code) else { return false };
    let mut held = first.writes() & 0x7fff;
    let mut offset = first.len_bytes();
    for _ in 0..MAX_INSTRUCTIONS {
        let Some(it) = code.get(offset..).and_then(Instruction::at) else { return false };
        match it.class {
            Class::Multiply { factors, .. } if factors & held != 0 => return true,
            Class::Divide { operands, .. } if operands & held != 0 => return true,
            Class::Call { offset: distance, .. } => {
                let target = at.wrapping_add(offset as u64 + 4).wrapping_add_signed(distance);
                if held & ARGUMENTS != 0 {
                    return computes(target & 0xffff_ffff);
                }
                held &= KEPT;
            }
            Class::CallTo { register } if (bit(register) | ARGUMENTS) & held == 0 => held &= KEPT,
            Class::Compute(it) if it.operation == Operation::Move => match (it.target, it.second) {
                (Some(PC), _) => return false,
                (Some(target), Operand::Register(from)) if held & bit(from) != 0 => held |= bit(target),
                (Some(target), _) => held &= !bit(target),
                (None, _) => {}
            },
            Class::CallTo { .. }
            | Class::Branch { .. }
            | Class::BranchTo { .. }
            | Class::TableBranch { .. } => {
                return false;
            }
            Class::Stop | Class::Unknown => return false,
            _ if it.reads() & held != 0 || it.writes() & bit(PC) != 0 => return false,
            _ => held &= !it.writes(),
        }
        if held & !bit(LINK) == 0 {
            return false;
        }
        offset += it.len_bytes();
    }
    false
}
