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

/// Slots at the end of ARM's table that all hold the same handler, or nothing.
fn unused_vectors(case: &Case<'_>) -> Option<Insight> {
    let graph = case.graph.filter(|_| Machine::of(&case.report.header).is_thumb())?;
    let tails = graph.references.vectors.iter().filter_map(|it| tail(case, *it));
    let (handler, n_slots) = tails.max_by_key(|it| it.1)?;
    let handler = case
        .symbol_at(Machine::Arm.code_address(handler))
        .map_or_else(|| format!("{handler:#x}"), |it| it.name.clone());
    let bytes = n_slots as u64 * WORD_BYTES;
    let advice = format!(
        "The last {n_slots} slots of the vector table all lead to {handler}. A table that ends with the \
         last interrupt in use is as good, if no later one is ever enabled."
    );
    let evidence = vec![format!("{} B at the end of the vector table", grouped(bytes))];
    Some(insight(kinds::UNUSED_VECTORS, advice, Saving::of_flash(bytes, Certainty::UpTo), evidence))
}

/// The handler that the slots at the end of a table share, and how many they are.
fn tail(case: &Case<'_>, table: Span) -> Option<(u64, usize)> {
    let addresses = (table.start()..table.end()).step_by(WORD_BYTES as usize);
    let words: Vec<u64> = addresses.map_while(|it| case.word_at(it)).collect();
    let interrupts = words.get(N_EXCEPTIONS..)?;
    let handler = interrupts.iter().rev().copied().find(|it| *it != 0)?;
    let n_slots = interrupts.iter().rev().take_while(|it| **it == handler || **it == 0).count();
    (handler & 1 == 1 && n_slots > 1).then_some((handler, n_slots))
}
