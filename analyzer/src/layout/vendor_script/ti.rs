//! TI's linker command files, after the Assembly Language Tools' guides (SPNU118, SLAU131: "The MEMORY Directive",
//! "Symbols and Expressions in Linker Command Files"). The linker preprocesses them itself.

use std::collections::HashMap;

use super::expression::{self, Names};
use super::lexer::{Cursor, Kind, Style, Token};
use super::preprocess::Preprocessor;
use super::{Mistake, Reader, expected, shown};

pub(super) fn read(reader: &mut Reader<'_>, files: &[usize]) -> Result<(), Mistake> {
    let mut symbols = HashMap::new();
    let mut n_blocks = 0;
    for file in files {
        let text = reader.text(*file);
        let tokens = Preprocessor::new(reader, Style::C)?.run(text)?;
        assign(&tokens, &mut symbols, reader);
        let mut cursor = Cursor::new(&tokens);
        let mut depth = 0_u32;
        loop {
            let token = cursor.next();
            match token.kind {
                Kind::End => break,
                _ if token.is("{") => depth += 1,
                _ if token.is("}") => depth = depth.saturating_sub(1),
                // An option may have the word as its argument.
                Kind::Word
                    if depth == 0 && token.is("MEMORY") && (token.begins_line || cursor.peek().is("{")) =>
                {
                    let opening = cursor.expect("{")?;
                    n_blocks += 1;
                    Block { reader, cursor: &mut cursor, symbols: &symbols, page: 0, pages: Vec::new() }
                        .read(opening)?;
                }
                _ => {}
            }
        }
    }
    match files.first() {
        Some(file) if n_blocks == 0 => {
            let place = super::Place { file: reader.text(*file).0, ..super::Place::default() };
            Err(place.mistake("the script has no MEMORY block"))
        }
        _ => Ok(()),
    }
}

/// The values of symbols that the script assigns outside of all braces. Those that only the linker knows have none.
fn assign<'script>(
    tokens: &[Token<'script>],
    symbols: &mut HashMap<&'script str, i128>,
    reader: &Reader<'_>,
) {
    let mut cursor = Cursor::new(tokens);
    let mut depth = 0_u32;
    loop {
        let token = cursor.next();
        match token.kind {
            Kind::End => return,
            _ if token.is("{") => depth += 1,
            _ if token.is("}") => depth = depth.saturating_sub(1),
            Kind::Word if depth == 0 && cursor.peek().is("=") => {
                cursor.next();
                let value = expression::read(&mut cursor, &mut Values { symbols, regions: &reader.regions });
                match value {
                    Ok(value) => drop(symbols.insert(token.text, value)),
                    Err(_) => drop(symbols.remove(token.text)),
                }
            }
            _ => {}
        }
    }
}

struct Block<'run, 'tokens, 'script> {
    reader: &'run mut Reader<'script>,
    cursor: &'run mut Cursor<'tokens, 'script>,
    symbols: &'run HashMap<&'script str, i128>,
    page: i128,
    /// The ranges so far, and their pages.
    pages: Vec<(i128, Range)>,
}

/// First address, and the one behind the last.
type Range = (i128, i128);

impl<'script> Block<'_, '_, 'script> {
    /// `[PAGE n :] name [(attributes)] : origin = …, length = …`, also within `GROUP { … }`.
    fn read(&mut self, opening: Token<'script>) -> Result<(), Mistake> {
        let mut n_groups = 0_u32;
        loop {
            let token = self.cursor.next();
            match token.kind {
                Kind::End => {
                    return Err(opening.place.mistake("this MEMORY block is never closed: a `}` is missing"));
                }
                _ if token.is("}") && n_groups == 0 => return Ok(()),
                _ if token.is("}") => {
                    n_groups -= 1;
                    self.skip_specifiers()?;
                }
                _ if token.is(",") || token.is(";") => {}
                Kind::Word if token.is_keyword("PAGE") && self.cursor.peek().kind == Kind::Number => {
                    self.begin_page()?;
                }
                Kind::Word if token.is_keyword("GROUP") && self.group()? => n_groups += 1,
                Kind::Word | Kind::Quoted | Kind::Number => self.region(token)?,
                Kind::Mark => return Err(expected("the name of a memory range", &token)),
            }
        }
    }

    fn begin_page(&mut self) -> Result<(), Mistake> {
        self.page = self.number()?;
        self.cursor.take(":");
        Ok(())
    }

