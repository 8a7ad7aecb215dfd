//! The ways into a program: reset, interrupts, panics.

use std::collections::BTreeSet;

use super::calls::Calls;
use super::names::Names;
use crate::graph::{Graph, RootKind, secure};
use crate::refs::Places;
use crate::report::assemble::Named;
use crate::report::{StackRootKind, UnresolvedRoot};

/// Functions (or beginnings of their names) that do not come back: what lies below them is no part of
/// what called them, and neither happens twice.
const PANICS: [&str; 22] = [
    "core::panicking::",
    "core::option::expect_failed",
    "core::option::unwrap_failed",
    "core::result::unwrap_failed",
    "core::cell::panic_already_",
    "core::slice::index::slice_",
    "core::slice::copy_from_slice_impl::len_mismatch_fail",
    "core::str::slice_error_fail",
    "core::str::traits::str_index_overflow_fail",
    "core::array::iter::",
    "alloc::alloc::handle_alloc_error",
    "alloc::raw_vec::handle_error",
    "alloc::raw_vec::capacity_overflow",
    "std::panicking::",
    "__rustc::rust_begin_unwind",
    "rust_begin_unwind",
    "rust_panic",
    "defmt::export::panic",
    "_defmt_panic",
    "panic_abort",
    "__assert_func",
    "__assert_fail",
];
/// Of the C library; not the beginnings of names.
const ABORTS: [&str; 2] = ["abort", "_exit"];

/// Tables have fewer words: ARM's interrupts end at 496.
const MAX_VECTORS: u64 = 1024;

/// As many functions are listed where one name fits several.
const MAX_CANDIDATES: usize = 20;

/// A way in.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Entry {
    pub(super) node: usize,
    pub(super) kind: StackRootKind,
}

impl Entry {
    pub(super) fn of_task(node: usize) -> Self {
        Self { node, kind: StackRootKind::Task }
    }
}

/// Whether a function is a way out of the program.
pub(super) fn is_panic(name: &str) -> bool {
    ABORTS.contains(&name) || PANICS.iter().any(|it| name.starts_with(it))
}

/// Whether AVR's compiler calls an interrupt handler so.
pub(super) fn is_avr_interrupt(places: &Places<'_>, name: &str) -> bool {
    let number = name.strip_prefix("__vector_").filter(|_| places.machine.has_word_addresses());
    number.is_some_and(|it| it.bytes().all(|it| it.is_ascii_digit()))
}

/// Reset, then what vector tables name, then what was asked for, each once. Panics are found by who calls them.
pub(super) fn find(
    (places, graph): (&Places<'_>, &Graph),
    (names, calls): (&Names<'_>, &Calls),
    asked: &[Entry],
) -> Vec<Entry> {
    let nodes = &graph.references.nodes;
    let entry = nodes.at(places.image.header.entry_address);
    let (resets, mut handlers) = vectors(places, graph);
    let symbols = (0..names.len()).filter(|it| is_avr_interrupt(places, names.of(*it)));
    handlers.extend(symbols);
    if !places.machine.is_thumb() {
        let vectors = graph.roots.iter().filter(|it| it.kind == RootKind::Vector).map(|it| it.node);
        handlers.extend(outermost(calls, vectors.collect()));
    }
    let mains = entry.into_iter().chain(resets).map(|node| Entry { node, kind: StackRootKind::Main });
    let interrupts = handlers.into_iter().map(|node| Entry { node, kind: StackRootKind::Interrupt });
    let services = secure::services(places.image, nodes);
    let services = outermost(calls, services.entries.into_iter().chain(services.twins).collect());
    let services = services.into_iter().map(|node| Entry { node, kind: StackRootKind::Secure });
    let mut seen = BTreeSet::new();
    let all = mains.chain(interrupts).chain(services).chain(asked.iter().copied());
    all.filter(|it| seen.insert(it.node)).collect()
}

/// Without those that others of them lead to: sections of vectors hold parts of handlers too.
fn outermost(calls: &Calls, mut nodes: Vec<usize>) -> Vec<usize> {
    let numbers: BTreeSet<usize> = nodes.iter().filter_map(|it| calls.number(*it)).collect();
    let targets: BTreeSet<usize> = numbers.iter().flat_map(|it| calls.others(*it)).collect();
    let is_reached = calls.reached(numbers.difference(&targets).copied());
    // Of a circle that nobody else leads to every part stays.
    nodes.retain(|it| calls.number(*it).is_none_or(|it| !targets.contains(&it) || !is_reached[it]));
    nodes
}

/// The functions that were asked for, and what is none or several.
pub(super) fn asked(calls: &Calls, names: &Names<'_>, roots: &[String]) -> (Vec<Entry>, Vec<UnresolvedRoot>) {
    let (mut entries, mut unresolved) = (Vec::new(), Vec::new());
    for root in roots {
        let mut found = names.called(root);
        found.retain(|it| calls.number(it.node).is_some());
        match found[..] {
            [row] => entries.push(Entry::of_task(row.node)),
            _ => unresolved.push(UnresolvedRoot {
                name: root.clone(),
                n_functions: found.len() as u64,
                candidates: found.iter().take(MAX_CANDIDATES).map(|it| with_address(it)).collect(),
            }),
        }
    }
    (entries, unresolved)
}

fn with_address(row: &Named) -> String {
    format!("{}@{:#x}", row.symbol.name, row.symbol.run_address)
}

/// What the words of ARM's tables point to: behind the stack pointer reset, then everybody else.
fn vectors(places: &Places<'_>, graph: &Graph) -> (Vec<usize>, Vec<usize>) {
    let (mut resets, mut handlers) = (Vec::new(), Vec::new());
    for table in graph.references.vectors.iter().filter(|_| places.machine.is_thumb()) {
        let words = (1_u64..MAX_VECTORS).map_while(|it| Some((it, table.start().checked_add(it * 4)?)));
        for (idx, at) in words.take_while(|(_, at)| table.contains_address(*at)) {
            let word = places.pointer_at(at).filter(|it| it & 1 == 1);
            let node = word.and_then(|it| graph.references.nodes.at(places.machine.code_address(it)));
            if idx == 1 { resets.extend(node) } else { handlers.extend(node) }
        }
    }
    (resets, handlers)
}
