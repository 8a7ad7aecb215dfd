//! Debug information of object files: what a linker would do first, as far as it takes to read it.
//!
//! Sections of an object file all begin at address 0, so that no address tells what is there. Here each gets a
//! range of its own, behind all addresses that sections have by themselves.

use std::borrow::Cow;
use std::collections::BTreeMap;

use object::elf;

use crate::image::{Image, ImageSection, UnlinkedRelocation};
use crate::report::Endianness;
use crate::span::Span;

/// Where each section of an object file lies for the time of reading; nothing for linked files.
#[derive(Debug, Default)]
pub(super) struct Bases {
    /// By index in the file's section table.
    by_file_idx: BTreeMap<usize, u64>,
}

impl Bases {
    pub(super) fn new(image: &Image<'_>) -> Self {
        let sections = || image.sections.iter().filter(|it| it.is_allocated && image.is_relocatable());
        let mut next = sections().map(|it| it.run.end()).max().map_or(1, |it| it.saturating_add(1));
        let mut by_file_idx = BTreeMap::new();
        for section in sections() {
            next = next.checked_next_multiple_of(16).unwrap_or(next);
            by_file_idx.extend(section.file_idx.map(|it| (it, next)));
            next = next.saturating_add(section.size());
        }
        Self { by_file_idx }
    }

    fn of(&self, file_idx: usize) -> u64 {
        self.by_file_idx.get(&file_idx).copied().unwrap_or(0)
    }

    /// An address in `section`, as debug information calls it here.
    pub(super) fn address_in(&self, section: &ImageSection<'_>, address: u64) -> u64 {
        address.saturating_add(section.file_idx.map_or(0, |it| self.of(it)))
    }

    /// Where debug information thinks that `section` is.
    pub(super) fn run(&self, section: &ImageSection<'_>) -> Span {
        Span::saturating(self.address_in(section, section.run.start()), section.size())
    }

    /// The content of a debug section as a linker would have left it, and how many relocations could not be
    /// applied to it.
    pub(super) fn applied<'data>(
        &self,
        image: &Image<'_>,
        section: &ImageSection<'_>,
        mut content: Cow<'data, [u8]>,
    ) -> (Cow<'data, [u8]>, usize) {
        let mut n_refused = 0;
        let machine_code = image.header.machine_code;
        let is_here = |it: &&UnlinkedRelocation| {
            Some(it.section_file_idx) == section.file_idx && !is_done(machine_code, it.r_type)
        };
        for relocation in image.unlinked.iter().filter(is_here) {
            let value = relocation.value.wrapping_add(self.of(relocation.target_file_idx));
            let done = Change::of(machine_code, relocation.r_type).and_then(|change| {
                let at = usize::try_from(relocation.offset).ok()?;
                let field = content.to_mut().get_mut(at..at.checked_add(change.n_bytes)?)?;
                change.apply(field, image.header.endianness, (value, relocation.has_addend_inside));
                Some(())
            });
            n_refused += usize::from(done.is_none());
        }
        (content, n_refused)
    }
}

/// Type 0 does nothing on any machine; AVR's distances only matter to a linker that shortens code.
fn is_done(machine_code: u16, r_type: u32) -> bool {
    let is_avr = elf::Machine(machine_code) == elf::EM_AVR;
    let distances = [elf::R_AVR_DIFF8, elf::R_AVR_DIFF16, elf::R_AVR_DIFF32];
    r_type == 0 || is_avr && distances.contains(&elf::RelocationType(r_type))
}

/// What a relocation does to the number where it stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
struct Change {
    operation: Operation,
    n_bytes: usize,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Operation {
    Set,
    Add,
    Subtract,
    /// The lower six bits, beside the operation code of call frame information.
    SetSixBits,
    SubtractSixBits,
}

impl Change {
    /// Those that compilers write into debug sections.
    fn of(machine_code: u16, r_type: u32) -> Option<Self> {
        let change = |operation, n_bytes| Some(Self { operation, n_bytes });
        let set = |n_bytes| change(Operation::Set, n_bytes);
        match (elf::Machine(machine_code), elf::RelocationType(r_type)) {
            (elf::EM_X86_64, elf::R_X86_64_64) => set(8),
            (elf::EM_X86_64, elf::R_X86_64_32 | elf::R_X86_64_32S) => set(4),
            (elf::EM_386, elf::R_386_32) => set(4),
            (elf::EM_ARM, elf::R_ARM_ABS32) => set(4),
            (elf::EM_AARCH64, elf::R_AARCH64_ABS64) => set(8),
            (elf::EM_AARCH64, elf::R_AARCH64_ABS32) => set(4),
            (elf::EM_XTENSA, elf::R_XTENSA_32) => set(4),
            (elf::EM_AVR, elf::R_AVR_32) => set(4),
            (elf::EM_AVR, elf::R_AVR_16) => set(2),
            (elf::EM_RISCV, r_type) => riscv(r_type),
            _ => None,
        }
    }

    fn apply(self, field: &mut [u8], order: Endianness, (value, has_addend_inside): (u64, bool)) {
        let append = |number: u64, byte: &u8| number << 8 | u64::from(*byte);
        let old = match order {
            Endianness::Little => field.iter().rev().fold(0, append),
            Endianness::Big => field.iter().fold(0, append),
        };
        let new = match self.operation {
            Operation::Set if has_addend_inside => old.wrapping_add(value),
            Operation::Set => value,
            Operation::Add => old.wrapping_add(value),
            Operation::Subtract => old.wrapping_sub(value),
            Operation::SetSixBits => old & !0x3f | value & 0x3f,
            Operation::SubtractSixBits => old & !0x3f | old.wrapping_sub(value) & 0x3f,
        };
        let n_bytes = field.len();
        match order {
            Endianness::Little => field.copy_from_slice(&new.to_le_bytes()[..n_bytes]),
            Endianness::Big => field.copy_from_slice(&new.to_be_bytes()[8 - n_bytes..]),
        }
    }
}

/// Distances are written as one addition and one subtraction, since its linker may still shorten code.
fn riscv(r_type: elf::RelocationType) -> Option<Change> {
    use Operation::{Add, Set, SetSixBits, Subtract, SubtractSixBits};
    let (operation, n_bytes) = match r_type {
        elf::R_RISCV_32 | elf::R_RISCV_SET32 => (Set, 4),
        elf::R_RISCV_64 => (Set, 8),
        elf::R_RISCV_SET8 => (Set, 1),
        elf::R_RISCV_SET16 => (Set, 2),
        elf::R_RISCV_ADD8 => (Add, 1),
        elf::R_RISCV_ADD16 => (Add, 2),
        elf::R_RISCV_ADD32 => (Add, 4),
        elf::R_RISCV_ADD64 => (Add, 8),
        elf::R_RISCV_SUB8 => (Subtract, 1),
        elf::R_RISCV_SUB16 => (Subtract, 2),
        elf::R_RISCV_SUB32 => (Subtract, 4),
        elf::R_RISCV_SUB64 => (Subtract, 8),
        elf::R_RISCV_SET6 => (SetSixBits, 1),
        elf::R_RISCV_SUB6 => (SubtractSixBits, 1),
        _ => return None,
    };
    Some(Change { operation, n_bytes })
}
