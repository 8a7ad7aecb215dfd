//! Where functions begin.

use crate::image::{Image, MarkKind};
use crate::map::Attribution;
use crate::report::SymbolKind;

/// In order, each once.
pub(super) fn find(image: &Image<'_>, attribution: &Attribution) -> Vec<u64> {
    let functions = attribution.owners.iter().flat_map(|owner| {
        let names = std::iter::once(&owner.symbol_idx).chain(&owner.aliases);
        names.map(|it| &image.symbols[*it]).filter(|it| it.kind != SymbolKind::Data).map(|it| it.value)
    });
    let unsized_functions =
        image.marks.iter().filter(|it| it.kind == MarkKind::Function).map(|it| it.address);
    let mut starts: Vec<u64> = functions.chain(unsized_functions).chain(trampolines(image)).collect();
    starts.sort_unstable();
    starts.dedup();
    starts
}

/// Where AVR's linker puts a `jmp` for each function that a pointer of 16 bits does not reach (`gs()`): the pointers
/// say these, and no symbol does.
fn trampolines(image: &Image<'_>) -> impl Iterator<Item = u64> {
    const JUMP_BYTES: usize = 4;
    let of = |name: &[u8]| image.symbols.iter().find(|it| it.name == name).map(|it| it.value);
    let border = |name: &[u8]| of(name).filter(|_| image.machine.is_avr());
    let borders = border(b"__trampolines_start").zip(border(b"__trampolines_end"));
    borders.into_iter().flat_map(|(start, end)| (start..end).step_by(JUMP_BYTES))
}
