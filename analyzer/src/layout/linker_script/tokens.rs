//! Words, numbers and marks of a linker script, each with its place.

use crate::layout::LayoutError;

/// What a token is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum TokenKind {
    /// A name or keyword; also file patterns outside of `MEMORY`.
    Word,
    /// Starts with a digit.
    Number,
    /// One character, or one of `<<` and `>>`.
    Mark,
    /// Text between quotation marks, without them.
    Quoted,
    End,
}

/// A token and where it starts.
#[derive(Debug, Clone, Copy)]
pub(super) struct Token<'script> {
    pub(super) kind: TokenKind,
    pub(super) text: &'script str,
    line: u32,
    column: u32,
}

impl Token<'_> {
    pub(super) fn is(&self, mark: &str) -> bool {
        self.kind == TokenKind::Mark && self.text == mark
    }

    pub(super) fn error(&self, message: impl Into<String>) -> LayoutError {
        LayoutError { line: self.line, column: self.column, message: message.into() }
    }

    /// For messages.
    pub(super) fn shown(&self) -> String {
        match self.kind {
            TokenKind::End => "the end of the script".into(),
            _ => format!("`{}`", self.text.chars().take(40).collect::<String>()),
        }
    }
}

/// The tokens of a script, one at a time.
pub(super) struct Tokens<'script> {
    rest: &'script str,
    line: u32,
    column: u32,
    peeked: Option<Token<'script>>,
}

impl<'script> Tokens<'script> {
    pub(super) fn new(script: &'script str) -> Self {
        Self { rest: script.trim_start_matches('\u{feff}'), line: 1, column: 1, peeked: None }
    }

    pub(super) fn peek(&mut self) -> Result<Token<'script>, LayoutError> {
        let token = self.next()?;
        self.peeked = Some(token);
        Ok(token)
    }

    pub(super) fn next(&mut self) -> Result<Token<'script>, LayoutError> {
        if let Some(token) = self.peeked.take() {
            return Ok(token);
        }
        self.skip_blanks()?;
        let Some(first) = self.rest.chars().next() else { return Ok(self.take(TokenKind::End, 0)) };
        if first == '"' {
            return self.quoted();
        }
        let word = length_while(self.rest, is_word);
        let token = match first {
            '0'..='9' => self.take(TokenKind::Number, word),
            _ if word > 0 => self.take(TokenKind::Word, word),
            '<' if self.rest.starts_with("<<") => self.take(TokenKind::Mark, 2),
            '>' if self.rest.starts_with(">>") => self.take(TokenKind::Mark, 2),
            other => self.take(TokenKind::Mark, other.len_utf8()),
        };
        Ok(token)
    }

    pub(super) fn expect(&mut self, mark: &str) -> Result<Token<'script>, LayoutError> {
        let token = self.next()?;
        if token.is(mark) {
            Ok(token)
        } else {
            Err(token.error(format!("expected `{mark}`, found {}", token.shown())))
        }
    }

    fn quoted(&mut self) -> Result<Token<'script>, LayoutError> {
        let opening = self.take(TokenKind::Mark, 1);
        let Some(length) = self.rest.find('"') else {
            return Err(opening.error("this quotation mark is never closed"));
        };
        let text = self.take(TokenKind::Quoted, length);
        self.take(TokenKind::Mark, 1);
        Ok(text)
    }

    fn skip_blanks(&mut self) -> Result<(), LayoutError> {
        loop {
            let blanks = length_while(self.rest, char::is_whitespace);
            self.take(TokenKind::Mark, blanks);
            if self.rest.starts_with("/*") {
                let opening = self.take(TokenKind::Mark, 2);
                let end =
                    self.rest.find("*/").ok_or_else(|| opening.error("this comment is never closed"))?;
                self.take(TokenKind::Mark, end + 2);
            } else if self.rest.starts_with('#') {
                self.take(TokenKind::Mark, length_while(self.rest, |c| c != '\n'));
            } else if blanks == 0 {
                return Ok(());
            }
        }
    }

    fn take(&mut self, kind: TokenKind, length: usize) -> Token<'script> {
        let (text, rest) = self.rest.split_at(length);
        let token = Token { kind, text, line: self.line, column: self.column };
        for c in text.chars() {
            (self.line, self.column) = if c == '\n' {
                (self.line.saturating_add(1), 1)
            } else {
                (self.line, self.column.saturating_add(1))
            };
        }
        self.rest = rest;
        token
    }
}

fn is_word(c: char) -> bool {
    c.is_alphanumeric() || matches!(c, '_' | '.' | '$')
}

fn length_while(text: &str, accept: impl Fn(char) -> bool) -> usize {
    text.find(|c| !accept(c)).unwrap_or(text.len())
}
