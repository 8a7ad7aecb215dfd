//! Who refers to whom, by node: both directions in flat lists.

use std::collections::VecDeque;

use crate::refs::{Reference, References};
use crate::span::Span;

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
        let mut pairs: Vec<(u32, u32)> = Vec::new();
        each_pair(references, |pair, _| pairs.push(pair));
        let loads = references.pool_loads.iter().filter_map(|(pool, at)| nodes.at(*at).zip(nodes.at(*pool)));
        pairs.extend(loads.filter(|(from, to)| from != to).map(|(from, to)| (from as u32, to as u32)));
        // What came off a piece by its content alone goes with it.
        let first_piece = n_nodes - nodes.pieces.len();
        let followers = nodes.pieces.iter().enumerate().filter(|(_, it)| it.follows);
        pairs.extend(followers.map(|(idx, _)| ((first_piece + idx - 1) as u32, (first_piece + idx) as u32)));
        Self::of_pairs(pairs, n_nodes)
    }

    /// Fewer than 2^32 nodes: every node has a byte of the file's symbol table or a reference to it.
    pub(crate) fn of_pairs(pairs: Vec<(u32, u32)>, n_nodes: usize) -> Self {
        let forward = Rows::new(&pairs, n_nodes).distinct();
        drop(pairs);
        let backward = forward.reversed();
        Self { forward, backward }
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

/// Tells `see` pairs of nodes and how many references connect them; what refers to itself is none.
/// A pair comes once for every stretch of bytes that the first node has.
pub(crate) fn each_pair(references: &References, mut see: impl FnMut((u32, u32), u32)) {
    let nodes = &references.nodes;
    let mut tell = |from: usize, targets: &mut Vec<u32>| {
        targets.sort_unstable();
        targets.chunk_by(|a, b| a == b).for_each(|it| see((from as u32, it[0]), it.len() as u32));
        targets.clear();
    };
    // References come by address, so that many in a row are made by the same node.
    let mut last: Option<(Span, usize)> = None;
    let mut targets: Vec<u32> = Vec::new();
    for reference in references.list.iter() {
        if !last.is_some_and(|(span, _)| span.contains_address(reference.at_address)) {
            last.iter().for_each(|it| tell(it.1, &mut targets));
            last = nodes.find(reference.at_address);
        }
        let Some((_, from)) = last else { continue };
        let target = nodes.at(reference.target_address).filter(|it| *it != from);
        targets.extend(target.map(|it| it as u32));
    }
    last.iter().for_each(|it| tell(it.1, &mut targets));
    if nodes.has_overlays() {
        pairs_of_overlays(references, see);
    }
}

/// Where sections take turns, a reference is made by, and leads to, whatever any of them has there.
fn pairs_of_overlays(references: &References, mut see: impl FnMut((u32, u32), u32)) {
    let nodes = &references.nodes;
    for Reference { at_address, target_address, .. } in references.list.iter() {
        for from in nodes.all_at(at_address) {
            let is_told =
                |to: &usize| nodes.at(at_address) == Some(from) && nodes.at(target_address) == Some(*to);
            let targets = nodes.all_at(target_address).filter(|it| *it != from && !is_told(it));
            targets.for_each(|to| see((from as u32, to as u32), 1));
        }
    }
}

impl Rows {
    /// In two passes, without sorting: how many each node has tells where its neighbours go.
    fn new(pairs: &[(u32, u32)], n_nodes: usize) -> Self {
        let mut rows = Self::with_room(pairs.iter().map(|it| it.0), n_nodes);
        let mut next = rows.first.clone();
        for (from, to) in pairs {
            rows.put(&mut next, *from, *to);
        }
        rows
    }

    /// Rows for neighbours that are still to come, one for each of `froms`.
    fn with_room(froms: impl Iterator<Item = u32>, n_nodes: usize) -> Self {
        let mut first = vec![0_u32; n_nodes + 1];
        froms.for_each(|it| first[it as usize + 1] += 1);
        for node in 0..n_nodes {
            first[node + 1] += first[node];
        }
        let neighbours = vec![0; first[n_nodes] as usize];
        Self { first, neighbours }
    }

    fn put(&mut self, next: &mut [u32], from: u32, to: u32) {
        let place = &mut next[from as usize];
        self.neighbours[*place as usize] = to;
        *place += 1;
    }

    /// Each neighbour once, in order.
    fn distinct(mut self) -> Self {
        let mut end = 0;
        for node in 0..self.first.len() - 1 {
            let row = self.first[node] as usize..self.first[node + 1] as usize;
            self.neighbours[row.clone()].sort_unstable();
            self.first[node] = end as u32;
            for idx in row {
                let neighbour = self.neighbours[idx];
                if end == self.first[node] as usize || self.neighbours[end - 1] != neighbour {
                    self.neighbours[end] = neighbour;
                    end += 1;
                }
            }
        }
        if let Some(last) = self.first.last_mut() {
            *last = end as u32;
        }
        self.neighbours.truncate(end);
        self.neighbours.shrink_to_fit();
        self
    }

    /// From those who are referred to, to those who refer, in order.
    fn reversed(&self) -> Self {
        let n_nodes = self.first.len() - 1;
        let mut rows = Self::with_room(self.neighbours.iter().copied(), n_nodes);
        let mut next = rows.first.clone();
        for node in 0..n_nodes {
            for target in self.of(node) {
                rows.put(&mut next, *target, node as u32);
            }
        }
        rows
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

/// The same for up to 64 questions at once: bit `n` of a node is set where `starts` lead to it past all
/// nodes that have bit `n` in `shut`. Nearly all nodes have one answer to all of them, and are passed once.
pub(crate) fn reach_past(edges: &Edges, starts: impl Iterator<Item = usize>, shut: &[u64]) -> Vec<u64> {
    let mut reached = vec![0_u64; edges.n_nodes()];
    let mut is_waiting = vec![false; edges.n_nodes()];
    let mut waiting: VecDeque<usize> = VecDeque::new();
    for start in starts {
        reached[start] = !shut[start];
        if !std::mem::replace(&mut is_waiting[start], true) {
            waiting.push_back(start);
        }
    }
    while let Some(node) = waiting.pop_front() {
        is_waiting[node] = false;
        for target in edges.targets(node).iter().map(|it| *it as usize) {
            let news = reached[node] & !shut[target] & !reached[target];
            reached[target] |= news;
            if news != 0 && !std::mem::replace(&mut is_waiting[target], true) {
                waiting.push_back(target);
            }
        }
    }
    reached
}

#[cfg(test)]
mod tests;
