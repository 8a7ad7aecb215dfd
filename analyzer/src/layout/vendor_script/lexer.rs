//! Words, numbers and marks of scripts that look like C.

use super::{Mistake, Place, shown};

/// More are of no script; each takes memory of its own.
pub(super) const MAX_TOKENS: usize = 1 << 19;

/// Marks of two characters.
const LONG_MARKS: [&str; 8] = ["<<", ">>", "<=", ">=", "==", "!=", "&&", "||"];

/// What a token is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Kind {
    Word,
    /// Starts with a digit.
    Number,
    Mark,
    /// Text between quotation marks, without them.
    Quoted,
    End,
}

/// A token and where it starts.
#[derive(Debug, Clone, Copy)]
pub(super) struct Token<'script> {
    pub(super) kind: Kind,
    pub(super) text: &'script str,
    pub(super) place: Place,
    /// Whether it is the first one of its line.
    pub(super) begins_line: bool,
    /// Whether nothing is between it and the one before.
    pub(super) follows_closely: bool,
}

impl Token<'_> {
    pub(super) fn is(&self, text: &str) -> bool {
        matches!(self.kind, Kind::Mark | Kind::Word) && self.text == text
    }

    /// Keywords of these grammars may be written in any case.
    pub(super) fn is_keyword(&self, word: &str) -> bool {
        self.kind == Kind::Word && self.text.eq_ignore_ascii_case(word)
    }

    pub(super) fn is_name(&self) -> bool {
        matches!(self.kind, Kind::Word | Kind::Quoted)
    }

    /// For messages.
    pub(super) fn shown(&self) -> String {
        match self.kind {
            Kind::End => "the end of the script".into(),
            _ => shown(self.text),
        }
    }
}

/// What differs from grammar to grammar.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Style {
    C,
    /// A semicolon begins a comment.
    Scatter,
}

/// All tokens of a text, the last one the end.
pub(super) fn tokens(place: Place, text: &str, style: Style) -> Result<Vec<Token<'_>>, Mistake> {
    let text = text.trim_start_matches('\u{feff}');
    let mut lexer = Lexer { text, at: 0, place, begins_line: true, style };
    let mut tokens = Vec::new();
    loop {
        let before = lexer.at;
        lexer.skip_blanks()?;
        let follows_closely = lexer.at == before && !tokens.is_empty();
        let token = lexer.token(follows_closely)?;
        tokens.push(token);
        if token.kind == Kind::End {
            return Ok(tokens);
        }
        if tokens.len() >= MAX_TOKENS {
            return Err(token.place.mistake("no script has so many words"));
        }
    }
}

struct Lexer<'script> {
    text: &'script str,
    at: usize,
    place: Place,
    begins_line: bool,
    style: Style,
}

impl<'script> Lexer<'script> {
    fn rest(&self) -> &'script str {
        &self.text[self.at..]
    }

    fn take(&mut self, length: usize) -> &'script str {
        let text = &self.rest()[..length];
        for c in text.chars() {
            let Place { line, column, .. } = &mut self.place;
            if c == '\n' {
                (*line, *column) = (line.saturating_add(1), 1);
                self.begins_line = true;
            } else {
                *column = column.saturating_add(1);
            }
        }
        self.at += length;
        text
    }

    /// Also steps over comments, and over the end of a line that goes on.
    fn skip_blanks(&mut self) -> Result<(), Mistake> {
        loop {
            let rest = self.rest();
            let blanks = rest.find(|c: char| !c.is_whitespace()).unwrap_or(rest.len());
            let begins_comment =
                rest.starts_with("//") || (self.style == Style::Scatter && rest.starts_with(';'));
            if blanks > 0 {
                self.take(blanks);
            } else if let Some(comment) = rest.strip_prefix("/*") {
                let end = comment.find("*/");
                let end = end.ok_or_else(|| self.place.mistake("this comment is never closed"))?;
                let begins_line = self.begins_line;
                self.take(end + 4);
                self.begins_line |= begins_line;
            } else if begins_comment {
                self.take(rest.find('\n').unwrap_or(rest.len()));
            } else if rest.starts_with("\\\n") || rest.starts_with("\\\r\n") {
                let begins_line = self.begins_line;
                self.take(rest.find('\n').map_or(1, |it| it + 1));
                self.begins_line = begins_line;
            } else {
                return Ok(());
            }
        }
    }

    fn token(&mut self, follows_closely: bool) -> Result<Token<'script>, Mistake> {
        let (place, begins_line) = (self.place, self.begins_line);
        let rest = self.rest();
        let (kind, text) = match rest.chars().next() {
            None => (Kind::End, ""),
            Some('"') => {
                let length = rest[1..].find(['"', '\n']).filter(|it| rest[1 + it..].starts_with('"'));
                let length = length.ok_or_else(|| place.mistake("this quotation mark is never closed"))?;
                self.take(1);
                let text = self.take(length);
                self.take(1);
                (Kind::Quoted, text)
            }
            Some(c) if is_word(c) => {
                let mut length = rest.find(|c: char| !is_word(c)).unwrap_or(rest.len());
                if c.is_ascii_digit() {
                    length += separated_digits(&rest[length..]);
                }
                (if c.is_ascii_digit() { Kind::Number } else { Kind::Word }, self.take(length))
            }
            Some(c) => {
                let long = LONG_MARKS.into_iter().find(|it| rest.starts_with(it));
                (Kind::Mark, self.take(long.map_or(c.len_utf8(), str::len)))
            }
        };
        self.begins_line = false;
        Ok(Token { kind, text, place, begins_line, follows_closely })
    }
}

