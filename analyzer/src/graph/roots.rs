//! Where everything begins.

use std::collections::BTreeSet;

use super::{Graph, GraphRoot, RootKind, secure};
use crate::image::{Image, ImageSection, ImageSymbol};
use crate::map::Attribution;
use crate::refs::{Nodes, References, is_unwind, is_vector_section};
use crate::report::{SectionRole, SymbolKind};
use crate::span::Span;

/// Sections, or beginnings of their names, that linker scripts keep: start-up code walks through
/// them, a boot loader reads them, or they stand at a fixed address.
const KEPT_SECTIONS: [&str; 19] = [
    ".preinit_array",
    ".init_array",
    ".fini_array",
    ".ctors",
    ".dtors",
    ".init",
    ".fini",
    ".boot2",
    ".boot_loader",
    ".bootloader",
    ".boot_info",
    ".start_block",
    ".end_block",
    ".bi_entries",
    ".flash.appdesc",
    ".rodata_desc",
    ".note",
    ".noinit_boot",
    ".uf2",
];

/// More roots are not listed.
const MAX_DESCRIBED: usize = 1024;

/// A node that lives without anybody referring to it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) struct Root {
    pub(crate) kind: RootKind,
    pub(crate) node: usize,
}

/// All roots, each node once, the entry point first.
pub(crate) fn find(image: &Image<'_>, references: &References) -> Vec<Root> {
    let nodes = &references.nodes;
    let entry = nodes.at(image.header.entry_address);
    let vectors = references.vectors.iter().flat_map(|it| nodes.within(*it));
    let headers = references.vectors.iter().flat_map(|it| before_table(image, nodes, *it));
    let kept = kept_spans(image).into_iter().flat_map(|it| nodes.within(it)).chain(headers);
    let services = secure::services(image, nodes);
    let services = services.entries.into_iter().chain(services.twins);
    let by_distance = image.symbols.iter().filter(|it| is_called_by_distance(it));
    let kept = kept.chain(by_distance.filter_map(|it| nodes.at(it.value)));
    let exported = image.exports.iter().filter_map(|it| nodes.at(*it));
    let roots = (entry.into_iter().map(|node| Root { kind: RootKind::Entry, node }))
        .chain(vectors.map(|node| Root { kind: RootKind::Vector, node }))
        .chain(services.map(|node| Root { kind: RootKind::Secure, node }))
        .chain(kept.map(|node| Root { kind: RootKind::Kept, node }))
        .chain(exported.map(|node| Root { kind: RootKind::Exported, node }));
    let mut seen = BTreeSet::new();
    roots.filter(|it| seen.insert(it.node)).collect()
}

/// Start-up code of armlink and IAR finds what unpacks initial values by distances and even addresses in a table.
fn is_called_by_distance(symbol: &ImageSymbol<'_>) -> bool {
    const NAMES: [&[u8]; 8] = [
        b"__scatterload_copy",
        b"__scatterload_zeroinit",
        b"__scatterload_null",
        b"__decompress",
        b"__iar_copy_init",
        b"__iar_zero_init",
        b"__iar_packbits_init",
        b"__iar_lz77_init",
    ];
    symbol.kind == SymbolKind::Function && NAMES.iter().any(|it| symbol.name.starts_with(it))
}

/// What a section has before its vector table, where no symbol is among it: the header that a boot loader looks for, or
/// the room for it.
fn before_table(image: &Image<'_>, nodes: &Nodes, table: Span) -> Vec<usize> {
    let section = image.sections.iter().find(|it| it.takes_memory() && it.run.contains(table));
    let before = section.and_then(|it| Span::between(it.run.start(), table.start()));
    let header: Vec<usize> = before.into_iter().flat_map(|it| nodes.within(it)).collect();
    if header.iter().any(|it| nodes.is_owner(*it)) { Vec::new() } else { header }
}

/// Where kept sections and gathered arrays are, each address once, however many sections somebody piled up there.
fn kept_spans(image: &Image<'_>) -> Vec<Span> {
    let sections = image.sections.iter().filter(|it| it.takes_memory() && is_kept(it));
    let arrays = image.arrays.iter().copied();
    let mut spans: Vec<Span> = sections.map(|it| it.run).chain(arrays).collect();
    spans.sort_unstable();
    let mut cursor = 0;
    spans.retain_mut(|it| {
        *it = it.from(cursor);
        cursor = cursor.max(it.end());
        !it.is_empty()
    });
    spans
}

/// What is set aside for a stack or heap is asked for by its size. Unwind tables lead nowhere here,
/// but they are not garbage either. The template of threads is copied as a whole, and code reaches a
/// thread's copy by distances, which no decoder tells from other numbers.
fn is_kept(section: &ImageSection<'_>) -> bool {
    let is_set_aside = section.role == SectionRole::Reservation;
    let is_carried = section.file_idx.is_none() && section.name.starts_with('(');
    is_set_aside
        || is_carried
        || section.is_thread_local && section.load.is_some()
        // AVR's scripts keep those; code names what is in EEPROM by numbers that nothing tells from others.
        || section.other_memory.is_some()
        || is_unwind(&section.name)
        // What stands behind the table, or before it.
        || is_vector_section(&section.name)
        || KEPT_SECTIONS.iter().any(|it| is_called(&section.name, it))
}

/// `.init_array` and `.init_array.00010`, but not `.initial`.
fn is_called(section: &str, name: &str) -> bool {
    section.strip_prefix(name).is_some_and(|it| it.is_empty() || it.starts_with(['.', '_']))
}

/// The roots in words; of the nameless pieces of a kept section only the first. A shared library may
/// offer every symbol it has, so there is an end.
pub(super) fn describe(image: &Image<'_>, attribution: &Attribution, graph: &Graph) -> Vec<GraphRoot> {
    let mut roots: Vec<GraphRoot> = Vec::new();
    for root in &graph.roots {
        if roots.len() == MAX_DESCRIBED {
            break;
        }
        let (address, name) = place(root.node, image, attribution, graph);
        let is_nameless = !graph.references.nodes.is_owner(root.node);
        let is_listed = roots.last().is_some_and(|it| it.kind == root.kind && it.name == name);
        if !(is_nameless && is_listed) {
            roots.push(GraphRoot { kind: root.kind, address, name });
        }
    }
    roots
}

/// Address and name of a node: a symbol as it is mangled, or a section.
pub(super) fn place(
    node: usize,
    image: &Image<'_>,
    attribution: &Attribution,
    graph: &Graph,
) -> (u64, String) {
    if let Some(piece) = graph.references.nodes.piece(node) {
        return (piece.span.start(), image.sections[piece.section_idx].name.clone());
    }
    let owner = &attribution.owners[node];
    let name = String::from_utf8_lossy(image.symbols[owner.symbol_idx].name).into_owned();
    (owner.address, name)
}
