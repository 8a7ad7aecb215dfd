//! The vector table of a file without sections: what a Cortex-M reads before its first instruction.

use super::{Image, ImageSection, ImageSegment};
use crate::isa::Machine;
use crate::span::Span;

/// Name of the stand-in for a vector table.
pub(crate) const VECTORS: &str = "(vectors)";
/// The core's own and as many interrupts as Armv7-M has (manual, B1.5.3).
const MAX_WORDS: usize = 16 + 496;
const WORD_BYTES: usize = 4;

/// How long the table is that a segment begins with: where the stack ends, the reset handler, and other
/// handlers. The stack is in the image, or the reset handler is the entry point.
pub(super) fn table_bytes(content: &[u8], run: Span, (entry, segments): (u64, &[ImageSegment])) -> usize {
    let words: Vec<u64> = words(content).collect();
    let [stack, reset, ..] = words[..] else { return 0 };
    let has_stack = |it: &ImageSegment| it.is_writable && it.run.start() < stack && stack <= it.run.end();
    let is_handler = |it: u64| it & 1 == 1 && run.contains_address(it);
    let is_sure = reset == entry || segments.iter().any(has_stack);
    if !is_handler(reset) || !is_sure {
        return 0;
    }
    let is_slot = |it: &&u64| **it == 0 || is_handler(**it);
    let n_slots = words[1..].iter().take_while(is_slot).count();
    let last = words[1..=n_slots].iter().rposition(|it| *it != 0).unwrap_or(0);
    (last + 2) * WORD_BYTES
}

/// Where the stack begins, if a section begins with a vector table: an aligned address that is not in `memory`, where the
/// table and the reset handler are.
pub(super) fn initial_stack(section: &ImageSection<'_>, memory: Span) -> Option<u64> {
    let mut words = words(section.data);
    let (stack, reset) = (words.next()?, words.next()?);
    let is_table = stack > 0 && stack % 4 == 0 && reset & 1 == 1 && memory.contains_address(reset);
    (is_table && !memory.contains_address(stack)).then_some(stack)
}

/// Where the handlers of all tables begin, that for reset first.
pub(super) fn handlers(image: &Image<'_>) -> Vec<u64> {
    let is_table = |it: &&ImageSection<'_>| it.name == VECTORS && it.file_idx.is_none();
    let tables = image.sections.iter().filter(is_table);
    let handlers = tables.flat_map(|it| words(it.data).skip(1)).filter(|it| *it != 0);
    handlers.map(|it| Machine::Arm.code_address(it)).collect()
}

fn words(content: &[u8]) -> impl Iterator<Item = u64> {
    let words = content.chunks_exact(WORD_BYTES).take(MAX_WORDS);
    words.map(|it| it.iter().rev().fold(0, |number, byte| number << 8 | u64::from(*byte)))
}
