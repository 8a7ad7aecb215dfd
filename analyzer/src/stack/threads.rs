//! Tasks and threads of operating systems: what runs, and how big the stack is that it was given.
//!
//! Zephyr's `K_THREAD_DEFINE` leaves a record of each thread (`struct _static_thread_data`: the thread, its stack,
//! the size, what runs). Else the size is what the function that starts threads is called with, where that is a constant.

use std::collections::BTreeMap;

use super::names::Names;
use crate::graph::Graph;
use crate::isa::Machine;
use crate::isa::registers::Known;
use crate::refs::Places;
use crate::report::SymbolKind;

/// Zephyr's records are called so, and then like the thread.
const RECORD: &[u8] = b"_k_thread_data_";
/// In a record, by words.
const RECORD_SIZE: u64 = 2;
const RECORD_ENTRY: u64 = 3;
/// No stack of a thread is bigger; what is, is no size.
const MAX_STACK_BYTES: u64 = 1 << 24;
/// Longer texts are no names.
const MAX_NAME_BYTES: u64 = 32;

/// A thread.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Thread {
    /// What it is called, where that is known.
    pub(super) name: Option<String>,
    /// What it was given; `None` where that is only known at run time.
    pub(super) stack_bytes: Option<u64>,
}

/// Which arguments of a function that starts a thread say what, by number from 0.
#[derive(Debug, Clone, Copy)]
pub(super) struct Starter {
    entry: usize,
    size: usize,
    name: usize,
    /// What sizes are counted in.
    unit_bytes: u64,
}

/// A call of one.
#[derive(Debug, Clone, Copy)]
pub(super) struct Started {
    entry: Known,
    size: Known,
    name: Known,
    unit_bytes: u64,
}

impl Starter {
    /// What a call says whose arguments are known so far.
    pub(super) fn started(self, argument: impl Fn(usize) -> Known) -> Started {
        let Self { entry, size, name, unit_bytes } = self;
        let [entry, size, name] = [entry, size, name].map(argument);
        Started { entry, size, name, unit_bytes }
    }
}

/// The functions of an image that start threads, by address: FreeRTOS's, with sizes in words but for ESP-IDF's, RIOT's
/// and Zephyr's.
pub(super) fn starters(places: &Places<'_>) -> BTreeMap<u64, Starter> {
    let functions = || places.image.symbols.iter().filter(|it| it.kind == SymbolKind::Function);
    let is_esp =
        places.machine == Machine::Xtensa || functions().any(|it| it.name == b"esp_startup_start_app");
    let unit_bytes = if is_esp { 1 } else { places.machine.pointer_bytes() };
    let starter = |name: &[u8]| {
        Some(match name {
            b"xTaskCreate"
            | b"xTaskCreateStatic"
            | b"xTaskCreatePinnedToCore"
            | b"xTaskCreateStaticPinnedToCore" => Starter { entry: 0, name: 1, size: 2, unit_bytes },
            b"thread_create" => Starter { entry: 4, name: 6, size: 1, unit_bytes: 1 },
            b"k_thread_create" | b"z_impl_k_thread_create" | b"z_setup_new_thread" => {
                Starter { entry: 3, name: 9, size: 2, unit_bytes: 1 }
            }
            _ => return None,
        })
    };
    functions().filter_map(|it| Some((it.value, starter(it.name)?))).collect()
}

/// Threads by the node of what they run; of several that run the same, the one with the smallest stack.
pub(super) fn find(
    places: &Places<'_>,
    (graph, names): (&Graph, &Names<'_>),
    started: &BTreeMap<u64, Started>,
) -> BTreeMap<usize, Thread> {
    let started = started.values().filter_map(|it| by_call(places, graph, it));
    let mut threads: BTreeMap<usize, Thread> = BTreeMap::new();
    for (node, mut thread) in started.chain(records(places, graph)) {
        thread.name = thread.name.or_else(|| known_name(names.of(node)).map(str::to_owned));
        let size = |it: &Thread| it.stack_bytes.unwrap_or(u64::MAX);
        let known = threads.entry(node).or_insert_with(|| thread.clone());
        if size(&thread) < size(known) {
            *known = thread;
        }
    }
    threads
}

/// Threads of kernels that have a name only in the configuration.
fn known_name(function: &str) -> Option<&'static str> {
    match function {
        "bg_thread_main" | "main_trampoline" => Some("main"),
        "idle_thread" | "prvIdleTask" => Some("idle"),
        "prvTimerTask" => Some("timer"),
        _ => None,
    }
}

fn by_call(places: &Places<'_>, graph: &Graph, started: &Started) -> Option<(usize, Thread)> {
    let Known::Number(entry) = started.entry else { return None };
    let size = match started.size {
        Known::Number(it) => it.checked_mul(started.unit_bytes).filter(|it| is_size(*it)),
        _ => None,
    };
    let name = match started.name {
        Known::Number(address) => text(places, address),
        _ => None,
    };
    Some((function(places, graph, entry)?, Thread { name, stack_bytes: size }))
}

fn records(places: &Places<'_>, graph: &Graph) -> Vec<(usize, Thread)> {
    let width = places.machine.pointer_bytes();
    // Sizes are as wide as pointers only there.
    let symbols = places.image.symbols.iter().filter(|it| width == 4 && it.size > RECORD_ENTRY * width);
    let record = |(name, address): (&[u8], u64)| {
        let word = |idx: u64| places.pointer_at(address.checked_add(idx * width)?);
        let stack_bytes = word(RECORD_SIZE).filter(|it| is_size(*it));
        let name = Some(String::from_utf8_lossy(name).into_owned());
        Some((function(places, graph, word(RECORD_ENTRY)?)?, Thread { name, stack_bytes }))
    };
    symbols.filter_map(|it| record((it.name.strip_prefix(RECORD)?, it.value))).collect()
}

fn is_size(number: u64) -> bool {
    (1..=MAX_STACK_BYTES).contains(&number)
}

fn function(places: &Places<'_>, graph: &Graph, pointer: u64) -> Option<usize> {
    let address = places.machine.code_address(pointer);
    let is_pointer = !places.machine.is_thumb() || pointer & 1 == 1;
    graph.references.nodes.at(address).filter(|_| is_pointer && places.is_start(address))
}

/// A short text at an address.
fn text(places: &Places<'_>, address: u64) -> Option<String> {
    let byte = |at| places.bytes_at(address.checked_add(at)?, 1).map(|it| it[0]);
    let bytes: Vec<u8> =
        (0..MAX_NAME_BYTES).map_while(byte).take_while(|it| it.is_ascii_graphic() || *it == b' ').collect();
    let is_ended = byte(bytes.len() as u64) == Some(0);
    String::from_utf8(bytes).ok().filter(|it| is_ended && !it.is_empty())
}
