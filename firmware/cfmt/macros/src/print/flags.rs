//! What may stand between a hole's colon and the name of its spec, where C and Rust mean the same by it.
//!
//! ```text
//! integers  [ "+" ] [ "0" ] [ width ]     `+` for `d` only, `0` only with a width
//! floats    [ "+" ] [ "." precision ]
//! ```
//!
//! All else that either language knows is refused with what to write instead.

use super::spec::{self, Spec};

/// Widths and precisions have two digits: formatters stay small, and longer ones are mistakes.
const MOST: u8 = 99;

/// How a number is printed.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub(crate) struct Flags {
    /// A number that is not negative gets a `+`.
    pub plus: bool,
    /// Zeros fill the width, not spaces.
    pub zero: bool,
    /// The least number of characters.
    pub width: Option<u8>,
    /// Digits after the point.
    pub precision: Option<u8>,
}

impl Flags {
    /// As C writes them after the `%`.
    pub(crate) fn to_c(self) -> String {
        let plus = if self.plus { "+" } else { "" };
        let zero = if self.zero { "0" } else { "" };
        let width = self.width.map_or_else(String::new, |it| it.to_string());
        let precision = self.precision.map_or_else(String::new, |it| format!(".{it}"));
        format!("{plus}{zero}{width}{precision}")
    }
}

/// Signs that one of the languages has and what to write instead of them.
const REFUSED: [(char, &str); 6] = [
    ('?', "`Debug` is not printed here: print the fields one by one"),
    ('$', "a width must be known when compiling: write it as a number, `{:8d}`"),
    ('*', "a width must be known when compiling: write it as a number, `{:8d}`"),
    ('-', "`-` is left-aligned in C and nothing in Rust: put the spaces into the format"),
    ('#', "`#` differs between C and Rust: write `0x{:x}`, or `0x{:08x}` for eight digits"),
    (' ', "a space is no flag: put it before the hole, or write `{:+d}` for a sign"),
];

/// Reads what stands after the colon, or says what is wrong, without saying where.
pub(crate) fn parse(text: &str) -> Result<(Flags, &'static Spec), String> {
    refuse_alignment(text)?;
    if let Some((_, why)) = REFUSED.iter().find(|(sign, _)| text.contains(*sign)) {
        return Err((*why).to_owned());
    }
    let (plus, rest) = strip(text, '+');
    let (zero, rest) = strip(rest, '0');
    let (width, rest) = number(rest, "width")?;
    let (precision, name) = match rest.strip_prefix('.') {
        Some(digits) => {
            let (precision, name) = number(digits, "precision")?;
            let precision = precision.ok_or("a precision is a number: write `{:.3e}`")?;
            (Some(precision), name)
        }
        None => (None, rest),
    };
    refuse_no_name(name, text, precision)?;
    let spec = spec::find(name).map_err(|instead| format!("unknown spec `{name}`: {instead}"))?;
    let flags = Flags { plus, zero, width, precision };
    check(flags, spec)?;
    Ok((flags, spec))
}

/// Only Rust aligns. The sign stands first or behind what fills.
fn refuse_alignment(text: &str) -> Result<(), String> {
    const SIGNS: [char; 3] = ['<', '^', '>'];
    let Some((before, rest)) = text.split_once(SIGNS) else { return Ok(()) };
    let name = rest.trim_start_matches(|it: char| !it.is_ascii_alphabetic());
    if spec::find(name).is_ok_and(|it| !it.is_integer()) {
        return Err(no_width(name));
    }
    if !text[before.len()..].starts_with('>') {
        return Err("numbers stand at the right of their width: put the spaces into the format".to_owned());
    }
    let fill = if before == "0" { "0" } else { "" };
    let candidates = [format!("{fill}{rest}"), format!("{fill}{rest}d")];
    let is_right = |it: &&String| !it.contains(SIGNS) && parse(it).is_ok();
    let instead = candidates.iter().find(is_right).map_or("8d", String::as_str);
    Err(format!("numbers stand at the right of their width anyway: write `{{:{instead}}}`"))
}

/// Rust needs no name behind its flags.
fn refuse_no_name(name: &str, flags: &str, precision: Option<u8>) -> Result<(), String> {
    match (name, precision) {
        ("", Some(digits)) => Err(format!(
            "no spec says what to print: write `{{:.{digits}e}}` for a float; {}",
            spec::NO_FIXED_POINT
        )),
        ("", None) => Err(format!("no spec says what to print: write `{{:{flags}d}}` for an integer")),
        _ => Ok(()),
    }
}

fn no_width(name: &str) -> String {
    match name {
        "e" => "`{:e}` has no width: write a precision, `{:.3e}`".to_owned(),
        _ => format!("`{{:{name}}}` has no width: put the spaces into the format, `{{:{name}}}`"),
    }
}

fn strip(text: &str, sign: char) -> (bool, &str) {
    text.strip_prefix(sign).map_or((false, text), |rest| (true, rest))
}

/// Reads digits, if there are any.
fn number<'a>(text: &'a str, what: &str) -> Result<(Option<u8>, &'a str), String> {
    let end = text.find(|it: char| !it.is_ascii_digit()).unwrap_or(text.len());
    let (digits, rest) = text.split_at(end);
    if digits.is_empty() {
        return Ok((None, rest));
    }
    match digits.parse() {
        Ok(number) if number <= MOST => Ok((Some(number), rest)),
        _ => Err(format!("a {what} of {digits} is too much: it may be {MOST} at most")),
    }
}

fn check(flags: Flags, spec: &Spec) -> Result<(), String> {
    let name = spec.name;
    if (flags.width.is_some() || flags.zero) && !spec.is_integer() {
        return Err(no_width(name));
    }
    if flags.precision.is_some() && name != "e" {
        return Err(match spec.is_integer() {
            true => format!("`{{:{name}}}` has no precision: write a width with zeros, `{{:08{name}}}`"),
            false => format!("`{{:{name}}}` has no precision: print a part of the argument"),
        });
    }
    if flags.plus && !spec.is_signed() {
        return Err(format!("`{{:{name}}}` has no sign: remove the `+`"));
    }
    if flags.zero && flags.width.is_none() {
        return Err(format!("`0` fills a width: write `{{:08{name}}}`"));
    }
    if flags.width == Some(0) {
        return Err(format!("`00` is one zero too many: write `{{:08{name}}}`"));
    }
    Ok(())
}
