//! Content that no flash holds: what is to be loaded to RAM.

use std::collections::BTreeSet;

use super::Warning;
use crate::image::Image;
use crate::layout::regions::Settled;
use crate::span::Span;
use crate::text::grouped;

/// More sections are only counted.
const MAX_NAMED: usize = 4;

/// A sentence for all of it, with what `objcopy -O binary` makes of such a file: one stretch from the lowest load
/// address to the highest.
pub(super) fn warning(image: &Image<'_>, settled: &Settled) -> Option<Warning> {
    let lost = settled.regions.iter().filter(|it| !it.keeps_content).flat_map(|it| &it.fragments);
    let lost = lost.filter(|it| it.is_stored(&image.sections[it.section_idx]));
    let mut bytes = 0;
    let mut section_idxs = BTreeSet::new();
    for fragment in lost {
        bytes += fragment.span.size();
        section_idxs.insert(fragment.section_idx);
    }
    let names = section_idxs.iter().take(MAX_NAMED).map(|it| image.sections[*it].name.as_str());
    let mut names: Vec<String> = names.map(str::to_owned).collect();
    let n_more = section_idxs.len().saturating_sub(MAX_NAMED);
    names.extend((n_more > 0).then(|| format!("{n_more} more")));
    let binary = binary(image)?;
    let message = format!(
        "{} B of {} have their load address in RAM, so they are no flash; a .bin of `objcopy -O binary` would take {} B, \
         from {:#x} to {:#x}",
        grouped(bytes),
        names.join(", "),
        grouped(binary.size()),
        binary.start(),
        binary.end()
    );
    (bytes > 0).then(|| Warning { place: "load addresses".into(), message })
}

/// From the first stored byte to the last.
fn binary(image: &Image<'_>) -> Option<Span> {
    let stored =
        image.sections.iter().filter(|it| it.takes_memory() && it.size() > 0 && it.file_idx.is_some());
    let stored: Vec<Span> = stored.filter_map(|it| it.load).collect();
    let start = stored.iter().map(|it| it.start()).min()?;
    Span::between(start, stored.iter().map(|it| it.end()).max()?)
}
