//! What goes when code goes: one routine for single lines, for crates and for everything.

use std::collections::BTreeMap;

use super::downstream::Downstream;
use super::idle::{Idle, Leftovers};
use super::machinery::Part;
use super::once::Candidates;
use super::scene::Scene;
use crate::graph::{Ways, each_pair};
use crate::refs::Reference;
use crate::span::Span;

/// Code to take out.
#[derive(Debug, Clone, Default)]
pub(crate) struct Cut {
    /// Instructions that go, with all that they refer to. Sorted and apart once [`Cut::settle`]d.
    pub(crate) spans: Vec<Span>,
    /// Instructions that stay, or make room for others, and no longer refer to anything.
    pub(crate) loose: Vec<Span>,
}

impl Cut {
    pub(crate) fn add(&mut self, other: &Self) {
        self.spans.extend(&other.spans);
        self.loose.extend(&other.loose);
    }

    pub(crate) fn settle(&mut self) {
        settle(&mut self.spans);
        settle(&mut self.loose);
    }

    fn holds(&self, address: u64) -> bool {
        holds(&self.spans, address)
    }
}

/// Sorts, and joins what overlaps.
fn settle(spans: &mut Vec<Span>) {
    spans.sort_unstable();
    let mut cursor = 0;
    spans.retain_mut(|it| {
        *it = it.from(cursor);
        cursor = cursor.max(it.end());
        !it.is_empty()
    });
}

pub(crate) fn holds(spans: &[Span], address: u64) -> bool {
    let idx = spans.partition_point(|it| it.end() <= address);
    spans.get(idx).is_some_and(|it| it.contains_address(address))
}

/// What a cut takes away.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub(crate) struct Loss {
    /// What nothing leads to any more, with its padding.
    pub(crate) unreachable_bytes: u64,
    /// Instructions that were cut out of functions that stay, or that calls no longer need.
    pub(crate) instruction_bytes: u64,
    /// Literals that only such instructions load.
    pub(crate) literal_bytes: u64,
    /// Machinery that the cut code led to, and that stays because of others.
    pub(crate) shared_bytes: u64,
}

impl Loss {
    pub(crate) fn bytes(self) -> u64 {
        self.unreachable_bytes + self.instruction_bytes + self.literal_bytes
    }
}

/// A pair of nodes, of which the first refers to the second.
type Pair = (u32, u32);

/// Takes out code, again and again from the whole.
pub(crate) struct Cutter<'a, 'scene, 'info> {
    scene: &'a Scene<'scene, 'info>,
    /// How many references connect two nodes.
    n_references: Vec<(Pair, u32)>,
    candidates: Candidates,
    idle: Idle,
    ways: Ways,
    downstream: Downstream,
    /// By node; all [`Fate::Unasked`] between questions.
    fates: Vec<Fate>,
    /// How many nodes and edges were looked at in all.
    pub(crate) n_steps: usize,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Fate {
    /// The cut has nothing to do with it.
    Unasked,
    /// The usual way to it is cut; so far there is no other.
    Going,
    /// Somebody else leads to it.
    Staying,
}

impl<'a, 'scene, 'info> Cutter<'a, 'scene, 'info> {
    pub(crate) fn new(scene: &'a Scene<'scene, 'info>) -> Self {
        let mut n_references: Vec<(Pair, u32)> = Vec::new();
        each_pair(&scene.graph.references, |pair, n| n_references.push((pair, n)));
        // Much is in order already: this way of sorting only merges that.
        n_references.sort();
        n_references.dedup_by(|next, sum| {
            let is_same = next.0 == sum.0;
            sum.1 += if is_same { next.1 } else { 0 };
            is_same
        });
        Self {
            scene,
            n_references,
            candidates: Candidates::new(scene),
            idle: Idle::new(scene),
            ways: scene.graph.ways(),
            downstream: Downstream::new(scene),
            fates: vec![Fate::Unasked; scene.graph.n_nodes()],
            n_steps: 0,
        }
    }

