//! What symbols and crates keep alive, by the memory that it takes.

use std::collections::BTreeMap;

use super::CrateUse;
use super::assemble::{Findings, Named, UNKNOWN_CRATE};
use super::memory_use::MemoryUse;
use crate::graph::Graph;
use crate::image::Image;
use crate::layout::capacity::Memory;
use crate::layout::{fragments, regions};
use crate::map::Attribution;

/// Asking what a crate retains may take this many steps for all crates together.
const MAX_CRATE_STEPS: usize = 10_000_000;

/// As many crates are asked about at once.
const N_BITS: usize = u64::BITS as usize;

/// Enters the retained sizes of all rows, and of as many crates as there is time for, the biggest first.
pub(super) fn enter(
    findings: &Findings<'_>,
    graph: &Graph,
    use_of: &MemoryUse,
    (rows, crates): (&mut [Named], &mut [CrateUse]),
) {
    let weights = Weights::new(findings.attribution, graph, use_of);
    let (flash, ram) = (graph.retained(&weights.flash), graph.retained(&weights.ram));
    for Named { symbol, node, .. } in rows.iter_mut() {
        symbol.retained_flash_bytes = flash[*node];
        symbol.retained_ram_bytes = ram[*node];
    }
    let crate_by_node = crate_by_node(rows, crates, graph.n_nodes());
    let n_crates = (MAX_CRATE_STEPS / graph.size().max(1)).min(crates.len());
    for (crates, first) in crates[..n_crates].chunks_mut(N_BITS).zip((0..).step_by(N_BITS)) {
        enter_crates(graph, &weights, crates, |node| {
            crate_by_node[node].and_then(|it| it.checked_sub(first))
        });
    }
}

/// Enters the retained sizes of at most 64 crates; `krate` tells the number of a node's.
fn enter_crates(
    graph: &Graph,
    weights: &Weights,
    crates: &mut [CrateUse],
    krate: impl Fn(usize) -> Option<u32>,
) {
    crates.iter_mut().for_each(|it| it.retained_bytes = Some(0));
    let bit = |node: usize| krate(node).and_then(|it| 1_u64.checked_shl(it)).unwrap_or(0);
    let is_gone: Vec<u64> = (0..graph.n_nodes()).map(bit).collect();
    for (node, goes) in graph.gone_without_each(&is_gone).into_iter().enumerate() {
        let mut goes = goes & u64::MAX >> (N_BITS - crates.len());
        while goes != 0 {
            let krate = &mut crates[goes.trailing_zeros() as usize];
            krate.retained_bytes = krate.retained_bytes.map(|it| it + graph.bytes()[node]);
            krate.retained_flash_bytes += weights.flash[node];
            krate.retained_ram_bytes += weights.ram[node];
            goes &= goes - 1;
        }
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
        let settled = regions::settle(image, &Memory::unknown(), &fragments::list(image));
        Self::new(attribution, graph, &MemoryUse::new(image, attribution, &settled))
    }

    fn new(attribution: &Attribution, graph: &Graph, use_of: &MemoryUse) -> Self {
        let sections: Vec<usize> = graph.sections(attribution).collect();
        let weigh = |counts: &dyn Fn(usize) -> bool| {
            let own = sections.iter().zip(graph.bytes());
            own.map(|(section_idx, bytes)| if counts(*section_idx) { *bytes } else { 0 }).collect()
        };
        Self { flash: weigh(&|it| use_of.is_in_flash[it]), ram: weigh(&|it| use_of.is_in_ram[it]) }
    }
}
