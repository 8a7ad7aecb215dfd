//! Words of armlink (Arm Compiler's errors L6220E, L6406E, L6407E), of IAR's linker (Lp011) and of TI's (#10099).

use super::words::{name, number, number_after, numbers};
use super::{Bound, Found, Message, Overflow};

const EXCEEDS: &str = " exceeds limit ";
const NO_SPACE: &str = ".ANY selector matching ";
const AGGREGATE: &str = "Sections of aggregate size ";
const IAR: &str = "unable to allocate space for sections/blocks";
const TI: &str = "program will not fit into available";

/// Whether the line begins one of theirs.
pub(super) fn read(message: &Message<'_>, found: &mut Found) -> bool {
    let read = if message.has_any(&[EXCEEDS]) {
        exceeded
    } else if message.has_any(&[NO_SPACE, AGGREGATE]) {
        not_placed
    } else if message.has_any(&[IAR]) {
        iar
    } else if message.has_any(&[TI]) {
        ti
    } else {
        return false;
    };
    read(&message.text()).into_iter().for_each(|it| found.enter(it));
    true
}

/// `Load region LR_IROM1 size (69108 bytes) exceeds limit (65536 bytes).`
fn exceeded(text: &str) -> Option<Overflow> {
    let (before, after) = text.split_once(EXCEEDS)?;
    let (region, used) = before.rsplit_once("region ")?.1.split_once(" size ")?;
    let (used_bytes, length_bytes) = (number(used)?.0, number(after)?.0);
    let over_bytes = used_bytes.checked_sub(length_bytes).filter(|it| *it > 0)?;
    let (over_bytes, length_bytes) = (Some(over_bytes), Some(length_bytes));
    Some(Overflow { region: name(region)?, over_bytes, length_bytes, ..Overflow::default() })
}

/// What `.ANY` was to place, in whatever execution regions have it, and did not. The rest of their room is less than
/// the smallest of those sections, but not told.
fn not_placed(text: &str) -> Option<Overflow> {
    let region = ".ANY".to_owned();
    let Some((_, matching)) = text.split_once(NO_SPACE) else {
        let (over_bytes, bound) = (Some(number_after(text, AGGREGATE)?), Bound::AtMost);
        return Some(Overflow { region, over_bytes, bound, ..Overflow::default() });
    };
    let matching = matching.strip_prefix("Section ").unwrap_or(matching);
    let section = name(matching)?.trim_end_matches('.').to_owned();
    Some(Overflow { region, sections: vec![section], ..Overflow::default() })
}

/// `… minimum size of 0x19834 bytes (max align 0x8) in <[0x20000000-0x20017fff]> (total uncommitted space 0x18000).`
/// Lines are broken anywhere, and something may stand before each. What else the room is for, the linker places
/// later: the figure is a lower bound, and it calls its own an estimate.
fn iar(text: &str) -> Option<Overflow> {
    let (_, text) = text.split_once(IAR)?;
    let text = text.split("Error[").next().unwrap_or(text);
    let (_, ranges) = text.split_once('<')?;
    let (ranges, after) = ranges.split_once('>')?;
    let addresses = numbers(ranges);
    let ranges: Vec<(u64, u64)> =
        addresses.chunks_exact(2).map(|it| (it[0], it[1])).filter(|it| it.0 <= it.1).collect();
    let first = *ranges.first()?;
    let wanted_bytes = number_after(text, "size of ")?;
    let free_bytes = number_after(after, "uncommitted space")?;
    let region: Vec<String> = ranges.iter().map(|(first, last)| format!("{first:#x}-{last:#x}")).collect();
    let lengths = ranges.iter().map(|(first, last)| last - first);
    let length_bytes = lengths.map(|it| it.checked_add(1)).try_fold(0, |sum: u64, it| sum.checked_add(it?));
    Some(Overflow {
        region: region.join(" "),
        over_bytes: wanted_bytes.checked_sub(free_bytes).filter(|it| *it > 0),
        bound: Bound::AtLeast,
        length_bytes,
        range: (ranges.len() == 1).then_some(first),
        sections: Vec::new(),
    })
}

/// `… fails for section ".text" size 0x2b12 . Available memory ranges: FLASH size: 0x1000 unused: 0xe56 max hole: 0xe56`.
/// Machines whose addresses count words have pages, and their sizes are not in bytes.
fn ti(text: &str) -> Option<Overflow> {
    let (_, text) = text.split_once(TI)?;
    let text = text.split("error").next().unwrap_or(text);
    let (failed, ranges) = text.split_once("vailable memory ranges:")?;
    let section =
        failed.split_once("section ").or_else(|| failed.split_once("object ")).and_then(|it| name(it.1));
    let wanted_bytes =
        failed.split_once("\" size ").or_else(|| failed.split_once(" size ")).and_then(|it| number(it.1));
    let (mut names, mut free_bytes, mut length_bytes) = (Vec::new(), 0_u64, 0_u64);
    let mut pieces = ranges.split(" size: ");
    let mut before = pieces.next()?;
    for piece in pieces {
        names.push(before.split_whitespace().next_back()?);
        length_bytes = length_bytes.checked_add(number(piece)?.0)?;
        free_bytes = free_bytes.checked_add(number_after(piece, "unused:")?)?;
        before = piece;
    }
    let in_bytes = !failed.contains(" page ");
    let over_bytes =
        wanted_bytes.and_then(|it| it.0.checked_sub(free_bytes)).filter(|it| *it > 0 && in_bytes);
    Some(Overflow {
        region: name(&format!("\"{}\"", names.join(" | ")))?,
        sections: section.into_iter().collect(),
        over_bytes,
        bound: Bound::AtLeast,
        length_bytes: in_bytes.then_some(length_bytes),
        range: None,
    })
}
