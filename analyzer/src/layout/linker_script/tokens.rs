//! Words, numbers and marks of a linker script, each with its place.

use super::Mistake;
pub(super) use crate::layout::mistake::{Place, shown};

/// Marks of more than one character, longer ones first.
const LONG_MARKS: [&str; 17] =
    ["<<=", ">>=", "<<", ">>", "<=", ">=", "==", "!=", "&&", "||", "+=", "-=", "*=", "/=", "&=", "|=", "^="];

/// The words of the C preprocessor. After a blank they may be of a comment: `# if the board has more`.
const DIRECTIVES: [&str; 10] =
    ["if", "ifdef", "ifndef", "elif", "else", "endif", "define", "undef", "include", "error"];

/// What a token is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum TokenKind {
    /// A name or keyword; also file patterns outside of `MEMORY`.
    Word,
    /// Starts with a digit, or is a `$` and hexadecimal digits.
    Number,
    /// An operator or a bracket.
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
    pub(super) place: Place,
}

impl Token<'_> {
    pub(super) fn is(&self, mark: &str) -> bool {
        self.kind == TokenKind::Mark && self.text == mark
    }

    pub(super) fn is_word(&self, word: &str) -> bool {
        self.kind == TokenKind::Word && self.text == word
    }

    pub(super) fn is_name(&self) -> bool {
        matches!(self.kind, TokenKind::Word | TokenKind::Quoted)
    }

    /// Whether it stands there without quotation marks.
    pub(super) fn is_bare(&self) -> bool {
        matches!(self.kind, TokenKind::Word | TokenKind::Mark)
    }

    pub(super) fn mistake(&self, message: impl Into<String>) -> Mistake {
        self.place.mistake(message)
    }

    /// For messages.
    pub(super) fn shown(&self) -> String {
        match self.kind {
            TokenKind::End => "the end of the script".into(),
            _ => shown(self.text),
        }
    }
}

/// A line for the C preprocessor, which linkers do not run: `#define SIZE 4K`.
#[derive(Debug, Clone, Copy)]
pub(super) struct Directive<'script> {
    /// `define`.
    pub(super) word: &'script str,
    /// What follows the word, continued lines included.
    pub(super) rest: Token<'script>,
    pub(super) place: Place,
    /// Whether another one decides if it counts.
    pub(super) is_conditional: bool,
}

/// The tokens of one file.
#[derive(Debug)]
pub(super) struct Tokens<'script> {
    text: &'script str,
    /// How far it has been read.
    at: usize,
    place: Place,
    /// Those that were stepped over and that the reader has not seen yet.
    pub(super) directives: Vec<Directive<'script>>,
}

impl<'script> Tokens<'script> {
    pub(super) fn new(file: u32, script: &'script str) -> Self {
        Self::at(Place { file, ..Place::default() }, script.trim_start_matches('\u{feff}'))
    }

    /// Text that begins somewhere within a file.
    pub(super) fn at(place: Place, text: &'script str) -> Self {
        Self { text, at: 0, place, directives: Vec::new() }
    }

