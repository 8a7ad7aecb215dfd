//! What symbols and crates keep alive, by the memory that it takes.

use std::collections::BTreeMap;

use super::CrateUse;
use super::assemble::{Findings, Named, UNKNOWN_CRATE};
use super::memory_use::MemoryUse;
use crate::graph::Graph;
use crate::image::Image;
use crate::layout::{fragments, regions};
use crate::map::Attribution;

/// Asking what a crate retains may take this many steps for all crates together.
const MAX_CRATE_STEPS: usize = 10_000_000;

/// Enters the retained sizes of all rows, and of as many crates as there is time for, the biggest first.
pub(super) fn enter(
    findings: &Findings<'_>,
    graph: &Graph,
    use_of: &MemoryUse,
    (rows, crates): (&mut [Named], &mut [CrateUse]),
) {
    let weights = Weights::new((findings.image, findings.attribution), graph, use_of);
    let (flash, ram) = (graph.retained(&weights.flash), graph.retained(&weights.ram));
    for Named { symbol, node, .. } in rows.iter_mut() {
        symbol.retained_flash_bytes = flash[*node];
        symbol.retained_ram_bytes = ram[*node];
    }
    let crate_by_node = crate_by_node(rows, crates, graph.n_nodes());
    let n_crates = MAX_CRATE_STEPS / graph.size().max(1);
    for (crate_idx, krate) in (0..).zip(crates.iter_mut()).take(n_crates) {
        let gone = graph.gone_without(|node| crate_by_node.get(node) == Some(&Some(crate_idx)));
        let sum = |bytes: &[u64]| gone.iter().map(|it| bytes[*it]).sum();
        krate.retained_bytes = Some(sum(graph.bytes()));
        krate.retained_flash_bytes = sum(&weights.flash);
        krate.retained_ram_bytes = sum(&weights.ram);
    }
}

/// For each node the number of its crate.
fn crate_by_node(rows: &[Named], crates: &[CrateUse], n_nodes: usize) -> Vec<Option<u32>> {
    let numbers: BTreeMap<&str, u32> = crates.iter().map(|it| it.name.as_str()).zip(0..).collect();
    let mut by_node = vec![None; n_nodes];
    for row in rows {
        let name = row.symbol.krate.as_deref().unwrap_or(UNKNOWN_CRATE);
        by_node[row.node] = numbers.get(name).copied();
    }
    by_node
}

/// Own bytes of each node by where they are.
pub(crate) struct Weights {
    pub(crate) flash: Vec<u64>,
    pub(crate) ram: Vec<u64>,
}

impl Weights {
    /// By the regions that the file itself shows.
    pub(crate) fn of_regions(image: &Image<'_>, attribution: &Attribution, graph: &Graph) -> Self {
        let settled = regions::settle(image, &[], &fragments::list(image));
        Self::new((image, attribution), graph, &MemoryUse::new(image, &settled))
    }

    fn new((image, attribution): (&Image<'_>, &Attribution), graph: &Graph, use_of: &MemoryUse) -> Self {
        let sections: Vec<usize> = graph.sections(attribution).collect();
        let weigh = |counts: &dyn Fn(usize) -> bool| {
            let own = sections.iter().zip(graph.bytes());
            own.map(|(section_idx, bytes)| if counts(*section_idx) { *bytes } else { 0 }).collect()
        };
        Self { flash: weigh(&|it| image.sections[it].load.is_some()), ram: weigh(&|it| use_of.is_in_ram[it]) }
    }
}
