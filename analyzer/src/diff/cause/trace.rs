//! Which source lines the code of one image is from, and which of them refer to what.

use std::collections::BTreeMap;

use crate::bloat::machinery::Part;
use crate::debug::chains::{Author, Chains, FunctionId, Link};
use crate::debug::sweep::Line;
use crate::graph::{Graph, RootKind};
use crate::refs::{Places, References};
use crate::report::assemble::{Findings, Named, named_symbols, rows_by_node};
use crate::report::retained::Weights;
use crate::report::{Report, Symbol};
use crate::span::Span;

/// In place of a frame: nothing is known of the source.
pub(super) const NO_FRAME: u32 = u32::MAX;

/// A function that code was written in, or inlined into, and the line there.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Frame {
    /// What this was inlined into, or [`NO_FRAME`].
    pub(super) parent: u32,
    /// Index into [`Trace::functions`].
    pub(super) function: u32,
    /// Index into [`Trace::files`], and the line.
    pub(super) line: Option<(u32, u32)>,
    /// Whether somebody else than the standard library has written it.
    pub(super) is_user: bool,
}

/// Bytes of a row that are from one frame.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Code {
    pub(super) row: u32,
    pub(super) frame: u32,
    pub(super) bytes: u64,
}

/// A row that refers to another.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(super) struct Edge {
    pub(super) from: u32,
    pub(super) to: u32,
    /// Of the instruction that refers.
    pub(super) frame: u32,
}

/// What a comparison needs to know of an image besides its report. Rows are those of the report's symbols; behind them
/// come those that nobody could name.
#[derive(Debug, Default)]
pub struct Trace {
    pub(super) files: Vec<String>,
    pub(super) functions: Vec<String>,
    pub(super) frames: Vec<Frame>,
    /// By row.
    pub(super) code: Vec<Code>,
    pub(super) edges: Vec<Edge>,
    pub(super) roots: BTreeMap<u32, RootKind>,
    pub(super) n_rows: usize,
    /// By row: bytes that are stored, and bytes that take RAM.
    pub(super) weights: Vec<(u64, u64)>,
    /// By row.
    pub(super) parts: Vec<Part>,
    /// By row: the object file, as the linker's map says, else the compile unit.
    pub(super) objects: Vec<Option<Object>>,
}

/// What came into the image together.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Object {
    /// `libc_nano.a(lib_a-printf.o)`.
    File(String),
    /// Index into the report's units.
    Unit(usize),
}

impl Trace {
    pub(crate) fn new(findings: &Findings<'_>, report: &Report) -> Self {
        let rows = named_symbols(findings);
        let Ok(graph) = findings.graph.as_ref() else { return Self::without_graph(&rows) };
        let rows_of = RowOfNode::new(&rows, graph.n_nodes());
        let places = Places::new(findings.image, findings.attribution);
        let mut chains = Chains::new(findings.debug);
        let mut frames = Frames::default();
        let runs = runs(&places, &mut chains, &mut frames);
        let mut trace = Self::without_graph(&rows);
        trace.n_rows = rows_of.n_rows;
        trace.weights = weights(findings, graph, &rows_of);
        trace.parts.resize(rows_of.n_rows, Part::None);
        trace.code = code(&graph.references, &runs, &rows_of, places.machine.pointer_bytes());
        trace.edges = edges(&graph.references, &runs, &rows_of);
        trace.roots = graph.roots.iter().map(|it| (rows_of.row(it.node), it.kind)).collect();
        let name = |it: &FunctionId| chains.describe(*it).0.unwrap_or_default();
        trace.functions = frames.functions.iter().map(name).collect();
        trace.frames = frames.list;
        trace.files = chains.finish();
        trace.objects = rows.iter().zip(&report.symbols).map(|(row, it)| object(findings, row, it)).collect();
        trace
    }

    fn without_graph(rows: &[Named]) -> Self {
        let n_rows = rows.len();
        let parts = rows.iter().map(|it| it.part).collect();
        Self { n_rows, weights: vec![(0, 0); n_rows], parts, ..Self::default() }
    }

    /// The function that a row's code was written as.
    pub(super) fn function_of(&self, row: u32) -> Option<&str> {
        let code = self.code.get(self.code.partition_point(|it| it.row < row))?;
        let outermost = self.chain(code.frame).last().filter(|_| code.row == row)?;
        Some(&self.functions[outermost.function as usize])
    }

    /// From the innermost to the outermost.
    pub(super) fn chain(&self, frame: u32) -> impl Iterator<Item = &Frame> {
        let parent = |it: &&Frame| self.frames.get(it.parent as usize);
        std::iter::successors(self.frames.get(frame as usize), parent)
    }
}

/// Rows by node.
struct RowOfNode {
    rows: Vec<u32>,
    n_rows: usize,
}

impl RowOfNode {
    fn new(named: &[Named], n_nodes: usize) -> Self {
        let by_node = rows_by_node(named);
        let mut n_rows = named.len();
        let mut nameless = || {
            n_rows += 1;
            n_rows - 1
        };
        let known = |node: usize| by_node.get(node).copied().flatten();
        let rows = (0..n_nodes).map(|it| known(it).unwrap_or_else(&mut nameless) as u32).collect();
        Self { rows, n_rows }
    }

