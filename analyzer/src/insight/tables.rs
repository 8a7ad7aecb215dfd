//! Tables that nobody looks into: those for unwinding, and the end of the vector table.

use super::kinds;
use super::{Case, Saving, evidence, grouped, insight};
use crate::isa::Machine;
use crate::refs::is_unwind;
use crate::report::{Certainty, Insight, SectionRole};
use crate::span::Span;

/// Who reads unwind tables.
const UNWINDERS: [&str; 6] = [
    "_Unwind_RaiseException",
    "_Unwind_Resume",
    "_Unwind_Backtrace",
    "_Unwind_ForcedUnwind",
    "__cxa_throw",
    "__gnu_unwind_frame",
];
/// The stack pointer and the exceptions of the processor itself: their slots have to be there.
const N_EXCEPTIONS: usize = 16;
const WORD_BYTES: u64 = 4;
/// A slot of flash that was never written.
const ERASED: u64 = 0xffff_ffff;

/// Both sorts of tables.
pub(super) fn advise(case: &Case<'_>) -> Vec<Insight> {
    unwind_tables(case).into_iter().chain(unused_vectors(case)).collect()
}

fn unwind_tables(case: &Case<'_>) -> Option<Insight> {
    if case.functions().any(|it| UNWINDERS.contains(&it.name.as_str())) {
        return None;
    }
    let sections = case.report.sections.iter().filter(|it| {
        it.allocated && it.load_address.is_some() && it.role == SectionRole::Content && is_unwind(&it.name)
    });
    let tables: Vec<(u64, String)> = sections.map(|it| (it.size_bytes, it.name.clone())).collect();
    let saving = Saving::of_flash(tables.iter().map(|it| it.0).sum(), Certainty::Exact);
    let advice = "Tables for unwinding are in flash and nothing unwinds. /DISCARD/ them in the linker script, \
        or compile C with -fno-unwind-tables -fno-asynchronous-unwind-tables and Rust with \
        `-C force-unwind-tables=no`.";
    Some(insight(kinds::UNWIND_TABLES, advice.to_owned(), saving, evidence(tables)))
}

/// Slots at the end of ARM's table behind the last handler that somebody wrote.
fn unused_vectors(case: &Case<'_>) -> Option<Insight> {
    let graph = case.graph.filter(|_| case.image.machine == Machine::Arm)?;
    let tails = graph.references.vectors.iter().filter_map(|it| tail(case, *it));
    let (handler, n_slots) = tails.max_by_key(|it| it.1)?;
    let bytes = n_slots as u64 * WORD_BYTES;
    let name = |it: u64| case.symbol_at(it & !1).map_or_else(|| format!("{it:#x}"), |it| it.name.clone());
    let content = match handler {
        Some(handler) => format!("all lead to {}, which only halts", name(handler)),
        None => "are all empty".to_owned(),
    };
    let advice = format!(
        "The last {n_slots} slots of the vector table {content}. A table that ends with the \
         last interrupt in use is as good, if no later one is ever enabled."
    );
    let evidence = vec![format!("{} B at the end of the vector table", grouped(bytes))];
    Some(insight(kinds::UNUSED_VECTORS, advice, Saving::of_flash(bytes, Certainty::UpTo), evidence))
}

/// How many slots at the end of a table are empty or hold the handler of whatever nobody handles, and that handler.
/// It halts, and stands in several slots. One that does more may tell by itself which interrupt it is for, as
/// Zephyr's does, and one that stands in one slot was written for that.
fn tail(case: &Case<'_>, table: Span) -> Option<(Option<u64>, usize)> {
    let addresses = (table.start()..table.end()).step_by(WORD_BYTES as usize);
    let words: Vec<u64> = addresses.map_while(|it| case.word_at(it)).collect();
    let interrupts = words.get(N_EXCEPTIONS..)?;
    let is_empty = |it: u64| it == 0 || it == ERASED;
    let last = interrupts.iter().rev().copied().find(|it| !is_empty(*it));
    let n_times = |handler: u64| words.iter().filter(|it| **it == handler).count();
    let default = last.filter(|it| n_times(*it) > 1 && only_halts(case, *it));
    let is_unused = |it: u64| is_empty(it) || Some(it) == default;
    let n_slots = interrupts.iter().rev().take_while(|it| is_unused(**it)).count();
    (n_slots > 1).then_some((default, n_slots))
}

/// Whether a handler does nothing but stop: `b .`, behind instructions that wait, halt a debugger or keep a frame.
fn only_halts(case: &Case<'_>, handler: u64) -> bool {
    const MAX_INSTRUCTIONS: u64 = 8;
    let start = handler & !1;
    for idx in 0..MAX_INSTRUCTIONS {
        let Some(word) = Span::new(start + idx * 2, 2).and_then(|it| case.content(it).first_chunk::<2>())
        else {
            return false;
        };
        match u16::from_le_bytes(*word) {
            // Backwards, to an instruction that was looked at.
            code if code >> 11 == 0b11100 && code & 0x400 != 0 => {
                let back = (0x800 - u64::from(code & 0x7ff)) * 2;
                return back >= 4 && back - 4 <= idx * 2;
            }
            // nop and hints, bkpt, cpsid, push, mov r7, sp and add r7, sp.
            code if code & 0xff0f == 0xbf00 || matches!(code >> 8, 0xbe | 0xb6 | 0xb4 | 0xb5 | 0xaf) => {}
            0x466f => {}
            _ => return false,
        }
    }
    false
}
