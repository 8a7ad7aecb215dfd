//! The graph of calls: who calls whom, what is known of calls through registers, and what is not.

use std::collections::{BTreeMap, BTreeSet};

use super::frames::Frames;
use super::names::{Names, Writer};
use super::roots;
use super::vtables::{self, Vtables};
use super::walk::{Function, Leaving, Walked};
use super::worst::{Call, Caller};
use crate::graph::Graph;
use crate::image::Image;
use crate::isa::registers::Callee;
use crate::refs::{Places, Reference, ReferenceKind};
use crate::span::Span;

/// Methods of `core::fmt::Write`.
const WRITERS: [&str; 3] = ["::write_str", "::write_char", "::write_fmt"];
/// What writes to a `dyn core::fmt::Write` and formats no other object.
const WRITING: [&str; 10] = [
    "core::fmt::Formatter",
    "core::fmt::Write::",
    "core::fmt::builders::PadAdapter",
    "core::fmt::float",
    "core::fmt::num",
    "core::fmt::write",
    "dyn core::any::Any",
    "bool as core::fmt::",
    "char as core::fmt::",
    "str as core::fmt::",
];

/// The functions of an image by number, and behind them the tables through which several are called.
pub(super) struct Calls {
    pub(super) callers: Vec<Caller>,
    /// The node of each function; tables have none.
    pub(super) nodes: Vec<usize>,
    /// By number, the nodes of parts of other functions, which are behind these.
    parts: BTreeMap<usize, usize>,
    /// By node.
    numbers: Vec<Option<u32>>,
    /// By number, whether a function is a way out of the program.
    is_panic: Vec<bool>,
    /// By number: instructions that call nobody knows whom.
    pub(super) unknown: BTreeMap<usize, Vec<u64>>,
    pub(super) growing: Vec<usize>,
    /// Who calls a function that does not come back: `(caller, callee)`.
    panics: Vec<(usize, usize)>,
}

/// What calls through registers may reach, as numbers of tables.
struct Tables<'image> {
    places: &'image Places<'image>,
    vtables: Vtables,
    /// What formats values for `core::fmt`.
    formatters: BTreeSet<u64>,
    /// Methods of `core::fmt::Write`, by name.
    writers: BTreeSet<u64>,
    made: BTreeMap<TableKey, Option<usize>>,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
enum TableKey {
    Rust(u64),
    Cpp(u64),
    Entries(u64),
    Formatters,
    /// Methods of `core::fmt::Write`.
    Writers(u64),
}

impl Calls {
    pub(super) fn new(
        places: &Places<'_>,
        (graph, vtables): (&Graph, Vtables),
        (walked, frames): (&Walked, &Frames),
        names: &Names<'_>,
    ) -> Self {
        let mut calls = Self::of_functions(&walked.functions, frames, names);
        calls.add_parts(&walked.functions);
        let [formatters, writers] = taken((graph, places.image), names, [&["::fmt"], &WRITERS]);
        let mut tables = Tables { places, vtables, formatters, writers, made: BTreeMap::new() };
        for (function, leavings) in walked.leavings() {
            for leaving in leavings {
                calls.add(function.node, leaving, &mut tables, (graph, names));
            }
        }
        calls.panics.sort_unstable();
        calls.panics.dedup();
        for caller in &mut calls.callers {
            caller.calls.sort_unstable();
            caller.calls.dedup();
        }
        calls
    }

    /// The functions with their frames, each node once.
    fn of_functions(functions: &[Function], frames: &Frames, names: &Names<'_>) -> Self {
        let n_nodes = functions.iter().map(|it| it.node + 1).max().unwrap_or(0);
        let mut calls = Self {
            callers: Vec::new(),
            nodes: Vec::new(),
            parts: BTreeMap::new(),
            numbers: vec![None; n_nodes],
            is_panic: Vec::new(),
            unknown: BTreeMap::new(),
            growing: Vec::new(),
            panics: Vec::new(),
        };
        for function in functions {
            let number = *calls.numbers[function.node].get_or_insert_with(|| {
                calls.callers.push(Caller::default());
                calls.nodes.push(function.node);
                calls.is_panic.push(roots::is_panic(names.of(function.node)));
                calls.nodes.len() as u32 - 1
            }) as usize;
            let caller = &mut calls.callers[number];
            let written = frames.bytes.get(&function.node).copied().unwrap_or(0);
            caller.frame_bytes = caller.frame_bytes.max(function.frame_bytes).max(written);
            if function.is_growing && !std::mem::replace(&mut caller.doubts.has_growing_frames, true) {
                calls.growing.push(number);
            }
        }
        calls
    }

