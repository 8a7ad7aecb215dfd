//! Instruction sets, one room per machine: what an instruction does, and where control goes after it.
//!
//! Nothing in here knows what an image holds: bytes go in, and what they do comes out. The caller follows
//! control (`step`), the stack pointer and calls through registers (`registers`), addresses (`accesses`), values
//! that nothing uses (`liveness`), or wants to know which bits depend on where things lie (`fields`).

pub(crate) mod accesses;
mod avr;
pub(crate) mod fields;
pub(crate) mod liveness;
mod machine;
pub(crate) mod registers;
pub(crate) mod riscv;
mod step;
pub(crate) mod thumb;
pub(crate) mod x86;
mod xtensa;

use crate::image::{Image, MarkKind};
use crate::report::Endianness;
use crate::span::Span;
pub(crate) use machine::Machine;
pub(crate) use step::{Decode, Flow, Numbers, Step, Value, half_at, sign_extend};

/// What follows the stack through the functions of each machine.
pub(crate) mod followers {
    pub(crate) use super::avr::registers::{Avr, CALL_NEXT};
    pub(crate) use super::riscv::registers::Riscv;
    pub(crate) use super::thumb::registers::Thumb;
    pub(crate) use super::x86::registers::X86;
    pub(crate) use super::xtensa::registers::Xtensa;
}

/// Bytes by which instructions of AVR name RAM, as `avr-gcc` places it.
pub(crate) const AVR_DATA_BASE: u64 = 0x80_0000;

/// Whether a number that the instruction at the start of `code` loads is first used as a factor of a product or
/// quotient: then it is no address. `computes` knows by their addresses what is called to multiply or divide.
pub(crate) fn is_factor(machine: Machine, code: &[u8], at: u64, computes: &dyn Fn(u64) -> bool) -> bool {
    machine == Machine::Arm && thumb::factors::is_factor(code, at, computes)
}

/// The decoder for an image, where there is one.
pub(crate) fn decoder(image: &Image<'_>) -> Option<Box<dyn Decode>> {
    if image.header.endianness == Endianness::Big {
        return None;
    }
    let mut marks = image.marks.iter();
    let global_pointer = marks.find(|it| it.kind == MarkKind::GlobalPointer).map(|it| it.address);
    match image.machine {
        Machine::Arm => Some(Box::new(thumb::arm_mode::Arm::default())),
        Machine::Riscv32 | Machine::Riscv64 => {
            let table = riscv::Table::of(&image.header);
            Some(Box::new(riscv::decode::Riscv::new(table, jumps(image, table), global_pointer)))
        }
        Machine::Xtensa => Some(Box::new(xtensa::decode::Xtensa::default())),
        Machine::Avr { .. } => Some(Box::new(avr::decode::Avr::default())),
        Machine::X86 => Some(Box::new(x86::decode::X86::new(32))),
        Machine::X64 => Some(Box::new(x86::decode::X86::new(64))),
        Machine::Other { .. } => None,
    }
}

/// The words of Zcmt's table of jumps, which linkers make and give this name.
fn jumps(image: &Image<'_>, table: riscv::Table) -> Vec<u64> {
    const MAX_JUMPS: u64 = 256;
    let base =
        image.symbols.iter().find(|it| table.has_pushes && it.name == b"__jvt_base$").map(|it| it.value);
    let section = base.and_then(|base| image.sections.iter().find(|it| it.run.contains_address(base)));
    let Some((base, section)) = base.zip(section) else { return Vec::new() };
    let word_bytes = image.machine.pointer_bytes();
    let words = section.run.from(base).intersection(Span::saturating(base, MAX_JUMPS * word_bytes));
    let content = words.and_then(|it| section.content(it)).unwrap_or(&[]);
    let word = |it: &[u8]| it.iter().rev().fold(0_u64, |sum, byte| sum << 8 | u64::from(*byte));
    content.chunks_exact(word_bytes as usize).map(word).collect()
}
