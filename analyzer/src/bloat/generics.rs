//! Instances of one generic function: the same source, compiled again for other types.
//!
//! Names tell: what the instances differ in stands between angle brackets, or (legacy mangling of Rust)
//! in the hash alone. Where debug information is there, instances must also be declared on one line;
//! without it, closures with legacy names are left out, since all closures of a function are called
//! alike.

mod shape;

use std::collections::BTreeMap;

use crate::names::Language;
use crate::report::assemble::Named;
use crate::report::{Family, SymbolKind};

/// What instances of one function have in common: shape of the name, file and line.
type Key = (String, Option<usize>, Option<u32>);

/// All families with more than one instance, the most saving first; ties by name.
pub(crate) fn families(rows: &[Named]) -> Vec<Family> {
    let mut by_key: BTreeMap<Key, Vec<usize>> = BTreeMap::new();
    for (row_idx, row) in rows.iter().enumerate() {
        if let Some(name) = shape_of(row) {
            by_key.entry((name, row.symbol.file, row.symbol.line)).or_default().push(row_idx);
        }
    }
    let members = by_key.into_iter().filter(|(_, it)| it.len() > 1);
    let mut families: Vec<Family> = members.map(|((name, ..), it)| family(name, it, rows)).collect();
    families.sort_by(|a, b| b.saves_up_to_bytes.cmp(&a.saves_up_to_bytes).then_with(|| a.name.cmp(&b.name)));
    families
}

/// Rows are sorted by size, so the first instance is the biggest.
fn family(name: String, symbols: Vec<usize>, rows: &[Named]) -> Family {
    let total_bytes = symbols.iter().map(|it| rows[*it].symbol.size_bytes).sum();
    let biggest_bytes = symbols.first().map_or(0, |it| rows[*it].symbol.size_bytes);
    Family { name, symbols, total_bytes, saves_up_to_bytes: total_bytes - biggest_bytes }
}

/// The name without what instances differ in; `None` for what cannot be an instance.
fn shape_of(row: &Named) -> Option<String> {
    let symbol = &row.symbol;
    match row.language {
        _ if symbol.kind == SymbolKind::Data => None,
        Language::Unknown => None,
        Language::Cpp => shape::of_cpp(&symbol.name),
        Language::Rust => {
            let (name, is_generic) = shape::of_rust(&symbol.name);
            let is_legacy = symbol.mangled.starts_with("_ZN");
            let is_ambiguous = symbol.line.is_none() && name.contains("{{closure}}");
            (is_generic || is_legacy).then_some(name).filter(|_| !is_legacy || !is_ambiguous)
        }
    }
}
