//! What the analysis needs to know about an instruction, the same for every machine.

use super::arm::Arm;
use super::avr::Avr;
use super::riscv::Riscv;
use super::x86::X86;
use super::xtensa::Xtensa;
use crate::image::{Image, MarkKind};
use crate::report::Endianness;

/// Where control goes after an instruction.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Flow {
    /// To the next one.
    Next,
    /// There or to the next one.
    Branch(u64),
    /// There and nowhere else.
    Jump(u64),
    /// There, and usually back.
    Call(u64),
    /// To what a word in memory says, and back.
    CallThrough(u64),
    /// Nobody knows where to, and back.
    CallUnknown,
    /// Nobody knows where to: a switch or a call in the last place.
    JumpUnknown,
    /// Back, or nowhere.
    End,
}

/// An address that an instruction forms.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Value {
    None,
    /// It loads a word from here: the word may be the address that is meant.
    Load(u64),
    /// It forms (or reads from, or writes to) this address.
    Address(u64),
    /// It forms this number: on AVR, where memories have addresses alike, one that is none of anything's unless
    /// something begins there.
    Beginning(u64),
}

/// One decoded instruction.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Step {
    /// At least 1.
    pub(crate) len_bytes: u64,
    pub(crate) flow: Flow,
    pub(crate) value: Value,
    pub(crate) numbers: Numbers,
}

/// Where in an instruction the numbers are that form an address, where that differs from instruction
/// to instruction: offset and size in bytes.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub(crate) struct Numbers {
    pub(crate) displacement: (u8, u8),
    pub(crate) immediate: (u8, u8),
    /// Whether the displacement counts from the instruction.
    pub(crate) is_relative: bool,
}

impl Step {
    pub(crate) fn new(len_bytes: u64, flow: Flow, value: Value) -> Self {
        Self { len_bytes, flow, value, numbers: Numbers::default() }
    }

    /// An instruction that only goes on.
    pub(crate) fn plain(len_bytes: u64) -> Self {
        Self::new(len_bytes, Flow::Next, Value::None)
    }

    pub(crate) fn flow(len_bytes: u64, flow: Flow) -> Self {
        Self::new(len_bytes, flow, Value::None)
    }

    pub(crate) fn value(len_bytes: u64, value: Value) -> Self {
        Self::new(len_bytes, Flow::Next, value)
    }

    /// The literal it loads.
    pub(crate) fn literal(&self) -> Option<u64> {
        match self.value {
            Value::Load(literal) => Some(literal),
            _ => None,
        }
    }

    /// The address it forms.
    pub(crate) fn address(&self) -> Option<u64> {
        match self.value {
            Value::Address(address) => Some(address),
            _ => None,
        }
    }

    /// Where the code ends in the middle of an instruction.
    pub(crate) fn cut(code: &[u8]) -> Self {
        Self::flow((code.len() as u64).max(1), Flow::End)
    }
}

/// A machine's decoder. It knows lengths, direct targets and addresses; it cannot fail: bytes that
/// are no instruction are stepped over.
pub(crate) trait Decode {
    /// The instruction at the start of `code`, which is not empty and runs at `at`.
    fn step(&mut self, code: &[u8], at: u64) -> Step;

    /// All instructions of `code` one after the other, each with its address.
    fn run(&mut self, mut code: &[u8], mut at: u64, see: &mut dyn FnMut(u64, &Step)) {
        while !code.is_empty() {
            let step = self.step(code, at);
            see(at, &step);
            code = code.get(step.len_bytes as usize..).unwrap_or(&[]);
            at = at.saturating_add(step.len_bytes);
        }
    }

    /// Where they begin, which may be known without taking them apart.
    fn starts(&mut self, code: &[u8], at: u64, see: &mut dyn FnMut(u64)) {
        self.run(code, at, &mut |at, _| see(at));
    }

    /// Forgets what is in the registers: another function begins.
    fn reset(&mut self);

    /// Code of this sort follows; whether it can be decoded.
    fn enter(&mut self, mode: MarkKind) -> bool {
        mode == MarkKind::Code
    }
}

/// What is peculiar about a machine's code.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Machine {
    /// Size of an address in data.
    pub(crate) pointer_bytes: u64,
    /// Pointers to code have the low bit set.
    pub(crate) is_thumb: bool,
    /// Pointers to code count words.
    pub(crate) has_word_addresses: bool,
    /// Bytes outside of functions are literals: there is no telling where code begins.
    pub(crate) has_stray_literals: bool,
}

/// Bytes by which instructions of AVR name RAM, as `avr-gcc` places it.
pub(crate) const AVR_DATA_BASE: u64 = 0x80_0000;

/// The decoder for an image, where there is one.
pub(crate) fn decoder(image: &Image<'_>) -> Option<Box<dyn Decode>> {
    if image.header.endianness == Endianness::Big {
        return None;
    }
    let is_64_bits = image.header.class_bits == 64;
    let mut marks = image.marks.iter();
    let global_pointer = marks.find(|it| it.kind == MarkKind::GlobalPointer).map(|it| it.address);
    match image.header.machine.as_str() {
        "arm" => Some(Box::new(Arm::default())),
        "riscv" => Some(Box::new(Riscv::new(is_64_bits, global_pointer))),
        "xtensa" => Some(Box::new(Xtensa::default())),
        "avr" => Some(Box::new(Avr::default())),
        "x86-64" => Some(Box::new(X86::new(64))),
        "x86" => Some(Box::new(X86::new(32))),
        _ => None,
    }
}

/// The machine of an image, whether it has a decoder or not.
pub(crate) fn machine(image: &Image<'_>) -> Machine {
    let name = image.header.machine.as_str();
    Machine {
        pointer_bytes: if name == "avr" { 2 } else { u64::from(image.header.class_bits / 8) },
        is_thumb: name == "arm",
        has_word_addresses: name == "avr",
        has_stray_literals: name == "xtensa",
    }
}

/// The low `bits` of `value` as a signed number.
pub(crate) fn sign_extend(value: u32, bits: u32) -> i64 {
    let shift = 32 - bits;
    i64::from((value << shift).cast_signed() >> shift)
}

/// The first two bytes as a number.
pub(crate) fn half_at(code: &[u8], offset: usize) -> Option<u32> {
    let bytes = code.get(offset..offset.checked_add(2)?)?;
    Some(u32::from(u16::from_le_bytes(bytes.try_into().ok()?)))
}
