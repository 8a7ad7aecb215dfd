//! The grammar of format strings, free of tokens: `text {{ }} {name:spec}`.
//!
//! ```text
//! format = { text | "{{" | "}}" | hole }
//! hole   = "{" [ name ] ":" [ flags ] spec "}"
//! ```

use super::flags::{self, Flags};
use super::spec::{self, Spec};

/// A part of a format string.
#[derive(Debug, PartialEq, Eq)]
pub(crate) enum Piece {
    /// Printed as it stands; braces are already single.
    Text(String),
    /// An argument is printed here.
    Hole {
        /// `None` takes the next positional argument.
        name: Option<String>,
        spec: &'static Spec,
        flags: Flags,
    },
}

impl Piece {
    pub(crate) fn text(&self) -> Option<&str> {
        match self {
            Self::Text(text) => Some(text),
            Self::Hole { .. } => None,
        }
    }
}

/// Cuts a format string into pieces, or says in one sentence what is wrong and what to write.
pub(crate) fn parse(format: &str) -> Result<Vec<Piece>, String> {
    if let Some(at) = format.find('\0') {
        return Err(format!("the format has a NUL at byte {at}: C would stop reading there, remove it"));
    }
    let mut pieces = Vec::new();
    let mut rest = format;
    while let Some(at) = rest.find(['{', '}']) {
        push_text(&mut pieces, &rest[..at]);
        rest = &rest[at..];
        rest = if let Some(after) = rest.strip_prefix("{{") {
            push_text(&mut pieces, "{");
            after
        } else if let Some(after) = rest.strip_prefix("}}") {
            push_text(&mut pieces, "}");
            after
        } else {
            let (piece, after) = hole(rest)?;
            pieces.push(piece);
            after
        };
    }
    push_text(&mut pieces, rest);
    Ok(pieces)
}

fn push_text(pieces: &mut Vec<Piece>, text: &str) {
    match pieces.last_mut() {
        _ if text.is_empty() => {}
        Some(Piece::Text(last)) => last.push_str(text),
        _ => pieces.push(Piece::Text(text.to_owned())),
    }
}

/// Reads the hole that `rest` begins with and returns what follows it.
fn hole(rest: &str) -> Result<(Piece, &str), String> {
    let Some(inside) = rest.strip_prefix('{') else {
        return Err("a `}` closes nothing: write `}}` to print one".to_owned());
    };
    let Some((content, after)) = inside.split_once('}') else {
        return Err(format!("`{rest}` is never closed: add `}}`, or write `{{{{` to print a brace"));
    };
    let (name, after_colon) = content.split_once(':').unwrap_or((content, ""));
    let name = name.trim();
    let after_colon = after_colon.trim_end();
    if !name.is_empty() && !is_identifier(name) {
        return Err(format!(
            "`{name}` in `{{{content}}}` is not a name: write `{{:spec}}` or `{{name:spec}}`"
        ));
    }
    if after_colon.is_empty() {
        return Err(format!("`{{{content}}}` does not say what to print: use one of {}", spec::listed()));
    }
    let (flags, spec) = flags::parse(after_colon).map_err(|why| format!("`{{{content}}}`: {why}"))?;
    let name = (!name.is_empty()).then(|| name.to_owned());
    Ok((Piece::Hole { name, spec, flags }, after))
}

fn is_identifier(text: &str) -> bool {
    text != "_" && syn::parse_str::<syn::Ident>(text).is_ok()
}
