//! The part of the C preprocessor that scripts use: TI's linker runs one itself, armlink where the first line says so.
//!
//! Macros with parameters are not replaced; a script that needs one is told so where it needs it.

use std::collections::HashMap;

use super::expression::{self, Names};
use super::lexer::{Cursor, Kind, MAX_TOKENS, Style, Token, tokens};
use super::{MAX_SCRIPT_BYTES, Mistake, Place, Reader, shown};

/// Deeper inclusion goes in a circle.
const MAX_INCLUDE_DEPTH: usize = 10;
/// Macros that are made of others.
const MAX_MACRO_DEPTH: usize = 32;

/// Replaces macros, leaves out what conditions exclude, and puts included files in their place.
pub(super) struct Preprocessor<'run, 'script> {
    reader: &'run mut Reader<'script>,
    style: Style,
    macros: HashMap<&'script str, Vec<Token<'script>>>,
    output: Vec<Token<'script>>,
    conditions: Vec<Condition>,
    /// So many macros may still be replaced.
    left_replacements: usize,
    left_bytes: usize,
}

/// An `#if` that is open.
#[derive(Clone, Copy)]
struct Condition {
    place: Place,
    /// Whether what stands between counts.
    is_met: bool,
    /// Whether a branch of it has counted, or none may, since what it stands in does not.
    is_done: bool,
    was_active: bool,
}

impl<'run, 'script> Preprocessor<'run, 'script> {
    /// For a grammar that the linker itself has no preprocessor for: macros from elsewhere are none of it.
    pub(super) fn without_symbols(reader: &'run mut Reader<'script>) -> Self {
        Self {
            reader,
            style: Style::C,
            macros: HashMap::new(),
            output: Vec::new(),
            conditions: Vec::new(),
            left_replacements: MAX_TOKENS,
            left_bytes: MAX_SCRIPT_BYTES,
        }
    }

    pub(super) fn new(reader: &'run mut Reader<'script>, style: Style) -> Result<Self, Mistake> {
        let mut preprocessor = Self { style, ..Self::without_symbols(reader) };
        let scripts = preprocessor.reader.scripts;
        for (idx, (name, value)) in scripts.symbols.iter().enumerate() {
            let file = u32::try_from(scripts.files.len() + scripts.included.len() + idx).unwrap_or(u32::MAX);
            let mut value = tokens(Place { file, ..Place::default() }, value, Style::C)?;
            value.pop();
            preprocessor.macros.insert(name.as_str(), value);
        }
        Ok(preprocessor)
    }

