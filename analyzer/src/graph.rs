//! What keeps what alive: roots, reachability, dominators and retained sizes over the references.
//!
//! A node is a symbol, or a piece of a gap between symbols that something refers to. What cannot be
//! reached from a root is unreachable. A node *dominates* another if every path from the roots to the
//! other leads through it; its *retained size* is its own bytes and those of all it dominates: what
//! would go if it went.

mod asked;
mod dominators;
mod edges;
mod lines;
mod roots;
pub(crate) mod secure;
mod ways;
mod why;

use std::sync::Arc;

use serde::{Deserialize, Serialize};

use crate::image::Image;
use crate::map::Attribution;
use crate::refs::{EdgeSource, NoReferences, References};
use crate::report::{Endianness, Header};
pub(crate) use asked::with_address;
pub(crate) use dominators::Dominators;
pub(crate) use edges::Edges;
pub(crate) use edges::each_pair;
pub use lines::SourceLine;
pub(crate) use roots::Root;
pub(crate) use ways::Ways;
pub(crate) use why::why;
pub use why::{KeptBy, Link, Why, WhyError};

/// What is known about how the parts of an image refer to each other.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct GraphSummary {
    /// Where the references come from.
    pub edge_source: EdgeSource,
    /// Pairs of places of which one refers to the other.
    pub n_edges: u64,
    /// Calls through registers that were not resolved. What they call is kept alive by whoever
    /// stores its address, so they do not make anything look unreachable.
    pub n_unknown_calls: u64,
    /// Where execution may begin, and what is kept without anybody asking for it. At most 1,024 are listed.
    pub roots: Vec<GraphRoot>,
    /// Bytes of symbols, and of anonymous data between them, that a root leads to.
    pub reachable_bytes: u64,
    /// Bytes of symbols, and of anonymous data between them, that no root leads to.
    pub unreachable_bytes: u64,
}

/// A place where everything begins.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct GraphRoot {
    /// Why it is one.
    pub kind: RootKind,
    /// First address.
    pub address: u64,
    /// The symbol's name as it stands in the symbol table, or the section's.
    pub name: String,
}

/// Why a root is a root.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[serde(rename_all = "lowercase")]
pub enum RootKind {
    /// The entry point of the ELF header.
    Entry,
    /// In a vector table: hardware looks there.
    Vector,
    /// In a section that linker scripts keep, such as `.init_array`, or in an array that they gather.
    Kept,
    /// What a shared library offers to others.
    Exported,
    /// A secure service that the other world calls: ARM's TrustZone.
    Secure,
}

/// The graph of one image.
#[derive(Debug)]
pub(crate) struct Graph {
    pub(crate) references: Arc<References>,
    pub(crate) roots: Vec<Root>,
    /// Own bytes by node.
    bytes: Vec<u64>,
    edges: Edges,
    dominators: Dominators,
    /// By node.
    retained_bytes: Vec<u64>,
}

impl Graph {
    pub(crate) fn new(
        image: &Image<'_>,
        attribution: &Attribution,
        source: Option<EdgeSource>,
    ) -> Result<Self, NoReferences> {
        Ok(Self::of(image, attribution, References::find(image, attribution, source)?))
    }

    pub(crate) fn of(image: &Image<'_>, attribution: &Attribution, references: References) -> Self {
        let owners = attribution.owners.iter().map(|it| it.bytes);
        let pieces = references.nodes.pieces.iter().map(|it| it.span.size());
        let bytes: Vec<u64> = owners.chain(pieces).collect();
        let edges = Edges::new(&references, bytes.len());
        let roots = roots::find(image, &references);
        let starts: Vec<usize> = roots.iter().map(|it| it.node).collect();
        let dominators = Dominators::new(&edges, &starts);
        let retained_bytes = retained(&bytes, &dominators);
        Self { references: Arc::new(references), roots, bytes, edges, dominators, retained_bytes }
    }

    /// The same with more edges, which no reference is behind.
    pub(crate) fn with_edges(&self, more: &[(u32, u32)]) -> Self {
        let n_nodes = self.bytes.len();
        let known =
            (0..n_nodes).flat_map(|from| self.edges.targets(from).iter().map(move |to| (from as u32, *to)));
        let edges = Edges::of_pairs(known.chain(more.iter().copied()).collect(), n_nodes);
        let starts: Vec<usize> = self.roots.iter().map(|it| it.node).collect();
        let dominators = Dominators::new(&edges, &starts);
        let retained_bytes = retained(&self.bytes, &dominators);
        let (references, roots, bytes) =
            (Arc::clone(&self.references), self.roots.clone(), self.bytes.clone());
        Self { references, roots, bytes, edges, dominators, retained_bytes }
    }

    /// Who refers to a node.
    pub(crate) fn referrers(&self, node: usize) -> impl Iterator<Item = usize> {
        self.edges.sources(node).iter().map(|it| *it as usize)
    }

    /// Whom a node refers to.
    pub(crate) fn targets(&self, node: usize) -> impl Iterator<Item = usize> {
        self.edges.targets(node).iter().map(|it| *it as usize)
    }

    pub(crate) fn is_reachable(&self, node: usize) -> bool {
        self.dominators.is_reachable(node)
    }

    pub(crate) fn retained_bytes(&self, node: usize) -> u64 {
        self.retained_bytes[node]
    }

    /// What an owner's code looks like in any build, as the report writes it; `None` for short functions.
    pub(crate) fn fingerprint(&self, owner: usize) -> Option<String> {
        let body = self.references.bodies.get(owner).copied().flatten()?.loose;
        body.sketch.map(|it| format!("{:08x}{it:016x}", body.hash))
    }