    /// Parts of functions that lie elsewhere and take more while they run than they leave taken.
    fn add_parts(&mut self, functions: &[Function]) {
        for function in functions {
            let Some((number, (part, frame_bytes))) = self.number(function.node).zip(function.part) else {
                continue;
            };
            if frame_bytes > self.callers[number].frame_bytes {
                let call = Call { to: self.callers.len() as u32, has_released: true };
                self.callers[number].calls.push(call);
                self.parts.insert(self.callers.len(), part);
                self.callers.push(Caller { frame_bytes, ..Caller::default() });
            }
        }
    }

    /// The node that a number stands for; tables have none.
    pub(super) fn node(&self, number: usize) -> Option<usize> {
        self.nodes.get(number).or_else(|| self.parts.get(&number)).copied()
    }

    /// The number of a node, where it is a function.
    pub(super) fn number(&self, node: usize) -> Option<usize> {
        self.numbers.get(node).copied().flatten().map(|it| it as usize)
    }

    fn add(
        &mut self,
        node: usize,
        leaving: &Leaving,
        tables: &mut Tables<'_>,
        (graph, names): (&Graph, &Names<'_>),
    ) {
        let Some(from) = self.number(node) else { return };
        let address = match leaving.callee {
            Callee::Address(target) => Some(tables.places.machine.code_address(target)),
            _ => None,
        };
        let to = match (leaving.callee, address) {
            (_, Some(target)) => graph.references.nodes.at(target).and_then(|it| self.number(it)),
            (callee, None) => {
                let key = key(callee, (names.writer(node), names.of(node)), tables);
                key.and_then(|it| self.table(it, tables, graph))
            }
        };
        let Some(to) = to else {
            self.callers[from].doubts.has_unknown_calls = true;
            self.unknown.entry(from).or_default().push(leaving.at);
            return;
        };
        let is_interrupt = |node: &usize| roots::is_avr_interrupt(tables.places, names.of(*node));
        if tables.places.machine.has_word_addresses() && self.nodes.get(to).is_some_and(is_interrupt) {
            return;
        }
        // Tables are no functions.
        if self.is_panic.get(to) == Some(&true) && !self.is_panic[from] {
            self.panics.push((from, to));
            return;
        }
        self.callers[from].calls.push(Call { to: to as u32, has_released: leaving.has_released });
        // Where sections take turns at an address, whatever any of them has there may be called.
        let others = address.into_iter().flat_map(|it| graph.references.nodes.others_at(it));
        let numbers: Vec<usize> = others.filter_map(|it| self.number(it)).collect();
        let call = |to: usize| Call { to: to as u32, has_released: leaving.has_released };
        self.callers[from].calls.extend(numbers.into_iter().map(call));
    }

    /// The number of a table, made when it is first asked for; `None` where nothing is in it.
    fn table(&mut self, key: TableKey, tables: &mut Tables<'_>, graph: &Graph) -> Option<usize> {
        if let Some(made) = tables.made.get(&key) {
            return *made;
        }
        let targets = tables.targets(key);
        let functions = targets.iter().filter_map(|it| self.number(graph.references.nodes.at(*it)?));
        let calls: Vec<Call> = functions.map(|it| Call { to: it as u32, has_released: true }).collect();
        let number = (!calls.is_empty()).then_some(self.callers.len());
        if number.is_some() {
            self.callers.push(Caller { calls, is_table: true, ..Caller::default() });
        }
        tables.made.insert(key, number);
        number
    }

    /// Whom a function calls or jumps to, itself left out.
    pub(super) fn others(&self, number: usize) -> impl Iterator<Item = usize> + '_ {
        self.callers[number].calls.iter().map(|it| it.to as usize).filter(move |it| *it != number)
    }

    /// What functions lead to, and they themselves.
    pub(super) fn reached(&self, from: impl Iterator<Item = usize>) -> Vec<bool> {
        let mut is_reached = vec![false; self.callers.len()];
        let mut waiting: Vec<usize> = from.collect();
        while let Some(number) = waiting.pop() {
            if !std::mem::replace(&mut is_reached[number], true) {
                waiting.extend(self.callers[number].calls.iter().map(|it| it.to as usize));
            }
        }
        is_reached
    }

