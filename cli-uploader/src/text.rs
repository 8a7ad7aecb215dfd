//! Untrusted text made fit to print, and numbers as people read them.

pub(crate) use plimsoll_analyzer::grouped;

/// The text with everything that could move a cursor, hide or reorder what is read written as an
/// escape: control characters, bidirectional overrides, zero-width and tag characters.
pub(crate) fn visible(text: &str) -> String {
    let mut safe = String::with_capacity(text.len());
    for it in text.chars() {
        match it {
            '\n' => safe.push_str("\\n"),
            '\r' => safe.push_str("\\r"),
            '\t' => safe.push_str("\\t"),
            _ if is_invisible(it) => safe.extend(it.escape_unicode()),
            _ => safe.push(it),
        }
    }
    safe
}

/// `4016` → `+4,016`, `-12` → `-12`, 0 → `0`.
pub(crate) fn signed(number: i64) -> String {
    let sign = match number {
        0 => "",
        n if n < 0 => "-",
        _ => "+",
    };
    format!("{sign}{}", grouped(number.unsigned_abs()))
}

/// How many of `capacity`, in percent with one digit: `12.5 %`. Rounded down, so that only what is full
/// reads 100 %, but what is there never reads 0.
pub(crate) fn percent(part: u64, capacity: u64) -> Option<String> {
    (capacity > 0).then(|| {
        let permille = (u128::from(part) * 1000 / u128::from(capacity)).max(u128::from(part > 0));
        format!("{}.{} %", permille / 10, permille % 10)
    })
}

/// `1 target`, `2 targets`.
pub(crate) fn counted(number: usize, noun: &str) -> String {
    let plural = if number == 1 { "" } else { "s" };
    format!("{} {noun}{plural}", grouped(number as u64))
}

/// The text, cut in the middle of nowhere but never within a character, with an ellipsis.
pub(crate) fn shortened(text: &str, max_chars: usize) -> String {
    if text.chars().count() <= max_chars {
        return text.to_owned();
    }
    let mut short: String = text.chars().take(max_chars.saturating_sub(1)).collect();
    short.push('…');
    short
}

/// The end of a path, from a folder on, with an ellipsis in place of what is before it.
pub(crate) fn shortened_start(path: &str, max_chars: usize) -> String {
    let n_chars = path.chars().count();
    if n_chars <= max_chars {
        return path.to_owned();
    }
    let end: String = path.chars().skip(n_chars - max_chars.saturating_sub(1)).collect();
    let from_folder = end.find('/').map_or(end.as_str(), |at| &end[at..]);
    format!("…{from_folder}")
}

fn is_invisible(it: char) -> bool {
    it.is_control()
        || matches!(it,
            '\u{00ad}' | '\u{034f}' | '\u{061c}' | '\u{115f}'..='\u{1160}' | '\u{17b4}'..='\u{17b5}'
            | '\u{180b}'..='\u{180f}' | '\u{200b}'..='\u{200f}' | '\u{2028}'..='\u{202e}'
            | '\u{2060}'..='\u{206f}' | '\u{3164}' | '\u{fe00}'..='\u{fe0f}' | '\u{feff}' | '\u{ffa0}'
            | '\u{fff9}'..='\u{fffb}' | '\u{e0000}'..='\u{e0fff}')
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn terminal_escapes_and_direction_overrides_become_visible() {
        assert_eq!(visible("a\x1b[31m\u{202e}b\nc\u{9b}"), r"a\u{1b}[31m\u{202e}b\nc\u{9b}");
        assert_eq!(visible("core::fmt::write<'é>"), "core::fmt::write<'é>");
    }

    #[test]
    fn numbers_are_grouped_by_thousands() {
        assert_eq!([0, 12, 999, 1000, 1_234_567].map(grouped), ["0", "12", "999", "1,000", "1,234,567"]);
        assert_eq!([-4016, 0, 12].map(signed), ["-4,016", "0", "+12"]);
    }

    #[test]
    fn a_share_is_never_rounded_down_to_nothing() {
        assert_eq!(percent(1, 2_000_000).as_deref(), Some("0.1 %"));
        assert_eq!(percent(9_999, 10_000).as_deref(), Some("99.9 %"));
        assert_eq!(percent(5, 0), None);
    }
}
