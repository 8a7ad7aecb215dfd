//! Symbols that own no byte of the image, so that nobody looks for them in vain: what code calls in a
//! mask ROM, and numbers of log messages.

use std::collections::{BTreeMap, BTreeSet};

use serde::{Deserialize, Serialize};

use super::assemble::{Findings, Named, rows_by_node};
use crate::image::{AbsoluteSymbol, Image};
use crate::refs::ReferenceKind;

/// More are only counted. The biggest program of the tests calls some 150 functions of its ROM.
const MAX_LISTED: usize = 512;
/// As many of those who refer to one are listed.
const MAX_REFERRERS: usize = 8;

/// What has a name and takes neither flash nor RAM of this image.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct Outside {
    /// Numbers and addresses that the linker was told.
    #[serde(default, skip_serializing_if = "AbsoluteSymbols::is_empty")]
    pub absolute: AbsoluteSymbols,
    /// Log messages of `defmt`; absent where there are none.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub defmt: Option<DefmtIndex>,
}

impl Outside {
    /// Whether there is nothing to tell.
    pub fn is_empty(&self) -> bool {
        *self == Self::default()
    }
}

/// Absolute symbols (`SHN_ABS`): functions and data of a mask ROM, registers, borders and sizes.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct AbsoluteSymbols {
    /// How many there are, each name counted.
    pub n_symbols: u64,
    /// Addresses among them that code of the image calls or jumps to, where the image has no byte:
    /// functions in a ROM. 0 too where code is not decoded.
    pub n_called: u64,
    /// Further such addresses that code only forms or loads: data of a ROM, registers, ends of memory.
    /// Pointers that stand in data are not counted.
    pub n_referred: u64,
    /// Those that code refers to, called ones first, then by address; at most 512.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub symbols: Vec<OutsideSymbol>,
}

impl AbsoluteSymbols {
    fn is_empty(&self) -> bool {
        self.n_symbols == 0
    }
}

/// An absolute symbol that code refers to.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct OutsideSymbol {
    /// As it stands in the symbol table.
    pub name: String,
    /// Thumb bit cleared.
    pub address: u64,
    /// Whether somebody calls it or jumps to it.
    pub called: bool,
    /// How many symbols have code that refers to it.
    pub n_referrers: u64,
    /// The first eight of them, by address: indices into [`Report::symbols`](super::Report::symbols).
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub referred_by: Vec<usize>,
    /// Other absolute symbols of the same address; at most eight.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub aliases: Vec<String>,
}

/// The section by which `defmt` numbers its messages. The texts are names of symbols, which stay on the
/// host; the device sends their addresses, which are only numbers.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct DefmtIndex {
    /// Texts that have a number.
    pub n_texts: u64,
    /// Bytes of their names, with what `defmt` writes around them. None of these is on the device.
    pub name_bytes: u64,
    /// The format's version, from the symbol `_defmt_version_ = 4`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub version: Option<String>,
}

/// Both of them. `rows` are in the order of the report.
pub(super) fn find(findings: &Findings<'_>, rows: &[Named]) -> Outside {
    Outside { absolute: absolute(findings, rows), defmt: defmt(findings.image) }
}

/// Who refers to an address, by node, and whether somebody calls it.
#[derive(Default)]
struct Use {
    called: bool,
    nodes: BTreeSet<usize>,
}

fn absolute(findings: &Findings<'_>, rows: &[Named]) -> AbsoluteSymbols {
    let image = findings.image;
    let uses = uses(findings);
    let by_node = rows_by_node(rows);
    let address_of = |node: &usize| {
        let row_idx = by_node.get(*node).copied().flatten()?;
        Some((rows[row_idx].symbol.run_address, row_idx))
    };
    let mut symbols: Vec<OutsideSymbol> = Vec::new();
    for (address, used) in &uses {
        let mut names = names_at(&image.absolute, *address);
        let Some(name) = names.next() else { continue };
        let mut referrers: Vec<(u64, usize)> = used.nodes.iter().filter_map(address_of).collect();
        referrers.sort_unstable();
        symbols.push(OutsideSymbol {
            name,
            address: *address,
            called: used.called,
            n_referrers: referrers.len() as u64,
            referred_by: referrers.iter().map(|it| it.1).take(MAX_REFERRERS).collect(),
            aliases: names.take(MAX_REFERRERS).collect(),
        });
    }
    let n_called = symbols.iter().filter(|it| it.called).count();
    let n_referred = symbols.len() - n_called;
    symbols.sort_by_key(|it| (!it.called, it.address));
    symbols.truncate(MAX_LISTED);
    AbsoluteSymbols {
        n_symbols: image.absolute.len() as u64,
        n_called: n_called as u64,
        n_referred: n_referred as u64,
        symbols,
    }
}

fn uses(findings: &Findings<'_>) -> BTreeMap<u64, Use> {
    let mut uses: BTreeMap<u64, Use> = BTreeMap::new();
    let Ok(graph) = &findings.graph else { return uses };
    for reference in &graph.references.outside {
        let used = uses.entry(reference.target_address).or_default();
        used.called |= matches!(reference.kind, ReferenceKind::Call | ReferenceKind::Jump);
        used.nodes.extend(graph.references.nodes.at(reference.at_address));
    }
    uses
}

/// The names of an address, each once, the most public first.
fn names_at<'a>(absolute: &'a [AbsoluteSymbol<'_>], address: u64) -> impl Iterator<Item = String> + use<'a> {
    let from = absolute.partition_point(|it| it.value < address);
    let to = absolute.partition_point(|it| it.value <= address);
    let mut names: Vec<&[u8]> = absolute[from..to].iter().map(|it| it.name).collect();
    names.dedup();
    names.into_iter().map(|it| String::from_utf8_lossy(it).into_owned())
}

/// A section that is loaded is no index: its symbols own its bytes.
fn defmt(image: &Image<'_>) -> Option<DefmtIndex> {
    let is_index = |name: &str| name == ".defmt" || name.starts_with(".defmt.");
    let sections = image.sections.iter().filter(|it| !it.takes_memory() && is_index(&it.name));
    let file_idxs: BTreeSet<usize> = sections.filter_map(|it| it.file_idx).collect();
    if file_idxs.is_empty() {
        return None;
    }
    let in_index = image.symbols.iter().filter(|it| file_idxs.contains(&it.section_file_idx));
    let texts = in_index.filter(|it| it.name.starts_with(b"{"));
    let (n_texts, name_bytes) = texts.fold((0, 0), |(n, sum), it| (n + 1, sum + it.name.len() as u64));
    let named = image.symbols.iter().map(|it| it.name).chain(image.absolute.iter().map(|it| it.name));
    Some(DefmtIndex { n_texts, name_bytes, version: named.filter_map(version).next() })
}

/// Of `_defmt_version_ = 4`, which lld leaves in quotation marks where a linker script defines it.
fn version(name: &[u8]) -> Option<String> {
    let name = name.strip_prefix(b"\"").unwrap_or(name);
    let version = name.strip_prefix(b"_defmt_version_ = ")?;
    let version = version.strip_suffix(b"\"").unwrap_or(version);
    Some(String::from_utf8_lossy(version).into_owned())
}
