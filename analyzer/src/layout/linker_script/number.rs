//! How linkers write numbers.

use super::Mistake;
use super::tokens::Token;

/// `4096`, `0x1000`, `$1000`, `1000h`, `010000`, `10000o`, `11b`, `99d`, `4K`, `0x1M`.
pub(super) fn value(token: &Token<'_>) -> Result<u64, Mistake> {
    let (digits, radix, factor) = split(token.text);
    if digits.is_empty() || !digits.chars().all(|it| it.is_digit(radix)) {
        let shown = token.shown();
        return Err(token.mistake(format!("{shown} is not a number (the suffixes are K and M)")));
    }
    u64::from_str_radix(digits, radix)
        .ok()
        .and_then(|it| it.checked_mul(factor))
        .ok_or_else(|| token.mistake(format!("{} does not fit into 64 bits", token.shown())))
}

fn split(text: &str) -> (&str, u32, u64) {
    let hexadecimal = ["0x", "0X", "$"].iter().find_map(|it| text.strip_prefix(it));
    let digits = hexadecimal.unwrap_or(text);
    let (digits, factor) = match digits.as_bytes().last() {
        Some(b'K' | b'k') => (&digits[..digits.len() - 1], 1 << 10),
        Some(b'M' | b'm') => (&digits[..digits.len() - 1], 1 << 20),
        _ => (digits, 1),
    };
    if hexadecimal.is_some() {
        return (digits, 16, factor);
    }
    let radix = match digits.as_bytes().last() {
        Some(b'H' | b'h' | b'X' | b'x') => Some(16),
        Some(b'O' | b'o') => Some(8),
        Some(b'B' | b'b') => Some(2),
        Some(b'D' | b'd') => Some(10),
        _ => None,
    };
    match radix.filter(|_| factor == 1) {
        Some(radix) => (&digits[..digits.len() - 1], radix, 1),
        None if digits.len() > 1 && digits.starts_with('0') => (&digits[1..], 8, factor),
        None => (digits, 10, factor),
    }
}
