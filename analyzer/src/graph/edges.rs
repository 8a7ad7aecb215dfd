//! Who refers to whom, by node: both directions in flat lists.

use crate::refs::References;

/// A graph in compressed rows.
#[derive(Debug)]
pub(crate) struct Edges {
    forward: Rows,
    backward: Rows,
}

/// Neighbours of node `n`: `neighbours[first[n]..first[n + 1]]`.
#[derive(Debug)]
struct Rows {
    first: Vec<u32>,
    neighbours: Vec<u32>,
}

impl Edges {
    /// Each pair of nodes once; what refers to itself is no edge.
    pub(crate) fn new(references: &References, n_nodes: usize) -> Self {
        let nodes = &references.nodes;
        let mut pairs: Vec<(u32, u32)> = Vec::with_capacity(references.list.len());
        for reference in &references.list {
            let (from, to) = (nodes.at(reference.at_address), nodes.at(reference.target_address));
            let pair = from.zip(to).filter(|(from, to)| from != to);
            pairs.extend(pair.map(|(from, to)| (from as u32, to as u32)));
        }
        let loads = references.pool_loads.iter().filter_map(|(pool, at)| nodes.at(*at).zip(nodes.at(*pool)));
        pairs.extend(loads.filter(|(from, to)| from != to).map(|(from, to)| (from as u32, to as u32)));
        // What came off a piece by its content alone goes with it.
        let first_piece = n_nodes - nodes.pieces.len();
        let followers = nodes.pieces.iter().enumerate().filter(|(_, it)| it.follows);
        pairs.extend(followers.map(|(idx, _)| ((first_piece + idx - 1) as u32, (first_piece + idx) as u32)));
        Self::of_pairs(pairs, n_nodes)
    }

    /// Fewer than 2^32 nodes: every node has a byte of the file's symbol table or a reference to it.
    pub(super) fn of_pairs(mut pairs: Vec<(u32, u32)>, n_nodes: usize) -> Self {
        pairs.sort_unstable();
        pairs.dedup();
        let forward = Rows::new(&pairs, n_nodes);
        pairs.iter_mut().for_each(|it| *it = (it.1, it.0));
        pairs.sort_unstable();
        Self { forward, backward: Rows::new(&pairs, n_nodes) }
    }

    pub(crate) fn n_nodes(&self) -> usize {
        self.forward.first.len() - 1
    }

    pub(crate) fn len(&self) -> usize {
        self.forward.neighbours.len()
    }

    /// Whom `node` refers to.
    pub(crate) fn targets(&self, node: usize) -> &[u32] {
        self.forward.of(node)
    }

    /// Who refers to `node`.
    pub(crate) fn sources(&self, node: usize) -> &[u32] {
        self.backward.of(node)
    }
}

impl Rows {
    fn new(sorted_pairs: &[(u32, u32)], n_nodes: usize) -> Self {
        let mut first = vec![0_u32; n_nodes + 1];
        sorted_pairs.iter().for_each(|(from, _)| first[*from as usize + 1] += 1);
        for node in 0..n_nodes {
            first[node + 1] += first[node];
        }
        Self { first, neighbours: sorted_pairs.iter().map(|(_, to)| *to).collect() }
    }

    fn of(&self, node: usize) -> &[u32] {
        &self.neighbours[self.first[node] as usize..self.first[node + 1] as usize]
    }
}

/// What `starts` lead to through nodes that `may_pass`.
pub(crate) fn reach(
    edges: &Edges,
    starts: impl Iterator<Item = usize>,
    may_pass: impl Fn(usize) -> bool,
) -> Vec<bool> {
    let mut is_reached = vec![false; edges.n_nodes()];
    let mut waiting: Vec<usize> = Vec::new();
    for start in starts.filter(|it| may_pass(*it)) {
        if !std::mem::replace(&mut is_reached[start], true) {
            waiting.push(start);
        }
    }
    while let Some(node) = waiting.pop() {
        for target in edges.targets(node).iter().map(|it| *it as usize).filter(|it| may_pass(*it)) {
            if !std::mem::replace(&mut is_reached[target], true) {
                waiting.push(target);
            }
        }
    }
    is_reached
}
