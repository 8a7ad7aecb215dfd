//! From the borrowed view to the owned report.

use std::cmp::Reverse;
use std::collections::BTreeMap;

use super::memory_use::{Bytes, MemoryUse};
use super::{
    CrateUse, Region, Report, SCHEMA_VERSION, Section, SectionKind, Segment, Symbol, SymbolKind, Totals,
    Warning,
};
use super::{anonymous, machinery, outside, retained, source, unflashed};
use crate::bloat::machinery::Part;
use crate::bloat::{duplicates, generics, helpers};
use crate::debug::DebugInfo;
use crate::graph::{self, Graph};
use crate::image::{Image, ImageSection};
use crate::insight;
use crate::layout::capacity::{self, Memory};
use crate::layout::regions::{self, Settled};
use crate::layout::windows::Doubled;
use crate::layout::{MemoryRegion, fragments, rows};
use crate::map::{Attribution, Owner};
use crate::names::{self, Language, Name};
use crate::refs::NoReferences;
use crate::stack;
use crate::text::grouped;

/// Crate of symbols whose name does not tell.
pub(crate) const UNKNOWN_CRATE: &str = "(unknown)";

/// In the list of crates, the memory that several sections take turns in, whosever they are.
pub(crate) const SHARED: &str = "(shared by overlays)";

/// More complaints than this are only counted.
const MAX_WARNINGS: usize = 100;

/// What the stages before found out.
pub(crate) struct Findings<'image> {
    pub(crate) image: &'image Image<'image>,
    pub(crate) attribution: &'image Attribution,
    pub(crate) graph: Result<Graph, NoReferences>,
    pub(crate) debug: &'image DebugInfo<'image>,
    pub(crate) stack_roots: &'image [String],
    /// Told the name of each stage that is finished.
    pub(crate) done: &'image dyn Fn(&'static str),
}

/// The whole report.
pub(crate) fn report(findings: &Findings<'_>, memory: &[MemoryRegion]) -> Report {
    let Findings { image, attribution, done, .. } = *findings;
    let fragments = fragments::list(image);
    let of_map = &attribution.inputs.memory;
    let settled = regions::settle(image, &Memory::of(image, memory, of_map), &fragments);
    let use_of = MemoryUse::new(image, attribution, &settled);
    let sections = sections(image, attribution);
    done("regions");
    let mut named = named_symbols(findings);
    done("symbols");
    let source = source::trace(findings, &mut named, &use_of);
    done("source");
    let graph = findings.graph.as_ref().ok();
    let mut crates = crates(&named, &use_of, &source.defining_bytes);
    if let Some(graph) = graph {
        retained::enter(findings, graph, &use_of, (&mut named, &mut crates));
    }
    done("retained sizes");
    let families = generics::families(&named);
    done("families");
    let identical_bodies = graph.map(|it| duplicates::identical_bodies(&named, it)).unwrap_or_default();
    let duplicate_texts = duplicates::texts(findings, &named);
    done("duplicates");
    let (regions, doubled) = rows::describe(&settled, image, attribution);
    let disagreements = capacity::disagreements(memory, of_map);
    let of_regions: Vec<Warning> = regions.iter().filter_map(overflow).chain(disagreements).collect();
    let stack = stack::measure(findings, &mut named, &regions);
    done("stack");
    let (formatting, panics, services) = machinery::costs(findings, &named);
    let helpers = graph.map(|it| helpers::find(&named, it)).unwrap_or_default();
    done("blame");
    let mut report = Report {
        schema_version: SCHEMA_VERSION,
        header: image.header.clone(),
        totals: Totals { loader_only_bytes: image.loader_only_bytes, ..totals(&use_of, &sections, doubled) },
        regions,
        segments: segments(image),
        crates,
        code: source.code,
        units: source.units,
        files: source.files,
        formatting,
        panics,
        services,
        helpers,
        families,
        identical_bodies,
        duplicate_texts,
        stack,
        insights: Vec::new(),
        outside: outside::find(findings, &named),
        graph: graph.map(|it| it.summary(image, attribution)),
        warnings: warnings(findings, memory, (&settled, &of_regions, &source.warnings)),
        sections,
        symbols: named.into_iter().map(|it| it.symbol).collect(),
    };
    done("summary");
    report.insights = insight::advise(&report, findings);
    report
}