    fn row(&self, node: usize) -> u32 {
        self.rows[node]
    }
}

/// Frames, each once.
#[derive(Default)]
struct Frames {
    list: Vec<Frame>,
    known: BTreeMap<(u32, FunctionId, Option<Line>), u32>,
    functions: Vec<FunctionId>,
    function_ids: BTreeMap<FunctionId, u32>,
}

impl Frames {
    /// The innermost of a chain whose outermost comes first.
    fn of(&mut self, chain: &[Link]) -> u32 {
        let mut parent = NO_FRAME;
        for link in chain {
            let next = self.list.len() as u32;
            let key = (parent, link.function, link.line);
            let known = *self.known.entry(key).or_insert(next);
            if known == next {
                let function = self.function(link.function);
                let line = link.line.map(|(file, line)| (file as u32, line));
                self.list.push(Frame { parent, function, line, is_user: link.author == Author::User });
            }
            parent = known;
        }
        parent
    }

    fn function(&mut self, id: FunctionId) -> u32 {
        let next = self.functions.len() as u32;
        let known = *self.function_ids.entry(id).or_insert(next);
        if known == next {
            self.functions.push(id);
        }
        known
    }
}

/// Code that is from one frame, by address.
type Runs = Vec<(Span, u32)>;

fn runs(places: &Places<'_>, chains: &mut Chains<'_, '_>, frames: &mut Frames) -> Runs {
    let mut runs = Runs::new();
    for place in places.list.iter().filter(|it| places.section(it).is_executable) {
        chains.runs(place.span, |span, chain| runs.push((span, frames.of(chain))));
    }
    runs
}

fn frame_at(runs: &Runs, address: u64) -> u32 {
    let idx = runs.partition_point(|it| it.0.end() <= address);
    runs.get(idx).filter(|it| it.0.contains_address(address)).map_or(NO_FRAME, |it| it.1)
}

/// Bytes by row and frame. A literal is the line's that loads it, wherever the compiler put it.
fn code(references: &References, runs: &Runs, rows: &RowOfNode, literal_bytes: u64) -> Vec<Code> {
    let mut sums: BTreeMap<(u32, u32), u64> = BTreeMap::new();
    let nodes = &references.nodes;
    for (span, frame) in runs {
        let mut rest = *span;
        while let Some((home, node)) = nodes.find(rest.start()).filter(|_| !rest.is_empty()) {
            let behind = rest.from(home.end());
            *sums.entry((rows.row(node), *frame)).or_default() += rest.size() - behind.size();
            rest = behind;
        }
    }
    let mut literals: Vec<(u64, u64)> = references.literals_by_load.iter().map(|it| (it.1, it.0)).collect();
    literals.sort_unstable();
    literals.dedup_by_key(|it| it.0);
    for (word, load) in literals {
        let Some(row) = nodes.at(word).map(|it| rows.row(it)) else { continue };
        let (beside, loader) = (frame_at(runs, word), frame_at(runs, load));
        let Some(sum) = sums.get_mut(&(row, beside)).filter(|it| **it >= literal_bytes) else { continue };
        *sum -= literal_bytes;
        *sums.entry((row, loader)).or_default() += literal_bytes;
    }
    sums.into_iter().map(|((row, frame), bytes)| Code { row, frame, bytes }).collect()
}

fn edges(references: &References, runs: &Runs, rows: &RowOfNode) -> Vec<Edge> {
    let nodes = &references.nodes;
    let mut edges = Vec::new();
    let mut add = |from: usize, to: usize, frame: u32| {
        let (from, to) = (rows.row(from), rows.row(to));
        if from != to {
            edges.push(Edge { from, to, frame });
        }
    };
    let mut connect = |at: u64, target: u64| {
        let frame = frame_at(runs, at);
        for from in nodes.all_at(at) {
            nodes.all_at(target).for_each(|to| add(from, to, frame));
        }
    };
    references.list.iter().for_each(|it| connect(it.at_address, it.target_address));
    references.pool_loads.iter().for_each(|(pool, at)| connect(*at, *pool));
    let first_piece = rows.rows.len() - nodes.pieces.len();
    for (idx, _) in nodes.pieces.iter().enumerate().filter(|it| it.1.follows && first_piece + it.0 > 0) {
        add(first_piece + idx - 1, first_piece + idx, NO_FRAME);
    }
    edges.sort_unstable();
    edges.dedup();
    edges
}

fn object(findings: &Findings<'_>, row: &Named, symbol: &Symbol) -> Option<Object> {
    let inputs = &findings.attribution.inputs;
    let file = inputs.name_at(row.section_idx, symbol.run_address).and_then(|it| it.rsplit_once(" of "));
    let file = file.map(|it| Object::File(it.1.to_owned()));
    file.or_else(|| symbol.unit.map(Object::Unit))
}

fn weights(findings: &Findings<'_>, graph: &Graph, rows: &RowOfNode) -> Vec<(u64, u64)> {
    let by_node = Weights::of_regions(findings.image, findings.attribution, graph);
    let mut weights = vec![(0, 0); rows.n_rows];
    for (node, pair) in by_node.flash.into_iter().zip(by_node.ram).enumerate() {
        weights[rows.row(node) as usize] = pair;
    }
    weights
}