    /// What a settled cut takes away.
    pub(crate) fn loss(&mut self, cut: &Cut) -> Loss {
        let (Leftovers { spans, shorter }, n_steps) = self.idle.leftovers(self.scene, cut);
        self.n_steps += n_steps;
        let cut = &together([cut, &Cut { spans, loose: Vec::new() }]);
        let pairs = self.pairs(cut);
        let removed = self.removed(&pairs);
        let doubtful = self.decide(&removed);
        let mut loss = self.sum(cut, &doubtful);
        loss.instruction_bytes += self.melting_bytes(cut, &pairs, &doubtful);
        loss.shared_bytes = self.shared_bytes(&removed, &doubtful);
        let shorter = shorter.iter().filter(|it| self.is_alive(it.0));
        loss.instruction_bytes += shorter.map(|it| it.1).sum::<u64>();
        doubtful.iter().for_each(|it| self.fates[*it as usize] = Fate::Unasked);
        loss
    }

    /// Who refers to whom in a cut, one pair for each reference; sorted.
    fn pairs(&mut self, cut: &Cut) -> Vec<Pair> {
        let list = &self.scene.graph.references.list;
        let mut pairs: Vec<Pair> = Vec::new();
        for span in cut.spans.iter().chain(&cut.loose) {
            pairs.extend(list.within(*span).filter_map(|it| pair(self.scene, &it)));
        }
        self.n_steps += pairs.len();
        pairs.retain(|it| self.scene.graph.is_reachable(it.0 as usize));
        pairs.sort_unstable();
        pairs
    }

    /// Those pairs all of whose references are cut.
    fn removed(&self, pairs: &[Pair]) -> Vec<Pair> {
        let is_whole = |pair: &Pair, n_cut: usize| {
            let idx = self.n_references.binary_search_by_key(pair, |it| it.0);
            idx.is_ok_and(|it| n_cut >= self.n_references[it].1 as usize)
        };
        let groups = pairs.chunk_by(|a, b| a == b);
        groups.filter(|it| is_whole(&it[0], it.len())).map(|it| it[0]).collect()
    }

    /// Decides about everything that is in doubt without the removed pairs, and answers with that.
    fn decide(&mut self, removed: &[Pair]) -> Vec<u32> {
        let graph = self.scene.graph;
        let is_removed = |from: u32, to: u32| removed.binary_search(&(from, to)).is_ok();
        let mut doubtful: Vec<u32> = Vec::new();
        for pair in removed {
            debug_assert!(pair.0 != pair.1, "no edge leads back to its node");
            for node in self.ways.in_doubt(*pair) {
                self.n_steps += 1;
                if std::mem::replace(&mut self.fates[*node as usize], Fate::Going) == Fate::Unasked {
                    doubtful.push(*node);
                }
            }
        }
        let mut staying: Vec<u32> = Vec::new();
        for node in &doubtful {
            let is_kept_by = |from: usize| {
                let is_elsewhere = self.fates[from] == Fate::Unasked;
                is_elsewhere && graph.is_reachable(from) && !is_removed(from as u32, *node)
            };
            if graph.sources(*node as usize).any(is_kept_by) {
                staying.push(*node);
            }
        }
        staying.iter().for_each(|it| self.fates[*it as usize] = Fate::Staying);
        while let Some(node) = staying.pop() {
            for to in graph.targets(node as usize) {
                if self.fates[to] == Fate::Going && !is_removed(node, to as u32) {
                    self.fates[to] = Fate::Staying;
                    staying.push(to as u32);
                }
            }
        }
        doubtful
    }

    fn going<'b>(&'b self, doubtful: &'b [u32]) -> impl Iterator<Item = usize> + 'b {
        doubtful.iter().map(|it| *it as usize).filter(|it| self.fates[*it] == Fate::Going)
    }