fn totals(use_of: &MemoryUse, sections: &[Section], doubled: Doubled) -> Totals {
    let sum = |bytes: fn(&Section) -> u64| sections.iter().filter(|it| it.allocated).map(bytes).sum();
    let ram_bytes = use_of.total.ram.saturating_sub(doubled.ram_bytes);
    let reserved_bytes = use_of.reserved_bytes.min(ram_bytes);
    Totals {
        flash_bytes: use_of.total.flash.saturating_sub(doubled.flash_bytes),
        ram_bytes,
        reserved_bytes,
        static_ram_bytes: Some(ram_bytes - reserved_bytes),
        symbol_bytes: sum(|it| it.symbol_bytes),
        padding_bytes: sum(|it| it.padding_bytes) + use_of.filler_bytes,
        unattributed_bytes: sum(|it| it.unattributed_bytes),
        loader_only_bytes: 0,
    }
}

fn sections(image: &Image<'_>, attribution: &Attribution) -> Vec<Section> {
    let section = |(section_idx, it): (usize, &ImageSection<'_>)| {
        let count = attribution.count(section_idx, it.run);
        Section {
            name: it.name.clone(),
            kind: it.kind,
            size_bytes: it.size(),
            run_address: it.run.start(),
            load_address: it.load.map(|it| it.start()),
            align_bytes: it.align_bytes,
            allocated: it.takes_memory(),
            role: it.role,
            symbol_bytes: count.symbol_bytes,
            padding_bytes: count.padding_bytes,
            unattributed_bytes: count.unattributed_bytes,
        }
    };
    image.sections.iter().enumerate().map(section).collect()
}

fn segments(image: &Image<'_>) -> Vec<Segment> {
    let segment = |it: &crate::image::ImageSegment| Segment {
        kind: it.kind.clone(),
        run_address: it.run.start(),
        load_address: it.load.start(),
        file_bytes: it.file.size(),
        memory_bytes: it.run.size(),
        flags: it.flags.clone(),
    };
    image.segments.iter().map(segment).collect()
}

/// A row of the symbol table with what the other tables need of it.
pub(crate) struct Named {
    pub(crate) symbol: Symbol,
    /// Its node in the graph: the owner's number, or behind those the piece's.
    pub(crate) node: usize,
    /// Of what has no symbol: the first symbol that leads to it, as a node.
    pub(super) user: Option<usize>,
    pub(crate) section_idx: usize,
    /// Whether it is instructions, and not what lies between them.
    pub(super) is_code: bool,
    pub(crate) language: Language,
    pub(crate) part: Part,
}

/// Biggest first; ties by name, then by address, so that the order is the file's content only.
pub(crate) fn named_symbols(findings: &Findings<'_>) -> Vec<Named> {
    let mut reader = names::Reader::new();
    let attribution = findings.attribution;
    let mut rows: Vec<Named> = Vec::with_capacity(attribution.owners.len() + attribution.n_named());
    rows.extend(attribution.owners.iter().enumerate().map(|it| named(findings, it, &mut reader)));
    anonymous::add_rows(findings, &mut rows, &mut reader);
    // Sizes are together: going to each row to compare it takes much longer.
    let mut order: Vec<(Reverse<u64>, usize)> =
        rows.iter().enumerate().map(|(idx, it)| (Reverse(it.symbol.size_bytes), idx)).collect();
    order.sort_unstable_by(|(a_size, a), (b_size, b)| {
        let key = |it: &Named| (it.symbol.run_address, it.section_idx, it.node);
        let (a, b) = (&rows[*a], &rows[*b]);
        (a_size.cmp(b_size))
            .then_with(|| a.symbol.name.cmp(&b.symbol.name))
            .then_with(|| a.symbol.mangled.cmp(&b.symbol.mangled))
            .then_with(|| key(a).cmp(&key(b)))
    });
    permute(&mut rows, order.into_iter().map(|it| it.1).collect());
    anonymous::enter_referrers(findings, &mut rows);
    rows
}

