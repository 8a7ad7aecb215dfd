//! Bytes that are in the image more than once: functions that do the same, texts that say the same.

use crate::graph::Graph;
use crate::image::{Image, ImageSection};
use crate::map::{Attribution, Label};
use crate::names::Language;
use crate::report::assemble::{Findings, Named};
use crate::report::{DuplicateText, IdenticalBodies, SymbolKind};
use crate::span::Span;

/// Shorter texts are chance.
const MIN_TEXT_BYTES: usize = 4;
/// Among code, short runs of instructions look like text.
const MIN_TEXT_BYTES_IN_CODE: usize = 8;
/// More of a text is not shown.
const MAX_SHOWN_BYTES: usize = 200;

/// Functions of one size whose fingerprints are equal, the most saving first. None without a decoder.
pub(crate) fn identical_bodies(rows: &[Named], graph: &Graph) -> Vec<IdenticalBodies> {
    // By what they do, then by address.
    let mut bodies: Vec<((u64, u64), u64, usize)> = Vec::new();
    for (row_idx, row) in rows.iter().enumerate() {
        let body = graph.references.bodies.get(row.node).copied().flatten();
        if let Some(body) = body.filter(|_| row.symbol.kind != SymbolKind::Data) {
            bodies.push(((row.symbol.size_bytes, body.exact), row.symbol.run_address, row_idx));
        }
    }
    bodies.sort_unstable();
    let mut groups: Vec<IdenticalBodies> = Vec::new();
    for group in bodies.chunk_by(|a, b| a.0 == b.0).filter(|it| it.len() > 1) {
        let size_bytes = group[0].0.0;
        let symbols: Vec<usize> = group.iter().map(|it| it.2).collect();
        let saves_up_to_bytes = all_but_one(size_bytes, symbols.len());
        groups.push(IdenticalBodies { symbols, size_bytes, saves_up_to_bytes });
    }
    groups.sort_by(|a, b| {
        (b.saves_up_to_bytes.cmp(&a.saves_up_to_bytes)).then_with(|| a.symbols.cmp(&b.symbols))
    });
    groups
}

/// Texts that stand in several places that are only read, the most saving first.
pub(crate) fn texts(findings: &Findings<'_>, rows: &[Named]) -> Vec<DuplicateText> {
    if findings.image.is_relocatable() {
        return Vec::new();
    }
    let mut places: Vec<Text<'_>> = Vec::new();
    for (section_idx, span) in constants(findings, rows) {
        collect(&findings.image.sections[section_idx], span, &mut places);
    }
    let mut texts: Vec<DuplicateText> = Vec::new();
    places.sort_unstable();
    places.dedup();
    for group in places.chunk_by(|a, b| a.text == b.text) {
        if group.len() > 1 {
            let text = group[0].text;
            let run_addresses: Vec<u64> = group.iter().map(|it| it.address).collect();
            let size_bytes = text.len() as u64;
            let saves_up_to_bytes = all_but_one(size_bytes, run_addresses.len());
            texts.push(DuplicateText { text: shown(text), run_addresses, size_bytes, saves_up_to_bytes });
        }
    }
    texts.sort_by(|a, b| {
        (b.saves_up_to_bytes.cmp(&a.saves_up_to_bytes)).then_with(|| a.run_addresses.cmp(&b.run_addresses))
    });
    texts
}

/// A text and where it stands. Most differ in their first bytes, which are compared without going there.
#[derive(PartialEq, Eq, PartialOrd, Ord)]
struct Text<'data> {
    first: u64,
    text: &'data [u8],
    address: u64,
}

impl<'data> Text<'data> {
    fn new(text: &'data [u8], address: u64) -> Self {
        let mut first = [0; 8];
        first.iter_mut().zip(text).for_each(|(to, from)| *to = *from);
        Self { first: u64::from_be_bytes(first), text, address }
    }
}

fn all_but_one(size_bytes: u64, n: usize) -> u64 {
    size_bytes.saturating_mul(n as u64 - 1)
}

/// What may hold texts: constants with a symbol, and what lies between symbols. Rust's texts have no end,
/// so they are told by where references lead. In C that would cut what ends like another text, which
/// linkers keep once for both.
fn constants(findings: &Findings<'_>, rows: &[Named]) -> Vec<(usize, Span)> {
    let Findings { image, attribution, .. } = *findings;
    let data = attribution.owners.iter().filter(|it| image.symbols[it.symbol_idx].kind == SymbolKind::Data);
    let mut constants: Vec<(usize, Span)> =
        data.map(|it| (it.section_idx, Span::saturating(it.address, it.bytes))).collect();
    match &findings.graph {
        Ok(graph) if rows.iter().any(|it| it.language == Language::Rust) => {
            let pieces = &graph.references.nodes.pieces;
            constants.extend(pieces.iter().map(|it| (it.section_idx, it.span)));
        }
        _ => constants.extend(gaps(image, attribution)),
    }
    constants.retain(|(section_idx, _)| !image.sections[*section_idx].is_writable);
    constants
}

/// What lies between symbols, whatever its pieces are.
fn gaps(image: &Image<'_>, attribution: &Attribution) -> Vec<(usize, Span)> {
    let labels = |section_idx| attribution.labels(section_idx).map(move |(span, it)| (section_idx, span, it));
    let mut gaps: Vec<(usize, Span)> = Vec::new();
    for (section_idx, span, label) in (0..image.sections.len()).flat_map(labels) {
        let last = gaps.last_mut().filter(|(idx, it)| *idx == section_idx && it.end() == span.start());
        match (label, last) {
            (Label::Symbol(_), _) => {}
            (_, Some((_, gap))) => *gap = Span::saturating(gap.start(), gap.size() + span.size()),
            (_, None) => gaps.push((section_idx, span)),
        }
    }
    gaps
}

/// Each text of a span, C's up to their zeroes.
fn collect<'data>(section: &ImageSection<'data>, span: Span, places: &mut Vec<Text<'data>>) {
    let min_bytes = if section.is_executable { MIN_TEXT_BYTES_IN_CODE } else { MIN_TEXT_BYTES };
    let Some(content) = section.content(span) else { return };
    let mut address = span.start();
    for text in content.split(|it| *it == 0) {
        if text.len() >= min_bytes && is_text(text) {
            places.push(Text::new(text, address));
        }
        address = address.saturating_add(text.len() as u64 + 1);
    }
}

fn is_text(bytes: &[u8]) -> bool {
    // Nearly all that is none shows it in its first bytes, and nearly all that is one is ASCII.
    let is_ascii_text = |it: &u8| matches!(it, b' '..=b'~' | b'\n' | b'\r' | b'\t' | 0x1b);
    match bytes.iter().find(|it| !is_ascii_text(it)) {
        None => return true,
        Some(it) if it.is_ascii() => return false,
        Some(_) => {}
    }
    let is_printed = |it: char| !it.is_control() || matches!(it, '\n' | '\r' | '\t' | '\x1b');
    std::str::from_utf8(bytes).is_ok_and(|it| it.chars().all(is_printed))
}

fn shown(text: &[u8]) -> String {
    String::from_utf8_lossy(&text[..text.len().min(MAX_SHOWN_BYTES)]).into_owned()
}
