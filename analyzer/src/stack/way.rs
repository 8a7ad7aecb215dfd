//! How much of the stack is taken, and what registers hold, along the ways through one function.

use std::collections::BTreeMap;
use std::collections::btree_map::Entry;

use crate::isa::registers::{self as follow, Known, Taken};

/// Stacks of firmware are small: what takes more is a number that was not meant as one.
const MAX_DEPTH_BYTES: i64 = 1 << 30;

/// Where the walk through a function is.
#[derive(Debug)]
pub(super) struct Way {
    pub(super) depth: i64,
    pub(super) deepest: i64,
    /// Whether control does not get to the next instruction from the one before.
    pub(super) is_cut_off: bool,
    /// Whether some amount was taken that only running it would tell.
    pub(super) is_growing: bool,
    /// Whether the stack pointer was set to another stack.
    is_elsewhere: bool,
    /// Whether this is the second time: what loops bring is known.
    is_again: bool,
    /// Whether there is code that no instruction before it leads to: the body of a loop that is entered at its end.
    has_islands: bool,
    /// What branches that were met bring to where they lead: depths, and where the registers are.
    ahead: BTreeMap<u64, Brought>,
    /// What branches back brought to where loops begin, the last time.
    behind: BTreeMap<u64, usize>,
    /// What they bring this time.
    back: BTreeMap<u64, usize>,
    /// Where the next of these is; up to there nothing is brought.
    next: u64,
    slots: Slots,
}

/// What was taken at some point.
#[derive(Debug, Clone, Copy)]
pub(super) struct Mark(i64, i64, bool, bool);

#[derive(Debug, Clone, Copy)]
struct Brought {
    depth: i64,
    slot: usize,
}

impl Default for Way {
    fn default() -> Self {
        Self {
            depth: 0,
            deepest: 0,
            is_cut_off: false,
            is_growing: false,
            is_elsewhere: false,
            is_again: false,
            has_islands: false,
            ahead: BTreeMap::new(),
            behind: BTreeMap::new(),
            back: BTreeMap::new(),
            next: u64::MAX,
            slots: Slots::default(),
        }
    }
}

impl Way {
    /// How much is taken where the next instruction begins: what the instruction before leaves, else
    /// what a branch to here brought along, else as much as the body of the function takes.
    pub(super) fn arrive(&mut self, at: u64, registers: &mut [Known]) {
        let is_cut_off = std::mem::replace(&mut self.is_cut_off, false);
        let is_island = is_cut_off && !self.ahead.contains_key(&at);
        let brought = if at < self.next { None } else { self.ahead.remove(&at) };
        match brought {
            Some(Brought { depth, slot }) => {
                let others = self.slots.of(slot);
                if is_cut_off {
                    self.depth = depth;
                    registers.copy_from_slice(others);
                } else {
                    follow::meet(registers, others);
                }
                self.slots.free.push(slot);
            }
            None if is_cut_off => {
                self.is_elsewhere = false;
                self.depth = self.deepest;
                self.has_islands = true;
                follow::reopen(registers);
            }
            None => {}
        }
        if at >= self.next {
            if let Some(slot) = self.behind.get(&at) {
                follow::meet(registers, self.slots.of(*slot));
            }
            self.next = self.first_from(at.saturating_add(1));
        }
        if is_island && self.is_again {
            follow::close(registers);
        }
    }

    /// The first address from `at` on to which something is brought.
    fn first_from(&self, at: u64) -> u64 {
        let ahead = self.ahead.range(at..).next().map_or(u64::MAX, |it| *it.0);
        self.behind.range(at..).next().map_or(ahead, |it| ahead.min(*it.0))
    }

