//! What the analysis needs to know about an instruction, the same for every machine.

use crate::image::MarkKind;

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
    /// There where a word in memory says, and nowhere else.
    JumpThrough(u64),
    /// Back, or nowhere.
    End,
    /// Nowhere: the undefined instruction.
    Stop,
}

/// An address that an instruction forms.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Value {
    None,
    /// It loads a word from here: the word may be the address that is meant.
    Load(u64),
    /// It forms (or reads from, or writes to) this address.
    Address(u64),
    /// It forms the sum of the word at the first of these and the second: where that is by where the code is.
    Sum(u64, u64),
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
