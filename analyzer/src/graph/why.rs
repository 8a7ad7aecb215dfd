//! Why a symbol is in the image.

use std::collections::{BTreeMap, VecDeque};

use serde::{Deserialize, Serialize};

use super::lines::{SourceLine, Written};
use super::{Graph, RootKind, asked, edges, reason, roots};
use crate::error::Error;
use crate::refs::{Reference, ReferenceKind};
use crate::report::anonymous;
use crate::report::assemble::{Findings, Named, named_symbols, rows_by_node};
use crate::report::retained::Weights;

const NONE: usize = usize::MAX;

/// Why a symbol is there, and what goes with it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct Why {
    /// The symbol that was asked for.
    pub symbol: Link,
    /// Bytes it owns.
    pub size_bytes: u64,
    /// Its bytes and those of everything that only it leads to.
    pub retained_bytes: u64,
    /// Of these, bytes that are stored on the device.
    pub retained_flash_bytes: u64,
    /// Of these, bytes that take RAM. Initial values of `.data` count for both parts.
    pub retained_ram_bytes: u64,
    /// Whether anything leads to it; if not, the lists below are empty.
    pub reachable: bool,
    /// Where the path begins.
    pub root: Option<RootKind>,
    /// A shortest way from a root to the symbol; each link says which instruction leads to the next.
    pub path: Vec<Link>,
    /// Whom every way leads through, nearest to the symbol first: if one of these went, so would it.
    pub dominators: Vec<Link>,
    /// The last steps of all ways: if all these references went, the symbol would go.
    pub kept_by: Vec<KeptBy>,
}

/// A place on the way.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct Link {
    /// As in the report: demangled, without the hash, or what data without a symbol is. Only what the
    /// report has no row for is `(anonymous in SECTION)`.
    pub name: String,
    /// First address.
    pub address: u64,
    /// The instruction or word that refers to the next link; absent in the last.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub at_address: Option<u64>,
    /// How it refers to the next link; absent in the last.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub kind: Option<ReferenceKind>,
    /// The source line of what refers to the next link, of inlined code the innermost.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub line: Option<SourceLine>,
    /// Where that is a line of the standard library: the line of one's own that it was inlined into.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub user_line: Option<SourceLine>,
}

/// Somebody who refers to the symbol and would be there without it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct KeptBy {
    /// Demangled, as in [`Link::name`].
    pub name: String,
    /// First address.
    pub address: u64,
    /// The instructions or words that refer to the symbol.
    pub at_addresses: Vec<u64>,
    /// Their source lines, each once: of inlined code the innermost outside of the standard library.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub lines: Vec<SourceLine>,
}

/// Why there is no answer.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum WhyError {
    /// The file cannot be read at all.
    #[error(transparent)]
    Image(#[from] Error),
    /// Nothing is called so.
    #[error("no symbol is called {0:?}")]
    Unknown(String),
    /// Several symbols are called so; some of them.
    #[error("{n_symbols} symbols fit {name:?}, for example {}", .candidates.join(", "))]
    Ambiguous {
        /// What was asked for.
        name: String,
        /// How many there are.
        n_symbols: usize,
        /// At most 20 of them, as they can be asked for: mangled, or with the address (`NAME@0x1000`) where
        /// that does not tell them apart.
        candidates: Vec<String>,
    },
    /// Who refers to whom is not known.
    #[error("{0}")]
    NoGraph(String),
}

/// Answers for what `asked` names.
pub(crate) fn why(findings: &Findings<'_>, asked: &str) -> Result<Why, WhyError> {
    let graph = findings.graph.as_ref();
    let graph = graph.map_err(|it| WhyError::NoGraph(reason(*it, &findings.image.header)))?;
    let rows = named_symbols(findings);
    let node = asked::find(&rows, asked, findings.image)?;
    Ok(Question { findings, graph, row_by_node: rows_by_node(&rows), rows }.answer(node))
}

struct Question<'a, 'image> {
    findings: &'a Findings<'image>,
    graph: &'a Graph,
    /// As the report has them.
    rows: Vec<Named>,
    row_by_node: Vec<Option<usize>>,
}

