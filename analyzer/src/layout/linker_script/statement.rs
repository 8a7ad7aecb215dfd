//! What a script declares, before anything is worked out.

use super::Mistake;
use super::block::{MAX_REGIONS, Region};
use super::expression::{self, Expression};
use super::operator::Operator;
use super::source::Source;
use super::tokens::{Place, Token, TokenKind};

/// Statements between the braces of an output section that hold an expression, where a `/*` opens a comment.
const WITH_EXPRESSION: [&str; 8] = ["BYTE", "SHORT", "LONG", "QUAD", "SQUAD", "FILL", "ASSERT", "ASCIZ"];

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
    /// Only if the preprocessor says so.
    pub(super) is_conditional: bool,
    pub(super) value: Expression<'script>,
}

/// All of them in order.
#[derive(Debug)]
pub(super) struct Declarations<'script> {
    pub(super) regions: Vec<Region<'script>>,
    pub(super) aliases: Vec<Alias<'script>>,
    pub(super) assignments: Vec<Assignment<'script>>,
    pub(super) n_blocks: u32,
    /// The first file of a `MEMORY` block that was not given.
    pub(super) missing_regions: Option<Token<'script>>,
    /// Whether all scripts are empty.
    pub(super) is_blank: bool,
}

impl Default for Declarations<'_> {
    fn default() -> Self {
        let (regions, aliases, assignments) = Default::default();
        Self { regions, aliases, assignments, n_blocks: 0, missing_regions: None, is_blank: true }
    }
}

impl<'script> Declarations<'script> {
    /// Whether `symbol` has several values, of which the preprocessor takes one.
    pub(super) fn is_ambiguous(&self, symbol: &str) -> bool {
        let mut all = self.assignments.iter().filter(|it| it.symbol == symbol);
        let Some(first) = all.next() else { return false };
        all.any(|it| (it.is_conditional || first.is_conditional) && !it.value.equals(&first.value))
    }

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
        let (is_provided, is_conditional) = (false, false);
        self.assignments.push(Assignment {
            symbol,
            place,
            operator: None,
            is_provided,
            is_conditional,
            value,
        });
        Ok(())
    }

    /// Reads one script to its end.
    pub(super) fn read(&mut self, source: &mut Source<'script>) -> Result<(), Mistake> {
        let mut braces = Braces::default();
        let mut before: Option<Token<'script>> = None;
        loop {
            let token = if braces.hold_patterns() { source.pattern()? } else { source.next()? };
            let follows = |mark: &str| before.is_some_and(|it| it.is(mark));
            match token.kind {
                TokenKind::End => return Ok(()),
                _ if token.is("{") => braces.n_open += 1,
                _ if token.is("}") => braces.close(),
                TokenKind::Word if braces.n_open == 0 => self.command(source, token, before)?,
                // What is missing here need not concern memories.
                TokenKind::Word if token.text == "INCLUDE" => drop(source.include()?),
                TokenKind::Word
                    if braces.hold_patterns()
                        && WITH_EXPRESSION.contains(&token.text)
                        && source.peek()?.is("(") =>
                {
                    source.next()?;
                    expression::skip_arguments(source)?;
                }
                // `} > FLASH = 0xff` fills gaps.
                _ if token.is_name() && !follows(">") && !follows(":") => self.symbol(source, token)?,
                _ => {}
            }
            if token.is_word("SECTIONS") && braces.n_open == 0 {
                braces.n_open_sections = Some(1);
            }
            before = Some(token);
            self.is_blank = false;
        }
    }

    /// What stands outside of all braces.
    fn command(
        &mut self,
        source: &mut Source<'script>,
        token: Token<'script>,
        before: Option<Token<'script>>,
    ) -> Result<(), Mistake> {
        let follows = |marks: [&str; 2]| before.is_some_and(|it| marks.into_iter().any(|mark| it.is(mark)));
        match token.text {
            "MEMORY" if !follows(["(", ","]) => {
                let brace = source.next()?;
                if !brace.is("{") {
                    let shown = brace.shown();
                    return Err(brace.mistake(format!("expected `{{` after MEMORY, found {shown}")));
                }
                self.n_blocks += 1;
                self.block(source, token)
            }
            "REGION_ALIAS" => self.alias(source),
            "INCLUDE" => source.include().map(drop),
            _ if follows([">", ":"]) => Ok(()),
            _ => self.symbol(source, token),
        }
    }

    /// `#define SIZE 4K` is no statement of a linker's; its value counts where the scripts give none. Text with
    /// operators is passed over: it may bind otherwise where the preprocessor puts it.
    pub(super) fn read_definitions(&mut self, source: &Source<'script>) {
        for directive in source.directives.iter().filter(|it| it.word == "define") {
            let text = directive.rest.text;
            let text = &text[..text.find("//").unwrap_or(text.len())];
            let mut piece = source.piece(Token { text, ..directive.rest });
            let Ok(symbol) = piece.next() else { continue };
            let value = expression::operand(&mut piece);
            let (Ok(value), Ok(TokenKind::End)) = (value, piece.next().map(|it| it.kind)) else { continue };
            self.assignments.push(Assignment {
                symbol: symbol.text,
                place: symbol.place,
                operator: None,
                is_provided: true,
                is_conditional: directive.is_conditional,
                value,
            });
        }
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
        let is_conditional = source.is_conditional();
        let sign = source.peek()?;
        let Some(operator) = Operator::assigning(&sign) else { return Ok(()) };
        source.next()?;
        // What only looks like an assignment matters as little as one that nothing refers to.
        let value = expression::read(source).unwrap_or_else(Expression::mistaken);
        let Token { text: symbol, place, .. } = symbol;
        if symbol != "." {
            self.assignments.push(Assignment { symbol, place, operator, is_provided, is_conditional, value });
        }
        Ok(())
    }
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

/// Which braces are open.
#[derive(Default)]
struct Braces {
    n_open: u32,
    /// So many were, once `SECTIONS {` had been read, if it is still open.
    n_open_sections: Option<u32>,
}

impl Braces {
    fn close(&mut self) {
        self.n_open = self.n_open.saturating_sub(1);
        self.n_open_sections = self.n_open_sections.filter(|it| self.n_open >= *it);
    }

    /// Whether those of an output section are.
    fn hold_patterns(&self) -> bool {
        self.n_open_sections.is_some_and(|it| self.n_open > it)
    }
}
