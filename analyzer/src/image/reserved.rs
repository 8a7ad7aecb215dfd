//! Stacks and heaps that are a part of a section: some linkers put them among zeroed data.

use std::collections::BTreeMap;

use super::{AbsoluteSymbol, ImageSection, ImageSymbol};
use crate::report::SectionRole;
use crate::span::Span;

/// What Arm's start-up files call the memory that they set aside.
const BLOCKS: [&[u8]; 2] = [b"Stack_Mem", b"Heap_Mem"];
/// IAR's and Arm's linkers define both for each block and section: `CSTACK$$Base`, `Image$$ARM_LIB_HEAP$$ZI$$Limit`.
const BORDERS: [&str; 2] = ["$$Base", "$$Limit"];
/// No program has as many; more would only take time.
const MAX_BLOCKS: usize = 1 << 10;

/// Blocks inside of sections without content, by address and apart. Symbols name them; sections that are all stack or heap
/// are told by their own names.
pub(super) fn blocks(
    sections: &[ImageSection<'_>],
    symbols: &[ImageSymbol<'_>],
    absolute: &[AbsoluteSymbol<'_>],
) -> Vec<Span> {
    let named = symbols.iter().filter(|it| it.size > 0 && BLOCKS.contains(&it.name));
    let named = named.filter_map(|it| Span::new(it.value, it.size));
    let numbers = symbols.iter().map(|it| (it.name, it.value));
    let numbers = numbers.chain(absolute.iter().map(|it| (it.name, it.value)));
    let mut blocks: Vec<Span> = named.chain(between_borders(numbers)).take(MAX_BLOCKS).collect();
    let is_part =
        |it: &ImageSection<'_>| it.takes_memory() && it.load.is_none() && it.role == SectionRole::Content;
    let holders: Vec<Span> = sections.iter().filter(|it| is_part(it)).map(|it| it.run).collect();
    blocks.retain(|block| !block.is_empty() && holders.iter().any(|it| it.contains(*block)));
    blocks.sort_unstable();
    let mut cursor = 0;
    blocks.iter_mut().for_each(|it| {
        *it = it.from(cursor);
        cursor = cursor.max(it.end());
    });
    blocks.retain(|it| !it.is_empty());
    blocks
}

fn between_borders<'data>(symbols: impl Iterator<Item = (&'data [u8], u64)>) -> Vec<Span> {
    let mut borders: BTreeMap<&str, [Option<u64>; 2]> = BTreeMap::new();
    for (name, address) in symbols {
        let Ok(name) = std::str::from_utf8(name) else { continue };
        for (idx, suffix) in BORDERS.iter().enumerate() {
            let block = name.strip_suffix(suffix).filter(|it| is_stack_or_heap(it));
            if let Some(block) = block {
                borders.entry(block).or_default()[idx] = Some(address);
            }
        }
    }
    borders.into_values().filter_map(|[base, limit]| Span::between(base?, limit?)).collect()
}

fn is_stack_or_heap(block: &str) -> bool {
    let block = block.to_ascii_uppercase();
    ["STACK", "HEAP"].iter().any(|it| block.contains(it))
}
