//! What an instruction of Thumb is: one of few classes, with its operands. Everything that is told of an
//! instruction is told by its class, so that no two readers can differ about a register.

use super::{narrow, wide};
use crate::isa::half_at;

pub(crate) const STACK: u32 = 13;
pub(crate) const LINK: u32 = 14;
pub(crate) const PC: u32 = 15;
/// N, Z, C and V together, as the register behind the last.
pub(crate) const FLAGS: u32 = 1 << 16;

/// A decoded instruction.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Instruction {
    pub(crate) class: Class,
    /// Whether it has two half-words.
    pub(crate) is_wide: bool,
    /// Whether it uses registers of floating point.
    pub(crate) is_float: bool,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Class {
    Compute(Compute),
    /// ADR: so far from the next word but one.
    Address {
        target: u32,
        offset: i64,
    },
    /// MOVW, MOVT.
    MoveHalf {
        target: u32,
        half: u32,
        is_upper: bool,
    },
    /// BFC: no bit from `low` to `high` stays.
    Clear {
        target: u32,
        low: u32,
        high: u32,
    },
    /// A product to which something may be added; each a bit for each register.
    Multiply {
        targets: u32,
        factors: u32,
        added: u32,
        flags: u32,
    },
    Divide {
        target: u32,
        operands: u32,
    },
    Access(Access),
    Branch {
        offset: i64,
    },
    /// On a condition: a flag, or whether a register is zero.
    BranchIf {
        offset: i64,
        reads: u32,
    },
    Call {
        offset: i64,
        is_to_arm: bool,
    },
    BranchTo {
        register: u32,
    },
    CallTo {
        register: u32,
    },
    TableBranch {
        base: u32,
        index: u32,
    },
    /// Back from an exception, or the undefined instruction.
    Stop,
    /// IT: so many instructions behind it may not be executed.
    IfThen {
        n_conditional: u32,
    },
    /// It computes what is not followed, or does something to the processor.
    Other {
        reads: u32,
        writes: u32,
        is_pure: bool,
    },
    /// It may do anything.
    Unknown,
}

/// `target` takes what comes of the operands.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Compute {
    pub(crate) operation: Operation,
    /// `None` of a comparison.
    pub(crate) target: Option<u32>,
    pub(crate) first: Option<u32>,
    pub(crate) second: Operand,
    pub(crate) reads_flags: bool,
    pub(crate) writes_flags: bool,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Operation {
    Add,
    Subtract,
    /// The second less the first.
    ReverseSubtract,
    Move,
    MoveNot,
    And,
    AndNot,
    ShiftLeft,
    ShiftRight,
    Other,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Operand {
    Number(u32),
    Register(u32),
    /// A register whose value is shifted or turned first.
    Shifted(u32),
}

/// A load or store.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Access {
    pub(crate) is_load: bool,
    pub(crate) base: u32,
    /// What is added, and by how many bits it is shifted.
    pub(crate) index: Option<(u32, u32)>,
    /// Where the first byte is, counted from the base.
    pub(crate) from: i64,
    /// By how much the base moves.
    pub(crate) moves: Option<i64>,
    pub(crate) n_bytes: u64,
    pub(crate) registers: Transferred,
    /// Where an exclusive store puts whether it stored.
    pub(crate) status: Option<u32>,
}

/// The core registers that are loaded or stored.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Transferred {
    /// Those of floating point, or none at all.
    None,
    One(u32),
    Two(u32, u32),
    /// A bit for each; the lowest is at the lowest address.
    List(u32),
}

impl Instruction {
    /// The instruction that `code` begins with; `None` where it is cut off.
    pub(crate) fn at(code: &[u8]) -> Option<Self> {
        let first = half_at(code, 0)?;
        if first >> 11 < 0b11101 {
            return Some(Self::narrow(first));
        }
        half_at(code, 2).map(|second| Self::wide(first, second))
    }

    pub(crate) fn narrow(code: u32) -> Self {
        Self { class: narrow::class(code), is_wide: false, is_float: false }
    }

    pub(crate) fn wide(first: u32, second: u32) -> Self {
        let is_float = first >> 10 & 0b11_1011 == 0b11_1011 && matches!(second >> 8 & 0xf, 10 | 11);
        Self { class: wide::class(first, second), is_wide: true, is_float }
    }

