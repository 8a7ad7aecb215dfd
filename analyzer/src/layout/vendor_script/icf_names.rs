//! What the names of an `.icf` come to: symbols, and functions of regions.

use std::collections::HashMap;

use super::expression::{self, Names};
use super::icf_range::Ranges;
use super::lexer::{Cursor, Token};
use super::{Mistake, shown};

/// What has been defined so far.
#[derive(Default)]
pub(super) struct Declared<'script> {
    /// Those without a value matter as soon as something refers to them.
    pub(super) symbols: HashMap<&'script str, Result<i128, Mistake>>,
    pub(super) regions: HashMap<&'script str, Ranges>,
}

impl<'script> Names<'script> for Declared<'script> {
    fn value(
        &mut self,
        word: Token<'script>,
        cursor: &mut Cursor<'_, 'script>,
        depth: u32,
    ) -> Result<i128, Mistake> {
        let mut names: &Self = self;
        names.value(word, cursor, depth)
    }
}

impl<'script> Names<'script> for &Declared<'script> {
    fn value(
        &mut self,
        word: Token<'script>,
        cursor: &mut Cursor<'_, 'script>,
        depth: u32,
    ) -> Result<i128, Mistake> {
        if !cursor.peek().is("(") {
            let unknown = || Err(word.place.mistake(format!("unknown symbol {}", shown(word.text))));
            return self.symbols.get(word.text).cloned().unwrap_or_else(unknown);
        }
        let opening = cursor.next();
        match word.text {
            "max" | "min" | "alignup" | "aligndown" => {
                let one = expression::nested(cursor, self, depth)?;
                cursor.expect(",")?;
                let other = expression::nested(cursor, self, depth)?;
                cursor.expect(")")?;
                return Ok(match word.text {
                    "max" => one.max(other),
                    "min" => one.min(other),
                    _ if other <= 1 => one,
                    "alignup" => one + (-one).rem_euclid(other),
                    _ => one - one.rem_euclid(other),
                });
            }
            "isdefinedsymbol" => {
                let name = cursor.next();
                cursor.expect(")")?;
                return Ok(self.symbols.contains_key(name.text).into());
            }
            "start" | "end" | "size" | "isempty" | "isnonempty" => {}
            _ => {
                cursor.skip_to(opening, ")")?;
                let message = format!("only the linker knows what {} comes to", shown(word.text));
                return Err(word.place.mistake(message));
            }
        }
        let name = cursor.next();
        let region = self.regions.get(name.text);
        let region = region.ok_or_else(|| name.place.mistake(format!("unknown region {}", name.shown())))?;
        cursor.expect(")")?;
        let ranges = region.as_slice();
        let empty = || word.place.mistake(format!("the region {} is empty", name.shown()));
        match word.text {
            "size" => Ok(region.size()),
            "isempty" => Ok(ranges.is_empty().into()),
            "isnonempty" => Ok((!ranges.is_empty()).into()),
            "start" => ranges.first().map(|it| it.0).ok_or_else(empty),
            _ => ranges.last().map(|it| it.1 - 1).ok_or_else(empty),
        }
    }
}
