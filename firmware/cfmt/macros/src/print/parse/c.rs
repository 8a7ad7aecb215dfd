//! C's conversions in a text, which prints them as they stand, for those who meant `printf`.

use super::super::flags;

/// The first conversion and the hole that prints the same: `%08lx` and `{:08x}`.
pub(super) fn find_conversion(text: &str) -> Option<(String, String)> {
    text.match_indices('%').find_map(|(at, _)| conversion(&text[at + 1..]))
}

/// Reads the flags, the length of the argument and the letter that follow a percent sign.
fn conversion(rest: &str) -> Option<(String, String)> {
    let after_flags = rest.trim_start_matches(|it: char| it.is_ascii_digit() || "+-#.*".contains(it));
    let after_length = after_flags.trim_start_matches(['h', 'l', 'j', 'z', 't', 'L']);
    let letter = after_length.chars().next()?;
    let name = match letter {
        'd' | 'i' => "d",
        'u' => "u",
        'x' | 'X' => "x",
        'e' | 'E' | 'f' | 'F' | 'g' | 'G' => "e",
        's' => "rs",
        'c' => "cc",
        'p' => "p",
        _ => return None,
    };
    let theirs = &rest[..rest.len() - after_length.len() + letter.len_utf8()];
    let with_flags = format!("{}{name}", &rest[..rest.len() - after_flags.len()]);
    let ours = if flags::parse(&with_flags).is_ok() { with_flags } else { name.to_owned() };
    Some((format!("%{theirs}"), format!("{{:{ours}}}")))
}
