//! How much machinery code leads to, without walking the whole graph for every question.

use super::machinery::Part;
use super::scene::Scene;
use crate::graph::Graph;

/// How many pieces of machinery are tried as the hub.
const MAX_HUBS: usize = 8;

/// How much machinery nodes lead to. Nearly all of them lead to the same: what the *hub* leads to, a piece of
/// machinery that many refer to, is known beforehand and not walked through again.
pub(super) struct Downstream {
    /// By node: whether it leads to the hub.
    leads_to_hub: Vec<bool>,
    /// By node: whether the hub leads to it.
    is_behind_hub: Vec<bool>,
    bytes_behind_hub: u64,
    /// By node: the question in which it was last met.
    met: Vec<u32>,
    n_questions: u32,
}

impl Downstream {
    pub(super) fn new(scene: &Scene<'_, '_>) -> Self {
        let graph = scene.graph;
        let is_machinery = |it: &usize| scene.part(*it) != Part::None && graph.is_reachable(*it);
        let mut hubs: Vec<usize> = (0..graph.n_nodes()).filter(is_machinery).collect();
        hubs.sort_by_cached_key(|it| std::cmp::Reverse(graph.sources(*it).count()));
        hubs.truncate(MAX_HUBS);
        let behind = hubs.iter().map(|it| (*it, walk(graph, *it, |it| graph.targets(it))));
        let best = behind.max_by_key(|it| it.1.iter().filter(|it| **it).count());
        let (leads_to_hub, is_behind_hub) = match best {
            Some((hub, behind)) => (walk(graph, hub, |it| graph.sources(it)), behind),
            None => (vec![false; graph.n_nodes()], vec![false; graph.n_nodes()]),
        };
        let behind = (0..graph.n_nodes()).filter(|it| is_behind_hub[*it]);
        let bytes_behind_hub = behind.map(|it| machinery_bytes(scene, it)).sum();
        let met = vec![0; graph.n_nodes()];
        Self { leads_to_hub, is_behind_hub, bytes_behind_hub, met, n_questions: 0 }
    }

    /// Bytes of machinery among `starts` and all that they lead to; counts the nodes that it meets.
    pub(super) fn machinery_bytes(
        &mut self,
        scene: &Scene<'_, '_>,
        starts: impl Iterator<Item = u32> + Clone,
        n_steps: &mut usize,
    ) -> u64 {
        self.n_questions += 1;
        let leads_to_hub = starts.clone().any(|it| self.leads_to_hub[it as usize]);
        let mut bytes = if leads_to_hub { self.bytes_behind_hub } else { 0 };
        let mut waiting: Vec<usize> = starts.map(|it| it as usize).collect();
        while let Some(node) = waiting.pop() {
            *n_steps += 1;
            let is_known = leads_to_hub && self.is_behind_hub[node];
            if is_known || std::mem::replace(&mut self.met[node], self.n_questions) == self.n_questions {
                continue;
            }
            bytes += machinery_bytes(scene, node);
            waiting.extend(scene.graph.targets(node));
        }
        bytes
    }
}

fn machinery_bytes(scene: &Scene<'_, '_>, node: usize) -> u64 {
    if scene.part(node) == Part::None { 0 } else { scene.bytes(node) }
}

/// By node: whether steps lead there from `start`.
fn walk<I: Iterator<Item = usize>>(graph: &Graph, start: usize, steps: impl Fn(usize) -> I) -> Vec<bool> {
    let mut is_met = vec![false; graph.n_nodes()];
    is_met[start] = true;
    let mut waiting = vec![start];
    while let Some(node) = waiting.pop() {
        for next in steps(node) {
            if !std::mem::replace(&mut is_met[next], true) {
                waiting.push(next);
            }
        }
    }
    is_met
}