    pub(crate) fn len_bytes(&self) -> usize {
        if self.is_wide { 4 } else { 2 }
    }

    /// Core registers and flags that it reads, a bit each.
    pub(crate) fn reads(&self) -> u32 {
        match self.class {
            Class::Compute(it) => {
                let second = match it.second {
                    Operand::Register(register) | Operand::Shifted(register) => bit(register),
                    Operand::Number(_) => 0,
                };
                optional(it.first) | second | if it.reads_flags { FLAGS } else { 0 }
            }
            Class::Address { .. } | Class::Branch { .. } | Class::Call { .. } | Class::Stop => 0,
            Class::MoveHalf { target, is_upper, .. } => {
                if is_upper {
                    bit(target)
                } else {
                    0
                }
            }
            Class::Clear { target, .. } => bit(target),
            Class::Multiply { factors, added, flags, .. } => factors | added | flags,
            Class::Divide { operands, .. } => operands,
            Class::Access(it) => it.reads(),
            Class::BranchIf { reads, .. } | Class::Other { reads, .. } => reads,
            Class::BranchTo { register } | Class::CallTo { register } => bit(register),
            Class::TableBranch { base, index } => bit(base) & !bit(PC) | bit(index),
            Class::IfThen { .. } => FLAGS,
            Class::Unknown => 0,
        }
    }

    /// Core registers and flags that it writes, a bit each; the program counter by what is no branch.
    pub(crate) fn writes(&self) -> u32 {
        match self.class {
            Class::Compute(it) => optional(it.target) | if it.writes_flags { FLAGS } else { 0 },
            Class::Address { target, .. } | Class::MoveHalf { target, .. } => bit(target),
            Class::Clear { target, .. } | Class::Divide { target, .. } => bit(target),
            Class::Multiply { targets, flags, .. } => targets | flags,
            Class::Access(it) => it.writes(),
            Class::Call { .. } | Class::CallTo { .. } => bit(LINK),
            Class::Other { writes, .. } => writes,
            _ => 0,
        }
    }

    /// How many instructions behind this one may not be executed.
    pub(crate) fn n_conditional(&self) -> u32 {
        match self.class {
            Class::IfThen { n_conditional } => n_conditional,
            _ => 0,
        }
    }
}

impl Access {
    fn reads(&self) -> u32 {
        let stored = if self.is_load { 0 } else { self.registers.set() };
        // The program counter as a base is a place, and no register.
        bit(self.base) & !bit(PC) | optional(self.index.map(|it| it.0)) | stored
    }

    pub(crate) fn writes(&self) -> u32 {
        let loaded = if self.is_load { self.registers.set() } else { 0 };
        let moved = if self.moves.is_some() { bit(self.base) } else { 0 };
        loaded | moved | optional(self.status)
    }

    /// Whether it takes from the top of the stack.
    pub(crate) fn pops(&self) -> bool {
        self.is_load && self.base == STACK && self.moves.is_some_and(|it| it > 0)
    }

    /// The literal's distance from the next word but one.
    pub(crate) fn literal(&self) -> Option<i64> {
        (self.is_load && self.base == PC && self.index.is_none()).then_some(self.from)
    }
}

impl Transferred {
    pub(crate) fn set(self) -> u32 {
        match self {
            Self::None => 0,
            Self::One(it) => bit(it),
            Self::Two(one, two) => bit(one) | bit(two),
            Self::List(list) => list,
        }
    }

    /// In the order of their addresses.
    pub(crate) fn in_order(self) -> impl Iterator<Item = u32> {
        let (one, two, list) = match self {
            Self::None => (None, None, 0),
            Self::One(it) => (Some(it), None, 0),
            Self::Two(one, two) => (Some(one), Some(two), 0),
            Self::List(list) => (None, None, list),
        };
        one.into_iter().chain(two).chain((0..16).filter(move |it| list >> it & 1 == 1))
    }
}

/// The register that the lowest four bits name.
pub(crate) fn bit(register: u32) -> u32 {
    1 << (register & 15)
}

pub(crate) fn optional(register: Option<u32>) -> u32 {
    register.map_or(0, bit)
}