/// `'8000` of `0x2000'8000`.
fn separated_digits(text: &str) -> usize {
    let mut length = 0;
    while let Some(digits) = text[length..].strip_prefix('\'') {
        let n_digits = digits.find(|c: char| !is_word(c)).unwrap_or(digits.len());
        if n_digits == 0 {
            break;
        }
        length += 1 + n_digits;
    }
    length
}

fn is_word(c: char) -> bool {
    c.is_alphanumeric() || matches!(c, '_' | '.' | '$')
}

/// Tokens, one after the other.
#[derive(Debug)]
pub(super) struct Cursor<'run, 'script> {
    tokens: &'run [Token<'script>],
    at: usize,
}

impl<'run, 'script> Cursor<'run, 'script> {
    /// `tokens` has an end.
    pub(super) fn new(tokens: &'run [Token<'script>]) -> Self {
        Self { tokens, at: 0 }
    }

    pub(super) fn peek(&self) -> Token<'script> {
        self.ahead(0)
    }

    /// The one so many behind the next.
    pub(super) fn ahead(&self, n: usize) -> Token<'script> {
        let end = Token {
            kind: Kind::End,
            text: "",
            place: self.tokens.last().map_or(Place::default(), |it| it.place),
            begins_line: true,
            follows_closely: false,
        };
        self.tokens.get(self.at.saturating_add(n)).copied().unwrap_or(end)
    }

    pub(super) fn next(&mut self) -> Token<'script> {
        let token = self.peek();
        self.at += 1;
        token
    }

    pub(super) fn position(&self) -> usize {
        self.at
    }

    /// Reads again from a position on.
    pub(super) fn go_back(&mut self, position: usize) {
        self.at = position;
    }

    /// Takes the next one if it is that.
    pub(super) fn take(&mut self, text: &str) -> bool {
        let is_it = self.peek().is(text);
        self.at += usize::from(is_it);
        is_it
    }

    pub(super) fn expect(&mut self, text: &str) -> Result<Token<'script>, Mistake> {
        let token = self.next();
        if token.is(text) { Ok(token) } else { Err(super::expected(&shown(text), &token)) }
    }

    /// Steps over what an opening bracket that was just read holds, up to the one that closes it.
    pub(super) fn skip_to(&mut self, opening: Token<'_>, closing: &str) -> Result<(), Mistake> {
        let mut depth = 1_u32;
        while depth > 0 {
            let token = self.next();
            if token.kind == Kind::End {
                let (opening_shown, closing) = (opening.shown(), shown(closing));
                let message = format!("this {opening_shown} is never closed: a {closing} is missing");
                return Err(opening.place.mistake(message));
            }
            depth += u32::from(token.is(opening.text));
            depth -= u32::from(token.is(closing));
        }
        Ok(())
    }
}