    /// An instruction leaves so much taken.
    pub(super) fn take(&mut self, taken: Taken) {
        let depth = match taken {
            Taken::Bytes(depth) if depth < MAX_DEPTH_BYTES => depth,
            Taken::Bytes(_) => self.depth,
            Taken::Elsewhere => {
                self.is_elsewhere = true;
                0
            }
            Taken::Unknown => {
                // Where another stack begins may depend on which core this is.
                self.is_growing |= !self.is_elsewhere;
                self.depth
            }
        };
        self.deepest = self.deepest.max(depth);
        self.depth = depth.max(0);
    }

    /// What instructions so far took, to go back to.
    pub(super) fn mark(&self) -> Mark {
        Mark(self.depth, self.deepest, self.is_growing, self.is_elsewhere)
    }

    /// Counts what was taken since then only as far as it is kept; the most that it was meanwhile.
    pub(super) fn settle(&mut self, Mark(_, deepest, ..): Mark) -> i64 {
        let most = self.deepest;
        self.deepest = deepest.max(self.depth);
        most
    }

    pub(super) fn back_to(&mut self, Mark(depth, deepest, is_growing, is_elsewhere): Mark) {
        (self.depth, self.deepest) = (depth, deepest);
        (self.is_growing, self.is_elsewhere) = (is_growing, is_elsewhere);
    }

    /// Takes note of what a branch inside of the function brings along.
    pub(super) fn branch(&mut self, (at, target): (u64, u64), registers: &[Known]) {
        if target <= at {
            match self.back.entry(target) {
                Entry::Vacant(it) => drop(it.insert(self.slots.put(registers))),
                Entry::Occupied(it) => follow::meet(self.slots.of_mut(*it.get()), registers),
            }
            return;
        }
        self.next = self.next.min(target);
        match self.ahead.entry(target) {
            Entry::Vacant(it) => {
                it.insert(Brought { depth: self.depth, slot: self.slots.put(registers) });
            }
            Entry::Occupied(it) => follow::meet(self.slots.of_mut(it.get().slot), registers),
        }
    }

    /// Whether the function has to be walked through once more.
    pub(super) fn is_unsure(&self) -> bool {
        self.has_islands || !self.back.is_empty()
    }

    /// Whether what was found out the second time may rest on what was still open the first.
    pub(super) fn has_islands(&self) -> bool {
        self.has_islands
    }

    /// Back to the start of the function, knowing what its loops bring.
    pub(super) fn again(&mut self) {
        (self.depth, self.is_cut_off, self.is_elsewhere) = (0, false, false);
        let left = std::mem::take(&mut self.ahead);
        self.slots.free.extend(left.into_values().map(|it| it.slot));
        let before = std::mem::replace(&mut self.behind, std::mem::take(&mut self.back));
        self.slots.free.extend(before.into_values());
        follow::close(&mut self.slots.registers);
        self.is_again = true;
        self.next = self.first_from(0);
    }

    /// To the start of another function.
    pub(super) fn reset(&mut self) {
        self.ahead.clear();
        self.behind.clear();
        self.back.clear();
        self.slots.clear();
        self.again();
        (self.deepest, self.is_growing, self.is_again, self.has_islands) = (0, false, false, false);
    }
}

/// Sets of registers, kept in one list that is used again and again.
#[derive(Debug, Default)]
struct Slots {
    registers: Vec<Known>,
    /// Of one set.
    n_registers: usize,
    free: Vec<usize>,
}

impl Slots {
    fn put(&mut self, registers: &[Known]) -> usize {
        if let Some(slot) = self.free.pop() {
            self.of_mut(slot).copy_from_slice(registers);
            return slot;
        }
        self.n_registers = registers.len();
        self.registers.extend_from_slice(registers);
        self.registers.len() - registers.len()
    }

    fn of(&self, slot: usize) -> &[Known] {
        &self.registers[slot..slot + self.n_registers]
    }

    fn of_mut(&mut self, slot: usize) -> &mut [Known] {
        &mut self.registers[slot..slot + self.n_registers]
    }

    fn clear(&mut self) {
        self.registers.clear();
        self.free.clear();
    }
}
