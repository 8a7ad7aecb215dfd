//! A tree of ways through the graph, which tells what may be out of reach once edges are gone.

use super::edges::Edges;

const NONE: u32 = u32::MAX;

/// A tree of shortest ways from the roots. As long as its way in the tree is whole, a node stays: only
/// what hangs on a removed edge of the tree is in doubt.
pub(crate) struct Ways {
    /// By node; `NONE` for roots and for what nothing leads to.
    parent: Vec<u32>,
    /// Everything that hangs on one node stands together here, that node first.
    order: Vec<u32>,
    /// By node: its index in `order`, and how many hang on it, itself included.
    hanging: Vec<(u32, u32)>,
}

impl Ways {
    pub(crate) fn new(edges: &Edges, roots: &[usize]) -> Self {
        let (parent, nearest_first) = shortest(edges, roots);
        let mut hanging = vec![(0, 1_u32); edges.n_nodes()];
        for node in nearest_first.iter().rev() {
            let n = hanging[*node as usize].1;
            if let Some(above) = hanging.get_mut(parent[*node as usize] as usize) {
                above.1 += n;
            }
        }
        let mut order = vec![NONE; nearest_first.len()];
        // By node: where the next that hangs on it goes.
        let mut next = vec![0_u32; edges.n_nodes()];
        let mut next_root = 0_u32;
        for node in nearest_first {
            let place = next.get_mut(parent[node as usize] as usize).unwrap_or(&mut next_root);
            let idx = *place;
            *place += hanging[node as usize].1;
            hanging[node as usize].0 = idx;
            next[node as usize] = idx + 1;
            order[idx as usize] = node;
        }
        Self { parent, order, hanging }
    }

    /// What is in doubt once `from` no longer refers to `to`.
    pub(crate) fn in_doubt(&self, (from, to): (u32, u32)) -> &[u32] {
        if self.parent[to as usize] != from {
            return &[];
        }
        let (first, n) = self.hanging[to as usize];
        &self.order[first as usize..(first + n) as usize]
    }
}

/// Parents by node, and all reachable nodes, the nearest to the roots first.
fn shortest(edges: &Edges, roots: &[usize]) -> (Vec<u32>, Vec<u32>) {
    let mut parent = vec![NONE; edges.n_nodes()];
    let mut is_seen = vec![false; edges.n_nodes()];
    let mut order: Vec<u32> = Vec::new();
    for root in roots {
        if !std::mem::replace(&mut is_seen[*root], true) {
            order.push(*root as u32);
        }
    }
    let mut next = 0;
    while let Some(node) = order.get(next).copied() {
        next += 1;
        for target in edges.targets(node as usize) {
            if !std::mem::replace(&mut is_seen[*target as usize], true) {
                parent[*target as usize] = node;
                order.push(*target);
            }
        }
    }
    (parent, order)
}

#[cfg(test)]
mod tests;
