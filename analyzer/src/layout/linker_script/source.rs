//! One stream of tokens from a script and the files that it includes.

use super::Mistake;
use super::tokens::{Place, Token, TokenKind, Tokens};
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
}

impl<'script> Source<'script> {
    pub(super) fn new(scripts: &'script Scripts) -> Self {
        Self { scripts, open: Vec::new(), peeked: None, left_bytes: MAX_SCRIPT_BYTES, missing: Vec::new() }
    }

    /// Begins a script, whatever was read before.
    pub(super) fn begin(&mut self, file: usize, text: &'script str) -> Result<(), Mistake> {
        self.open.clear();
        self.peeked = None;
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
            (Some(token), Some(tokens)) if token.kind == TokenKind::Word => Ok(tokens.extend(token)),
            (Some(token), _) => Ok(token),
            (None, _) => self.read(Tokens::region_name),
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
            let token = next(tokens)?;
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
}
