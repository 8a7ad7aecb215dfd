//! What has a name and no byte of the image, below the table of symbols.

use super::names::{Names, SymbolLink};
use crate::web::format::{Address, Bytes, Count, counted};
use plimsoll_analyzer::report::{AbsoluteSymbols, DefmtIndex, OutsideSymbol};

/// What is outside of the image.
pub struct OutsideView {
    /// A sentence for each sort.
    pub words: Vec<String>,
    /// What code refers to.
    pub rows: Vec<OutsideLine>,
}

/// An absolute symbol.
pub struct OutsideLine {
    /// Its name, and others of the same address.
    pub name: String,
    /// Its address.
    pub address: Address,
    /// Whether code calls it or only uses its address.
    pub verb: &'static str,
    /// How many symbols do.
    pub n_referrers: Count,
    /// The first of them.
    pub referrers: Vec<SymbolLink>,
}

/// So many of those who refer to one are named.
const N_NAMED: usize = 3;

/// Nothing where the image has no such symbols.
pub fn outside(names: &Names<'_>) -> Option<OutsideView> {
    let outside = &names.report.outside;
    let mut words: Vec<String> = Vec::new();
    words.extend((outside.absolute.n_symbols > 0).then(|| of_absolute(&outside.absolute)));
    words.extend(outside.defmt.as_ref().map(of_defmt));
    let rows = outside.absolute.symbols.iter().map(|it| line(names, it)).collect();
    (!words.is_empty()).then_some(OutsideView { words, rows })
}

fn of_absolute(absolute: &AbsoluteSymbols) -> String {
    format!(
        "{} name addresses and numbers that the linker was told. Code calls {} of these addresses, \
         such as functions in a mask ROM, and uses {} otherwise. They take neither flash nor RAM of this image.",
        counted(Count::from(absolute.n_symbols).0, "absolute symbol"),
        Count::from(absolute.n_called),
        Count::from(absolute.n_referred),
    )
}

fn of_defmt(defmt: &DefmtIndex) -> String {
    let version = defmt.version.as_ref().map(|it| format!(" (version {it})")).unwrap_or_default();
    format!(
        "defmt{version} sends numbers in place of {}. The names, {}, stay on the host and take no flash.",
        counted(Count::from(defmt.n_texts).0, "text"),
        Bytes(defmt.name_bytes),
    )
}

fn line(names: &Names<'_>, symbol: &OutsideSymbol) -> OutsideLine {
    let all: Vec<&str> = std::iter::once(&symbol.name).chain(&symbol.aliases).map(String::as_str).collect();
    let first = symbol.referred_by.iter().take(N_NAMED);
    OutsideLine {
        name: all.join(" = "),
        address: Address(symbol.address),
        verb: if symbol.called { "called" } else { "used" },
        n_referrers: Count::from(symbol.n_referrers),
        referrers: first.filter_map(|it| names.symbol(*it)).collect(),
    }
}
