//! Which machine an image is for, told once from its header.

use object::elf;

use crate::report::Header;

/// Devices of AVR with more than 128 KiB of flash, whose calls push three bytes: `e_flags` as GNU's
/// `include/elf/avr.h` has them.
const AVR_OF_MANY: u32 = 6;

/// A machine; those without a decoder are one.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Machine {
    /// ARM's microcontroller profiles and what came before.
    Arm,
    Riscv32,
    Riscv64,
    Xtensa,
    Avr {
        /// Whether a return address has three bytes.
        has_far_calls: bool,
    },
    X86,
    X64,
    Other {
        pointer_bytes: u64,
    },
}

impl Machine {
    pub(crate) fn of(header: &Header) -> Self {
        let is_64_bits = header.class_bits == 64;
        match elf::Machine(header.machine_code) {
            elf::EM_ARM => Self::Arm,
            elf::EM_RISCV if is_64_bits => Self::Riscv64,
            elf::EM_RISCV => Self::Riscv32,
            elf::EM_XTENSA => Self::Xtensa,
            elf::EM_AVR => Self::Avr { has_far_calls: header.flags & 0x7f == AVR_OF_MANY },
            elf::EM_386 => Self::X86,
            elf::EM_X86_64 => Self::X64,
            _ => Self::Other { pointer_bytes: u64::from(header.class_bits / 8) },
        }
    }

    /// Size of an address in data.
    pub(crate) fn pointer_bytes(self) -> u64 {
        match self {
            Self::Avr { .. } => 2,
            Self::Arm | Self::Riscv32 | Self::Xtensa | Self::X86 => 4,
            Self::Riscv64 | Self::X64 => 8,
            Self::Other { pointer_bytes } => pointer_bytes,
        }
    }

    /// Where the code is that a pointer says: on ARM its low bit is a mode and no part of the address.
    pub(crate) fn code_address(self, pointer: u64) -> u64 {
        if self.is_thumb() { pointer & !1 } else { pointer }
    }

    /// What a call itself puts onto the stack.
    pub(crate) fn call_saves_bytes(self) -> u64 {
        match self {
            Self::X86 => 4,
            Self::X64 => 8,
            Self::Avr { has_far_calls: true } => 3,
            Self::Avr { has_far_calls: false } => 2,
            _ => 0,
        }
    }

    /// Pointers to code have the low bit set.
    pub(crate) fn is_thumb(self) -> bool {
        self == Self::Arm
    }

    pub(crate) fn is_riscv(self) -> bool {
        matches!(self, Self::Riscv32 | Self::Riscv64)
    }

    pub(crate) fn is_avr(self) -> bool {
        matches!(self, Self::Avr { .. })
    }

    /// What operating systems run on.
    pub(crate) fn is_pc(self) -> bool {
        matches!(self, Self::X86 | Self::X64)
    }

    /// Pointers to code count words.
    pub(crate) fn has_word_addresses(self) -> bool {
        self.is_avr()
    }

    /// Bytes outside of functions are literals: there is no telling where code begins.
    pub(crate) fn has_stray_literals(self) -> bool {
        self == Self::Xtensa
    }

    /// Whether its instructions are known (in the order of bytes that firmware has).
    pub(crate) fn has_decoder(self) -> bool {
        !matches!(self, Self::Other { .. })
    }
}