/// Moves what stands at `order[n]` to `n`. Rows are big: sorting their numbers moves each only once.
fn permute<T>(rows: &mut [T], mut order: Vec<usize>) {
    for start in 0..order.len() {
        let mut to = start;
        loop {
            let from = std::mem::replace(&mut order[to], to);
            if from == start {
                break;
            }
            rows.swap(to, from);
            to = from;
        }
    }
}

fn named(findings: &Findings<'_>, (owner_idx, owner): (usize, &Owner), reader: &mut names::Reader) -> Named {
    let image = findings.image;
    let graph = findings.graph.as_ref().ok();
    let text = |symbol_idx: usize| String::from_utf8_lossy(image.symbols[symbol_idx].name).into_owned();
    let mangled = text(owner.symbol_idx);
    let name = reader.read(&mangled);
    let part = Part::of(&name);
    let Name { text: name, krate, language } = name;
    let mut aliases: Vec<String> =
        owner.aliases.iter().map(|it| text(*it)).filter(|it| *it != mangled).collect();
    aliases.sort();
    aliases.dedup();
    // What has no name but a number is known by its code alone, however short.
    let code_hash = || graph.filter(|_| names::is_outlined(&mangled))?.code_hash(owner_idx);
    let body = graph.and_then(|it| it.fingerprint(owner_idx)).or_else(code_hash);
    Named {
        part,
        section_idx: owner.section_idx,
        is_code: is_code(image, (owner.section_idx, owner.address), image.symbols[owner.symbol_idx].kind),
        node: owner_idx,
        language,
        user: None,
        symbol: Symbol {
            name,
            // What has no table of symbols has a name from us.
            mangled: if image.is_explored { String::new() } else { mangled },
            size_bytes: owner.bytes,
            run_address: owner.address,
            section: image.sections[owner.section_idx].name.clone(),
            krate,
            kind: image.symbols[owner.symbol_idx].kind,
            referred_by: Vec::new(),
            retained_bytes: graph.map(|it| it.retained_bytes(owner_idx)),
            retained_flash_bytes: 0,
            retained_ram_bytes: 0,
            reachable: graph.map(|it| it.is_reachable(owner_idx)),
            body,
            frame_bytes: None,
            aliases,
            file: None,
            line: None,
            unit: None,
            linked_from: None,
        },
    }
}

/// Whether what begins at an address of a section is code. Constants that a linker script puts among code are
/// none, nor are tables of assembly that are marked as data.
pub(super) fn is_code(image: &Image<'_>, (section_idx, address): (usize, u64), kind: SymbolKind) -> bool {
    image.sections[section_idx].kind == SectionKind::Code
        && match kind {
            SymbolKind::Function | SymbolKind::LiteralPool => true,
            SymbolKind::Label => !image.is_marked_data(section_idx, address),
            _ => false,
        }
}

/// For each node of the graph its row: an index into [`Report::symbols`]. What nobody could name has none.
pub(crate) fn rows_by_node(rows: &[Named]) -> Vec<Option<usize>> {
    let n_nodes = rows.iter().map(|it| it.node + 1).max().unwrap_or(0);
    let mut by_node = vec![None; n_nodes];
    rows.iter().enumerate().for_each(|(row_idx, it)| by_node[it.node] = Some(row_idx));
    by_node
}

