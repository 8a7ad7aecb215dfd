//! Texts that only panics print.

use std::collections::BTreeSet;

use super::{Case, MAX_EVIDENCE, Saving, grouped, insight};
use super::{compiler, kinds};
use crate::report::{Certainty, Insight, Symbol, SymbolKind};

/// One piece of advice for all of them; those without a table of arguments are named. None where Rust was not
/// optimised: the core library would not be either, and what it grows by is many times what the texts are.
pub(super) fn advise(case: &Case<'_>) -> Vec<Insight> {
    if compiler::rust(case).is_some() {
        return Vec::new();
    }
    let panics = &case.report.panics;
    let functions: BTreeSet<usize> = panics.symbols.iter().copied().collect();
    let is_message = |it: &&Symbol| {
        let is_text = matches!(it.kind, SymbolKind::String | SymbolKind::Template);
        is_text && !it.referred_by.is_empty() && it.referred_by.iter().all(|it| functions.contains(it))
    };
    let messages = case.report.symbols.iter().filter(is_message).take(MAX_EVIDENCE);
    let mut evidence =
        vec![format!("{} B of texts that only panics refer to", grouped(panics.message_bytes))];
    evidence.extend(messages.map(|it| format!("{} B {}", grouped(it.size_bytes), it.name)));
    let advice = "Texts are there only for panics to print. Built with `-Z build-std` (nightly) and `-C \
        panic=immediate-abort`, before Rust 1.92 the feature panic_immediate_abort of std, panics print nothing: the \
        texts go, and with them what prints them.";
    let saving = Saving::of_flash(panics.message_bytes, Certainty::AtLeast);
    vec![insight(kinds::PANIC_MESSAGES, advice.to_owned(), saving, evidence)]
}
