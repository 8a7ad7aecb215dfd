//! What registers hold as far as the stack and calls through them are concerned, the same for every machine.

use std::collections::BTreeMap;

/// Smaller numbers are indices and lengths, and no addresses of tables.
const MIN_ADDRESS: u64 = 0x40;

/// No call has more arguments on the stack that anybody asks for; before it, other things are put there too.
const MAX_ARGUMENTS: usize = 64;

/// What a register is known to hold.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub(crate) enum Known {
    #[default]
    Nothing,
    /// Not known yet: nobody was met who brings control here. So only while a function is first walked through.
    Open,
    /// This number.
    Number(u64),
    /// The stack pointer as it was when the function began, less this.
    Stack(i64),
    /// This address plus something.
    Near(u64),
    /// A word that was loaded from so many bytes behind an unknown address.
    Slot(u64),
    /// A word that was loaded from a table at this address.
    Entry(u64),
}

/// Where a call through a register may lead.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Callee {
    /// There.
    Address(u64),
    /// Where the word at this offset of something unknown says.
    Slot(u64),
    /// Where one of the words at this address says.
    Table(u64),
    Unknown,
}

/// How much of the stack is taken after an instruction.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Taken {
    Bytes(i64),
    /// Nothing of another stack: startup code and schedulers set the pointer to where one begins.
    Elsewhere,
    /// Some more; how much only running it would tell.
    Unknown,
}

/// What an instruction does.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Effect {
    pub(crate) taken: Taken,
    /// For calls and jumps through registers.
    pub(crate) callee: Callee,
}

/// Follows registers through the instructions of a function.
pub(crate) trait Follow<'image> {
    /// What it looks at of an instruction: the bytes, or what a decoder made of them.
    type Code: Copy;

    /// Takes note of an instruction that runs at `at` while `depth` bytes of the stack are taken.
    fn see(&mut self, code: Self::Code, at: u64, depth: i64) -> Effect;

    /// What it knows of registers.
    fn registers(&mut self) -> &mut [Known];

    /// What a function that is called now gets as an argument, by number from 0, where so much of the stack is taken.
    fn argument(&self, _idx: usize, _depth: i64) -> Known {
        Known::Nothing
    }

    /// A call is over: what it was given is not given to the next.
    fn forget_arguments(&mut self) {}

    /// Forgets everything: another function begins.
    fn reset(&mut self);

    /// What it looks at of the bytes of an instruction; `None` where bytes alone do not do.
    fn code(_: &'image [u8]) -> Option<Self::Code> {
        None
    }

    /// Whether a call is one of a part of the function, which goes on with its frame.
    fn calls_part(&self, _: Self::Code) -> bool {
        false
    }

    /// Whether an instruction used registers of floating point, which interrupts then save.
    fn has_float(&self) -> bool {
        false
    }
}

impl Known {
    /// What is in the register after `number` was added.
    pub(crate) fn plus(self, number: i64) -> Self {
        match self {
            Self::Number(it) => Self::Number(it.wrapping_add_signed(number)),
            Self::Near(it) => Self::Near(it.wrapping_add_signed(number)),
            Self::Stack(depth) => Self::Stack(depth.saturating_sub(number)),
            Self::Nothing | Self::Open | Self::Slot(_) | Self::Entry(_) => Self::Nothing,
        }
    }

    /// The sum of two registers of so many bits; what is added to an address is an index.
    pub(crate) fn sum(self, other: Self, bits: u32) -> Self {
        match (self, other) {
            (Self::Stack(_), Self::Number(number)) => self.plus(signed(number, bits)),
            (Self::Number(number), Self::Stack(_)) => other.plus(signed(number, bits)),
            (Self::Stack(_), _) | (_, Self::Stack(_)) => Self::Nothing,
            (Self::Number(one), Self::Number(two)) => Self::Number(one.wrapping_add(two)),
            (Self::Number(it) | Self::Near(it), _) | (_, Self::Number(it) | Self::Near(it)) => {
                if it < MIN_ADDRESS { Self::Nothing } else { Self::Near(it) }
            }
            _ => Self::Nothing,
        }
    }

    /// The first register less the second.
    pub(crate) fn less(self, other: Self, bits: u32) -> Self {
        match other {
            Self::Number(number) => self.plus(signed(number, bits).wrapping_neg()),
            _ => Self::Nothing,
        }
    }

