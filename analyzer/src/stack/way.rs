//! How much of the stack is taken, and what registers hold, along the ways through one function.

use std::collections::BTreeMap;
use std::collections::btree_map::Entry;

use super::follow::{self, Known, Taken};

/// Stacks of firmware are small: what takes more is a number that was not meant as one.
const MAX_DEPTH_BYTES: i64 = 1 << 30;

/// Where the walk through a function is.
#[derive(Debug, Default)]
pub(super) struct Way {
    pub(super) depth: i64,
    pub(super) deepest: i64,
    /// Whether control does not get to the next instruction from the one before.
    pub(super) is_cut_off: bool,
    /// Whether some amount was taken that only running it would tell.
    pub(super) is_growing: bool,
    /// Whether the stack pointer was set to another stack.
    is_elsewhere: bool,
    /// What branches that were met bring to where they lead.
    ahead: BTreeMap<u64, Brought>,
    /// What branches back brought to where loops begin, the last time.
    behind: BTreeMap<u64, Vec<Known>>,
}

#[derive(Debug)]
struct Brought {
    depth: i64,
    registers: Vec<Known>,
}

impl Way {
    /// How much is taken where the next instruction begins: what the instruction before leaves, else
    /// what a branch to here brought along, else as much as the body of the function takes.
    pub(super) fn arrive(&mut self, at: u64, registers: &mut [Known]) {
        let is_cut_off = std::mem::replace(&mut self.is_cut_off, false);
        match self.ahead.remove(&at) {
            Some(brought) if is_cut_off => {
                self.depth = brought.depth;
                registers.copy_from_slice(&brought.registers);
            }
            Some(brought) => follow::meet(registers, &brought.registers),
            None if is_cut_off => {
                self.is_elsewhere = false;
                self.depth = self.deepest;
                follow::forget(registers);
            }
            None => {}
        }
        if let Some(others) = self.behind.get(&at) {
            follow::meet(registers, others);
        }
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

    /// Takes note of what a branch inside of the function brings along.
    pub(super) fn branch(&mut self, (at, target): (u64, u64), registers: &[Known]) {
        if target <= at {
            self.behind.insert(target, registers.to_vec());
            return;
        }
        match self.ahead.entry(target) {
            Entry::Vacant(it) => {
                it.insert(Brought { depth: self.depth, registers: registers.to_vec() });
            }
            Entry::Occupied(mut it) => follow::meet(&mut it.get_mut().registers, registers),
        }
    }

    pub(super) fn has_loops(&self) -> bool {
        !self.behind.is_empty()
    }

    /// Back to the start of the function, knowing what its loops bring.
    pub(super) fn again(&mut self) {
        (self.depth, self.is_cut_off, self.is_elsewhere) = (0, false, false);
        self.ahead.clear();
    }
}