    fn sum(&self, cut: &Cut, doubtful: &[u32]) -> Loss {
        let unreachable_bytes = self.going(doubtful).map(|it| self.scene.bytes(it)).sum();
        let in_what_stays = cut.spans.iter().filter(|it| self.is_alive(it.start()));
        let code = in_what_stays.flat_map(|it| self.scene.code(*it));
        Loss {
            unreachable_bytes,
            instruction_bytes: code.map(Span::size).sum(),
            literal_bytes: self.literal_bytes(cut),
            shared_bytes: 0,
        }
    }

    /// Machinery that the removed pairs lead to, without what goes.
    fn shared_bytes(&mut self, removed: &[Pair], doubtful: &[u32]) -> u64 {
        let starts = removed.iter().map(|it| it.1);
        let all = self.downstream.machinery_bytes(self.scene, starts, &mut self.n_steps);
        let is_machinery = |it: &usize| self.scene.part(*it) != Part::None;
        all - self.going(doubtful).filter(is_machinery).map(|it| self.scene.bytes(it)).sum::<u64>()
    }

    /// Of functions that only one call is left of.
    fn melting_bytes(&self, cut: &Cut, pairs: &[Pair], doubtful: &[u32]) -> u64 {
        let called_by_going = self.going(doubtful).flat_map(|it| self.scene.graph.targets(it));
        let mut called_less: Vec<u32> = called_by_going.map(|it| it as u32).collect();
        called_less.extend(pairs.iter().map(|it| it.1));
        called_less.retain(|it| self.fates[*it as usize] != Fate::Going);
        called_less.sort_unstable();
        called_less.dedup();
        let is_left = |it: &Reference| {
            let is_cut = cut.holds(it.at_address) || holds(&cut.loose, it.at_address);
            !is_cut && self.is_alive(it.at_address)
        };
        self.candidates.melting_bytes(self.scene, called_less.into_iter(), is_left)
    }

    fn is_alive(&self, address: u64) -> bool {
        let node = self.scene.node_at(address);
        node.is_some_and(|it| self.scene.graph.is_reachable(it) && self.fates[it] != Fate::Going)
    }

    /// Words in functions that stay, all of whose loads are cut or in functions that go.
    fn literal_bytes(&self, cut: &Cut) -> u64 {
        let references = &self.scene.graph.references;
        let mut words: Vec<u64> = Vec::new();
        for span in &cut.spans {
            let from = references.literals_by_load.partition_point(|it| it.0 < span.start());
            let inside = references.literals_by_load[from..].iter().take_while(|it| it.0 < span.end());
            words.extend(inside.map(|it| it.1));
        }
        words.sort_unstable();
        words.dedup();
        let is_gone = |load: u64| cut.holds(load) || !self.is_alive(load);
        let goes = |word: &&u64| references.loads_of(**word).all(is_gone);
        let n_words = words.iter().filter(|it| self.is_alive(**it)).filter(goes).count() as u64;
        n_words * self.scene.places.machine.pointer_bytes()
    }
}

fn pair(scene: &Scene<'_, '_>, reference: &Reference) -> Option<Pair> {
    let (from, to) = (scene.node_at(reference.at_address)?, scene.node_at(reference.target_address)?);
    (from != to).then_some((from as u32, to as u32))
}

/// Cuts together, settled.
pub(crate) fn together<'a>(cuts: impl IntoIterator<Item = &'a Cut>) -> Cut {
    let mut all = Cut::default();
    cuts.into_iter().for_each(|it| all.add(it));
    all.settle();
    all
}

/// Groups cuts by something, each group settled.
pub(crate) fn grouped<'a, K: Ord>(cuts: impl IntoIterator<Item = (K, &'a Cut)>) -> BTreeMap<K, Cut> {
    let mut groups: BTreeMap<K, Cut> = BTreeMap::new();
    cuts.into_iter().for_each(|(key, cut)| groups.entry(key).or_default().add(cut));
    groups.values_mut().for_each(Cut::settle);
    groups
}
