//! Arrays that linker scripts gather from all objects and code walks from border to border.

use std::collections::{BTreeMap, BTreeSet};

use super::ImageSymbol;
use crate::report::SymbolKind;
use crate::span::Span;

/// More symbols than this are not looked at between borders: real arrays have no borders inside of borders inside
/// of borders.
const MAX_LOOKS: usize = 1 << 20;

/// What begins or ends with a word of these is memory that start-up code copies or clears as a whole, and no array.
const MEMORY_WORDS: [&[u8]; 40] = [
    b"text",
    b"data",
    b"bss",
    b"rodata",
    b"heap",
    b"stack",
    b"ram",
    b"rom",
    b"flash",
    b"image",
    b"region",
    b"noinit",
    b"uninit",
    b"code",
    b"mem",
    b"memory",
    b"sram",
    b"dram",
    b"iram",
    b"psram",
    b"itcm",
    b"dtcm",
    b"tcm",
    b"ccm",
    b"ccmram",
    b"relocate",
    b"ramfunc",
    b"ramfuncs",
    b"ramfunction",
    b"fast",
    b"vector",
    b"vectors",
    b"exidx",
    b"extab",
    b"nocache",
    b"cache",
    b"backup",
    b"section",
    b"module",
    b"tls",
];

/// Of a name: which array, and how sure it is that there is one.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
struct Stem<'data> {
    form: Form,
    stem: &'data [u8],
}

/// Ways to name two borders.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
enum Form {
    /// `__start_NAME` and `__stop_NAME`, as GNU ld and lld define them.
    Linker,
    /// `NAME$$Base` and `NAME$$Limit`, as armlink and IAR's linker define them.
    ArmLinker,
    /// `NAME_array_start`, `NAME_list_start`.
    Collection,
    /// `NAME_start` and `NAME_end`, which is also what borders of memories are called.
    Words,
    /// `_sNAME` and `_eNAME`, likewise.
    Letters,
}

/// Where borders are, by what they are called.
#[derive(Debug, Default)]
pub(super) struct Borders<'data> {
    starts: BTreeMap<Stem<'data>, Border>,
    ends: BTreeMap<Stem<'data>, Border>,
}

#[derive(Debug, Clone, Copy)]
struct Border {
    address: u64,
    /// Whether it is a symbol without a size in a section: whatever has one is no border of others.
    is_label: bool,
}

impl<'data> Borders<'data> {
    /// Takes note of a symbol if it is called like a border. `is_label` says whether it is in a section and has no size.
    pub(super) fn add(&mut self, name: &'data [u8], address: u64, is_label: bool) {
        let border = Border { address, is_label };
        if let Some(stem) = start(name) {
            self.starts.insert(stem, border);
        }
        if let Some(stem) = end(name) {
            self.ends.insert(stem, border);
        }
    }

    /// The arrays that have something in them; `symbols` tell what is between borders whose names could be others'.
    pub(super) fn arrays(&self, symbols: &[ImageSymbol<'data>]) -> Vec<Span> {
        let mut contents = Contents::new(symbols);
        let borders = self.starts.values().chain(self.ends.values()).filter(|it| it.is_label);
        let borders: BTreeSet<u64> = borders.map(|it| it.address).collect();
        let mut arrays = Vec::new();
        for (stem, start) in self.starts.iter().chain(&self.named_like_their_end(symbols)) {
            let next = borders.range(start.address.saturating_add(1)..).next().copied();
            let end = match self.ends.get(stem) {
                Some(end) => Some(*end),
                // Levels: each begins where the one before ends, and only the last has an end.
                None if start.is_label => next.map(|address| Border { address, is_label: true }),
                None => None,
            };
            let Some(end) = end else { continue };
            let span = Span::between(start.address, end.address).filter(|it| !it.is_empty());
            let is_sure = stem.form < Form::Words && self.ends.contains_key(stem);
            let mut is_array = |span: Span| {
                is_sure || start.is_label && end.is_label && !is_memory(stem.stem) && contents.is_array(span)
            };
            arrays.extend(span.filter(|it| is_array(*it)));
        }
        arrays
    }

    /// RIOT's: the array itself is an empty one, `NAME_end` is another.
    fn named_like_their_end(&self, symbols: &[ImageSymbol<'data>]) -> BTreeMap<Stem<'data>, Border> {
        let is_empty_array = |it: &&ImageSymbol<'_>| it.size == 0 && it.kind == SymbolKind::Data;
        let stem = |it: &ImageSymbol<'data>| {
            let stem = Stem { form: Form::Words, stem: trimmed(it.name) };
            let is_alone = self.ends.contains_key(&stem) && !self.starts.contains_key(&stem);
            is_alone.then_some((stem, Border { address: it.value, is_label: true }))
        };
        symbols.iter().filter(is_empty_array).filter_map(stem).collect()
    }
}

fn start(name: &[u8]) -> Option<Stem<'_>> {
    let stem = |form, stem| Some(Stem { form, stem });
    if let Some(it) = name.strip_prefix(b"__start_") {
        return stem(Form::Linker, it);
    }
    if let Some(it) = name.strip_suffix(b"$$Base") {
        return arm_linker(it);
    }
    let name = trimmed_with_sign(name)?;
    match without_last_word(name.0, &[b"start", b"begin"]) {
        Some(it) => Some(of_words(it)),
        None => letters(name, b's'),
    }
}

fn end(name: &[u8]) -> Option<Stem<'_>> {
    let stem = |form, stem| Some(Stem { form, stem });
    if let Some(it) = name.strip_prefix(b"__stop_") {
        return stem(Form::Linker, it);
    }
    if let Some(it) = name.strip_suffix(b"$$Limit") {
        return arm_linker(it);
    }
    let name = trimmed_with_sign(name)?;
    match without_last_word(name.0, &[b"end", b"stop"]) {
        Some(it) => Some(of_words(it)),
        None => letters(name, b'e'),
    }
}

