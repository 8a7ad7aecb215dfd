//! Checks that a profile left on: overflow of arithmetic, preconditions of unsafe functions.
//!
//! A check is a call of a function that only such checks call, in a block that a branch of its own leads
//! to. Without it go: the calls and branches, the functions and what only they lead to, and the records of
//! source locations that only these calls hand over. What the optimiser makes of the rest comes on top.

use std::collections::{BTreeMap, BTreeSet};

use super::kinds::{self, Kind};
use super::{Case, Saving, grouped, insight, margins};
use crate::graph::Graph;
use crate::isa::Machine;
use crate::refs::{Reference, ReferenceKind};
use crate::report::{Certainty, Insight, SymbolKind};
use crate::span::Span;

/// `core::panicking::panic_const::panic_const_add_overflow` and its kin. Those of division and remainder
/// stay without the checks, since the language asks for them.
const OVERFLOWS: [&str; 6] = ["add", "sub", "mul", "neg", "shl", "shr"];
/// What older compilers hand over to `panic` instead.
const OVERFLOW_TEXTS: [&str; 6] = [
    "attempt to add with overflow",
    "attempt to subtract with overflow",
    "attempt to multiply with overflow",
    "attempt to negate with overflow",
    "attempt to shift left with overflow",
    "attempt to shift right with overflow",
];
const PRECONDITION_TEXT: &str = "unsafe precondition(s) violated";
/// A location is loaded at most so far before the call it is for.
const MAX_DISTANCE: u64 = 16;

/// Both sorts of checks.
pub(super) fn advise(case: &Case<'_>) -> Vec<Insight> {
    let overflow = Checks { kind: kinds::OVERFLOW_CHECKS, is_function: is_overflow, texts: &OVERFLOW_TEXTS };
    let assertions = Checks {
        kind: kinds::DEBUG_ASSERTIONS,
        is_function: is_precondition,
        texts: std::slice::from_ref(&PRECONDITION_TEXT),
    };
    let Some(graph) = case.graph else { return Vec::new() };
    let advice = |checks: Checks, what: &str, key: &str| {
        let cut = Cut::new(case, graph, &checks)?;
        let saving = Saving::of_flash(cut.saves_bytes(graph), Certainty::AtLeast);
        let n_calls = cut.calls.len();
        let advice = format!(
            "{what} are on: {} places call them. `{key} = false` in the profile.",
            grouped(n_calls as u64)
        );
        Some(insight(checks.kind, advice, saving, cut.evidence()))
    };
    let overflow = advice(overflow, "Overflow checks", "overflow-checks");
    let assertions = advice(assertions, "Debug assertions", "debug-assertions");
    overflow.into_iter().chain(assertions).collect()
}

/// One sort of checks and how to tell them.
struct Checks {
    kind: Kind,
    is_function: fn(&str) -> bool,
    texts: &'static [&'static str],
}

fn is_overflow(name: &str) -> bool {
    let operation = name.strip_prefix("core::panicking::panic_const::panic_const_");
    let operation = operation.and_then(|it| it.strip_suffix("_overflow"));
    operation.is_some_and(|it| OVERFLOWS.contains(&it))
}

fn is_precondition(name: &str) -> bool {
    const FUNCTIONS: [&str; 2] = [
        "core::panicking::panic_null_pointer_dereference",
        "core::panicking::panic_misaligned_pointer_dereference",
    ];
    name.ends_with("::precondition_check") || FUNCTIONS.contains(&name)
}

/// What the checks are in the graph.
struct Cut {
    /// Functions and texts of the checks.
    gone: BTreeSet<usize>,
    /// Where they are called, and from which node.
    calls: BTreeMap<u64, usize>,
    /// Bytes around the calls: the calls themselves, and locations with what loads them.
    call_bytes: u64,
    /// By calling function.
    callers: Vec<(u64, String)>,
}

