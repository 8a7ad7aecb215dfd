//! Statics that LLVM merged into one block: code keeps the address of the block, and reaches each by a distance.
//!
//! Where nothing that was decoded says which of them it is, whatever has an address in the block may get at it.

use std::collections::BTreeSet;

use super::list::List;
use super::places::{Place, Places};
use super::{Reference, ReferenceKind};
use crate::map::Label;

/// Beyond so many, one in the block stands for what refers to it.
const MAX_REFERENCES: usize = 1 << 16;

/// References to what lies in a block and nothing refers to, from whatever refers to the block.
pub(super) fn members(places: &Places<'_>, list: &List) -> Vec<Reference> {
    let mut blocks = places.attribution.blocks.clone();
    if blocks.is_empty() {
        return Vec::new();
    }
    blocks.sort_unstable();
    let block_of = |address: u64| {
        let behind = blocks.partition_point(|it| it.start() <= address);
        behind.checked_sub(1).filter(|it| blocks[*it].contains_address(address))
    };
    let mut referrers: Vec<BTreeSet<u64>> = vec![BTreeSet::new(); blocks.len()];
    let mut known: BTreeSet<u64> = BTreeSet::new();
    for reference in list.iter() {
        let Some(block_idx) = block_of(reference.target_address) else { continue };
        referrers[block_idx].insert(reference.at_address);
        known.extend(places.at(reference.target_address).map(|it| it.span.start()));
    }
    let is_unknown = |it: &&Place| matches!(it.label, Label::Symbol(_)) && !known.contains(&it.span.start());
    let mut found = Vec::new();
    let mut first_of: Vec<Option<u64>> = vec![None; blocks.len()];
    for member in places.list.iter().filter(is_unknown) {
        let target = member.span.start();
        let Some(block_idx) = block_of(target) else { continue };
        let reference = |at: u64| Reference::new(at, target, ReferenceKind::Access);
        match first_of[block_idx].filter(|_| found.len() > MAX_REFERENCES) {
            Some(first) => found.push(reference(first)),
            None => found.extend(referrers[block_idx].iter().map(|it| reference(*it))),
        }
        first_of[block_idx].get_or_insert(target);
    }
    found
}