    /// Functions that do not come back and that somebody calls who is reached.
    pub(super) fn panics<'a>(&'a self, is_reached: &'a [bool]) -> impl Iterator<Item = usize> + 'a {
        self.panics.iter().filter(|(from, _)| is_reached[*from]).map(|(_, to)| *to)
    }
}

/// Which table a call goes through. What lies behind a pointer is only known to be a vtable in
/// languages that have them.
fn key(callee: Callee, (writer, name): (Writer, &str), tables: &Tables<'_>) -> Option<TableKey> {
    let is_formatting = name.trim_start_matches('<').starts_with("core::fmt::");
    let word_bytes = tables.places.machine.pointer_bytes();
    match (callee, writer) {
        (Callee::Table(address), _) => Some(TableKey::Entries(address)),
        // An argument is a reference to a value and what formats it.
        (Callee::Slot(offset), Writer::Rust) if is_formatting && offset == word_bytes => {
            Some(TableKey::Formatters)
        }
        (Callee::Slot(offset), Writer::Rust) if offset > word_bytes && only_writes(name) => {
            Some(TableKey::Writers(offset))
        }
        (Callee::Slot(offset), Writer::Rust) if tables.vtables.rust.contains_key(&offset) => {
            Some(TableKey::Rust(offset))
        }
        (Callee::Slot(offset), Writer::Cpp) => Some(TableKey::Cpp(offset)),
        (Callee::Slot(_) | Callee::Unknown, Writer::Rust) if is_formatting => Some(TableKey::Formatters),
        _ => None,
    }
}

impl Tables<'_> {
    fn targets(&self, key: TableKey) -> BTreeSet<u64> {
        match key {
            TableKey::Rust(offset) => self.vtables.rust.get(&offset).cloned().unwrap_or_default(),
            TableKey::Cpp(offset) => self.vtables.cpp.get(&offset).cloned().unwrap_or_default(),
            TableKey::Entries(address) => vtables::entries(self.places, address),
            TableKey::Formatters => self.formatters.clone(),
            TableKey::Writers(offset) => match self.vtables.rust.get(&offset) {
                Some(slot) => slot.intersection(&self.writers).copied().collect(),
                None => BTreeSet::new(),
            },
        }
    }
}

/// Whether a function of `core::fmt` has no other object than what it writes to. Builders and those
/// who call them have values too.
fn only_writes(name: &str) -> bool {
    let name = name.trim_start_matches('<');
    let is_builder = name.contains("_finish") || name.contains("core::fmt::builders::Debug");
    WRITING.iter().any(|it| name.starts_with(it)) && !is_builder
}

/// Functions with one of these names whose address somebody takes: only those are called through words.
fn taken<const N: usize>(
    (graph, image): (&Graph, &Image<'_>),
    names: &Names<'_>,
    endings: [&[&str]; N],
) -> [BTreeSet<u64>; N] {
    let nodes = &graph.references.nodes;
    let is_called = |node: usize, endings: &[&str]| endings.iter().any(|it| names.of(node).ends_with(it));
    let is_called = |node: usize| endings.map(|endings| is_called(node, endings));
    let called: Vec<[bool; N]> = (0..names.len()).map(is_called).collect();
    // Nearly all addresses that somebody takes are of data.
    let code = || image.sections.iter().filter(|it| it.is_executable).map(|it| it.run);
    let first = code().map(Span::start).min().unwrap_or(u64::MAX);
    let end = code().map(Span::end).max().unwrap_or(0);
    let mut taken = [const { BTreeSet::new() }; N];
    for Reference { target_address, kind, .. } in graph.references.list.iter() {
        let is_taken = matches!(kind, ReferenceKind::Address | ReferenceKind::Data);
        if !is_taken || !(first..end).contains(&target_address) {
            continue;
        }
        let called = nodes.at(target_address).and_then(|it| called.get(it)).into_iter().flatten();
        let those = taken.iter_mut().zip(called).filter(|(_, is_called)| **is_called);
        those.for_each(|(taken, _)| taken.extend([target_address]));
    }
    taken
}
