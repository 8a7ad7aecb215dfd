//! The lines of a `MEMORY` block.

use super::Mistake;
use super::expression::{self, Expression};
use super::source::Source;
use super::statement::Declarations;
use super::tokens::{Place, Token, TokenKind, shown};

/// No device has more; a bound keeps the work for each section small.
pub(super) const MAX_REGIONS: usize = 256;

/// A line of a `MEMORY` block.
#[derive(Debug)]
pub(super) struct Region<'script> {
    pub(super) name: &'script str,
    pub(super) place: Place,
    pub(super) attributes: String,
    /// Only if the preprocessor says so.
    is_conditional: bool,
    /// Whether there is another one of its name, and only the preprocessor knows which of them counts.
    pub(super) is_ambiguous: bool,
    pub(super) origin: Expression<'script>,
    pub(super) length: Expression<'script>,
}

impl<'script> Declarations<'script> {
    pub(super) fn block(
        &mut self,
        source: &mut Source<'script>,
        opening: Token<'script>,
    ) -> Result<(), Mistake> {
        loop {
            let token = source.region_name()?;
            match token.kind {
                TokenKind::End => {
                    return Err(opening.mistake("this MEMORY block is never closed: a `}` is missing"));
                }
                _ if token.is("}") => return Ok(()),
                _ if token.is(",") || token.is(";") => {}
                _ if token.is_word("INCLUDE") => {
                    if let Err(name) = source.include()? {
                        self.missing_regions.get_or_insert(name);
                    }
                }
                _ if token.is_name() => {
                    let region = region(source, token)?;
                    self.declare(region)?;
                }
                _ => {
                    return Err(
                        token.mistake(format!("expected the name of a region, found {}", token.shown()))
                    );
                }
            }
        }
    }

    /// Of two regions with one name the linker warns, and takes the second.
    fn declare(&mut self, mut region: Region<'script>) -> Result<(), Mistake> {
        if let Some(known) = self.regions.iter_mut().find(|it| it.name == region.name) {
            let is_same = known.origin.equals(&region.origin) && known.length.equals(&region.length);
            region.is_ambiguous = (known.is_conditional || region.is_conditional) && !is_same;
            *known = region;
            return Ok(());
        }
        if self.regions.len() >= MAX_REGIONS {
            return Err(region.place.mistake(format!("more than {MAX_REGIONS} regions")));
        }
        self.regions.push(region);
        Ok(())
    }
}

fn region<'script>(source: &mut Source<'script>, name: Token<'script>) -> Result<Region<'script>, Mistake> {
    let is_conditional = source.is_conditional();
    let attributes = if source.peek()?.is("(") { attributes(source)? } else { String::new() };
    source.expect(":")?;
    let origin = property(source, &["ORIGIN", "org", "o"])?;
    if source.peek()?.is(",") {
        source.next()?;
    }
    let length = property(source, &["LENGTH", "len", "l"])?;
    let Token { text: name, place, .. } = name;
    Ok(Region { name, place, attributes, is_conditional, is_ambiguous: false, origin, length })
}

/// `(rx)`, `(!w)`, `(RWX!A)`: any of `r w x a i l !`, in upper or lower case. Linkers of one vendor know more
/// letters, as TriCore's knows `p`; they say nothing here.
fn attributes(source: &mut Source<'_>) -> Result<String, Mistake> {
    source.expect("(")?;
    let mut attributes = String::new();
    loop {
        let token = source.next()?;
        if token.is(")") {
            // What only unknown letters followed.
            attributes.truncate(attributes.trim_end_matches('!').len());
            return Ok(attributes);
        }
        if !(token.text.chars().all(|c| c.is_ascii_alphabetic()) && token.kind == TokenKind::Word
            || token.is("!"))
        {
            let shown = token.shown();
            return Err(token.mistake(format!("expected region attributes like `(rx)`, found {shown}")));
        }
        let is_known = |c: char| "rwxailRWXAIL!".contains(c);
        attributes.extend(token.text.chars().filter(|it| is_known(*it)));
        if let Some(n_before) = token.text.find(|it| !is_known(it)) {
            let unknown = shown(&token.text[n_before..=n_before]);
            let message = format!("GNU ld and lld know no attribute {unknown} of a region");
            source.warnings.push(token.place.right_of(n_before).mistake(message));
        }
    }
}

fn property<'script>(source: &mut Source<'script>, names: &[&str]) -> Result<Expression<'script>, Mistake> {
    let word = source.next()?;
    if !names.contains(&word.text) {
        return Err(word.mistake(format!("expected `{}`, found {}", names[0], word.shown())));
    }
    source.expect("=")?;
    expression::read(source)
}
