//! Which symbols belong to the formatting machinery of Rust's standard library.
//!
//! Their own bytes are a lower bound of what formatting costs: code that was inlined into callers,
//! anonymous strings and what the machinery itself pulls in (panics, slices) are not among them.

/// Modules that exist for formatting, tables included (`DEC_DIGITS_LUT`, `CACHED_POW10`, …).
const MODULES: [&str; 11] = [
    "core::fmt::",
    "alloc::fmt::",
    "std::fmt::",
    "core::num::fmt::",
    "core::num::imp::fmt::",
    "core::num::flt2dec::",
    "core::num::imp::flt2dec::",
    "core::num::diy_float::",
    "core::num::imp::diy_float::",
    "core::num::imp::bignum::",
    "core::unicode::printable::",
];

/// Helpers of `Debug` for text that live elsewhere.
const HELPERS: [&str; 5] =
    ["::escape_debug", "::escape_default", "::escape_unicode", "grapheme_extend", "core::num::bignum::"];

/// Parts of names of what only numbers with a fraction need.
const FLOATS: [&str; 8] = [
    "::flt2dec::",
    "::diy_float::",
    "::bignum::",
    "::fmt::float::",
    "core::fmt::Formatter::pad_formatted_parts",
    "<core::fmt::Formatter>::pad_formatted_parts",
    " for f32>::fmt",
    " for f64>::fmt",
];

/// Whether `name` (a demangled Rust path) is formatting machinery: the modules above, and every
/// implementation of one of `core::fmt`'s traits, whichever crate it is in.
pub(crate) fn is_formatting(name: &str) -> bool {
    let path = name.trim_start_matches(['<', '&']);
    let is_start = path.ends_with("::write_fmt") || path.contains("::io::stdio::_");
    MODULES.iter().any(|it| path.starts_with(it)) || is_start || implements_fmt_trait(name) || is_helper(path)
}

/// Whether machinery called `name` takes text: such methods are called without formatting, too.
pub(crate) fn is_sink(name: &str) -> bool {
    name.ends_with("::write_str") || name.ends_with("::write_char")
}

/// Whether machinery called `name` is there for numbers with a fraction only.
pub(crate) fn is_float(name: &str) -> bool {
    FLOATS.iter().any(|it| name.contains(it))
}

/// `<T as core::fmt::Debug>::fmt` (also of v0) and `<impl core::fmt::Display for T>::fmt`.
fn implements_fmt_trait(name: &str) -> bool {
    let of_impl = || name.contains("::<impl core::fmt::") && name.contains(" for ");
    (name.starts_with('<') && trait_of(name).is_some_and(|it| it.starts_with("core::fmt::"))) || of_impl()
}

/// The trait of a leading `<T as Trait>`.
fn trait_of(name: &str) -> Option<&str> {
    let mut depth = 0_i64;
    for (at, c) in name.char_indices() {
        match c {
            '<' | '(' | '[' => depth = depth.saturating_add(1),
            '>' | ')' | ']' => depth = depth.saturating_sub(1),
            ' ' if depth == 1 && name[at..].starts_with(" as ") => return name.get(at + 4..),
            _ => {}
        }
        if depth <= 0 {
            return None;
        }
    }
    None
}

fn is_helper(path: &str) -> bool {
    path.starts_with("core::") && HELPERS.iter().any(|it| path.contains(it))
}