/// Execution and load regions are memories.
fn arm_linker(stem: &[u8]) -> Option<Stem<'_>> {
    let is_region = stem.starts_with(b"Image$$") || stem.starts_with(b"Load$$");
    (!is_region).then_some(Stem { form: Form::ArmLinker, stem })
}

fn of_words(stem: &[u8]) -> Stem<'_> {
    let is_collection = [&b"_array"[..], b"_list"].iter().any(|it| stem.ends_with(it));
    Stem { form: if is_collection { Form::Collection } else { Form::Words }, stem }
}

fn letters((name, had_underscore): (&[u8], Underscore), letter: u8) -> Option<Stem<'_>> {
    let stem = name.strip_prefix(&[letter]).filter(|it| it.len() > 1)?;
    (had_underscore == Underscore::Yes).then_some(Stem { form: Form::Letters, stem })
}

/// Whether a name began with one.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Underscore {
    Yes,
    No,
}

fn trimmed(name: &[u8]) -> &[u8] {
    let first = name.iter().position(|it| *it != b'_').unwrap_or(name.len());
    let last = name.iter().rposition(|it| *it != b'_').map_or(first, |it| it + 1);
    &name[first..last]
}

fn trimmed_with_sign(name: &[u8]) -> Option<(&[u8], Underscore)> {
    let sign = if name.starts_with(b"_") { Underscore::Yes } else { Underscore::No };
    Some((trimmed(name), sign)).filter(|it| !it.0.is_empty())
}

/// `init` of `init_start` and of `init_START`.
fn without_last_word<'data>(name: &'data [u8], words: &[&[u8]]) -> Option<&'data [u8]> {
    let separator = name.iter().rposition(|it| *it == b'_')?;
    let is_word = words.iter().any(|it| it.eq_ignore_ascii_case(&name[separator + 1..]));
    Some(trimmed(&name[..separator])).filter(|it| is_word && !it.is_empty())
}

fn is_memory(stem: &[u8]) -> bool {
    let mut words = stem.split(|it| matches!(it, b'_' | b'.' | b'$')).map(<[u8]>::to_ascii_lowercase);
    words.any(|word| {
        let word = word.strip_suffix(b"s").filter(|it| it.len() > 2).unwrap_or(&word);
        let is_one = |it: &[u8]| MEMORY_WORDS.contains(&it);
        // `.sdata`, `.zbss`, `sram2`.
        let without_digits = word.iter().rposition(|it| !it.is_ascii_digit()).map_or(0, |it| it + 1);
        let word = &word[..without_digits];
        is_one(word) || word.get(1..).is_some_and(|it| it.len() > 2 && is_one(it))
    })
}

/// What symbols with a size say about stretches.
struct Contents {
    /// Address, size and whether it is a function, by address.
    symbols: Vec<(u64, u64, SymbolKind)>,
    n_looks: usize,
}

impl Contents {
    fn new(symbols: &[ImageSymbol<'_>]) -> Self {
        let is_told = |it: &&ImageSymbol<'_>| it.size > 0 || it.kind == SymbolKind::Function;
        let mut symbols: Vec<(u64, u64, SymbolKind)> =
            symbols.iter().filter(is_told).map(|it| (it.value, it.size, it.kind)).collect();
        symbols.sort_unstable();
        symbols.dedup();
        Self { symbols, n_looks: 0 }
    }

    /// Whether a stretch is data of one size, one behind the other: nothing else can be walked.
    fn is_array(&mut self, span: Span) -> bool {
        let from = self.symbols.partition_point(|it| it.0 < span.start());
        let inside = self.symbols[from..].iter().take_while(|it| it.0 < span.end());
        let mut sizes = BTreeSet::new();
        for (address, size, kind) in inside {
            self.n_looks += 1;
            sizes.insert(*size);
            let fits = address.checked_add(*size).is_some_and(|it| it <= span.end());
            if self.n_looks > MAX_LOOKS || sizes.len() > 1 || *kind == SymbolKind::Function || !fits {
                return false;
            }
        }
        !sizes.is_empty()
    }
}
