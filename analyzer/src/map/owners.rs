//! The symbols' claims, in an order that does not depend on the symbol table's.

use std::cmp::Reverse;

use super::{ByteMap, Filling, Label};
use crate::image::{Image, ImageSymbol};
use crate::isa::Machine;
use crate::names;
use crate::report::{SymbolKind, Warning};
use crate::span::Span;

/// A symbol that got bytes.
#[derive(Debug, Clone)]
pub(crate) struct Owner {
    pub(crate) symbol_idx: usize,
    pub(crate) section_idx: usize,
    pub(crate) address: u64,
    pub(crate) bytes: u64,
    /// Symbols all of whose bytes were taken, by this one where they begin.
    pub(crate) aliases: Vec<usize>,
}

/// Where a symbol wants to be.
struct Claim {
    symbol_idx: usize,
    section_idx: usize,
    address: u64,
    size: u64,
    /// Whether its name says nothing, so that its content has to.
    is_nameless: bool,
}

/// What the symbols of an image have.
#[derive(Debug, Default)]
pub(super) struct Claimed {
    pub(super) owners: Vec<Owner>,
    /// Where symbols without a real name are, by section and address; unattributed until their content tells
    /// what they are.
    pub(super) nameless: Vec<(usize, Span)>,
    /// Where blocks of merged statics are.
    pub(super) blocks: Vec<Span>,
    pub(super) warnings: Vec<Warning>,
}

/// Enters all symbols of `image` into the maps of their sections.
pub(super) fn claim(image: &Image<'_>, maps: &mut [ByteMap<Label>]) -> Claimed {
    let Claimed { mut owners, mut nameless, .. } = Claimed::default();
    let mut n_outside = 0_u64;
    let (claims, unsized_claims): (Vec<Claim>, Vec<Claim>) =
        sorted_claims(image).into_iter().partition(|it| it.size > 0);
    let is_block = |it: &Claim| names::is_merged_block(image.symbols[it.symbol_idx].name);
    let (blocks, claims): (Vec<Claim>, Vec<Claim>) = claims.into_iter().partition(is_block);
    for Claim { symbol_idx, section_idx, address, size, is_nameless } in claims {
        let section = image.sections[section_idx].run;
        let wanted = Span::saturating(address, size);
        n_outside += u64::from(!section.contains(wanted));
        let Some(span) = section.intersection(wanted) else { continue };
        if is_nameless {
            let bytes = maps[section_idx].claim(span, Label::Unattributed);
            nameless.extend((bytes == span.size()).then_some((section_idx, span)));
            continue;
        }
        let label = Label::Symbol(owners.len());
        let bytes = maps[section_idx].claim(span, label);
        if bytes > 0 {
            let address = span.start();
            owners.push(Owner { symbol_idx, section_idx, address, bytes, aliases: Vec::new() });
        } else if let Some(Label::Symbol(owner)) = maps[section_idx].at(span.start()) {
            owners[owner].aliases.push(symbol_idx);
        }
    }
    claim_unsized(image, maps, (&unsized_claims, &mut owners));
    let blocks = claim_blocks(image, maps, (&blocks, &mut owners));
    Claimed { owners, nameless, blocks, warnings: complaints(n_outside) }
}

/// Functions whose size nobody wrote down reach to the next one, to the next symbol, or to the end of
/// the section. What begins inside of somebody's bytes is a label and gets nothing.
fn claim_unsized(
    image: &Image<'_>,
    maps: &mut [ByteMap<Label>],
    (claims, owners): (&[Claim], &mut Vec<Owner>),
) {
    for (idx, Claim { symbol_idx, section_idx, address, .. }) in claims.iter().enumerate() {
        let (symbol_idx, section_idx, address) = (*symbol_idx, *section_idx, *address);
        if let Some(Label::Symbol(owner)) = maps[section_idx].at(address) {
            if owners[owner].address == address {
                owners[owner].aliases.push(symbol_idx);
            }
            continue;
        }
        let section = &image.sections[section_idx];
        let is_inside = section.run.contains_address(address);
        let free = maps[section_idx].free_from(address).filter(|_| is_inside);
        let Some(free) = free else { continue };
        let is_behind = |it: &&Claim| it.section_idx != section_idx || it.address > address;
        let next = claims[idx..].iter().find(is_behind).filter(|it| it.section_idx == section_idx);
        let end = next.map_or(free.end(), |it| it.address.min(free.end()));
        let Some(span) = Span::between(address, end).filter(|it| !it.is_empty()) else { continue };
        let span = Filling::new(image, section).without_tail(span);
        let bytes = maps[section_idx].claim(span, Label::Symbol(owners.len()));
        owners.push(Owner { symbol_idx, section_idx, address, bytes, aliases: Vec::new() });
    }
}