    /// Each page is an address space; an image says of no address in which of them it is.
    fn warn_of_pages(&mut self, name: Token<'script>, (origin, length): (i128, i128)) {
        let overlaps = |it: &&(i128, Range)| it.0 != self.page && it.1.0 < origin + length && origin < it.1.1;
        if let Some((page, _)) = self.pages.iter().find(overlaps) {
            let shown = name.shown();
            let message =
                format!("{shown} has addresses of page {page}, too: what lies there may be told wrong");
            self.reader.warnings.push(name.place.mistake(message));
        }
        self.pages.push((self.page, (origin, origin + length)));
    }

    /// Whether a group begins, which may have a name.
    fn group(&mut self) -> Result<bool, Mistake> {
        let is_named = self.cursor.peek().is("(");
        if is_named {
            let opening = self.cursor.next();
            self.cursor.skip_to(opening, ")")?;
        }
        Ok(self.cursor.take("{"))
    }

    fn region(&mut self, name: Token<'script>) -> Result<(), Mistake> {
        let mut attributes = "";
        if self.cursor.take("(") {
            attributes = self.cursor.next().text;
            self.cursor.expect(")")?;
        }
        self.cursor.expect(":")?;
        let origin = self.property(["origin", "org", "o"])?;
        self.cursor.take(",");
        let length = self.property(["length", "len", "l"])?;
        self.reader.declare(name.text, name.place, (origin, length))?;
        self.warn_of_pages(name, (origin, length));
        self.reader.attribute(name.text, attributes);
        self.skip_specifiers()
    }

    fn property(&mut self, names: [&str; 3]) -> Result<i128, Mistake> {
        let word = self.cursor.next();
        if !names.iter().any(|it| word.is_keyword(it)) {
            return Err(expected(&shown(names[0]), &word));
        }
        self.cursor.expect("=")?;
        self.number()
    }

    /// `fill = 0xff`, `vfill = …`, `ECC = { … }`, `crc(…)`, `last(…)`, `palign = …`.
    fn skip_specifiers(&mut self) -> Result<(), Mistake> {
        loop {
            let n_commas = usize::from(self.cursor.peek().is(","));
            let (word, sign) = (self.cursor.ahead(n_commas), self.cursor.ahead(n_commas + 1));
            if word.kind != Kind::Word
                || word.is_keyword("GROUP")
                || !(sign.is("=") || sign.is("(") && sign.follows_closely)
                || self.begins_region(n_commas)
            {
                return Ok(());
            }
            for _ in 0..n_commas + 2 {
                self.cursor.next();
            }
            if sign.is("(") {
                self.cursor.skip_to(sign, ")")?;
            } else if self.cursor.peek().is("{") {
                let opening = self.cursor.next();
                self.cursor.skip_to(opening, "}")?;
            } else {
                self.number()?;
            }
        }
    }

    /// `FLASH(RX) :` without a blank is a name, too.
    fn begins_region(&self, n_before: usize) -> bool {
        self.cursor.ahead(n_before + 3).is(")") && self.cursor.ahead(n_before + 4).is(":")
    }

    fn number(&mut self) -> Result<i128, Mistake> {
        let mut values = Values { symbols: self.symbols, regions: &self.reader.regions };
        expression::read(self.cursor, &mut values)
    }
}

/// Symbols, and what is known of ranges that were declared before.
struct Values<'run, 'script> {
    symbols: &'run HashMap<&'script str, i128>,
    regions: &'run [super::MemoryRegion],
}

impl<'script> Names<'script> for Values<'_, 'script> {
    fn value(
        &mut self,
        word: Token<'script>,
        cursor: &mut Cursor<'_, 'script>,
        depth: u32,
    ) -> Result<i128, Mistake> {
        let unknown = |what: &str| Err(word.place.mistake(format!("unknown {what} {}", shown(word.text))));
        if !cursor.peek().is("(") {
            let value = self.symbols.get(word.text).copied();
            return value.map_or_else(|| unknown("symbol"), Ok);
        }
        cursor.next();
        let function = word.text.to_ascii_lowercase();
        if matches!(function.as_str(), "min" | "max") {
            let one = expression::nested(cursor, self, depth)?;
            cursor.expect(",")?;
            let other = expression::nested(cursor, self, depth)?;
            cursor.expect(")")?;
            return Ok(if function == "min" { one.min(other) } else { one.max(other) });
        }
        let name = cursor.next();
        cursor.expect(")")?;
        let region = self.regions.iter().find(|it| it.name == name.text);
        let region = region.ok_or_else(|| {
            name.place.mistake(format!("unknown memory range {}: it has to stand before", name.shown()))
        })?;
        match function.as_str() {
            "start" | "origin" | "org" | "o" => Ok(region.origin_address.into()),
            "size" | "length" | "len" | "l" => Ok(region.length_bytes.into()),
            _ => unknown("function"),
        }
    }
}
