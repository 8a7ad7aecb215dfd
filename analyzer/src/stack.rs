//! The stack at its worst: frames, the calls between functions, and the deepest way from each root.
//!
//! Frames come from what compilers write down (`.stack_sizes`, call frame information) and from the
//! instructions that move the stack pointer. Each of these can only miss something (`.stack_sizes` knows
//! no assembly, call frame information nothing below a frame pointer, instructions not what is computed
//! at run time), so the greatest counts. A frame is gone when its function jumps on with nothing taken.

mod calls;
mod circle;
mod frames;
mod names;
mod room;
mod roots;
mod threads;
mod vtables;
mod walk;
mod way;
mod worst;

use std::collections::BTreeMap;

use crate::graph::Graph;
use crate::image::Image;
use crate::refs::{self, Places};
use crate::report::assemble::{Findings, Named};
use crate::report::{Region, StackFrame, StackRoot, StackRootKind, StackUse, UnknownCalls};
use calls::Calls;
use names::Names;
use roots::Entry;
use threads::Thread;
use worst::Worst;

/// More code than this is no firmware's, and its stack is not looked at.
const MAX_CODE_BYTES: u64 = 1 << 25;

/// What Cortex-M stores for an interrupt: eight words, and one to align.
const ARM_FRAME_BYTES: u64 = 36;
/// The registers of floating point besides, where anything uses them.
const ARM_FLOAT_BYTES: u64 = 72;

/// Whether there is too much code to look at; the report then says so.
pub(crate) fn is_beyond_limit(image: &Image<'_>) -> bool {
    let code = image.sections.iter().filter(|it| it.is_executable);
    code.map(|it| it.size()).sum::<u64>() > MAX_CODE_BYTES
}

/// Finds the worst of every root, and enters the frames into the rows of symbols. `None` where nothing
/// can follow the code.
pub(crate) fn measure(findings: &Findings<'_>, rows: &mut [Named], regions: &[Region]) -> Option<StackUse> {
    let Findings { image, attribution, .. } = *findings;
    let graph = findings.graph.as_ref().ok()?;
    let places = refs::places(image, attribution).ok().filter(|_| !is_beyond_limit(image))?;
    // Before the walk, which keeps all calls in mind: looking for tables takes room for a while.
    let vtables = vtables::find(&places, &graph.references, attribution);
    let walked = walk::walk(&places, &graph.references)?;
    let frames = frames::read(image, &graph.references.nodes);
    let names = Names::new(rows);
    let calls = Calls::new(&places, (graph, vtables), (&walked, &frames), &names);
    let has_float = walked.has_float;
    let threads = threads::find(&places, (graph, &names), &walked.started);
    drop((walked, frames.bytes));
    let (asked, unresolved_roots) = roots::asked(&calls, &names, findings.stack_roots);
    let asked: Vec<Entry> = asked.into_iter().chain(threads.keys().map(|it| Entry::of_task(*it))).collect();
    let entries = roots::find((&places, graph), (&names, &calls), &asked);
    let worst = Worst::new(&calls.callers);
    let program = Program { places: &places, graph, names, calls: &calls, worst: &worst, threads: &threads };
    let ways_in = program.ways_in(&entries);
    let is_reached = calls.reached(ways_in.iter().map(|it| it.0));
    let roots = program.roots(&ways_in, has_float);
    let of_row = |number: &usize| program.row(*number);
    let unknown = calls.unknown.iter().filter(|(it, _)| is_reached[**it]);
    let stack = StackUse {
        source: frames.source,
        unresolved_roots,
        headroom: program.headroom(&roots, regions),
        recursions: program.recursions(&is_reached),
        growing_frames: calls.growing.iter().filter(|it| is_reached[**it]).filter_map(of_row).collect(),
        unknown_calls: unknown
            .filter_map(|(it, at)| Some(UnknownCalls { symbol: of_row(it)?, at_addresses: at.clone() }))
            .collect(),
        roots,
    };
    let frames: Vec<(usize, u64)> = (0..calls.nodes.len())
        .filter_map(|it| Some((program.row(it)?, calls.callers[it].frame_bytes)))
        .collect();
    frames.into_iter().for_each(|(row, bytes)| rows[row].symbol.frame_bytes = Some(bytes));
    Some(stack)
}

