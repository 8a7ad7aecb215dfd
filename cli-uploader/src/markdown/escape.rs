//! Untrusted text in GitHub's Markdown: nothing becomes a tag, a link, a mention or a table's border.

use crate::text::{shortened, visible};

/// Generic names can be pages long.
const MAX_NAME_CHARS: usize = 160;

/// A name as code. Plain names become a code span, which reads well in the source too; a name with
/// a character that could end the span or the table's cell becomes an element with entities.
pub(crate) fn code(name: &str) -> String {
    let name = shortened(&visible(name), MAX_NAME_CHARS);
    let is_plain = !name.is_empty() && name.trim() == name && !name.contains(['`', '|', '\\']);
    if is_plain { format!("`{name}`") } else { format!("<code>{}</code>", html(&name)) }
}

/// A sentence in a table's cell.
pub(crate) fn cell(text: &str) -> String {
    html(text)
}

/// A link with our own words.
pub(crate) fn link(words: &str, address: &str) -> String {
    format!("[{}]({})", html(words), url(address))
}

/// An address as the target of a link; what is no web address leads nowhere.
pub(crate) fn url(address: &str) -> String {
    if !address.starts_with("https://") && !address.starts_with("http://") {
        return "#".to_owned();
    }
    let mut safe = String::with_capacity(address.len());
    for byte in address.bytes() {
        match byte {
            b'(' | b')' | b'<' | b'>' | b'|' | b'\\' | b'`' | b'"' | b'[' | b']' | b'*' | b'_' | b'@' => {
                safe.push_str(&format!("%{byte:02X}"));
            }
            0x21..=0x7e => safe.push(char::from(byte)),
            _ => safe.push_str(&format!("%{byte:02X}")),
        }
    }
    safe
}

/// Text between tags: every character that Markdown or HTML could read as more than itself is an
/// entity. A mention or a reference is broken by a comment, since GitHub looks for those after decoding
/// entities.
pub(crate) fn html(text: &str) -> String {
    let mut safe = String::with_capacity(text.len());
    for it in visible(text).chars() {
        match it {
            '@' | '#' => safe.extend([it, '<', '!', '-', '-', ' ', '-', '-', '>']),
            // `www.` begins a link without any scheme.
            '.' if safe.ends_with(['w', 'W']) => safe.push_str("&#46;"),
            ' ' | ',' | '/' | '-' | '.' => safe.push(it),
            it if it.is_ascii_punctuation() => safe.push_str(&format!("&#{};", u32::from(it))),
            it => safe.push(it),
        }
    }
    safe
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ordinary_names_stay_readable() {
        assert_eq!(code("core::fmt::write<T>"), "`core::fmt::write<T>`");
        assert_eq!(code("<script>alert(1)</script> @everyone"), "`<script>alert(1)</script> @everyone`");
    }

    #[test]
    fn what_would_leave_the_code_span_or_the_cell_becomes_entities() {
        assert_eq!(code("a|b"), "<code>a&#124;b</code>");
        assert_eq!(code("`<b>`"), "<code>&#96;&#60;b&#62;&#96;</code>");
        assert_eq!(code("a\nb"), "<code>a&#92;nb</code>");
        assert_eq!(code("x\\"), "<code>x&#92;</code>");
    }

    #[test]
    fn sentences_carry_no_mention_link_or_tag() {
        assert_eq!(
            html("see @team #1 <img src=x> [a](b) https://evil"),
            "see @<!-- -->team #<!-- -->1 &#60;img src&#61;x&#62; &#91;a&#93;&#40;b&#41; https&#58;//evil"
        );
    }

    #[test]
    fn an_address_stays_within_its_parentheses() {
        assert_eq!(url("https://a/b)c|d e"), "https://a/b%29c%7Cd%20e");
        assert_eq!(url("javascript:alert(1)"), "#");
    }
}
