//! Units that hold what several share, as `dwz` writes them: whose they are, and what is in a file that is not here.

use std::collections::BTreeMap;

use gimli::constants as dw;

use super::functions::Reference;
use super::units::Units;
use crate::image::Image;
use crate::report::Warning;

/// Shared units may import shared ones; more steps than this are a circle.
const MAX_STEPS: usize = 8;

/// For each of the `partial` units, which are no compilations by themselves, the first that imports it, if need
/// be over others.
pub(super) fn importers(units: &Units<'_>, partial: &[usize]) -> BTreeMap<usize, usize> {
    if partial.is_empty() {
        return BTreeMap::new();
    }
    let mut importer_of: BTreeMap<usize, usize> = BTreeMap::new();
    for unit_idx in 0..units.list.len() {
        for imported in imports(units, unit_idx) {
            importer_of.entry(imported).or_insert(unit_idx);
        }
    }
    let home = |unit_idx: usize| {
        let mut cursor = unit_idx;
        for _ in 0..MAX_STEPS {
            cursor = *importer_of.get(&cursor)?;
            if partial.binary_search(&cursor).is_err() {
                return Some(cursor);
            }
        }
        None
    };
    partial.iter().filter_map(|it| Some((*it, home(*it)?))).collect()
}

/// What a unit imports. `dwz` writes that before everything else, so no other entry is read.
fn imports(units: &Units<'_>, unit_idx: usize) -> Vec<usize> {
    let unit = units.entries(unit_idx);
    let mut found = Vec::new();
    let mut entries = unit.entries();
    // The root itself.
    if !matches!(entries.next_entry(), Ok(true)) {
        return found;
    }
    while let Ok(Some(entry)) = entries.next_dfs() {
        if entry.tag() != dw::DW_TAG_imported_unit {
            break;
        }
        let import = entry.attr_value(dw::DW_AT_import).and_then(Reference::of);
        let offset = import.filter(|it| it.is_global()).map(Reference::offset);
        found.extend(offset.and_then(|it| units.holding(it)).map(|it| it.0));
    }
    found
}

/// Says of a file whose shared names and types were moved to another that those are missing.
pub(super) fn missing(image: &Image<'_>) -> Option<Warning> {
    let section = image.sections.iter().find(|it| it.name == ".gnu_debugaltlink")?;
    let name = section.data.split(|it| *it == 0).next().unwrap_or_default();
    let name = String::from_utf8_lossy(name);
    let name = name.rsplit('/').next().unwrap_or_default();
    let message = format!(
        "what its units share was moved to a file that is not here ({name}); names of functions and lines of \
         declarations may be missing"
    );
    Some(Warning { place: ".gnu_debugaltlink".into(), message })
}