/// All that is known, to be put into words.
struct Program<'a> {
    places: &'a Places<'a>,
    graph: &'a Graph,
    names: Names<'a>,
    calls: &'a Calls,
    worst: &'a Worst,
    /// By the node of what they run.
    threads: &'a BTreeMap<usize, Thread>,
}

impl Program<'_> {
    /// Numbers of functions: what the entries name, and the deepest panic that these lead to.
    fn ways_in(&self, entries: &[Entry]) -> Vec<(usize, StackRootKind)> {
        let numbered = entries.iter().filter_map(|it| Some((self.calls.number(it.node)?, it.kind)));
        let mut ways: Vec<(usize, StackRootKind)> = numbered.collect();
        let is_reached = self.calls.reached(ways.iter().map(|it| it.0));
        let panic = self.calls.panics(&is_reached).max_by_key(|it| self.worst.bytes(*it));
        ways.extend(panic.map(|it| (it, StackRootKind::Panic)));
        ways
    }

    /// The main program, then tasks and interrupts by need, then panics.
    fn roots(&self, ways_in: &[(usize, StackRootKind)], has_float: bool) -> Vec<StackRoot> {
        let hardware_bytes = match self.places.machine.is_thumb() {
            true if has_float => ARM_FRAME_BYTES + ARM_FLOAT_BYTES,
            true => ARM_FRAME_BYTES,
            false => 0,
        };
        let stored = |kind| if kind == StackRootKind::Interrupt { hardware_bytes } else { 0 };
        let mut roots: Vec<StackRoot> =
            ways_in.iter().map(|(number, kind)| self.root(*number, *kind, stored(*kind))).collect();
        roots.sort_by(|a, b| {
            (a.kind.cmp(&b.kind))
                .then_with(|| b.worst_bytes.cmp(&a.worst_bytes))
                .then_with(|| a.name.cmp(&b.name))
        });
        roots
    }

    fn root(&self, number: usize, kind: StackRootKind, hardware_bytes: u64) -> StackRoot {
        let frame = |(number, has_released): (usize, bool)| {
            let node = self.calls.node(number)?;
            Some(StackFrame {
                symbol: self.names.row(node),
                name: self.names.shown(node, self.places.image, self.graph),
                frame_bytes: if has_released { 0 } else { self.calls.callers[number].frame_bytes },
            })
        };
        let mut path: Vec<StackFrame> = self.worst.path(number).into_iter().filter_map(frame).collect();
        // Nobody calls reset, so whoever first takes something has no return address to keep.
        let return_bytes =
            if kind == StackRootKind::Main { self.places.machine.call_saves_bytes() } else { 0 };
        let first = path.iter_mut().find(|it| it.frame_bytes > 0);
        let spared_bytes = first.map_or(0, |it| {
            let spared_bytes = it.frame_bytes.min(return_bytes);
            it.frame_bytes -= spared_bytes;
            spared_bytes
        });
        let node = self.calls.nodes.get(number).filter(|_| kind == StackRootKind::Task);
        let thread = node.and_then(|it| self.threads.get(it));
        StackRoot {
            thread: thread.and_then(|it| it.name.clone()),
            stack_bytes: thread.and_then(|it| it.stack_bytes),
            name: path.first().map_or_else(String::new, |it| it.name.clone()),
            kind,
            worst_bytes: self.worst.bytes(number).saturating_add(hardware_bytes).saturating_sub(spared_bytes),
            hardware_bytes,
            uncertain_because: self.worst.doubts(number).list(),
            path,
        }
    }

    fn row(&self, number: usize) -> Option<usize> {
        self.calls.nodes.get(number).and_then(|node| self.names.row(*node))
    }

    /// The circles on ways from roots.
    fn recursions(&self, is_reached: &[bool]) -> Vec<Vec<usize>> {
        let rows = |circle: &Vec<usize>| circle.iter().filter_map(|it| self.row(*it)).collect();
        let mut circles: Vec<Vec<usize>> =
            self.worst.circles.iter().filter(|it| it.iter().any(|it| is_reached[*it])).map(rows).collect();
        circles.retain(|it| !it.is_empty());
        circles
    }
}
