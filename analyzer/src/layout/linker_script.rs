//! Linker scripts in GNU ld's grammar, as far as they say where memories are.
//!
//! Read are `MEMORY`, `REGION_ALIAS`, `INCLUDE` and assignments to symbols; everything else is
//! stepped over. As in the linker, a region's expressions are worked out last of all: they see the
//! final values of symbols, wherever those are assigned.

mod expression;
mod number;
mod operator;
mod resolve;
mod source;
mod statement;
mod tokens;
mod window;

use super::{Layout, LayoutError, Scripts};
use source::Source;
use statement::Declarations;
use tokens::{Place, TokenKind, Tokens};

/// The regions of all `MEMORY` blocks. Blank scripts have none; other scripts without such a block
/// are a mistake, since their author wanted to say something.
pub(crate) fn parse(scripts: &Scripts) -> Result<Layout, LayoutError> {
    read(scripts).map_err(|mistake| {
        let file = mistake.place.file as usize;
        let name = scripts.files.iter().chain(&scripts.included).nth(file).map(|it| it.name.clone());
        let symbol = || {
            let idx = file.checked_sub(scripts.files.len() + scripts.included.len())?;
            scripts.symbols.get(idx).map(|(name, _)| format!("--defsym {name}"))
        };
        LayoutError {
            file: name.or_else(symbol).filter(|it| !it.is_empty()),
            line: mistake.place.line,
            column: mistake.place.column,
            message: mistake.message,
        }
    })
}

fn read(scripts: &Scripts) -> Result<Layout, Mistake> {
    let mut declarations = Declarations::default();
    let mut source = Source::new(scripts);
    for (idx, (name, value)) in scripts.symbols.iter().enumerate() {
        let file = scripts.files.len() + scripts.included.len() + idx;
        source.begin(file, value)?;
        declarations.define(name, &mut source)?;
    }
    for (idx, script) in scripts.files.iter().enumerate() {
        source.begin(idx, &script.text)?;
        declarations.read(&mut source)?;
    }
    if declarations.n_blocks == 0 && !declarations.is_blank {
        return Err(no_block(&source));
    }
    resolve::resolve(&declarations, &source.missing)
}

fn no_block(source: &Source<'_>) -> Mistake {
    match source.missing.first() {
        Some(name) => name.mistake(format!("no MEMORY block, and the included {} is missing", name.shown())),
        None => Place::default().mistake("the script has no MEMORY block"),
    }
}

/// More files than this no script includes.
const MAX_INCLUDES: usize = 1 << 10;

/// The files that `script` includes, each once, in order, by the names it uses.
pub(crate) fn includes(script: &str) -> Vec<String> {
    let mut names: Vec<String> = Vec::new();
    let mut tokens = Tokens::new(0, script);
    while let Ok(token) = tokens.next() {
        if token.kind == TokenKind::End || names.len() >= MAX_INCLUDES {
            break;
        }
        if token.is_word("INCLUDE")
            && let Ok(name) = tokens.file_name()
            && !name.text.is_empty()
            && !names.iter().any(|it| it == name.text)
        {
            names.push(name.text.to_owned());
        }
    }
    names
}

/// What is wrong, and where.
#[derive(Debug, Clone, PartialEq, Eq)]
struct Mistake {
    place: Place,
    message: String,
}
