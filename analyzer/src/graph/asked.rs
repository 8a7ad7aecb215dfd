//! From a name that somebody wrote to the one row of the report that it means.

use super::WhyError;
use crate::image::Image;
use crate::report::Symbol;
use crate::report::assemble::Named;

/// As many names are listed where one fits several symbols.
const MAX_CANDIDATES: usize = 20;

/// The node of the only row that is called so: mangled or alias, then as shown, then by the end of its path.
/// `NAME@0xADDRESS` is the one of them at that address, `@0xADDRESS` whatever begins there.
pub(super) fn find(rows: &[Named], asked: &str, image: &Image<'_>) -> Result<usize, WhyError> {
    let (name, address) = with_address(asked);
    // Pointers to Thumb code are odd.
    let clear_mask = image.machine.code_address(!0);
    let is_there =
        |it: &Symbol| address.is_none_or(|at| it.run_address == at || it.run_address == at & clear_mask);
    let fitting = |fits: &dyn Fn(&Symbol) -> bool| -> Vec<&Named> {
        rows.iter().filter(|it| is_there(&it.symbol) && fits(&it.symbol)).collect()
    };
    let suffix = format!("::{name}");
    let mangled = |it: &Symbol| it.mangled == name || it.aliases.iter().any(|alias| alias == name);
    let ways: [&dyn Fn(&Symbol) -> bool; 3] =
        [&|it| !name.is_empty() && mangled(it), &|it| it.name == name, &|it| it.name.ends_with(&suffix)];
    let found = match name {
        "" => fitting(&|_| address.is_some()),
        _ => ways.into_iter().map(fitting).find(|it| !it.is_empty()).unwrap_or_default(),
    };
    only(asked, found)
}

/// Names and addresses of `memcpy@0x1000`. Another `@` is part of a name (`memcpy@GLIBC_2.14`).
pub(crate) fn with_address(asked: &str) -> (&str, Option<u64>) {
    let parts = asked.rsplit_once("@0x");
    let address = parts.and_then(|(_, digits)| u64::from_str_radix(digits, 16).ok());
    match (parts, address) {
        (Some((name, _)), Some(_)) => (name, address),
        _ => (asked, None),
    }
}

fn only(asked: &str, mut fitting: Vec<&Named>) -> Result<usize, WhyError> {
    fitting.sort_by_key(|it| (it.symbol.run_address, it.node));
    match fitting[..] {
        [] => Err(WhyError::Unknown(asked.to_owned())),
        [row] => Ok(row.node),
        _ => Err(WhyError::Ambiguous {
            name: asked.to_owned(),
            n_symbols: fitting.len(),
            candidates: fitting.iter().take(MAX_CANDIDATES).map(|it| candidate(it, &fitting)).collect(),
        }),
    }
}

/// How one of several can be asked for.
fn candidate(row: &Named, fitting: &[&Named]) -> String {
    let Symbol { mangled, name, run_address, .. } = &row.symbol;
    let is_twin = |it: &&&Named| it.symbol.name == *name && it.symbol.run_address == *run_address;
    match fitting.iter().filter(is_twin).count() {
        1 => format!("{name}@{run_address:#x}"),
        _ if mangled.is_empty() => format!("{name}@{run_address:#x}"),
        _ => format!("{mangled}@{run_address:#x}"),
    }
}