fn crates(rows: &[Named], use_of: &MemoryUse, defining_bytes: &BTreeMap<String, u64>) -> Vec<CrateUse> {
    let mut by_name: BTreeMap<&str, CrateUse> = BTreeMap::new();
    let empty = |name: &str| CrateUse { name: name.to_owned(), ..CrateUse::default() };
    for row in rows {
        let name = row.symbol.krate.as_deref().unwrap_or(UNKNOWN_CRATE);
        let krate = by_name.entry(name).or_insert_with(|| empty(name));
        let bytes = row.symbol.size_bytes;
        let own = use_of.own((row.section_idx, row.node), bytes);
        krate.flash_bytes += own.flash;
        krate.ram_bytes += own.ram;
        krate.code_bytes += if row.is_code { bytes } else { 0 };
        krate.n_symbols += 1;
    }
    for (name, bytes) in defining_bytes {
        by_name.entry(name).or_insert_with(|| empty(name)).defining_bytes += bytes;
    }
    let Bytes { flash: flash_bytes, ram: ram_bytes } = use_of.shared;
    if flash_bytes + ram_bytes > 0 {
        let shared = CrateUse { flash_bytes, ram_bytes, ..empty(SHARED) };
        by_name.insert(SHARED, shared);
    }
    let mut crates: Vec<CrateUse> = by_name.into_values().collect();
    crates.sort_by_key(|it| Reverse((it.flash_bytes + it.ram_bytes, it.defining_bytes)));
    crates
}

/// All complaints, or as many as somebody may want to read.
fn warnings(
    findings: &Findings<'_>,
    memory: &[MemoryRegion],
    (settled, of_regions, of_source): (&Settled, &[Warning], &[Warning]),
) -> Vec<Warning> {
    let Findings { image, attribution, graph, .. } = findings;
    let mut warnings = of_regions.to_vec();
    warnings.extend_from_slice(&image.warnings);
    warnings.extend(attribution.warnings.iter().chain(of_source).cloned());
    if image.is_relocatable() && !memory.is_empty() {
        let message = "an object file has no addresses yet, so no region is in use".into();
        warnings.push(Warning { place: "memory layout".into(), message });
    }
    warnings.extend(homeless(image, settled));
    warnings.extend(unflashed::warning(image, settled));
    let worth_saying = |it: &NoReferences| !matches!(it, NoReferences::Unlinked | NoReferences::NoSymbols);
    warnings.extend(
        graph
            .as_ref()
            .err()
            .copied()
            .filter(worth_saying)
            .map(|missing| Warning { place: "graph".into(), message: graph::reason(missing, &image.header) }),
    );
    if graph.as_ref().is_ok_and(|it| it.references.is_cut) {
        let message =
            "there is too much code to follow all addresses in, so data in use may look unreachable".into();
        warnings.push(Warning { place: "graph".into(), message });
    }
    if graph.is_ok() && stack::is_beyond_limit(image) {
        let message = "there are more than 32 MiB of code, so nothing is said about the stack".into();
        warnings.push(Warning { place: "stack".into(), message });
    }
    let n_left_out = warnings.len().saturating_sub(MAX_WARNINGS);
    if n_left_out > 0 {
        warnings.truncate(MAX_WARNINGS);
        let message = format!("{n_left_out} more are not listed");
        warnings.push(Warning { place: "warnings".into(), message });
    }
    warnings
}

fn overflow(region: &Region) -> Option<Warning> {
    let length_bytes = region.length_bytes.filter(|_| region.overflow_bytes > 0)?;
    let into = match region.overwrites.as_slice() {
        [] => String::new(),
        names => format!(", into {}", names.join(" and ")),
    };
    let (over, needed) = (grouped(region.overflow_bytes), grouped(region.needed_bytes()));
    let message =
        format!("needs {needed} of {} bytes: it runs {over} over its end{into}", grouped(length_bytes));
    Some(Warning { place: format!("region {}", region.name), message })
}

fn homeless(image: &Image<'_>, settled: &Settled) -> impl Iterator<Item = Warning> {
    let mut bytes_of: BTreeMap<usize, u64> = BTreeMap::new();
    for fragment in &settled.homeless {
        *bytes_of.entry(fragment.section_idx).or_default() += fragment.span.size();
    }
    bytes_of.into_iter().map(|(section_idx, bytes)| Warning {
        place: format!("section {}", image.sections[section_idx].name),
        message: format!("{bytes} bytes lie outside of every memory region"),
    })
}
