//! What an instruction does with registers and memory, the same for every machine.

use super::{Machine, riscv, thumb};
use crate::image::Image;
use crate::isa::Step;
use crate::report::Endianness;

/// A load or store.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Access {
    /// Registers of which any may hold the address, a bit for each.
    pub(crate) bases: u32,
    /// What is added to the address; `None` where a register is.
    pub(crate) offset: Option<i64>,
    /// Whether it is at the sum of all bases, none of them shifted.
    pub(crate) is_sum: bool,
    pub(crate) n_bytes: u64,
    pub(crate) is_store: bool,
}

/// A register takes another's value with something added.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Move {
    pub(crate) to: u32,
    pub(crate) from: u32,
    pub(crate) by: By,
}

/// What is added.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum By {
    Number(i64),
    /// What this register holds.
    Register(u32),
    /// Nobody knows how much.
    Unknown,
}

/// What becomes of numbers, as compilers make the distances that fit into no instruction.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Number {
    /// The registers that are written take this one.
    Is(i64),
    /// They take what this register holds, so many bits to the left.
    Shifted(u32, u32),
}

/// What one instruction does.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub(crate) struct Effect {
    pub(crate) access: Option<Access>,
    pub(crate) moves: [Option<Move>; 2],
    pub(crate) number: Option<Number>,
    /// Registers whose value goes where nobody follows it, a bit for each.
    pub(crate) passed_on: u32,
    /// The same where nothing was loaded or stored at the value before.
    pub(crate) passed_on_unused: u32,
    pub(crate) written: u32,
    /// Instructions behind this one that may not be executed.
    pub(crate) n_conditional: u32,
}

impl Effect {
    /// Of an instruction that nobody knows: it may do anything with what registers hold.
    pub(crate) const UNKNOWN: Self = Self::passing_on(u32::MAX);

    pub(crate) const fn passing_on(passed_on: u32) -> Self {
        Self {
            access: None,
            moves: [None; 2],
            number: None,
            passed_on,
            passed_on_unused: 0,
            written: 0,
            n_conditional: 0,
        }
    }

    /// It writes registers and makes nothing of others that could be followed.
    pub(crate) fn writing(written: u32, passed_on: u32) -> Self {
        Self { written, passed_on, ..Self::default() }
    }

    /// `to` is `from` and something more.
    pub(crate) fn adding(to: u32, from: u32, by: Option<i64>) -> Self {
        let by = by.map_or(By::Unknown, By::Number);
        Self { written: bit(to), moves: [Some(Move { to, from, by }), None], ..Self::default() }
    }

    /// `to` is the sum of two registers.
    pub(crate) fn sum(to: u32, a: u32, b: u32) -> Self {
        let sum = |from, other| Some(Move { to, from, by: By::Register(other) });
        Self { written: bit(to), moves: [sum(a, b), sum(b, a)], ..Self::default() }
    }

    /// A load of a word or less: no more than its first byte matters.
    pub(crate) fn load(bases: u32, offset: Option<i64>, written: u32) -> Self {
        let access = Some(Access { bases, offset, is_sum: false, n_bytes: 1, is_store: false });
        Self { access, written, ..Self::default() }
    }

    /// The same of so many bytes, where they may be of several owners.
    pub(crate) fn of(mut self, n_bytes: u64) -> Self {
        self.access = self.access.map(|it| Access { n_bytes, ..it });
        self
    }

    /// The same at the sum of its bases.
    pub(crate) fn at_sum(mut self) -> Self {
        self.access = self.access.map(|it| Access { is_sum: true, ..it });
        self
    }

    pub(crate) fn store(bases: u32, offset: Option<i64>, (stored, n_bytes): (u32, u64)) -> Self {
        let access = Some(Access { bases, offset, is_sum: false, n_bytes, is_store: true });
        Self { access, passed_on: stored, ..Self::default() }
    }

    /// The base moves along.
    pub(crate) fn and_moves(mut self, base: u32, by: i64) -> Self {
        let is_loaded = self.written & bit(base) != 0;
        self.written |= bit(base);
        self.moves[0] = (!is_loaded).then_some(Move { to: base, from: base, by: By::Number(by) });
        self
    }
}

/// Reads instructions of a machine.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Reader {
    /// What one instruction does.
    pub(crate) effect: fn(&[u8], &Step) -> Effect,
    pub(crate) stack_pointer: u32,
    /// Registers that hand over arguments, a bit each.
    pub(crate) arguments: u32,
    pub(crate) n_registers: usize,
}

/// The reader for an image, where there is one.
pub(crate) fn reader(image: &Image<'_>) -> Option<Reader> {
    match image.machine {
        _ if image.header.endianness == Endianness::Big => None,
        Machine::Arm => Some(Reader {
            effect: thumb::accesses::effect,
            stack_pointer: 13,
            arguments: 0b1111,
            n_registers: 16,
        }),
        Machine::Riscv32 => Some(Reader {
            effect: riscv::accesses::effect,
            stack_pointer: 2,
            arguments: 0xff << 10,
            n_registers: 32,
        }),
        _ => None,
    }
}

/// Counts down what an `IT` makes conditional.
#[derive(Debug, Default)]
pub(crate) struct Conditions {
    n_left: u32,
}

impl Conditions {
    /// Whether the next instruction may not be executed. It may itself make others so.
    pub(crate) fn next(&mut self, n_conditional: u32) -> bool {
        let is_conditional = self.n_left > 0;
        self.n_left = if n_conditional > 0 { n_conditional } else { self.n_left.saturating_sub(1) };
        is_conditional
    }
}

pub(crate) fn bit(register: u32) -> u32 {
    1_u32.checked_shl(register).unwrap_or(0)
}

/// The numbers of the bits that are set.
pub(crate) fn bits(mut bits: u32) -> impl Iterator<Item = usize> {
    std::iter::from_fn(move || {
        let lowest = (bits != 0).then(|| bits.trailing_zeros() as usize);
        bits &= bits.wrapping_sub(1);
        lowest
    })
}
