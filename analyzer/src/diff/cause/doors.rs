//! The references that let new code and data in, as a graph: lines that were there before lead to what was not.

use std::collections::{BTreeMap, BTreeSet};

use super::own;
use super::trace::{Code, Frame, NO_FRAME};
use super::{Explained, Partners, Traced, draft};
use crate::bloat::services::is_of_toolchain;
use crate::report::SymbolKind;

/// Where a cause is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Site {
    /// A line of a function: indices into the trace's files and functions.
    Line { file: u32, line: u32, function: u32, is_library: bool },
    /// A row of which no line is known, or that is data.
    Row(u32),
    /// Whatever keeps a new row that is a root.
    Root(u32),
    /// A new row that nothing refers to.
    Idle(u32),
}

impl Site {
    /// Of several that lead to the same the lowest is named: a line that the reader wrote comes first.
    pub(super) fn rank(self) -> u8 {
        match self {
            Self::Line { is_library: false, .. } => 0,
            Self::Line { is_library: true, .. } => 1,
            Self::Row(_) => 2,
            Self::Root(_) => 3,
            Self::Idle(_) => 4,
        }
    }
}

/// A node of the graph.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Node {
    /// A cause.
    Site(Site),
    /// A row that is new.
    Row(u32),
    /// A function that is new inside of a row that is not: row and function.
    Inlined(u32, u32),
}

/// Bytes, each once, and by where they are.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub(super) struct Weight {
    pub(super) bytes: u64,
    pub(super) flash_bytes: u64,
    pub(super) ram_bytes: u64,
}

impl Weight {
    pub(super) fn add(&mut self, other: Self) {
        self.bytes += other.bytes;
        self.flash_bytes += other.flash_bytes;
        self.ram_bytes += other.ram_bytes;
    }
}

/// What a piece of code is part of.
pub(super) enum Origin {
    /// Something new.
    New(Node),
    /// Something new that a line lets in by inlining it.
    Inlined(Site, Node),
    /// A line, or a row, that was there before.
    Known(Site),
    /// A line of a function that was there before and is inlined now: the line, and the call and what it inlines.
    Moved(Site, (Site, Node)),
}

/// The graph.
pub(super) struct Doors<'a> {
    pub(super) old: &'a Traced,
    pub(super) new: &'a Traced,
    pub(super) partners: &'a Partners,
    /// By old row: the functions that its code was written in.
    functions_of_old: BTreeMap<u32, BTreeSet<&'a str>>,
    /// Functions of old rows that are gone.
    gone: BTreeSet<&'a str>,
    pub(super) gone_lines: own::Lines<'a>,
    pub(super) nodes: Vec<Node>,
    ids: BTreeMap<Node, u32>,
    /// Who leads where.
    pub(super) pairs: Vec<(u32, u32)>,
    /// By node.
    pub(super) weights: Vec<Weight>,
    /// What grew by itself.
    pub(super) own: BTreeMap<Site, Weight>,
    /// A row that has code of a line.
    pub(super) row_of_site: BTreeMap<Site, u32>,
}

/// What `new` has more of than `old`. `partners` tells of each row of `new` which of `old` it is.
pub(super) fn explain(old: &Traced, new: &Traced, partners: &Partners) -> Explained {
    let mut doors = Doors {
        old,
        new,
        partners,
        functions_of_old: functions_by_row(old),
        gone: gone(old, partners),
        gone_lines: own::gone_lines(old, partners),
        nodes: Vec::new(),
        ids: BTreeMap::new(),
        pairs: Vec::new(),
        weights: Vec::new(),
        own: BTreeMap::new(),
        row_of_site: BTreeMap::new(),
    };
    doors.connect();
    own::find(&mut doors);
    draft::explained(&doors)
}

fn functions_by_row(side: &Traced) -> BTreeMap<u32, BTreeSet<&str>> {
    let trace = &side.trace;
    let mut functions: BTreeMap<u32, BTreeSet<&str>> = BTreeMap::new();
    for code in &trace.code {
        let names = trace.chain(code.frame).map(|it| trace.functions[it.function as usize].as_str());
        functions.entry(code.row).or_default().extend(names);
    }
    functions
}

/// Functions that had a row, and have none any more.
fn gone<'a>(old: &'a Traced, partners: &Partners) -> BTreeSet<&'a str> {
    let kept: BTreeSet<u32> = partners.iter().flatten().copied().collect();
    let code = old.trace.code.iter().filter(|it| !kept.contains(&it.row));
    let outermost = code.filter_map(|it| old.trace.chain(it.frame).last());
    outermost.map(|it| old.trace.functions[it.function as usize].as_str()).collect()
}

impl<'a> Doors<'a> {
    /// Whether the old image had no such row. What nobody could name has none either, and takes no bytes.
    pub(super) fn is_new(&self, row: u32) -> bool {
        self.partners.get(row as usize).copied().flatten().is_none()
    }

