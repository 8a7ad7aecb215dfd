//! Texts and templates, told by their bytes.

use std::fmt::Write;

/// From here on, bytes that read as a text are one, whatever comes behind them.
const SURE_BYTES: usize = 12;

/// How long the text is that `content` begins with, its NUL included; `None` where it is none.
/// `known` is a length that somebody keeps.
pub(super) fn len_bytes(content: &[u8], known: Option<usize>) -> Option<usize> {
    if let Some(known) = known.filter(|it| printable(&content[..*it]) == *it) {
        return Some(known);
    }
    let end = content.iter().position(|it| *it == 0).unwrap_or(content.len());
    let n_bytes = printable(&content[..end]);
    let is_small_number = n_bytes == 1 && matches!(content.len(), 2 | 4 | 8) && end == 1;
    if n_bytes == 0 || is_small_number {
        return None;
    }
    match content.get(n_bytes) {
        None => Some(n_bytes),
        Some(0) => Some(n_bytes + 1),
        Some(_) => Some(n_bytes).filter(|it| *it >= SURE_BYTES),
    }
}

/// The same where nobody keeps a length.
pub(crate) fn text_bytes(content: &[u8]) -> Option<usize> {
    len_bytes(content, None)
}

/// How many of the first bytes are a text that can be printed.
pub(super) fn printable(bytes: &[u8]) -> usize {
    let valid = match std::str::from_utf8(bytes) {
        Ok(text) => text,
        Err(error) => std::str::from_utf8(&bytes[..error.valid_up_to()]).unwrap_or(""),
    };
    let is_odd = |it: char| it.is_control() && !matches!(it, '\n' | '\r' | '\t' | '\u{1b}');
    valid.find(is_odd).unwrap_or(valid.len())
}

/// What `format_args!` compiles to since Rust 1.93: texts behind their length, placeholders with their
/// options, a zero at the end (`core::fmt::Arguments`, library/core/src/fmt/mod.rs).
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Template {
    pub(crate) len_bytes: usize,
    /// As it was written, each argument as `{}`.
    pub(crate) text: String,
}

/// The template that `content` begins with. One without placeholders is no template: it would be a text.
pub(crate) fn template(content: &[u8]) -> Option<Template> {
    let mut text = String::new();
    let (mut at, mut n_placeholders) = (0, 0);
    loop {
        let (&code, rest) = content.get(at..)?.split_first()?;
        let (n_skipped, n_text) = match code {
            0 => break,
            1..0x80 => (1, usize::from(code)),
            0x80 => (3, usize::from(u16::from_le_bytes([*rest.first()?, *rest.get(1)?]))),
            0xc0.. => {
                n_placeholders += 1;
                text.push_str("{}");
                (1 + options_bytes(code), 0)
            }
            _ => return None,
        };
        let piece = content.get(at + n_skipped..at + n_skipped + n_text)?;
        if printable(piece) < n_text {
            return None;
        }
        text.write_str(std::str::from_utf8(piece).ok()?).ok()?;
        at += n_skipped + n_text;
    }
    (n_placeholders > 0).then_some(Template { len_bytes: at + 1, text })
}

/// Flags take four bytes; width, precision and the argument's number two each.
fn options_bytes(code: u8) -> usize {
    let bytes = [4, 2, 2, 2];
    (0..4).filter(|it| code >> it & 1 == 1).map(|it| bytes[it]).sum()
}
