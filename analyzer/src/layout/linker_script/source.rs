//! One stream of tokens from a script and the files that it includes.

use super::Mistake;
use super::tokens::{Directive, Place, Token, TokenKind, Tokens};
use crate::layout::Scripts;

/// As in GNU ld.
const MAX_INCLUDE_DEPTH: usize = 10;
/// Of all files together, each counted as often as it is included.
const MAX_SCRIPT_BYTES: usize = 1 << 21;

/// Reads scripts one after the other.
pub(super) struct Source<'script> {
    scripts: &'script Scripts,
    /// The innermost included file last.
    open: Vec<Tokens<'script>>,
    peeked: Option<Token<'script>>,
    left_bytes: usize,
    /// Names of included files that were not given.
    pub(super) missing: Vec<Token<'script>>,
    /// The lines for the preprocessor, in order.
    pub(super) directives: Vec<Directive<'script>>,
    /// In how many `#if` the last token is.
    n_conditions: u32,
    /// What was understood all the same, though the linker may not.
    pub(super) warnings: Vec<Mistake>,
}

/// More lines for the preprocessor are of a program, not of a script.
const MAX_DIRECTIVES: usize = 1 << 12;

impl<'script> Source<'script> {
    pub(super) fn new(scripts: &'script Scripts) -> Self {
        Self {
            scripts,
            open: Vec::new(),
            peeked: None,
            left_bytes: MAX_SCRIPT_BYTES,
            missing: Vec::new(),
            directives: Vec::new(),
            n_conditions: 0,
            warnings: Vec::new(),
        }
    }

    /// A piece of text by itself.
    pub(super) fn piece(&self, text: Token<'script>) -> Self {
        let mut piece = Self::new(self.scripts);
        piece.open.push(Tokens::at(text.place, text.text));
        piece
    }

    /// Whether the preprocessor decides if what was just read counts.
    pub(super) fn is_conditional(&self) -> bool {
        self.n_conditions > 0
    }

    /// Begins a script, whatever was read before.
    pub(super) fn begin(&mut self, file: usize, text: &'script str) -> Result<(), Mistake> {
        self.open.clear();
        self.peeked = None;
        self.n_conditions = 0;
        self.open(file, text)
    }

    /// Begins a file, after which the one before goes on.
    fn open(&mut self, file: usize, text: &'script str) -> Result<(), Mistake> {
        let file = u32::try_from(file).unwrap_or(u32::MAX);
        let tokens = Tokens::new(file, text);
        let left_bytes = self.left_bytes.checked_sub(text.len());
        self.left_bytes = left_bytes.ok_or_else(|| {
            let limit = MAX_SCRIPT_BYTES >> 20;
            Place { file, ..Default::default() }.mistake(format!("more than {limit} MiB of scripts"))
        })?;
        self.open.push(tokens);
        Ok(())
    }

    /// Reads the name after `INCLUDE` and begins that file. Says no if it was not given.
    pub(super) fn include(&mut self) -> Result<Result<(), Token<'script>>, Mistake> {
        debug_assert!(self.peeked.is_none(), "what was peeked at belongs before the file");
        let Some(tokens) = self.open.last_mut() else { return Ok(Ok(())) };
        let name = tokens.file_name()?;
        if name.text.is_empty() {
            return Err(name.mistake("expected the name of a file after INCLUDE"));
        }
        let included = self.scripts.included.iter().position(|it| it.name == name.text);
        let Some(idx) = included else {
            self.missing.push(name);
            return Ok(Err(name));
        };
        if self.open.len() > MAX_INCLUDE_DEPTH {
            return Err(name.mistake(format!("files are included more than {MAX_INCLUDE_DEPTH} deep")));
        }
        self.open(self.scripts.files.len() + idx, &self.scripts.included[idx].text)?;
        Ok(Ok(()))
    }

    pub(super) fn peek(&mut self) -> Result<Token<'script>, Mistake> {
        let token = self.next()?;
        self.peeked = Some(token);
        Ok(token)
    }

    pub(super) fn next(&mut self) -> Result<Token<'script>, Mistake> {
        match self.peeked.take() {
            Some(token) => Ok(token),
            None => self.read(Tokens::next),
        }
    }

    /// The next token, where the name of a region is expected.
    pub(super) fn region_name(&mut self) -> Result<Token<'script>, Mistake> {
        match (self.peeked.take(), self.open.last_mut()) {
            (Some(token), Some(tokens)) if token.kind == TokenKind::Word => {
                Ok(tokens.extend_region_name(token))
            }
            (Some(token), _) => Ok(token),
            (None, _) => self.read(Tokens::region_name),
        }
    }

    /// The next token, where patterns of files and sections stand.
    pub(super) fn pattern(&mut self) -> Result<Token<'script>, Mistake> {
        match (self.peeked.take(), self.open.last_mut()) {
            (Some(token), Some(tokens)) if token.is_bare() => Ok(tokens.extend_pattern(token)),
            (Some(token), _) => Ok(token),
            (None, _) => self.read(Tokens::pattern),
        }
    }

    pub(super) fn expect(&mut self, mark: &str) -> Result<Token<'script>, Mistake> {
        let token = self.next()?;
        if token.is(mark) {
            Ok(token)
        } else {
            Err(token.mistake(format!("expected `{mark}`, found {}", token.shown())))
        }
    }

    /// Leaves an included file at its end, and stays at the end of the outermost.
    fn read(
        &mut self,
        next: fn(&mut Tokens<'script>) -> Result<Token<'script>, Mistake>,
    ) -> Result<Token<'script>, Mistake> {
        let mut end = None;
        while let Some(tokens) = self.open.last_mut() {
            let token = next(tokens);
            let directives = std::mem::take(&mut tokens.directives);
            directives.into_iter().for_each(|it| self.direct(it));
            let token = token?;
            if token.kind != TokenKind::End {
                return Ok(token);
            }
            end = Some(token);
            if self.open.len() == 1 {
                break;
            }
            self.open.pop();
        }
        Ok(end.unwrap_or(Token { kind: TokenKind::End, text: "", place: Place::default() }))
    }

    fn direct(&mut self, directive: Directive<'script>) {
        match directive.word {
            "if" | "ifdef" | "ifndef" => self.n_conditions = self.n_conditions.saturating_add(1),
            "endif" => self.n_conditions = self.n_conditions.saturating_sub(1),
            _ => {}
        }
        if self.directives.len() < MAX_DIRECTIVES {
            self.directives.push(Directive { is_conditional: self.is_conditional(), ..directive });
        }
    }
}