impl Question<'_, '_> {
    fn answer(&self, node: usize) -> Why {
        let graph = self.graph;
        let path = self.path(node);
        let root = path.first().and_then(|first| graph.roots.iter().find(|it| it.node == *first));
        let dominators = std::iter::successors(graph.dominators.of(node), |it| graph.dominators.of(*it));
        let weights = Weights::of_regions(self.findings.image, self.findings.attribution, graph);
        Why {
            symbol: self.link(node),
            size_bytes: graph.bytes[node],
            retained_bytes: graph.retained_bytes(node),
            retained_flash_bytes: graph.retained(&weights.flash)[node],
            retained_ram_bytes: graph.retained(&weights.ram)[node],
            reachable: graph.is_reachable(node),
            root: root.map(|it| it.kind),
            path: self.links(&path),
            dominators: dominators.map(|it| self.link(it)).collect(),
            kept_by: self.kept_by(node),
        }
    }

    /// Nodes on a shortest way from a root. Of several roots the first has it: the entry point.
    fn path(&self, node: usize) -> Vec<usize> {
        let graph = self.graph;
        let mut came_from = vec![NONE; graph.bytes.len()];
        let mut waiting = VecDeque::new();
        for root in &graph.roots {
            came_from[root.node] = root.node;
            waiting.push_back(root.node);
        }
        while let Some(next) = waiting.pop_front() {
            for target in graph.edges.targets(next).iter().map(|it| *it as usize) {
                if came_from[target] == NONE {
                    came_from[target] = next;
                    waiting.push_back(target);
                }
            }
        }
        if came_from[node] == NONE {
            return Vec::new();
        }
        let back = |it: &usize| Some(came_from[*it]).filter(|from| from != it);
        let mut path: Vec<usize> = std::iter::successors(Some(node), back).collect();
        path.reverse();
        path
    }

    fn links(&self, path: &[usize]) -> Vec<Link> {
        let mut links: Vec<Link> = path.iter().map(|it| self.link(*it)).collect();
        for (link, pair) in links.iter_mut().zip(path.windows(2)) {
            let Some((at, kind)) = self.reference(pair[0], pair[1]) else { continue };
            let Written { innermost, user } = Written::find(self.findings.debug, at, link.address);
            (link.at_address, link.kind) = (Some(at), Some(kind));
            (link.line, link.user_line) = (innermost, user);
        }
        links
    }

    /// What makes the edge from one node to another: where and how.
    fn reference(&self, from: usize, to: usize) -> Option<(u64, ReferenceKind)> {
        let references = &self.graph.references;
        let has = |address: u64, node: usize| references.nodes.all_at(address).any(|it| it == node);
        let is_edge = |it: &Reference| has(it.target_address, to) && has(it.at_address, from);
        references.list.iter().find(is_edge).map(|it| (it.at_address, it.kind))
    }

    /// Who refers to `node` and can be reached without it.
    fn kept_by(&self, node: usize) -> Vec<KeptBy> {
        let graph = self.graph;
        let starts = graph.roots.iter().map(|it| it.node);
        let stays = edges::reach(&graph.edges, starts, |it| it != node);
        let nodes = &graph.references.nodes;
        let mut keepers: BTreeMap<usize, Vec<u64>> = BTreeMap::new();
        let leads_there = |it: &Reference| nodes.all_at(it.target_address).any(|it| it == node);
        for reference in graph.references.list.iter().filter(leads_there) {
            for source in nodes.all_at(reference.at_address).filter(|it| stays[*it]) {
                keepers.entry(source).or_default().push(reference.at_address);
            }
        }
        let keeper = |(source, mut at_addresses): (usize, Vec<u64>)| {
            at_addresses.dedup();
            let Link { name, address, .. } = self.link(source);
            let blamed =
                at_addresses.iter().map(|it| Written::find(self.findings.debug, *it, address).blamed());
            let mut lines: Vec<SourceLine> = blamed.flatten().collect();
            lines.sort();
            lines.dedup();
            KeptBy { name, address, at_addresses, lines }
        };
        keepers.into_iter().map(keeper).collect()
    }

    /// By the row of the report; a piece that nobody could name has none.
    fn link(&self, node: usize) -> Link {
        let row = self.row_by_node.get(node).copied().flatten().map(|it| &self.rows[it].symbol);
        let (name, address) = row.map_or_else(
            || {
                let (address, section) =
                    roots::place(node, self.findings.image, self.findings.attribution, self.graph);
                (anonymous::nameless(&section), address)
            },
            |it| (it.name.clone(), it.run_address),
        );
        Link { name, address, at_address: None, kind: None, line: None, user_line: None }
    }
}
