//! `0x10000000 + LENGTH(BOOT2) - 4 * 1K`, as a list of steps for a machine with a stack.
//!
//! A list is worked out and thrown away without recursion, however long a script makes it.

use super::Mistake;
use super::number;
use super::operator::Operator;
use super::source::Source;
use super::statement::name_of_region;
use super::tokens::{Place, Token, TokenKind};

/// Deeper nesting is refused, so that a hostile script cannot overflow the stack.
const MAX_DEPTH: u32 = 128;

/// One step: takes values from the stack and puts one there.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Step<'script> {
    Number(u64),
    Symbol(&'script str),
    /// `DEFINED(symbol)`.
    Defined(&'script str),
    /// `ORIGIN(region)`.
    Origin(&'script str),
    /// `LENGTH(region)`.
    Length(&'script str),
    /// What only the linker knows: `.`, `SIZEOF(.text)`.
    Unknown(&'script str),
    Negate,
    /// `!`.
    Not,
    /// `~`.
    Complement,
    /// `LOG2CEIL(value)`.
    Log2,
    Binary(Operator),
    /// `condition ? one : other`.
    Choose,
}

/// Steps and where in the script they stand.
#[derive(Debug)]
pub(super) struct Expression<'script> {
    pub(super) place: Place,
    pub(super) steps: Result<Vec<(Step<'script>, Place)>, Mistake>,
}

impl Expression<'_> {
    /// Whether it says the same, wherever it stands.
    pub(super) fn equals(&self, other: &Self) -> bool {
        match (&self.steps, &other.steps) {
            (Ok(steps), Ok(others)) => steps.iter().map(|it| &it.0).eq(others.iter().map(|it| &it.0)),
            _ => false,
        }
    }

    /// Is told to whoever needs the value.
    pub(super) fn mistaken(mistake: Mistake) -> Self {
        Self { place: mistake.place, steps: Err(mistake) }
    }
}

/// Reads one expression.
pub(super) fn read<'script>(source: &mut Source<'script>) -> Result<Expression<'script>, Mistake> {
    let place = source.peek()?.place;
    let mut reader = Reader { source, steps: Vec::new(), depth: 0 };
    reader.ternary()?;
    Ok(Expression { place, steps: Ok(reader.steps) })
}

/// Reads a number, a symbol or what stands between parentheses.
pub(super) fn operand<'script>(source: &mut Source<'script>) -> Result<Expression<'script>, Mistake> {
    let place = source.peek()?.place;
    let mut reader = Reader { source, steps: Vec::new(), depth: 0 };
    reader.operand()?;
    Ok(Expression { place, steps: Ok(reader.steps) })
}

struct Reader<'run, 'script> {
    source: &'run mut Source<'script>,
    steps: Vec<(Step<'script>, Place)>,
    depth: u32,
}

impl<'script> Reader<'_, 'script> {
    fn step(&mut self, step: Step<'script>, token: &Token<'_>) {
        self.steps.push((step, token.place));
    }

    fn ternary(&mut self) -> Result<(), Mistake> {
        self.deeper()?;
        self.binary(0)?;
        let question = self.source.peek()?;
        if question.is("?") {
            self.source.next()?;
            self.ternary()?;
            self.source.expect(":")?;
            self.ternary()?;
            self.step(Step::Choose, &question);
        }
        self.depth -= 1;
        Ok(())
    }

    /// All operators that bind at least as strongly as `least`.
    fn binary(&mut self, least: u8) -> Result<(), Mistake> {
        self.operand()?;
        loop {
            let token = self.source.peek()?;
            let operator = Operator::of(&token).filter(|it| it.strength() >= least);
            let Some(operator) = operator else { return Ok(()) };
            self.source.next()?;
            self.binary(operator.strength() + 1)?;
            self.step(Step::Binary(operator), &token);
        }
    }

