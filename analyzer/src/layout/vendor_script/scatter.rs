//! Keil's and Arm's scatter files, after the Arm Compiler armlink reference ("Scatter File Syntax").
//!
//! Told are load regions, and execution regions that have a size and an address of their own. What begins at `+0`
//! begins where only the linker knows.

use super::expression::{self, Names};
use super::lexer::{Cursor, Kind, Style, Token};
use super::preprocess::Preprocessor;
use super::{Mistake, Place, Reader, expected, shown};
use crate::layout::linker_script::operator::Operator;

/// Attributes with an argument.
const WITH_NUMBER: [&str; 6] = ["ALIGN", "ALIGNALL", "ANY_SIZE", "FILL", "PADVALUE", "OVERALIGN"];
/// Attributes without.
const WITHOUT: [&str; 17] = [
    "ABSOLUTE",
    "FIXED",
    "OVERLAY",
    "PI",
    "RELOC",
    "NOCOMPRESS",
    "PROTECTED",
    "UNINIT",
    "ZEROPAD",
    "RWPI",
    "ROPI",
    "NOCOMPRESSION",
    "LOADABLE",
    "AUTO_OVERLAY",
    "XO",
    "RO",
    "RW",
];

pub(super) fn read(reader: &mut Reader<'_>, files: &[usize]) -> Result<(), Mistake> {
    for file in files {
        let text = reader.text(*file);
        let tokens = Preprocessor::new(reader, Style::Scatter)?.run(text)?;
        let mut cursor = Cursor::new(&tokens);
        let mut n_regions = 0;
        while cursor.peek().kind != Kind::End {
            let name = cursor.next();
            if name.is_keyword("ScatterAssert") {
                let opening = cursor.expect("(")?;
                cursor.skip_to(opening, ")")?;
                continue;
            }
            load_region(reader, &mut cursor, name)?;
            n_regions += 1;
        }
        if n_regions == 0 {
            let place = Place { file: text.0, ..Place::default() };
            return Err(place.mistake("the script has no load region"));
        }
    }
    Ok(())
}

/// `name base [attributes] [size] { execution regions }`.
fn load_region<'script>(
    reader: &mut Reader<'_>,
    cursor: &mut Cursor<'_, 'script>,
    name: Token<'script>,
) -> Result<(), Mistake> {
    let load = head(cursor, name)?;
    declare(reader, &load, None)?;
    loop {
        let name = cursor.next();
        if name.is("}") {
            return Ok(());
        }
        if name.kind == Kind::End {
            let shown = shown(load.name.text);
            return Err(load.name.place.mistake(format!("{shown} is never closed: a `}}` is missing")));
        }
        if name.is_keyword("ScatterAssert") {
            let opening = cursor.expect("(")?;
            cursor.skip_to(opening, ")")?;
            continue;
        }
        let execution = head(cursor, name)?;
        let opening = execution.opening;
        cursor.skip_to(opening, "}")?;
        declare(reader, &execution, Some(&load))?;
    }
}

/// What is said of a region before its brace.
struct Head<'script> {
    name: Token<'script>,
    /// Absent where only the linker knows it.
    base: Option<i128>,
    size: Option<i128>,
    opening: Token<'script>,
}

fn head<'script>(cursor: &mut Cursor<'_, 'script>, name: Token<'script>) -> Result<Head<'script>, Mistake> {
    if !name.is_name() {
        return Err(expected("the name of a region", &name));
    }
    let is_relative = cursor.take("+");
    let base = number(cursor)?;
    let mut size = None;
    loop {
        let token = cursor.peek();
        if token.is("{") {
            let opening = cursor.next();
            return Ok(Head { name, base: base.filter(|_| !is_relative), size, opening });
        }
        if WITHOUT.iter().any(|it| token.is_keyword(it)) {
            cursor.next();
        } else if token.is_keyword("SORTTYPE") {
            cursor.next();
            cursor.next();
        } else if WITH_NUMBER.iter().any(|it| token.is_keyword(it)) {
            cursor.next();
            number(cursor)?;
        } else {
            let is_empty = token.is_keyword("EMPTY");
            if is_empty {
                cursor.next();
            }
            size = number(cursor)?;
        }
    }
}

/// A number; `None` where only the linker knows it.
fn number(cursor: &mut Cursor<'_, '_>) -> Result<Option<i128>, Mistake> {
    let mut linker = Linker { is_known: true };
    let value = expression::read(cursor, &mut linker);
    if linker.is_known { value.map(Some) } else { Ok(None) }
}

/// Keeps a region. A block that is empty may grow down: then its base is its end.
fn declare(reader: &mut Reader<'_>, head: &Head<'_>, load: Option<&Head<'_>>) -> Result<(), Mistake> {
    let Some(base) = head.base else { return Ok(()) };
    let Some(size) = head.size else {
        let is_inside = |it: &Head<'_>| {
            it.base
                .zip(it.size)
                .is_some_and(|(start, size)| start <= base && base < start.saturating_add(size))
        };
        if !load.is_some_and(is_inside) {
            let message = format!("the script does not tell the size of {}", shown(head.name.text));
            reader.warnings.push(head.name.place.mistake(message));
        }
        return Ok(());
    };
    let place = if size < 0 { (base + size, -size) } else { (base, size) };
    reader.declare(head.name.text, head.name.place, place)
}

/// What words come to.
struct Linker {
    /// Whether all of them are known. What is not stands as 0.
    is_known: bool,
}

impl<'script> Names<'script> for Linker {
    fn value(
        &mut self,
        word: Token<'script>,
        cursor: &mut Cursor<'_, 'script>,
        depth: u32,
    ) -> Result<i128, Mistake> {
        let opening = cursor.peek();
        if !opening.is("(") {
            return Err(word.place.mistake(format!("unknown symbol {}", shown(word.text))));
        }
        cursor.next();
        if !word.is_keyword("AlignExpr") {
            // `ImageLimit(region)`, `LoadLength(region)`, `GetPageSize()`.
            self.is_known = false;
            cursor.skip_to(opening, ")")?;
            return Ok(0);
        }
        // From where the region before it ends.
        self.is_known &= !cursor.peek().is("+");
        let value = expression::nested(cursor, self, depth)?;
        cursor.expect(",")?;
        let alignment = expression::nested(cursor, self, depth)?;
        cursor.expect(")")?;
        Operator::Align.apply(word.place, value, alignment)
    }
}