    /// What is left of a script.
    pub(super) fn run(mut self, (file, text): (u32, &'script str)) -> Result<Vec<Token<'script>>, Mistake> {
        let place = Place { file, ..Place::default() };
        if let Some(command) = text.strip_prefix("#!") {
            self.define_arguments(command.lines().next().unwrap_or(""));
        }
        let end = self.file((place, text), 0)?;
        if let Some(open) = self.conditions.first() {
            return Err(open.place.mistake("this `#if` is never closed: an `#endif` is missing"));
        }
        self.output.push(end);
        Ok(self.output)
    }

    /// `-DSIZE=0x400` in the line that says how armlink is to preprocess.
    fn define_arguments(&mut self, command: &'script str) {
        for argument in command.split_whitespace().filter_map(|it| it.strip_prefix("-D")) {
            let (name, value) = argument.split_once('=').unwrap_or((argument, "1"));
            if let Ok(mut value) = tokens(Place::default(), value, self.style) {
                value.pop();
                self.macros.insert(name, value);
            }
        }
    }

    fn file(
        &mut self,
        (place, text): (Place, &'script str),
        depth: usize,
    ) -> Result<Token<'script>, Mistake> {
        let left_bytes = self.left_bytes.checked_sub(text.len());
        self.left_bytes = left_bytes.ok_or_else(|| place.mistake("more than 2 MiB of scripts"))?;
        let all = tokens(place, text, self.style)?;
        let mut at = 0;
        while let Some(token) = all.get(at).filter(|it| it.kind != Kind::End) {
            at += 1;
            if token.begins_line && token.is("#") {
                let line = all[at..].iter().take_while(|it| !it.begins_line && it.kind != Kind::End).count();
                self.directive(*token, &all[at..at + line], depth)?;
                at += line;
            } else if self.is_active() {
                self.replace(*token, &mut Vec::new())?;
            }
        }
        all.last().copied().ok_or_else(|| place.mistake("the script is empty"))
    }

    fn is_active(&self) -> bool {
        self.conditions.last().is_none_or(|it| it.is_met)
    }

    fn directive(
        &mut self,
        mark: Token<'script>,
        line: &[Token<'script>],
        depth: usize,
    ) -> Result<(), Mistake> {
        let Some((word, rest)) = line.split_first() else { return Ok(()) };
        match word.text {
            "if" | "ifdef" | "ifndef" => self.open(mark, word.text, rest),
            "elif" | "else" | "endif" => self.turn(mark, word.text, rest),
            _ if !self.is_active() => Ok(()),
            "define" => {
                let Some((name, value)) = rest.split_first().filter(|it| it.0.is_name()) else {
                    return Ok(());
                };
                // With parameters it stays a word.
                if !value.first().is_some_and(|it| it.is("(") && it.follows_closely) {
                    self.macros.insert(name.text, value.to_vec());
                }
                Ok(())
            }
            "undef" => {
                rest.first().map(|it| self.macros.remove(it.text));
                Ok(())
            }
            "include" => self.include(mark, rest, depth),
            _ => Ok(()),
        }
    }

    fn include(
        &mut self,
        mark: Token<'script>,
        rest: &[Token<'script>],
        depth: usize,
    ) -> Result<(), Mistake> {
        let name = rest.first().filter(|it| it.kind == Kind::Quoted);
        let included = name.and_then(|it| self.reader.included(it.text));
        let Some((file, text)) = included else {
            let name = name.map_or_else(|| "file".to_owned(), Token::shown);
            let message = format!("the included {name} is missing: what it says of memories is not known");
            self.reader.warnings.push(mark.place.mistake(message));
            return Ok(());
        };
        if depth >= MAX_INCLUDE_DEPTH {
            let message = format!("files are included more than {MAX_INCLUDE_DEPTH} deep");
            return Err(mark.place.mistake(message));
        }
        self.file((Place { file, ..Place::default() }, text), depth + 1).map(drop)
    }

    fn open(&mut self, mark: Token<'script>, word: &str, rest: &[Token<'script>]) -> Result<(), Mistake> {
        let was_active = self.is_active();
        let is_met = was_active
            && match (word, rest.first()) {
                ("if", _) => self.is_true(mark, rest)?,
                (_, Some(name)) => self.macros.contains_key(name.text) == (word == "ifdef"),
                (_, None) => return Err(mark.place.mistake(format!("expected a name after `#{word}`"))),
            };
        if self.conditions.len() >= 256 {
            return Err(mark.place.mistake("conditions are nested too deeply"));
        }
        self.conditions.push(Condition {
            place: mark.place,
            is_met,
            is_done: is_met || !was_active,
            was_active,
        });
        Ok(())
    }

    fn turn(&mut self, mark: Token<'script>, word: &str, rest: &[Token<'script>]) -> Result<(), Mistake> {
        let Some(condition) = self.conditions.pop() else {
            return Err(mark.place.mistake(format!("no `#if` is open before this `#{word}`")));
        };
        if word == "endif" {
            return Ok(());
        }
        let is_met =
            !condition.is_done && condition.was_active && (word == "else" || self.is_true(mark, rest)?);
        self.conditions.push(Condition { is_met, is_done: condition.is_done || is_met, ..condition });
        Ok(())
    }

    fn is_true(&mut self, mark: Token<'script>, rest: &[Token<'script>]) -> Result<bool, Mistake> {
        let before = std::mem::take(&mut self.output);
        let mut rest = rest.iter().copied().peekable();
        while let Some(token) = rest.next() {
            if token.is("defined") {
                // The name is no macro here.
                self.output.push(token);
                let n_more = if rest.peek().is_some_and(|it| it.is("(")) { 3 } else { 1 };
                self.output.extend(rest.by_ref().take(n_more));
            } else {
                self.replace(token, &mut Vec::new())?;
            }
        }
        let mut condition = std::mem::replace(&mut self.output, before);
        condition.push(Token { kind: Kind::End, text: "", ..mark });
        let mut cursor = Cursor::new(&condition);
        let value = expression::read(&mut cursor, &mut Defined { macros: &self.macros })?;
        Ok(value != 0)
    }

    /// Puts out a token, or what the macro of its name stands for, as if that stood there. `open` are the macros that
    /// it comes from.
    fn replace(&mut self, token: Token<'script>, open: &mut Vec<&'script str>) -> Result<(), Mistake> {
        let known = if token.kind == Kind::Word { self.macros.get(token.text) } else { None };
        let Some(value) = known.filter(|_| !open.contains(&token.text)) else {
            if self.output.len() >= MAX_TOKENS {
                return Err(token.place.mistake("no script has so many words"));
            }
            self.output.push(token);
            return Ok(());
        };
        self.left_replacements = self.left_replacements.saturating_sub(1);
        if open.len() >= MAX_MACRO_DEPTH || self.left_replacements == 0 {
            return Err(token
                .place
                .mistake(format!("the macro {} is made of too many others", token.shown())));
        }
        let value = value.clone();
        open.push(token.text);
        for (idx, it) in value.into_iter().enumerate() {
            let follows_closely = if idx == 0 { token.follows_closely } else { it.follows_closely };
            let begins_line = idx == 0 && token.begins_line;
            self.replace(Token { place: token.place, follows_closely, begins_line, ..it }, open)?;
        }
        open.pop();
        Ok(())
    }
}

/// To the preprocessor a word without a value is 0.
struct Defined<'run, 'script> {
    macros: &'run HashMap<&'script str, Vec<Token<'script>>>,
}

impl<'script> Names<'script> for Defined<'_, 'script> {
    fn value(
        &mut self,
        word: Token<'script>,
        cursor: &mut Cursor<'_, 'script>,
        _depth: u32,
    ) -> Result<i128, Mistake> {
        if !word.is("defined") {
            if cursor.peek().is("(") {
                let message =
                    format!("{} is a macro with parameters, which is not understood", shown(word.text));
                return Err(word.place.mistake(message));
            }
            return Ok(0);
        }
        let has_parenthesis = cursor.take("(");
        let name = cursor.next();
        if has_parenthesis {
            cursor.expect(")")?;
        }
        Ok(self.macros.contains_key(name.text).into())
    }
}
