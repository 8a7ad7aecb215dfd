//! Secure services of ARM's TrustZone: what the other world may call.
//!
//! The linker makes a veneer with an `SG` instruction for each function with the attribute `cmse_nonsecure_entry`, and
//! calls the function itself `__acle_se_NAME` (ARM's "Armv8-M Security Extensions: Requirements on development tools", 5.4).

use std::collections::BTreeSet;

use crate::image::Image;
use crate::refs::Nodes;
use crate::report::SymbolKind;

/// What a function is called beside its name that is an entry.
const TWIN: &[u8] = b"__acle_se_";
/// Sections of veneers: GNU ld's and lld's, and armlink's.
const VENEERS: [&str; 2] = [".gnu.sgstubs", "Veneer$$CMSE"];

/// Nodes of services.
pub(crate) struct Services {
    /// Where the other world calls.
    pub(crate) entries: Vec<usize>,
    /// The functions behind the veneers, for linkers whose veneers are elsewhere.
    pub(crate) twins: Vec<usize>,
}

/// All services, in the order of their addresses.
pub(crate) fn services(image: &Image<'_>, nodes: &Nodes) -> Services {
    let is_veneer = |name: &str| VENEERS.iter().any(|it| name.starts_with(it));
    let sections = image.sections.iter().filter(|it| it.takes_memory() && is_veneer(&it.name));
    let mut entries: BTreeSet<usize> = sections.flat_map(|it| nodes.within(it.run)).collect();
    let functions = || image.symbols.iter().filter(|it| it.kind == SymbolKind::Function);
    let twins = || functions().filter_map(|it| Some((it.name.strip_prefix(TWIN)?, it.value)));
    let names: BTreeSet<&[u8]> = twins().map(|it| it.0).collect();
    if !names.is_empty() {
        entries.extend(functions().filter(|it| names.contains(it.name)).filter_map(|it| nodes.at(it.value)));
    }
    let twins = twins().filter_map(|it| nodes.at(it.1)).filter(|it| !entries.contains(it)).collect();
    Services { entries: entries.into_iter().collect(), twins }
}