/// A block of merged statics has what no name in it covers, but for what aligns the next one. Says where
/// blocks are.
fn claim_blocks(
    image: &Image<'_>,
    maps: &mut [ByteMap<Label>],
    (blocks, owners): (&[Claim], &mut Vec<Owner>),
) -> Vec<Span> {
    let mut spans = Vec::new();
    for Claim { symbol_idx, section_idx, address, size, .. } in blocks {
        let (symbol_idx, section_idx) = (*symbol_idx, *section_idx);
        let section = &image.sections[section_idx];
        let Some(block) = section.run.intersection(Span::saturating(*address, *size)) else { continue };
        spans.push(block);
        let filling = Filling::new(image, section);
        let gaps: Vec<Span> = maps[section_idx].gaps(block).filter(|it| !filling.is_padding(*it)).collect();
        let Some(first) = gaps.first() else {
            if let Some(Label::Symbol(owner)) = maps[section_idx].at(block.start()) {
                owners[owner].aliases.push(symbol_idx);
            }
            continue;
        };
        let address = first.start();
        let label = Label::Symbol(owners.len());
        let bytes = gaps.iter().map(|it| maps[section_idx].claim(*it, label)).sum();
        owners.push(Owner { symbol_idx, section_idx, address, bytes, aliases: Vec::new() });
    }
    spans
}

fn complaints(n_outside: u64) -> Vec<Warning> {
    if n_outside == 0 {
        return Vec::new();
    }
    let message =
        format!("symbols that reach beyond their section, where only the inside counts: {n_outside}");
    vec![Warning { place: "symbol table".into(), message }]
}

fn sorted_claims(image: &Image<'_>) -> Vec<Claim> {
    let by_file_idx = section_lookup(image);
    let tls_start = image.segments.iter().find(|it| it.kind == "tls").map(|it| it.run.start());
    let mut claims: Vec<Claim> = Vec::with_capacity(image.symbols.len());
    for (symbol_idx, symbol) in image.symbols.iter().enumerate() {
        let Some(Some(section_idx)) = by_file_idx.get(symbol.section_file_idx) else { continue };
        if symbol.size == 0 && !is_unsized_function(image, symbol, *section_idx) {
            continue;
        }
        let (section_idx, size) = (*section_idx, symbol.size);
        let address = address(symbol, tls_start.filter(|_| !image.is_relocatable()));
        let is_nameless = is_nameless(image, symbol, section_idx);
        claims.push(Claim { symbol_idx, section_idx, address, size, is_nameless });
    }
    claims.sort_by_cached_key(|it| {
        let symbol = &image.symbols[it.symbol_idx];
        let is_nameless = it.is_nameless;
        (it.section_idx, it.address, Reverse(it.size), is_nameless, symbol.rank, symbol.kind, symbol.name)
    });
    claims
}

/// Constants of linked images that compilers call by a hash or a number. What nobody linked has no addresses
/// yet that could tell more, and among code it is not known which bytes are data.
fn is_nameless(image: &Image<'_>, symbol: &ImageSymbol<'_>, section_idx: usize) -> bool {
    let may_tell = !image.is_relocatable() && !image.sections[section_idx].is_executable;
    may_tell && symbol.size > 0 && symbol.rank == 2 && names::is_anonymous(symbol.name)
}

/// On Xtensa literals lie between functions, so there the next symbol is not where a function ends.
fn is_unsized_function(image: &Image<'_>, symbol: &ImageSymbol<'_>, section_idx: usize) -> bool {
    let is_code = image.sections[section_idx].is_executable && image.machine != Machine::Xtensa;
    is_code && symbol.kind == SymbolKind::Function
}

/// In linked files thread-local symbols count from the start of the thread's template.
fn address(symbol: &ImageSymbol<'_>, tls_start: Option<u64>) -> u64 {
    let base = tls_start.filter(|_| symbol.is_thread_local).unwrap_or(0);
    base.wrapping_add(symbol.value)
}

/// Index in the file → index in the image, for sections that take memory.
fn section_lookup(image: &Image<'_>) -> Vec<Option<usize>> {
    let last = image.sections.iter().filter_map(|it| it.file_idx).max().unwrap_or(0);
    let mut lookup = vec![None; last + 1];
    for (section_idx, section) in image.sections.iter().enumerate().filter(|(_, it)| it.takes_memory()) {
        if let Some(file_idx) = section.file_idx {
            lookup[file_idx] = Some(section_idx);
        }
    }
    lookup
}