    /// Rounds down to a multiple of `align`: of an address in the stack at most so much more is taken. The
    /// stack pointer was a multiple of `entry_align` when the function began.
    pub(crate) fn aligned(self, align: u64, entry_align: i64) -> Self {
        match (self, i64::try_from(align)) {
            (Self::Stack(depth), Ok(align)) if align.count_ones() == 1 => {
                let known = align.min(entry_align);
                let in_steps = depth.saturating_add(known - 1) & -known;
                Self::Stack(in_steps.saturating_add(align - known))
            }
            (Self::Number(number), Ok(align)) if align.count_ones() == 1 => {
                Self::Number(number & align.wrapping_neg().cast_unsigned())
            }
            _ => Self::Nothing,
        }
    }

    pub(crate) fn callee(self) -> Callee {
        match self {
            Self::Number(address) => Callee::Address(address),
            Self::Slot(offset) => Callee::Slot(offset),
            Self::Entry(address) => Callee::Table(address),
            _ => Callee::Unknown,
        }
    }

    fn is_stack(self) -> bool {
        matches!(self, Self::Stack(_))
    }

    /// How much is taken where this is what the stack pointer holds.
    pub(crate) fn taken(self) -> Taken {
        match self {
            Self::Stack(depth) => Taken::Bytes(depth),
            Self::Number(_) | Self::Near(_) | Self::Slot(_) | Self::Entry(_) => Taken::Elsewhere,
            Self::Nothing | Self::Open => Taken::Unknown,
        }
    }
}

/// What a program reads that it cannot change.
pub(crate) trait Constants {
    /// A word that nothing changes at run time.
    fn constant(&self, address: u64) -> Option<u64>;
}

/// What is in memory as far as it is known: constants, and what the function put onto its stack.
pub(crate) struct Memory<'image> {
    constants: &'image dyn Constants,
    /// By depth. What was written there at different times and differs is not known.
    spilled: BTreeMap<i64, Known>,
    /// What was put there last, since the last call.
    latest: Vec<(i64, Known)>,
}

impl<'image> Memory<'image> {
    pub(crate) fn new(constants: &'image dyn Constants) -> Self {
        Self { constants, spilled: BTreeMap::new(), latest: Vec::new() }
    }

    /// The word so far behind what a register holds.
    pub(crate) fn load(&self, base: Known, offset: i64) -> Known {
        match base.plus(offset) {
            Known::Number(address) => self.constants.constant(address).map_or(Known::Nothing, Known::Number),
            Known::Near(address) => Known::Entry(address),
            Known::Stack(depth) => self.spilled.get(&depth).copied().unwrap_or_default(),
            _ => u64::try_from(offset).map_or(Known::Nothing, Known::Slot),
        }
    }

    pub(crate) fn store(&mut self, base: Known, offset: i64, word: Known) {
        if let Known::Stack(depth) = base.plus(offset) {
            let word = if word == Known::Open { Known::Nothing } else { word };
            if self.latest.len() == MAX_ARGUMENTS {
                self.latest.clear();
            }
            self.latest.push((depth, word));
            let spilled = self.spilled.entry(depth).or_insert(word);
            if *spilled != word {
                *spilled = Known::Nothing;
            }
        }
    }

    /// What was stored last so far behind an address, since arguments were forgotten.
    pub(crate) fn argument(&self, base: Known, offset: i64) -> Known {
        let Known::Stack(depth) = base.plus(offset) else { return Known::Nothing };
        self.latest.iter().rfind(|it| it.0 == depth).map_or(Known::Nothing, |it| it.1)
    }

    pub(crate) fn forget_arguments(&mut self) {
        self.latest.clear();
    }

    /// Forgets the stack: another function begins.
    pub(crate) fn reset(&mut self) {
        self.latest.clear();
        self.spilled.clear();
    }
}

/// What is known where two ways meet: what both know. Of the stack pointer's copies, which compilers
/// keep in one register throughout a function, those of the first way stay.
pub(crate) fn meet(registers: &mut [Known], others: &[Known]) {
    for (register, other) in registers.iter_mut().zip(others) {
        match (*register, *other) {
            (Known::Stack(_), _) | (_, Known::Open) => {}
            (Known::Open, other) => *register = other,
            (known, other) if known != other => *register = Known::Nothing,
            _ => {}
        }
    }
}

/// Leaves open what is not kept throughout a function.
pub(crate) fn reopen(registers: &mut [Known]) {
    registers.iter_mut().filter(|it| !it.is_stack()).for_each(|it| *it = Known::Open);
}

/// What is still open will never be known.
pub(crate) fn close(registers: &mut [Known]) {
    registers.iter_mut().filter(|it| **it == Known::Open).for_each(|it| *it = Known::Nothing);
}

/// The low `bits` as a signed number.
pub(crate) fn signed(number: u64, bits: u32) -> i64 {
    let shift = 64 - bits;
    (number << shift).cast_signed() >> shift
}