impl Cut {
    fn new(case: &Case<'_>, graph: &Graph, checks: &Checks) -> Option<Self> {
        let gone = gone(case, graph, checks);
        let nodes = &graph.references.nodes;
        let mut calls = BTreeMap::new();
        for reference in graph.references.list.iter().filter(margins::is_made_by_code) {
            let is_gone = |address: u64| nodes.at(address).is_some_and(|it| gone.contains(&it));
            if is_gone(reference.target_address) && !is_gone(reference.at_address) {
                calls.extend(nodes.at(reference.at_address).map(|node| (reference.at_address, node)));
            }
        }
        if calls.is_empty() {
            return None;
        }
        let locations = locations(case, graph, &calls);
        let call_bytes = calls.len() as u64 * bytes_of_a_call(Machine::of(&case.report.header)) + locations;
        let callers = callers(case, &calls);
        Some(Self { gone, calls, call_bytes, callers })
    }

    fn saves_bytes(&self, graph: &Graph) -> u64 {
        let gone = graph.gone_without(|it| self.gone.contains(&it));
        gone.into_iter().map(|it| graph.bytes()[it]).sum::<u64>() + self.call_bytes
    }

    fn evidence(&self) -> Vec<String> {
        let mut callers: Vec<&(u64, String)> = self.callers.iter().collect();
        callers.sort_by(|a, b| b.0.cmp(&a.0).then_with(|| a.1.cmp(&b.1)));
        let shown = callers.iter().take(super::MAX_EVIDENCE);
        shown.map(|(n_calls, name)| format!("{} in {name}", grouped(*n_calls))).collect()
    }
}

/// Functions by name, and texts by how they begin.
fn gone(case: &Case<'_>, graph: &Graph, checks: &Checks) -> BTreeSet<usize> {
    let functions = case.report.symbols.iter().filter(|it| (checks.is_function)(&it.name));
    let mut gone: BTreeSet<usize> = functions.filter_map(|it| case.node(it.run_address)).collect();
    let is_text = |span: Span| {
        let content = case.content(span);
        checks.texts.iter().any(|it| content.starts_with(it.as_bytes()))
    };
    let data = case.report.symbols.iter().filter(|it| it.kind != SymbolKind::Function);
    let data = data.filter(|it| is_text(Span::saturating(it.run_address, it.size_bytes)));
    gone.extend(data.filter_map(|it| case.node(it.run_address)));
    let pieces = graph.references.nodes.pieces.iter().filter(|it| is_text(it.span));
    gone.extend(pieces.filter_map(|it| case.node(it.span.start())));
    gone
}

/// A call and the branch around it, at their shortest.
fn bytes_of_a_call(machine: Machine) -> u64 {
    match machine {
        Machine::Arm => 4 + 2,
        Machine::Xtensa => 3 + 2,
        _ => 2 + 2,
    }
}

/// Records that are loaded for these calls alone, and the loads.
fn locations(case: &Case<'_>, graph: &Graph, calls: &BTreeMap<u64, usize>) -> u64 {
    let nodes = &graph.references.nodes;
    let is_for_a_call = |it: &Reference| {
        let mut next = calls.range(it.at_address..=it.at_address.saturating_add(MAX_DISTANCE));
        it.kind == ReferenceKind::Address
            && next.next().is_some_and(|(_, node)| nodes.at(it.at_address) == Some(*node))
    };
    let mut n_loads: BTreeMap<usize, u64> = BTreeMap::new();
    for reference in graph.references.list.iter().filter(|it| is_for_a_call(it)) {
        let node = nodes.at(reference.target_address);
        let node = node.filter(|_| super::is_location(case, reference.target_address));
        if let Some(node) = node {
            *n_loads.entry(node).or_default() += 1;
        }
    }
    for reference in graph.references.list.iter().filter(|it| !is_for_a_call(it)) {
        nodes.at(reference.target_address).map(|it| n_loads.remove(&it));
    }
    let load_bytes = if Machine::of(&case.report.header).is_thumb() { 2 } else { 4 };
    n_loads.iter().map(|(node, n_loads)| graph.bytes()[*node] + n_loads * load_bytes).sum()
}

/// Who calls how often.
fn callers(case: &Case<'_>, calls: &BTreeMap<u64, usize>) -> Vec<(u64, String)> {
    let mut n_calls: BTreeMap<usize, u64> = BTreeMap::new();
    calls.values().for_each(|it| *n_calls.entry(*it).or_default() += 1);
    let owners = &case.attribution.owners;
    let symbol = |node: usize| case.symbol_at(owners.get(node)?.address);
    n_calls.into_iter().filter_map(|(node, n)| Some((n, case.described(symbol(node)?)))).collect()
}