    /// The part of it that tells equal code only, also of short functions.
    pub(crate) fn code_hash(&self, owner: usize) -> Option<String> {
        let body = self.references.bodies.get(owner).copied().flatten()?;
        Some(format!("{:08x}", body.loose.hash))
    }

    /// Who refers to `node`, where that is one.
    pub(crate) fn only_source(&self, node: usize) -> Option<usize> {
        match self.edges.sources(node) {
            [source] => Some(*source as usize),
            _ => None,
        }
    }

    /// Who refers to `node`.
    pub(crate) fn sources(&self, node: usize) -> impl Iterator<Item = usize> {
        self.edges.sources(node).iter().map(|it| *it as usize)
    }

    /// By node: whether every way to it leads through `dominator`, or it is that.
    pub(crate) fn dominated_by(&self, dominator: usize) -> Vec<bool> {
        let mut is_dominated = vec![false; self.bytes.len()];
        is_dominated[dominator] = true;
        let tree: Vec<(usize, usize)> = self.dominators.bottom_up().collect();
        for (node, parent) in tree.into_iter().rev().filter(|(node, _)| *node != dominator) {
            is_dominated[node] = is_dominated[parent];
        }
        is_dominated
    }

    /// How much work one question of [`Self::retained_bytes_of`] is.
    pub(crate) fn size(&self) -> usize {
        self.bytes.len() + self.edges.len()
    }

    /// What would go if all symbols went that `is_gone` says: their own bytes and what only they lead to.
    pub(crate) fn retained_bytes_of(&self, is_gone: impl Fn(usize) -> bool) -> u64 {
        let gone = self.gone_without(|node| self.references.nodes.is_owner(node) && is_gone(node));
        gone.into_iter().map(|it| self.bytes[it]).sum()
    }

    /// The nodes that would go if all went that `is_gone` says.
    pub(crate) fn gone_without(&self, is_gone: impl Fn(usize) -> bool) -> Vec<usize> {
        let starts = self.roots.iter().map(|it| it.node);
        let stays = edges::reach(&self.edges, starts, |it| !is_gone(it));
        let goes = |it: &usize| !stays[*it] && (self.is_reachable(*it) || is_gone(*it));
        (0..self.bytes.len()).filter(goes).collect()
    }

    /// The same for up to 64 sets of nodes at once. By node, bit `n` of `is_gone` says whether it is in the
    /// set `n`, and bit `n` of the answer whether it would go with that.
    pub(crate) fn gone_without_each(&self, is_gone: &[u64]) -> Vec<u64> {
        let stays = edges::reach_past(&self.edges, self.roots.iter().map(|it| it.node), is_gone);
        let goes = |node: usize| {
            let asked = if self.is_reachable(node) { u64::MAX } else { is_gone[node] };
            !stays[node] & asked
        };
        (0..self.bytes.len()).map(goes).collect()
    }

    /// Own bytes by node.
    pub(crate) fn bytes(&self) -> &[u64] {
        &self.bytes
    }

    /// The section of each node.
    pub(crate) fn sections(&self, attribution: &Attribution) -> impl Iterator<Item = usize> {
        let pieces = self.references.nodes.pieces.iter().map(|it| it.section_idx);
        attribution.owners.iter().map(|it| it.section_idx).chain(pieces)
    }

    /// Sums of `own` over each node and all that it dominates.
    pub(crate) fn retained(&self, own: &[u64]) -> Vec<u64> {
        retained(own, &self.dominators)
    }

    /// A tree of ways from the roots.
    pub(crate) fn ways(&self) -> Ways {
        let roots: Vec<usize> = self.roots.iter().map(|it| it.node).collect();
        Ways::new(&self.edges, &roots)
    }

    pub(crate) fn n_nodes(&self) -> usize {
        self.bytes.len()
    }

    /// The figures and the roots.
    pub(crate) fn summary(&self, image: &Image<'_>, attribution: &Attribution) -> GraphSummary {
        let sum = |is_reachable: bool| {
            let nodes = (0..self.bytes.len()).filter(|it| self.is_reachable(*it) == is_reachable);
            nodes.map(|it| self.bytes[it]).sum()
        };
        GraphSummary {
            edge_source: self.references.source,
            n_edges: self.edges.len() as u64,
            n_unknown_calls: self.references.n_unknown_calls,
            roots: roots::describe(image, attribution, self),
            reachable_bytes: sum(true),
            unreachable_bytes: sum(false),
        }
    }
}

/// Own bytes and those of all dominated nodes; what is unreachable retains itself.
fn retained(bytes: &[u64], dominators: &Dominators) -> Vec<u64> {
    let mut retained = bytes.to_vec();
    for (node, dominator) in dominators.bottom_up() {
        retained[dominator] += retained[node];
    }
    retained
}

/// Why there is no graph, as a clause.
pub(crate) fn reason(missing: NoReferences, header: &Header) -> String {
    match missing {
        NoReferences::Unlinked => "an object file has no addresses yet, so there is no graph".into(),
        NoReferences::NoDecoder => {
            let order = if header.endianness == Endianness::Big { "big-endian " } else { "" };
            let machine = &header.machine;
            format!("no decoder for {order}{machine} and no relocations, so nothing is said about references")
        }
        NoReferences::NoSymbols => "there are no symbols, so there is no graph".into(),
        NoReferences::TooLarge => "the references are beyond the limits of this analysis".into(),
    }
}
