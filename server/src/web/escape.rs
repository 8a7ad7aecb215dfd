//! What templates print: HTML is escaped, and characters that would hide or reorder text become visible.

use askama::filters::{Escaper, Html};
use std::fmt;

/// The escaper of all our templates (see `askama.toml`).
#[derive(Debug, Clone, Copy, Default)]
pub struct VisibleHtml;

impl Escaper for VisibleHtml {
    fn write_escaped_str<W: fmt::Write>(&self, mut dest: W, text: &str) -> fmt::Result {
        let mut rest = text;
        while let Some((at, found)) = rest.char_indices().find(|(_, it)| stand_in(*it).is_some()) {
            Html.write_escaped_str(&mut dest, &rest[..at])?;
            if let Some(shown) = stand_in(found) {
                dest.write_char(shown)?;
            }
            rest = &rest[at + found.len_utf8()..];
        }
        Html.write_escaped_str(&mut dest, rest)
    }
}

/// The picture of a character that must not act on the page; `None` for those that may.
///
/// Control characters get Unicode's control pictures. Bidirectional controls could show a name in another
/// order than it has, and zero-width characters could make two names look alike: both become `�`.
pub fn stand_in(it: char) -> Option<char> {
    match it {
        '\0'..='\u{1f}' => char::from_u32(0x2400 + u32::from(it)),
        '\u{7f}' => Some('\u{2421}'),
        '\u{80}'..='\u{9f}' => Some('\u{fffd}'),
        '\u{200b}' | '\u{200e}' | '\u{200f}' | '\u{2028}'..='\u{202e}' => Some('\u{fffd}'),
        '\u{2060}'..='\u{2069}' | '\u{061c}' | '\u{feff}' => Some('\u{fffd}'),
        _ => None,
    }
}

#[cfg(test)]
mod tests;
