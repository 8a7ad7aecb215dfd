//! The `MEMORY` blocks of a linker script, in GNU ld's grammar.
//!
//! `MEMORY { NAME [(attributes)] : ORIGIN = expression [,] LENGTH = expression … }`; everything
//! else in the script is stepped over.

mod expression;
mod tokens;

use super::{LayoutError, MemoryRegion};
use tokens::{Token, TokenKind, Tokens};

/// No device has more; a bound keeps the work for each section small.
const MAX_REGIONS: usize = 256;

/// The regions of all `MEMORY` blocks, in order. A blank script has none; any other script
/// without such a block is a mistake, since its author wanted to say something.
pub(crate) fn parse(script: &str) -> Result<Vec<MemoryRegion>, LayoutError> {
    let mut tokens = Tokens::new(script);
    let mut regions = Vec::new();
    let mut n_blocks = 0_u32;
    let mut is_blank = true;
    let mut depth = 0_u32;
    loop {
        let token = tokens.next()?;
        match token.kind {
            TokenKind::End => break,
            TokenKind::Word if depth == 0 && token.text == "MEMORY" && tokens.peek()?.is("{") => {
                tokens.next()?;
                n_blocks += 1;
                block(&mut tokens, token, &mut regions)?;
            }
            _ if token.is("{") => depth += 1,
            _ if token.is("}") => depth = depth.saturating_sub(1),
            _ => {}
        }
        is_blank = false;
    }
    if n_blocks == 0 && !is_blank {
        return Err(LayoutError { line: 1, column: 1, message: "the script has no MEMORY block".into() });
    }
    Ok(regions)
}

fn block(
    tokens: &mut Tokens<'_>,
    opening: Token<'_>,
    regions: &mut Vec<MemoryRegion>,
) -> Result<(), LayoutError> {
    loop {
        let token = tokens.next()?;
        match token.kind {
            TokenKind::End => {
                return Err(opening.error("this MEMORY block is never closed: a `}` is missing"));
            }
            _ if token.is("}") => return Ok(()),
            _ if token.is(",") || token.is(";") => {}
            TokenKind::Word if token.text == "INCLUDE" => {
                return Err(token.error("INCLUDE is not followed: paste the included lines here"));
            }
            TokenKind::Word => {
                let region = region(tokens, token, regions)?;
                regions.push(region);
            }
            _ => return Err(token.error(format!("expected the name of a region, found {}", token.shown()))),
        }
    }
}

fn region(
    tokens: &mut Tokens<'_>,
    name: Token<'_>,
    known: &[MemoryRegion],
) -> Result<MemoryRegion, LayoutError> {
    if known.iter().any(|it| it.name == name.text) {
        return Err(name.error(format!("region `{}` is declared twice", name.text)));
    }
    if known.len() >= MAX_REGIONS {
        return Err(name.error(format!("more than {MAX_REGIONS} regions")));
    }
    let attributes = if tokens.peek()?.is("(") { attributes(tokens)? } else { String::new() };
    tokens.expect(":")?;
    let origin_address = property(tokens, &["ORIGIN", "org", "o"], known)?;
    if tokens.peek()?.is(",") {
        tokens.next()?;
    }
    let before = tokens.peek()?;
    let length_bytes = property(tokens, &["LENGTH", "len", "l"], known)?;
    if length_bytes == 0 {
        return Err(before.error(format!("region `{}` has no length", name.text)));
    }
    if origin_address.checked_add(length_bytes).is_none() {
        return Err(before.error(format!("region `{}` reaches beyond 64-bit addresses", name.text)));
    }
    Ok(MemoryRegion { name: name.text.to_owned(), origin_address, length_bytes, attributes })
}

/// `(rx)`, `(!w)`, `(RWX!A)`: any of `r w x a i l !`, in upper or lower case.
fn attributes(tokens: &mut Tokens<'_>) -> Result<String, LayoutError> {
    tokens.expect("(")?;
    let mut attributes = String::new();
    loop {
        let token = tokens.next()?;
        if token.is(")") {
            return Ok(attributes);
        }
        let is_known = |c: char| "rwxailRWXAIL!".contains(c);
        if token.kind == TokenKind::End || !token.text.chars().all(is_known) {
            return Err(
                token.error(format!("expected region attributes like `(rx)`, found {}", token.shown()))
            );
        }
        attributes.push_str(token.text);
    }
}

fn property(tokens: &mut Tokens<'_>, names: &[&str], known: &[MemoryRegion]) -> Result<u64, LayoutError> {
    let word = tokens.next()?;
    if !names.contains(&word.text) {
        return Err(word.error(format!("expected `{}`, found {}", names[0], word.shown())));
    }
    tokens.expect("=")?;
    let first = tokens.peek()?;
    let value = expression::evaluate(tokens, known)?;
    u64::try_from(value).map_err(|_| {
        let complaint = if value < 0 { "is negative" } else { "does not fit into 64 bits" };
        first.error(format!("`{}` {complaint}", names[0]))
    })
}