    fn operand(&mut self) -> Result<(), Mistake> {
        self.deeper()?;
        let token = self.source.next()?;
        match token.kind {
            TokenKind::Number => self.step(Step::Number(number::value(&token)?), &token),
            TokenKind::Quoted => self.step(Step::Symbol(token.text), &token),
            TokenKind::Word if token.text == "." => self.step(Step::Unknown(token.text), &token),
            TokenKind::Word if self.source.peek()?.is("(") => self.call(&token)?,
            TokenKind::Word => self.step(word(token.text), &token),
            _ if token.is("(") => {
                self.ternary()?;
                self.source.expect(")")?;
            }
            _ if token.is("+") => self.operand()?,
            _ => {
                let step = match token.text {
                    "-" => Step::Negate,
                    "!" => Step::Not,
                    "~" => Step::Complement,
                    _ => return Err(token.mistake(format!("expected a number, found {}", token.shown()))),
                };
                self.operand()?;
                self.step(step, &token);
            }
        }
        self.depth -= 1;
        Ok(())
    }

    fn call(&mut self, function: &Token<'script>) -> Result<(), Mistake> {
        self.source.next()?;
        match function.text {
            "ORIGIN" | "org" | "o" => self.region(Step::Origin)?,
            "LENGTH" | "len" | "l" => self.region(Step::Length)?,
            "DEFINED" => {
                let symbol = self.source.next()?;
                self.step(Step::Defined(symbol.text), &symbol);
            }
            "ABSOLUTE" => self.ternary()?,
            "LOG2CEIL" => {
                self.ternary()?;
                self.step(Step::Log2, function);
            }
            "MAX" => self.two(function, Operator::Maximum)?,
            "MIN" => self.two(function, Operator::Minimum)?,
            "ALIGN" => self.align(function)?,
            "ASSERT" => {
                self.ternary()?;
                self.source.expect(",")?;
                self.source.next()?;
            }
            "SEGMENT_START" => {
                self.source.next()?;
                self.source.expect(",")?;
                self.ternary()?;
            }
            "ADDR"
            | "LOADADDR"
            | "SIZEOF"
            | "ALIGNOF"
            | "BLOCK"
            | "NEXT"
            | "CONSTANT"
            | "DATA_SEGMENT_ALIGN"
            | "DATA_SEGMENT_END"
            | "DATA_SEGMENT_RELRO_END" => {
                self.step(Step::Unknown(function.text), function);
                return skip_arguments(self.source);
            }
            other => return Err(function.mistake(format!("unknown function `{other}`"))),
        }
        self.source.expect(")")?;
        Ok(())
    }

    fn region(&mut self, step: fn(&'script str) -> Step<'script>) -> Result<(), Mistake> {
        let name = name_of_region(self.source)?;
        self.step(step(name.text), &name);
        Ok(())
    }

    fn two(&mut self, function: &Token<'script>, operator: Operator) -> Result<(), Mistake> {
        self.ternary()?;
        self.source.expect(",")?;
        self.ternary()?;
        self.step(Step::Binary(operator), function);
        Ok(())
    }

    /// `ALIGN(address, alignment)`; with one argument it aligns what only the linker knows.
    fn align(&mut self, function: &Token<'script>) -> Result<(), Mistake> {
        let n_steps = self.steps.len();
        self.ternary()?;
        if !self.source.peek()?.is(",") {
            self.steps.truncate(n_steps);
            self.step(Step::Unknown("."), function);
            return Ok(());
        }
        self.source.next()?;
        self.ternary()?;
        self.step(Step::Binary(Operator::Align), function);
        Ok(())
    }

    fn deeper(&mut self) -> Result<(), Mistake> {
        self.depth += 1;
        if self.depth > MAX_DEPTH {
            let place = self.source.peek()?.place;
            return Err(place.mistake("the expression is nested too deeply"));
        }
        Ok(())
    }
}

/// What follows an opening parenthesis, up to the one that closes it.
pub(super) fn skip_arguments(source: &mut Source<'_>) -> Result<(), Mistake> {
    let mut depth = 1_u32;
    while depth > 0 {
        let token = source.next()?;
        match token.kind {
            TokenKind::End => return Err(token.mistake("expected `)`, found the end of the script")),
            _ if token.is("(") => depth += 1,
            _ if token.is(")") => depth -= 1,
            _ => {}
        }
    }
    Ok(())
}

fn word(text: &str) -> Step<'_> {
    match text {
        "SIZEOF_HEADERS" | "sizeof_headers" => Step::Unknown(text),
        _ => Step::Symbol(text),
    }
}
