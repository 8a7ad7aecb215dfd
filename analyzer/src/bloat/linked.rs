//! What the linker keeps or leaves out as a whole.
//!
//! A linker collects sections, not functions. An object file that was compiled without a section for each function has all of
//! them in one: where one is needed, the others come along, with all that they need. Libraries are often built so.

use std::collections::{BTreeMap, BTreeSet};

use crate::debug::DebugInfo;
use crate::graph::Graph;
use crate::image::Image;
use crate::map::Attribution;

/// Pairs of nodes of which each keeps the other, by way of others: all code of a compile unit in one section, if some of it is
/// there although nothing refers to it. Alone, it would not have been kept. Of Rust nothing is said: its
/// compiler gives each function a section.
pub(crate) fn pairs(
    (image, attribution): (&Image<'_>, &Attribution),
    graph: &Graph,
    debug: &DebugInfo<'_>,
) -> Vec<(u32, u32)> {
    let mut groups: BTreeMap<(usize, usize), Vec<u32>> = BTreeMap::new();
    let mut idle: BTreeSet<(usize, usize)> = BTreeSet::new();
    for (owner_idx, owner) in attribution.owners.iter().enumerate() {
        let section = &image.sections[owner.section_idx];
        if !section.is_executable {
            continue;
        }
        let Some(unit_idx) = debug.foreign_unit_at(owner.address) else { continue };
        let group = (unit_idx, owner.section_idx);
        groups.entry(group).or_default().push(owner_idx as u32);
        if !graph.is_reachable(owner_idx) {
            idle.insert(group);
        }
    }
    groups.retain(|it, members| members.len() > 1 && idle.contains(it));
    groups.into_values().flat_map(ring).collect()
}

/// Each leads to the next, and the last to the first.
fn ring(members: Vec<u32>) -> Vec<(u32, u32)> {
    let next = members.iter().cycle().skip(1).copied();
    members.iter().copied().zip(next).collect()
}
