//! What a script declares, before anything is worked out.

use super::Mistake;
use super::expression::{self, Expression};
use super::operator::Operator;
use super::source::Source;
use super::tokens::{Place, Token, TokenKind};

/// No device has more; a bound keeps the work for each section small.
const MAX_REGIONS: usize = 256;

/// A line of a `MEMORY` block.
#[derive(Debug)]
pub(super) struct Region<'script> {
    pub(super) name: &'script str,
    pub(super) place: Place,
    pub(super) attributes: String,
    pub(super) origin: Expression<'script>,
    pub(super) length: Expression<'script>,
}

/// `REGION_ALIAS("alias", region);`
#[derive(Debug, Clone, Copy)]
pub(super) struct Alias<'script> {
    pub(super) name: Token<'script>,
    pub(super) region: Token<'script>,
}

/// `name = value;`, also with an operator, also within `PROVIDE()`.
#[derive(Debug)]
pub(super) struct Assignment<'script> {
    pub(super) symbol: &'script str,
    pub(super) place: Place,
    /// `None` for a plain `=`.
    pub(super) operator: Option<Operator>,
    /// Only if there is no such symbol yet.
    pub(super) is_provided: bool,
    pub(super) value: Expression<'script>,
}

/// All of them in order.
#[derive(Debug)]
pub(super) struct Declarations<'script> {
    pub(super) regions: Vec<Region<'script>>,
    pub(super) aliases: Vec<Alias<'script>>,
    pub(super) assignments: Vec<Assignment<'script>>,
    pub(super) n_blocks: u32,
    /// Whether all scripts are empty.
    pub(super) is_blank: bool,
}

impl Default for Declarations<'_> {
    fn default() -> Self {
        let (regions, aliases, assignments) = Default::default();
        Self { regions, aliases, assignments, n_blocks: 0, is_blank: true }
    }
}

impl<'script> Declarations<'script> {
    /// The value of a symbol that comes from the command line.
    pub(super) fn define(
        &mut self,
        symbol: &'script str,
        source: &mut Source<'script>,
    ) -> Result<(), Mistake> {
        let value = expression::read(source)?;
        let rest = source.next()?;
        if rest.kind != TokenKind::End {
            return Err(rest.mistake(format!("expected the end of the value, found {}", rest.shown())));
        }
        let place = value.place;
        self.assignments.push(Assignment { symbol, place, operator: None, is_provided: false, value });
        Ok(())
    }

    /// Reads one script to its end.
    pub(super) fn read(&mut self, source: &mut Source<'script>) -> Result<(), Mistake> {
        let mut depth = 0_u32;
        let mut before: Option<Token<'script>> = None;
        loop {
            let token = source.next()?;
            match token.kind {
                TokenKind::End => return Ok(()),
                _ if token.is("{") => depth += 1,
                _ if token.is("}") => depth = depth.saturating_sub(1),
                TokenKind::Word if depth == 0 && token.text == "MEMORY" && source.peek()?.is("{") => {
                    source.next()?;
                    self.n_blocks += 1;
                    self.block(source, token)?;
                }
                TokenKind::Word if depth == 0 && token.text == "REGION_ALIAS" => self.alias(source)?,
                // What is missing here need not concern memories.
                TokenKind::Word if token.text == "INCLUDE" => drop(source.include()?),
                // `} > FLASH = 0xff` fills gaps.
                _ if token.is_name() && !before.is_some_and(|it| it.is(">") || it.is(":")) => {
                    self.symbol(source, token)?;
                }
                _ => {}
            }
            before = Some(token);
            self.is_blank = false;
        }
    }