    pub(super) fn next(&mut self) -> Result<Token<'script>, Mistake> {
        self.token(is_plain)
    }

    /// As [`next`](Self::next), but words may hold what is an operator elsewhere: `FLASH-A`.
    pub(super) fn region_name(&mut self) -> Result<Token<'script>, Mistake> {
        self.token(is_region_name)
    }

    /// As [`next`](Self::next), where patterns of files and sections stand. There, as to both linkers, a `/*` that
    /// does not begin a word is part of it: `*drivers/*(.text*)`.
    pub(super) fn pattern(&mut self) -> Result<Token<'script>, Mistake> {
        self.skip_blanks()?;
        let n_bytes = length_while(self.rest(), is_pattern);
        let is_word = self.rest().starts_with(|c: char| !c.is_ascii_digit());
        if n_bytes > 0 && is_word { Ok(self.take(TokenKind::Word, n_bytes)) } else { self.next() }
    }

    /// What [`region_name`](Self::region_name) would have read in place of `word`, the last token.
    pub(super) fn extend_region_name(&mut self, word: Token<'script>) -> Token<'script> {
        let more = self.word(is_region_name);
        self.extend(word, more)
    }

    /// What [`pattern`](Self::pattern) would have read in place of `token`, the last one.
    pub(super) fn extend_pattern(&mut self, token: Token<'script>) -> Token<'script> {
        if token.kind == TokenKind::Number || !token.text.chars().all(is_pattern) {
            return token;
        }
        self.extend(Token { kind: TokenKind::Word, ..token }, length_while(self.rest(), is_pattern))
    }

    fn extend(&mut self, token: Token<'script>, n_more: usize) -> Token<'script> {
        let start = self.at - token.text.len();
        self.take(TokenKind::Mark, n_more);
        Token { text: &self.text[start..self.at], ..token }
    }

    /// A file's name: what is quoted, or all up to the next blank.
    pub(super) fn file_name(&mut self) -> Result<Token<'script>, Mistake> {
        self.skip_blanks()?;
        if self.rest().starts_with('"') {
            return self.quoted();
        }
        Ok(self.take(TokenKind::Quoted, length_while(self.rest(), |c| !c.is_whitespace() && c != ';')))
    }

    fn token(&mut self, is_word: fn(char) -> bool) -> Result<Token<'script>, Mistake> {
        self.skip_blanks()?;
        let Some(first) = self.rest().chars().next() else { return Ok(self.take(TokenKind::End, 0)) };
        if first == '"' {
            return self.quoted();
        }
        let word = if is_plain(first) { self.word(is_word) } else { 0 };
        let kind = match first {
            '0'..='9' => TokenKind::Number,
            '$' if is_dollar_number(&self.rest()[1..word]) => TokenKind::Number,
            _ => TokenKind::Word,
        };
        if word > 0 {
            return Ok(self.take(kind, word));
        }
        let long = LONG_MARKS.into_iter().find(|it| self.rest().starts_with(it));
        Ok(self.take(TokenKind::Mark, long.map_or(first.len_utf8(), str::len)))
    }

    /// Length of the word that begins here.
    fn word(&self, is_word: fn(char) -> bool) -> usize {
        let word = length_while(self.rest(), is_word);
        self.rest()[..word].find("/*").unwrap_or(word)
    }

    fn rest(&self) -> &'script str {
        &self.text[self.at..]
    }

    fn quoted(&mut self) -> Result<Token<'script>, Mistake> {
        let Some(length) = self.rest()[1..].find('"') else {
            return Err(self.place.mistake("this quotation mark is never closed"));
        };
        self.take(TokenKind::Mark, 1);
        let text = self.take(TokenKind::Quoted, length);
        self.take(TokenKind::Mark, 1);
        Ok(text)
    }

    /// Also steps over comments and over what a preprocessor leaves: `# 1 "memory.h"`.
    fn skip_blanks(&mut self) -> Result<(), Mistake> {
        loop {
            let blanks = length_while(self.rest(), char::is_whitespace);
            self.take(TokenKind::Mark, blanks);
            if let Some(comment) = self.rest().strip_prefix("/*") {
                let end = comment.find("*/");
                let end = end.ok_or_else(|| self.place.mistake("this comment is never closed"))?;
                self.take(TokenKind::Mark, end + 4);
            } else if self.rest().starts_with('#') {
                self.skip_line();
            } else if blanks == 0 {
                return Ok(());
            }
        }
    }

    fn skip_line(&mut self) {
        let place = self.place;
        let before = self.text[..self.at].trim_end_matches([' ', '\t']);
        let word = length_while(&self.rest()[1..], |c| c.is_ascii_lowercase());
        let word = &self.rest()[1..=word];
        if !DIRECTIVES.contains(&word) || !(before.is_empty() || before.ends_with('\n')) {
            self.take(TokenKind::Mark, length_while(self.rest(), |c| c != '\n'));
            return;
        }
        self.take(TokenKind::Mark, 1 + word.len());
        let rest = self.take(TokenKind::Quoted, logical_line(self.rest()));
        self.directives.push(Directive { word, rest, place, is_conditional: false });
    }

    fn take(&mut self, kind: TokenKind, length: usize) -> Token<'script> {
        let text = &self.rest()[..length];
        let token = Token { kind, text, place: self.place };
        for c in text.chars() {
            let Place { line, column, .. } = &mut self.place;
            (*line, *column) =
                if c == '\n' { (line.saturating_add(1), 1) } else { (*line, column.saturating_add(1)) };
        }
        self.at += length;
        token
    }
}

fn is_plain(c: char) -> bool {
    c.is_alphanumeric() || matches!(c, '_' | '.' | '$')
}

/// What assigns, ends or separates is no part of a pattern.
fn is_pattern(c: char) -> bool {
    is_plain(c) || matches!(c, '/' | '\\' | '~' | '-' | '+' | ':' | '[' | ']' | '?' | '*' | '^' | '!')
}

/// Up to the first end of a line that no backslash continues.
fn logical_line(text: &str) -> usize {
    let mut length = 0;
    for line in text.split_inclusive('\n') {
        let content = line.trim_end_matches(['\n', '\r']);
        if !content.ends_with('\\') {
            return length + content.len();
        }
        length += line.len();
    }
    length
}

fn is_region_name(c: char) -> bool {
    is_plain(c) || matches!(c, '-' | '+' | '/' | '\\' | '~')
}

/// `$20000000` and `$1K` are numbers to GNU ld, `$data` is not.
fn is_dollar_number(text: &str) -> bool {
    let digits = text.strip_suffix(['K', 'k', 'M', 'm']).unwrap_or(text);
    !digits.is_empty() && digits.chars().all(|c| c.is_ascii_hexdigit())
}

fn length_while(text: &str, accept: impl Fn(char) -> bool) -> usize {
    text.find(|c| !accept(c)).unwrap_or(text.len())
}