    pub(super) fn id(&mut self, node: Node) -> u32 {
        let next = self.nodes.len() as u32;
        let id = *self.ids.entry(node).or_insert(next);
        if id == next {
            self.nodes.push(node);
            let weight = match node {
                Node::Row(row) => self.weight_of_row(row),
                Node::Site(_) | Node::Inlined(..) => Weight::default(),
            };
            self.weights.push(weight);
        }
        id
    }

    fn weight_of_row(&self, row: u32) -> Weight {
        let Some(symbol) = self.new.report.symbols.get(row as usize) else { return Weight::default() };
        let (flash_bytes, ram_bytes) = self.new.trace.weights.get(row as usize).copied().unwrap_or_default();
        Weight { bytes: symbol.size_bytes, flash_bytes, ram_bytes }
    }

    /// Some bytes of a row.
    pub(super) fn part_of_row(&self, row: u32, bytes: u64) -> Weight {
        let whole = self.weight_of_row(row);
        let part = |whole_bytes: u64| if whole_bytes > 0 { bytes } else { 0 };
        Weight { bytes, flash_bytes: part(whole.flash_bytes), ram_bytes: part(whole.ram_bytes) }
    }

    pub(super) fn lead(&mut self, from: Node, to: Node) {
        let pair = (self.id(from), self.id(to));
        self.pairs.push(pair);
    }

    fn connect(&mut self) {
        let new = self.new;
        for edge in new.trace.edges.iter().filter(|it| it.from != it.to) {
            if !self.is_new(edge.to) {
                continue;
            }
            let to = Node::Row(edge.to);
            match self.origin(edge.from, edge.frame) {
                Origin::New(from) => self.lead(from, to),
                Origin::Known(Site::Row(row)) if self.is_nameless_root(row) => {
                    self.lead(Node::Site(Site::Root(edge.to)), to);
                }
                Origin::Known(site) | Origin::Moved(site, _) => self.lead(Node::Site(site), to),
                Origin::Inlined(site, from) => {
                    self.lead(Node::Site(site), from);
                    self.lead(from, to);
                }
            }
        }
        for row in (0..new.report.symbols.len() as u32).filter(|it| self.is_new(*it)).collect::<Vec<_>>() {
            self.id(Node::Row(row));
            if new.trace.roots.contains_key(&row) {
                self.lead(Node::Site(Site::Root(row)), Node::Row(row));
            }
        }
    }

    /// Whether it is a table of a linker script, such as `.init_array`: whatever stands there is kept as if it were a root.
    fn is_nameless_root(&self, row: u32) -> bool {
        let symbol = self.new.report.symbols.get(row as usize);
        let is_table = symbol.is_some_and(|it| it.line.is_none() && it.kind != SymbolKind::Function);
        is_table && self.new.trace.roots.contains_key(&row)
    }

    /// What code of a row, of one frame, is part of.
    pub(super) fn origin(&mut self, row: u32, frame: u32) -> Origin {
        if self.is_new(row) {
            return Origin::New(Node::Row(row));
        }
        let trace = &self.new.trace;
        let mut chain: Vec<&Frame> = trace.chain(frame).collect();
        chain.reverse();
        let old_row = self.partners.get(row as usize).copied().flatten();
        let known = old_row.and_then(|it| self.functions_of_old.get(&it));
        let name = |it: &Frame| trace.functions[it.function as usize].as_str();
        let is_known = |it: &Frame| known.is_none_or(|known| known.contains(name(it)));
        let Some(idx) = (1..chain.len()).find(|it| !is_known(chain[*it])) else {
            let site = self.site(&chain, row);
            return Origin::Known(site);
        };
        let door = (self.site(&chain[..idx], row), Node::Inlined(row, chain[idx].function));
        if !self.gone.contains(name(chain[idx])) {
            return Origin::Inlined(door.0, door.1);
        }
        let site = self.site(&chain, row);
        Origin::Moved(site, door)
    }

    fn site(&mut self, chain: &[&Frame], row: u32) -> Site {
        let site = site(self.new, chain, row);
        self.row_of_site.entry(site).or_insert(row);
        site
    }
}

/// The line that somebody could change: the innermost outside of the standard library.
fn site(side: &Traced, chain: &[&Frame], row: u32) -> Site {
    let has_user = chain.iter().any(|it| it.is_user);
    let place = chain.iter().rev().filter(|it| it.is_user || !has_user).find_map(|it| Some((it.line?, it)));
    match place {
        Some(((file, line), frame)) => {
            let is_library = !frame.is_user || is_of_toolchain(&side.trace.files[file as usize]);
            Site::Line { file, line, function: frame.function, is_library }
        }
        None => Site::Row(row),
    }
}

/// The line of code that was there before, and of which nobody asks who let it in.
pub(super) fn own_site(side: &Traced, code: &Code) -> Site {
    let mut chain: Vec<&Frame> = side.trace.chain(code.frame).collect();
    chain.reverse();
    if code.frame == NO_FRAME { Site::Row(code.row) } else { site(side, &chain, code.row) }
}