    fn block(&mut self, source: &mut Source<'script>, opening: Token<'script>) -> Result<(), Mistake> {
        loop {
            let token = source.region_name()?;
            match token.kind {
                TokenKind::End => {
                    return Err(opening.mistake("this MEMORY block is never closed: a `}` is missing"));
                }
                _ if token.is("}") => return Ok(()),
                _ if token.is(",") || token.is(";") => {}
                _ if token.is_word("INCLUDE") => {
                    source
                        .include()?
                        .map_err(|it| it.mistake(format!("the included {} is missing", it.shown())))?;
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
    fn declare(&mut self, region: Region<'script>) -> Result<(), Mistake> {
        if let Some(known) = self.regions.iter_mut().find(|it| it.name == region.name) {
            *known = region;
            return Ok(());
        }
        if self.regions.len() >= MAX_REGIONS {
            return Err(region.place.mistake(format!("more than {MAX_REGIONS} regions")));
        }
        self.regions.push(region);
        Ok(())
    }

    fn alias(&mut self, source: &mut Source<'script>) -> Result<(), Mistake> {
        source.expect("(")?;
        let name = name(source, "the new name of a region")?;
        source.expect(",")?;
        let region = name_of_region(source)?;
        source.expect(")")?;
        if self.aliases.len() >= MAX_REGIONS {
            return Err(name.mistake(format!("more than {MAX_REGIONS} aliases")));
        }
        self.aliases.push(Alias { name, region });
        Ok(())
    }

    /// An assignment, if that is what `token` begins.
    fn symbol(&mut self, source: &mut Source<'script>, token: Token<'script>) -> Result<(), Mistake> {
        let is_provided = match token.text {
            "PROVIDE" | "PROVIDE_HIDDEN" | "HIDDEN" if token.kind == TokenKind::Word => {
                if !source.peek()?.is("(") {
                    return Ok(());
                }
                source.next()?;
                token.text != "HIDDEN"
            }
            _ => return self.assignment(source, token, false),
        };
        let symbol = source.peek()?;
        if symbol.is_name() {
            source.next()?;
            self.assignment(source, symbol, is_provided)?;
        }
        Ok(())
    }

    fn assignment(
        &mut self,
        source: &mut Source<'script>,
        symbol: Token<'script>,
        is_provided: bool,
    ) -> Result<(), Mistake> {
        let sign = source.peek()?;
        let Some(operator) = Operator::assigning(&sign) else { return Ok(()) };
        source.next()?;
        // What only looks like an assignment matters as little as one that nothing refers to.
        let value = expression::read(source).unwrap_or_else(Expression::mistaken);
        let Token { text: symbol, place, .. } = symbol;
        if symbol != "." {
            self.assignments.push(Assignment { symbol, place, operator, is_provided, value });
        }
        Ok(())
    }
}

fn region<'script>(source: &mut Source<'script>, name: Token<'script>) -> Result<Region<'script>, Mistake> {
    let attributes = if source.peek()?.is("(") { attributes(source)? } else { String::new() };
    source.expect(":")?;
    let origin = property(source, &["ORIGIN", "org", "o"])?;
    if source.peek()?.is(",") {
        source.next()?;
    }
    let length = property(source, &["LENGTH", "len", "l"])?;
    Ok(Region { name: name.text, place: name.place, attributes, origin, length })
}

/// `(rx)`, `(!w)`, `(RWX!A)`: any of `r w x a i l !`, in upper or lower case.
fn attributes(source: &mut Source<'_>) -> Result<String, Mistake> {
    source.expect("(")?;
    let mut attributes = String::new();
    loop {
        let token = source.next()?;
        if token.is(")") {
            return Ok(attributes);
        }
        let is_known = |c: char| "rwxailRWXAIL!".contains(c);
        if token.kind == TokenKind::End || !token.text.chars().all(is_known) {
            let shown = token.shown();
            return Err(token.mistake(format!("expected region attributes like `(rx)`, found {shown}")));
        }
        attributes.push_str(token.text);
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

/// The name of a region between parentheses.
pub(super) fn name_of_region<'script>(source: &mut Source<'script>) -> Result<Token<'script>, Mistake> {
    name(source, "the name of a region")
}

fn name<'script>(source: &mut Source<'script>, what: &str) -> Result<Token<'script>, Mistake> {
    let token = source.region_name()?;
    if token.is_name() {
        Ok(token)
    } else {
        Err(token.mistake(format!("expected {what}, found {}", token.shown())))
    }
}
