//! Names and numbers in what toolchains say.

use std::borrow::Cow;

const MAX_NAME_CHARS: usize = 256;

pub(super) fn is_quote(c: char) -> bool {
    matches!(
        c,
        '`' | '\''
            | '"'
            | '‘'
            | '’'
            | '“'
            | '”'
            | '„'
            | '‚'
            | '«'
            | '»'
            | '‹'
            | '›'
            | '「'
            | '」'
            | '『'
            | '』'
            | '´'
    )
}

/// The name at the start of `text`, between quotation marks of any kind or up to the next blank.
pub(super) fn name(text: &str) -> Option<String> {
    let text = text.trim_start().trim_start_matches('\\');
    let name = match text.strip_prefix(is_quote) {
        Some(quoted) => &quoted[..quoted.find(is_quote)?],
        None => text.split(|c: char| c.is_whitespace() || matches!(c, ':' | ',')).next()?,
    };
    let name = name.trim_end_matches('\\').trim();
    (!name.is_empty()).then(|| name.chars().filter(|c| !c.is_control()).take(MAX_NAME_CHARS).collect())
}

/// The first number of `text`: `1978`, `33,018`, `0x8fc60`, `0x7'17c4`; and what follows it.
pub(super) fn number(text: &str) -> Option<(u64, &str)> {
    let start = text.find(|c: char| c.is_ascii_digit())?;
    let text = &text[start..];
    let hexadecimal = text.strip_prefix("0x").or_else(|| text.strip_prefix("0X"));
    let (digits, radix) = hexadecimal.map_or((text, 10), |it| (it, 16));
    let mut value: u64 = 0;
    let mut end = 0;
    for (at, c) in digits.char_indices() {
        if let Some(digit) = c.to_digit(radix) {
            value = value.checked_mul(radix.into())?.checked_add(digit.into())?;
        } else if !(is_separator(c) && groups(&digits[at + c.len_utf8()..], radix)) {
            break;
        }
        end = at + c.len_utf8();
    }
    (end > 0).then(|| (value, &digits[end..]))
}

fn is_separator(c: char) -> bool {
    matches!(c, ',' | '.' | '\'' | '’' | '\u{a0}' | '\u{202f}')
}

/// Whether a group of digits stands at the start, as behind a separator: three of them, four in hexadecimal.
fn groups(text: &str, radix: u32) -> bool {
    let n_digits = text.chars().take_while(|it| it.is_digit(radix)).count();
    n_digits == if radix == 16 { 4 } else { 3 }
}

/// All numbers of `text`, in order.
pub(super) fn numbers(mut text: &str) -> Vec<u64> {
    let mut numbers = Vec::new();
    while let Some(start) = text.find(|c: char| c.is_ascii_digit()) {
        text = &text[start..];
        match number(text) {
            Some((value, rest)) => {
                numbers.push(value);
                text = rest;
            }
            None => text = text.trim_start_matches(|c: char| c.is_ascii_alphanumeric()),
        }
    }
    numbers
}

/// The first number behind `word`.
pub(super) fn number_after(text: &str, word: &str) -> Option<u64> {
    text.split_once(word).and_then(|(_, it)| number(it)).map(|it| it.0)
}

/// Without the escape sequences that colour a terminal.
pub(super) fn without_colours(line: &str) -> Cow<'_, str> {
    let Some(first) = line.find('\u{1b}') else { return line.into() };
    let mut plain = line[..first].to_owned();
    for sequence in line[first..].split('\u{1b}').skip(1) {
        let end = match sequence.strip_prefix('[') {
            Some(codes) => codes.find(|c: char| ('@'..='~').contains(&c)).map(|it| it + 2),
            None => Some(0),
        };
        plain.push_str(end.and_then(|it| sequence.get(it..)).unwrap_or(""));
    }
    plain.into()
}
