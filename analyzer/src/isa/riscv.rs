//! RISC-V.

pub(super) mod accesses;
mod compressed;
pub(super) mod decode;
mod instruction;
pub(super) mod liveness;
pub(super) mod registers;

pub(crate) use instruction::Table;

use super::{Flow, Step, Value};
use crate::report::Header;
use instruction::Class;

/// Doubles are passed in registers: then `c.fsdsp` has the codes of Zcmp (`e_flags` in the psABI).
const HAS_DOUBLES: u32 = 4;

impl Table {
    /// That of an image.
    pub(crate) fn of(header: &Header) -> Self {
        Self { is_64_bits: header.class_bits == 64, has_pushes: header.flags & HAS_DOUBLES == 0 }
    }
}

/// Which bits of an instruction are a distance, and which an address. What completes an upper part counts as a
/// distance: `auipc` began one.
pub(super) fn fields(code: &[u8], step: &Step) -> (u32, u32) {
    // Neither pushes nor doubles have any.
    let Some(it) = (Table { is_64_bits: false, has_pushes: true }).decode(code) else { return (0, 0) };
    let forms_address = matches!(step.value, Value::Address(_)) && it.rs1 != 0;
    let branches = matches!(step.flow, Flow::Jump(_) | Flow::Call(_));
    match it.class {
        Class::Branch | Class::AddUpper => (it.imm_bits, 0),
        Class::LoadUpper => (0, it.imm_bits),
        Class::Jump | Class::JumpRegister if branches => (it.imm_bits, 0),
        _ if forms_address => (it.imm_bits, 0),
        _ => (0, 0),
    }
}
