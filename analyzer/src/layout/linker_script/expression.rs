//! Numbers and operators: `0x10000000 + LENGTH(BOOT2) - 4 * 1K`.

use super::tokens::{Token, TokenKind, Tokens};
use crate::layout::{LayoutError, MemoryRegion};

/// Deeper nesting is refused, so that a hostile script cannot overflow the stack.
const MAX_DEPTH: u32 = 64;

/// Reads one expression and works it out. Values are wider than 64 bits and signed, so that
/// intermediate results neither wrap nor turn positive.
pub(super) fn evaluate(tokens: &mut Tokens<'_>, known: &[MemoryRegion]) -> Result<i128, LayoutError> {
    Evaluator { tokens, known, depth: 0 }.expression(0)
}

struct Evaluator<'run, 'script> {
    tokens: &'run mut Tokens<'script>,
    known: &'run [MemoryRegion],
    depth: u32,
}

impl Evaluator<'_, '_> {
    /// All operators that bind at least as strongly as `least`.
    fn expression(&mut self, least: u8) -> Result<i128, LayoutError> {
        let mut left = self.operand()?;
        loop {
            let operator = self.tokens.peek()?;
            let strength = strength(&operator);
            let Some(strength) = strength.filter(|it| *it >= least) else { return Ok(left) };
            self.tokens.next()?;
            let right = self.expression(strength + 1)?;
            left = apply(&operator, left, right)?;
        }
    }

    fn operand(&mut self) -> Result<i128, LayoutError> {
        let token = self.tokens.next()?;
        self.depth += 1;
        if self.depth > MAX_DEPTH {
            return Err(token.error("the expression is nested too deeply"));
        }
        let value = match token.kind {
            TokenKind::Number => number(&token)?,
            TokenKind::Word => self.word(&token)?,
            _ if token.is("(") => {
                let value = self.expression(0)?;
                self.tokens.expect(")")?;
                value
            }
            _ if token.is("-") => -self.operand()?,
            _ if token.is("+") => self.operand()?,
            _ if token.is("~") => {
                let value = self.operand()?;
                let value = u64::try_from(value).map_err(|_| token.error("`~` of a negative number"))?;
                (!value).into()
            }
            _ => return Err(token.error(format!("expected a number, found {}", token.shown()))),
        };
        self.depth -= 1;
        Ok(value)
    }

    fn word(&mut self, word: &Token<'_>) -> Result<i128, LayoutError> {
        let value: fn(&MemoryRegion) -> u64 = match word.text {
            "ORIGIN" | "org" | "o" => |it| it.origin_address,
            "LENGTH" | "len" | "l" => |it| it.length_bytes,
            other => return Err(word.error(format!("unknown name `{other}`"))),
        };
        self.tokens.expect("(")?;
        let name = self.tokens.next()?;
        let region = self.known.iter().find(|it| it.name == name.text);
        let region = region.ok_or_else(|| name.error(format!("unknown region {}", name.shown())))?;
        self.tokens.expect(")")?;
        Ok(value(region).into())
    }
}

/// As in C: multiplication before addition before shifts before `&` before `|`.
fn strength(operator: &Token<'_>) -> Option<u8> {
    if operator.kind != TokenKind::Mark {
        return None;
    }
    match operator.text {
        "*" | "/" | "%" => Some(5),
        "+" | "-" => Some(4),
        "<<" | ">>" => Some(3),
        "&" => Some(2),
        "|" => Some(1),
        _ => None,
    }
}

fn apply(operator: &Token<'_>, left: i128, right: i128) -> Result<i128, LayoutError> {
    if matches!(operator.text, "/" | "%") && right == 0 {
        return Err(operator.error("division by zero"));
    }
    let value = match operator.text {
        "*" => left.checked_mul(right),
        "/" => left.checked_div(right),
        "%" => left.checked_rem(right),
        "+" => left.checked_add(right),
        "-" => left.checked_sub(right),
        "<<" => shift(left, right, |factor| left.checked_mul(factor)),
        ">>" => shift(left, right, |factor| left.checked_div(factor)),
        "&" => Some(left & right),
        _ => Some(left | right),
    };
    value.filter(|it| fits(*it)).ok_or_else(|| operator.error("the result does not fit into 64 bits"))
}

fn shift(_left: i128, right: i128, apply: impl Fn(i128) -> Option<i128>) -> Option<i128> {
    let right = u32::try_from(right).ok().filter(|it| *it < 64)?;
    apply(1 << right)
}

/// Differences may be negative on the way, but nothing is wider than an address.
fn fits(value: i128) -> bool {
    value.unsigned_abs() <= u64::MAX.into()
}

/// `4096`, `0x1000`, `010000`, `4K`, `0x1M`.
fn number(token: &Token<'_>) -> Result<i128, LayoutError> {
    let (digits, factor) = match token.text.as_bytes().last() {
        Some(b'K' | b'k') => (&token.text[..token.text.len() - 1], 1 << 10),
        Some(b'M' | b'm') => (&token.text[..token.text.len() - 1], 1 << 20),
        _ => (token.text, 1_i128),
    };
    let (digits, radix) = match digits.strip_prefix("0x").or_else(|| digits.strip_prefix("0X")) {
        Some(hex) => (hex, 16),
        None if digits.len() > 1 && digits.starts_with('0') => (&digits[1..], 8),
        None => (digits, 10),
    };
    if digits.is_empty() || !digits.chars().all(|it| it.is_digit(radix)) {
        return Err(token.error(format!("{} is not a number (the suffixes are K and M)", token.shown())));
    }
    u64::from_str_radix(digits, radix)
        .ok()
        .and_then(|it| i128::from(it).checked_mul(factor))
        .filter(|it| fits(*it))
        .ok_or_else(|| token.error(format!("{} does not fit into 64 bits", token.shown())))
}
