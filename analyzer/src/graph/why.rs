//! Why a symbol is in the image.

use std::collections::{BTreeMap, VecDeque};

use serde::{Deserialize, Serialize};

use super::lines::{SourceLine, Written};
use super::{Graph, RootKind, edges, reason, roots};
use crate::debug::DebugInfo;
use crate::error::Error;
use crate::image::Image;
use crate::map::Attribution;
use crate::names;
use crate::refs::{Reference, ReferenceKind};
use crate::report::retained::Weights;

/// As many names are listed where one fits several symbols.
const MAX_CANDIDATES: usize = 20;

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
    /// Demangled, without the hash; `(anonymous in SECTION)` for data without a symbol.
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
        /// At most 20 of them, mangled.
        candidates: Vec<String>,
    },
    /// Who refers to whom is not known.
    #[error("{0}")]
    NoGraph(String),
}

/// Answers for the symbol called `name`.
pub(crate) fn why(
    image: &Image<'_>,
    attribution: &Attribution,
    debug: &DebugInfo<'_>,
    name: &str,
) -> Result<Why, WhyError> {
    let graph =
        Graph::new(image, attribution, None).map_err(|it| WhyError::NoGraph(reason(it, &image.header)))?;
    let mut asked = Question { image, attribution, graph: &graph, debug, reader: names::Reader::new() };
    let node = asked.find(name)?;
    Ok(asked.answer(node))
}

struct Question<'image, 'a> {
    image: &'image Image<'image>,
    attribution: &'image Attribution,
    graph: &'image Graph,
    debug: &'image DebugInfo<'a>,
    reader: names::Reader,
}

impl Question<'_, '_> {
    /// The one owner that is called so: mangled or alias, then as shown, then by the end of its path.
    fn find(&mut self, name: &str) -> Result<usize, WhyError> {
        let image = self.image;
        let owners = &self.attribution.owners;
        let is_mangled = |it: &usize| image.symbols[*it].name == name.as_bytes();
        let by_symbol = |owner: &usize| {
            let owner = &owners[*owner];
            is_mangled(&owner.symbol_idx) || owner.aliases.iter().any(is_mangled)
        };
        let mangled: Vec<usize> = (0..owners.len()).filter(by_symbol).collect();
        if let [owner, ..] = mangled[..] {
            return self.only(name, if mangled.len() == 1 { vec![owner] } else { mangled });
        }
        let shown: Vec<String> = (0..owners.len()).map(|it| self.link(it).name).collect();
        let suffix = format!("::{name}");
        let exact = (0..owners.len()).filter(|it| shown[*it] == name).collect();
        let ending = (0..owners.len()).filter(|it| shown[*it].ends_with(&suffix)).collect();
        let fitting = [exact, ending].into_iter().find(|it: &Vec<usize>| !it.is_empty());
        self.only(name, fitting.unwrap_or_default())
    }

    fn only(&self, name: &str, fitting: Vec<usize>) -> Result<usize, WhyError> {
        let mangled = |it: &usize| {
            let symbol = &self.image.symbols[self.attribution.owners[*it].symbol_idx];
            String::from_utf8_lossy(symbol.name).into_owned()
        };
        match fitting[..] {
            [] => Err(WhyError::Unknown(name.to_owned())),
            [node] => Ok(node),
            _ => Err(WhyError::Ambiguous {
                name: name.to_owned(),
                n_symbols: fitting.len(),
                candidates: fitting.iter().take(MAX_CANDIDATES).map(mangled).collect(),
            }),
        }
    }

    fn answer(&mut self, node: usize) -> Why {
        let graph = self.graph;
        let path = self.path(node);
        let root = path.first().and_then(|first| graph.roots.iter().find(|it| it.node == *first));
        let dominators = std::iter::successors(graph.dominators.of(node), |it| graph.dominators.of(*it));
        let weights = Weights::of_regions(self.image, self.attribution, graph);
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

    fn links(&mut self, path: &[usize]) -> Vec<Link> {
        let mut links: Vec<Link> = path.iter().map(|it| self.link(*it)).collect();
        for (link, pair) in links.iter_mut().zip(path.windows(2)) {
            let Some((at, kind)) = self.reference(pair[0], pair[1]) else { continue };
            let Written { innermost, user } = Written::find(self.debug, at, link.address);
            (link.at_address, link.kind) = (Some(at), Some(kind));
            (link.line, link.user_line) = (innermost, user);
        }
        links
    }

    /// What makes the edge from one node to another: where and how.
    fn reference(&self, from: usize, to: usize) -> Option<(u64, ReferenceKind)> {
        let references = &self.graph.references;
        let node = |address: u64| references.nodes.at(address);
        let is_edge =
            |it: &Reference| node(it.target_address) == Some(to) && node(it.at_address) == Some(from);
        references.list.iter().find(is_edge).map(|it| (it.at_address, it.kind))
    }

    /// Who refers to `node` and can be reached without it.
    fn kept_by(&mut self, node: usize) -> Vec<KeptBy> {
        let graph = self.graph;
        let starts = graph.roots.iter().map(|it| it.node);
        let stays = edges::reach(&graph.edges, starts, |it| it != node);
        let nodes = &graph.references.nodes;
        let mut keepers: BTreeMap<usize, Vec<u64>> = BTreeMap::new();
        for reference in graph.references.list.iter().filter(|it| nodes.at(it.target_address) == Some(node)) {
            if let Some(source) = nodes.at(reference.at_address).filter(|it| stays[*it]) {
                keepers.entry(source).or_default().push(reference.at_address);
            }
        }
        let keeper = |(source, mut at_addresses): (usize, Vec<u64>)| {
            at_addresses.dedup();
            let Link { name, address, .. } = self.link(source);
            let blamed = at_addresses.iter().map(|it| Written::find(self.debug, *it, address).blamed());
            let mut lines: Vec<SourceLine> = blamed.flatten().collect();
            lines.sort();
            lines.dedup();
            KeptBy { name, address, at_addresses, lines }
        };
        keepers.into_iter().map(keeper).collect()
    }

    fn link(&mut self, node: usize) -> Link {
        let (address, text) = roots::place(node, self.image, self.attribution, self.graph);
        let name = if self.graph.references.nodes.is_owner(node) {
            self.reader.read(&text).text
        } else {
            format!("(anonymous in {text})")
        };
        Link { name, address, at_address: None, kind: None, line: None, user_line: None }
    }
}
