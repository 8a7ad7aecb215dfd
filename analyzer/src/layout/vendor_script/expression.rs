//! What numbers, names and operators come to, as they are read.

use super::lexer::{Cursor, Kind, Token};
use super::{Mistake, expected};
use crate::layout::linker_script::operator::{Operator, unsigned};

/// Deeper nesting is refused, so that a hostile script cannot overflow the stack.
const MAX_DEPTH: u32 = 100;

/// Gives words a value; a word that is a function takes its arguments from the cursor.
pub(super) trait Names<'script> {
    fn value(
        &mut self,
        word: Token<'script>,
        cursor: &mut Cursor<'_, 'script>,
        depth: u32,
    ) -> Result<i128, Mistake>;
}

/// Reads one expression. Operators bind as in C.
pub(super) fn read<'script>(
    cursor: &mut Cursor<'_, 'script>,
    names: &mut dyn Names<'script>,
) -> Result<i128, Mistake> {
    nested(cursor, names, 0)
}

/// An expression that is part of another one.
pub(super) fn nested<'script>(
    cursor: &mut Cursor<'_, 'script>,
    names: &mut dyn Names<'script>,
    depth: u32,
) -> Result<i128, Mistake> {
    let condition = binary(cursor, names, (0, depth))?;
    if !cursor.take("?") {
        return Ok(condition);
    }
    // Both are read, and both need a value.
    let one = nested(cursor, names, depth + 1)?;
    cursor.expect(":")?;
    let other = nested(cursor, names, depth + 1)?;
    Ok(if condition == 0 { other } else { one })
}

/// All operators that bind at least as strongly as `least`.
fn binary<'script>(
    cursor: &mut Cursor<'_, 'script>,
    names: &mut dyn Names<'script>,
    (least, depth): (u8, u32),
) -> Result<i128, Mistake> {
    let mut left = operand(cursor, names, depth)?;
    loop {
        let token = cursor.peek();
        let operator = (token.kind == Kind::Mark).then(|| Operator::of_mark(token.text)).flatten();
        let Some(operator) = operator.filter(|it| it.strength() >= least) else { return Ok(left) };
        cursor.next();
        let right = binary(cursor, names, (operator.strength() + 1, depth + 1))?;
        left = operator.apply(token.place, left, right)?;
    }
}

fn operand<'script>(
    cursor: &mut Cursor<'_, 'script>,
    names: &mut dyn Names<'script>,
    depth: u32,
) -> Result<i128, Mistake> {
    let token = cursor.next();
    if depth > MAX_DEPTH {
        return Err(token.place.mistake("the expression is nested too deeply"));
    }
    match (token.kind, token.text) {
        (Kind::Number, _) => number(&token),
        (Kind::Word, _) => names.value(token, cursor, depth + 1),
        (Kind::Mark, "(") => {
            let value = nested(cursor, names, depth + 1)?;
            cursor.expect(")")?;
            Ok(value)
        }
        // armlink's and SEGGER's other way of writing hexadecimal numbers.
        (Kind::Mark, "&") if cursor.peek().follows_closely => hexadecimal(&cursor.next()),
        (Kind::Mark, "+") => operand(cursor, names, depth + 1),
        (Kind::Mark, "-") => Ok(-operand(cursor, names, depth + 1)?),
        (Kind::Mark, "~") => Ok(unsigned(!operand(cursor, names, depth + 1)?)),
        (Kind::Mark, "!") => Ok((operand(cursor, names, depth + 1)? == 0).into()),
        _ => Err(expected("a number", &token)),
    }
}

fn hexadecimal(token: &Token<'_>) -> Result<i128, Mistake> {
    let value = u64::from_str_radix(token.text, 16);
    value.map(i128::from).map_err(|_| token.place.mistake(format!("{} is not a number", token.shown())))
}

/// `1024`, `0x400`, `0400h`, `02000`, `1K`, `0x2000'0000`, `1KB`, `4M`, `4G`, and what C hangs on: `0x400UL`.
fn number(token: &Token<'_>) -> Result<i128, Mistake> {
    let not_a_number = || token.place.mistake(format!("{} is not a number", token.shown()));
    let text: String = token.text.chars().filter(|it| !matches!(it, '\'' | '_')).collect();
    let text = text.to_ascii_lowercase();
    let (digits, radix, factor) = match text.strip_prefix("0x") {
        Some(digits) => {
            let plain = digits.trim_end_matches(['u', 'l']);
            let (digits, factor) = suffixed(plain);
            (digits, 16, factor)
        }
        None => match text.strip_suffix('h') {
            Some(digits) => (digits, 16, 1),
            None => {
                let (digits, factor) = suffixed(text.trim_end_matches(['u', 'l']));
                let is_octal = digits.len() > 1 && digits.starts_with('0');
                (digits, if is_octal { 8 } else { 10 }, factor)
            }
        },
    };
    let value = u64::from_str_radix(digits, radix).map_err(|_| not_a_number())?;
    let value = value.checked_mul(factor).map(i128::from);
    value.ok_or_else(|| token.place.mistake(format!("{} does not fit into 64 bits", token.shown())))
}

fn suffixed(text: &str) -> (&str, u64) {
    let factors = [("kb", 10), ("mb", 20), ("gb", 30), ("k", 10), ("m", 20), ("g", 30), ("t", 40)];
    // In hexadecimal a `b` is a digit.
    let found = factors.into_iter().find_map(|(suffix, bits)| Some((text.strip_suffix(suffix)?, 1 << bits)));
    found.unwrap_or((text, 1))
}
