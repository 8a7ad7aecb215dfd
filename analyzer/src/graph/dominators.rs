//! The dominator tree, by Lengauer and Tarjan's simple algorithm.
//!
//! It takes `m log n` steps on any graph. `petgraph` has the algorithm of Cooper, Harvey and Kennedy,
//! which is quick on graphs that compilers make and quadratic on others; our graphs come from files
//! that anybody may upload.

use super::edges::Edges;

const NONE: u32 = u32::MAX;

/// Reachable nodes and who dominates them.
#[derive(Debug)]
pub(crate) struct Dominators {
    /// Nodes in the order of a depth-first walk; a number in this order is what the rest speaks of.
    /// Number 0 is the super-root, which leads to all roots and is no node.
    order: Vec<u32>,
    /// By node; `NONE` where unreachable.
    number: Vec<u32>,
    /// By number; 0 for what no other node dominates.
    dominator: Vec<u32>,
}

impl Dominators {
    pub(crate) fn new(edges: &Edges, roots: &[usize]) -> Self {
        let n_nodes = edges.n_nodes();
        let mut walk = Walk::new(n_nodes);
        walk.run(edges, roots);
        let dominator = Forest::new(walk.order.len()).dominators(edges, &walk, roots);
        Self { order: walk.order, number: walk.number, dominator }
    }

    pub(crate) fn is_reachable(&self, node: usize) -> bool {
        self.number[node] != NONE
    }

    /// Who dominates `node` most closely.
    pub(crate) fn of(&self, node: usize) -> Option<usize> {
        let number = self.number[node];
        let dominator = *self.dominator.get(number as usize)?;
        (dominator != 0).then(|| self.order[dominator as usize] as usize)
    }

    /// `(node, its dominator)`, those further down the tree first.
    pub(crate) fn bottom_up(&self) -> impl Iterator<Item = (usize, usize)> {
        let numbers = (1..self.order.len()).rev().filter(|it| self.dominator[*it] != 0);
        numbers.map(|it| (self.order[it] as usize, self.order[self.dominator[it] as usize] as usize))
    }
}

/// A depth-first walk.
struct Walk {
    order: Vec<u32>,
    number: Vec<u32>,
    /// By number: the number it was reached from.
    parent: Vec<u32>,
}

impl Walk {
    fn new(n_nodes: usize) -> Self {
        Self { order: vec![NONE], number: vec![NONE; n_nodes], parent: vec![0] }
    }

    fn run(&mut self, edges: &Edges, roots: &[usize]) {
        let mut stack: Vec<(usize, usize)> = Vec::new();
        for root in roots.iter().copied() {
            self.visit(root, 0, &mut stack);
            while let Some((node, next)) = stack.last_mut() {
                let Some(target) = edges.targets(*node).get(*next) else {
                    stack.pop();
                    continue;
                };
                *next += 1;
                let parent = self.number[*node];
                self.visit(*target as usize, parent, &mut stack);
            }
        }
    }

    fn visit(&mut self, node: usize, parent: u32, stack: &mut Vec<(usize, usize)>) {
        if self.number[node] == NONE {
            self.number[node] = self.order.len() as u32;
            self.order.push(node as u32);
            self.parent.push(parent);
            stack.push((node, 0));
        }
    }
}

/// The forest of the algorithm; everything by number.
struct Forest {
    ancestor: Vec<u32>,
    label: Vec<u32>,
    semi: Vec<u32>,
}

impl Forest {
    fn new(n_numbers: usize) -> Self {
        let identity: Vec<u32> = (0..n_numbers as u32).collect();
        Self { ancestor: vec![NONE; n_numbers], label: identity.clone(), semi: identity }
    }

    fn dominators(mut self, edges: &Edges, walk: &Walk, roots: &[usize]) -> Vec<u32> {
        let n_numbers = walk.order.len();
        let mut dominator = vec![0_u32; n_numbers];
        let mut buckets: Vec<Vec<u32>> = vec![Vec::new(); n_numbers];
        let mut is_root = vec![false; n_numbers];
        roots.iter().for_each(|it| is_root[walk.number[*it] as usize] = true);
        for number in (1..n_numbers).rev() {
            if is_root[number] {
                self.semi[number] = 0;
            }
            for source in edges.sources(walk.order[number] as usize) {
                let source = walk.number[*source as usize];
                if source != NONE {
                    let best = self.evaluate(source);
                    self.semi[number] = self.semi[number].min(self.semi[best as usize]);
                }
            }
            buckets[self.semi[number] as usize].push(number as u32);
            let parent = walk.parent[number];
            self.ancestor[number] = parent;
            for waiting in std::mem::take(&mut buckets[parent as usize]) {
                let best = self.evaluate(waiting);
                let is_settled = self.semi[best as usize] == self.semi[waiting as usize];
                dominator[waiting as usize] = if is_settled { parent } else { best };
            }
        }
        for number in 1..n_numbers {
            if dominator[number] != self.semi[number] {
                dominator[number] = dominator[dominator[number] as usize];
            }
        }
        dominator
    }

    /// The number with the smallest semidominator on the way up; shortens the way.
    fn evaluate(&mut self, number: u32) -> u32 {
        if self.ancestor[number as usize] == NONE {
            return number;
        }
        let mut way = Vec::new();
        let mut cursor = number;
        while self.ancestor[self.ancestor[cursor as usize] as usize] != NONE {
            way.push(cursor);
            cursor = self.ancestor[cursor as usize];
        }
        for cursor in way.into_iter().rev() {
            let ancestor = self.ancestor[cursor as usize] as usize;
            if self.semi[self.label[ancestor] as usize] < self.semi[self.label[cursor as usize] as usize] {
                self.label[cursor as usize] = self.label[ancestor];
            }
            self.ancestor[cursor as usize] = self.ancestor[ancestor];
        }
        self.label[number as usize]
    }
}

#[cfg(test)]
mod tests;
