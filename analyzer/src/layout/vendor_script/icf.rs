//! IAR's linker configurations, after the IAR C/C++ Development Guide ("The linker configuration file"), and SEGGER's,
//! after the SEGGER Linker User Guide (UM20005), which has statements of its own and the same regions.

use super::expression;
use super::icf_names::Declared;
use super::icf_range::Ranges;
use super::lexer::{Cursor, Kind, Style, Token, tokens};
use super::preprocess::Preprocessor;
use super::{MAX_SCRIPT_BYTES, MemoryRegion, Mistake, Place, Reader, expected};

/// Deeper inclusion goes in a circle.
const MAX_INCLUDE_DEPTH: usize = 10;
/// A range repeats so often at most.
const MAX_REPEATS: i128 = 1 << 8;
const MAX_DEPTH: u32 = 64;

pub(super) fn read<'script>(
    reader: &mut Reader<'script>,
    files: &[usize],
    known: &'script [MemoryRegion],
) -> Result<(), Mistake> {
    let scripts = reader.scripts;
    let mut names = Declared::default();
    for it in known {
        let start = i128::from(it.origin_address);
        let ranges = Ranges::one((start, start + i128::from(it.length_bytes)));
        for name in it.aliases.iter().chain([&it.name]) {
            names.regions.insert(name, ranges.clone());
        }
    }
    for (idx, (name, value)) in scripts.symbols.iter().enumerate() {
        let file = u32::try_from(scripts.files.len() + scripts.included.len() + idx).unwrap_or(u32::MAX);
        let value = tokens(Place { file, ..Place::default() }, value, Style::C)?;
        let value = expression::read(&mut Cursor::new(&value), &mut names);
        names.symbols.insert(name, value);
    }
    let mut configuration = Configuration { reader, names, order: Vec::new(), left_bytes: MAX_SCRIPT_BYTES };
    for file in files {
        let text = configuration.reader.text(*file);
        configuration.file(text, 0)?;
    }
    let Configuration { names, order, .. } = configuration;
    match (order.is_empty(), files.first()) {
        (true, Some(file)) => {
            let place = Place { file: reader.text(*file).0, ..Place::default() };
            Err(place.mistake("the script defines no region"))
        }
        _ => declare(reader, &names, &order),
    }
}

/// A region of several ranges is as many regions, but for those that have a name of their own.
fn declare(reader: &mut Reader<'_>, names: &Declared<'_>, order: &[Token<'_>]) -> Result<(), Mistake> {
    let ranges = |it: &Token<'_>| names.regions.get(it.text).map_or(&[][..], Ranges::as_slice);
    let singles: Vec<_> = order.iter().map(ranges).filter(|it| it.len() == 1).flatten().copied().collect();
    for name in order {
        match ranges(name) {
            [] => {}
            [(start, end)] => reader.declare(name.text, name.place, (*start, end - start))?,
            many => {
                let unnamed = many.iter().enumerate().filter(|(_, it)| !singles.contains(it));
                for (idx, (start, end)) in unnamed {
                    let name_of_range = format!("{} {}", name.text, idx + 1);
                    reader.declare(&name_of_range, name.place, (*start, end - start))?;
                }
            }
        }
    }
    Ok(())
}

struct Configuration<'run, 'script> {
    reader: &'run mut Reader<'script>,
    names: Declared<'script>,
    /// The names of the regions.
    order: Vec<Token<'script>>,
    left_bytes: usize,
}

impl<'script> Configuration<'_, 'script> {
    fn file(&mut self, (file, text): (u32, &'script str), depth: usize) -> Result<(), Mistake> {
        let place = Place { file, ..Place::default() };
        let left_bytes = self.left_bytes.checked_sub(text.len());
        self.left_bytes = left_bytes.ok_or_else(|| place.mistake("more than 2 MiB of scripts"))?;
        let mut all = tokens(place, text, Style::C)?;
        // Some builds run a C preprocessor before the linker.
        if let Some(directive) = all.iter().find(|it| it.begins_line && it.is("#")) {
            let message = "the linker has no preprocessor: a line like this is for what runs before it";
            self.reader.warnings.push(directive.place.mistake(message));
            all = Preprocessor::without_symbols(self.reader).run((file, text))?;
        }
        let mut cursor = Cursor::new(&all);
        // The conditions whose branches are open.
        let mut open: Vec<Token<'script>> = Vec::new();
        loop {
            let token = cursor.next();
            match token.kind {
                Kind::End => break,
                _ if token.is("if") => self.condition(&mut cursor, token, &mut open)?,
                _ if token.is("}") => {
                    if open.pop().is_none() {
                        return Err(token.place.mistake("nothing is open that this `}` closes"));
                    }
                    skip_alternatives(&mut cursor)?;
                }
                _ if token.is("define") => self.define(&mut cursor)?,
                _ if token.is("include") => self.include(&mut cursor, depth)?,
                _ if token.is(";") => {}
                _ => skip_statement(&mut cursor, token)?,
            }
        }
        match open.last() {
            Some(it) => Err(it.place.mistake("this `if` is never closed: a `}` is missing")),
            None => Ok(()),
        }
    }

    /// `if (…) { … } else if (…) { … } else { … }`: steps into the branch that counts.
    fn condition(
        &mut self,
        cursor: &mut Cursor<'_, 'script>,
        word: Token<'script>,
        open: &mut Vec<Token<'script>>,
    ) -> Result<(), Mistake> {
        loop {
            cursor.expect("(")?;
            let is_met = expression::read(cursor, &mut self.names)? != 0;
            cursor.expect(")")?;
            let brace = cursor.expect("{")?;
            if is_met {
                open.push(word);
                return Ok(());
            }
            cursor.skip_to(brace, "}")?;
            if !cursor.take("else") {
                return Ok(());
            }
            if !cursor.take("if") {
                cursor.expect("{")?;
                open.push(word);
                return Ok(());
            }
        }
    }

    fn include(&mut self, cursor: &mut Cursor<'_, 'script>, depth: usize) -> Result<(), Mistake> {
        let name = cursor.next();
        if name.kind != Kind::Quoted {
            return Err(expected("the name of a file after `include`", &name));
        }
        if depth >= MAX_INCLUDE_DEPTH {
            let message = format!("files are included more than {MAX_INCLUDE_DEPTH} deep");
            return Err(name.place.mistake(message));
        }
        match self.reader.included(name.text) {
            Some(file) => self.file(file, depth + 1),
            None => {
                let shown = name.shown();
                let message =
                    format!("the included {shown} is missing: what it says of memories is not known");
                self.reader.warnings.push(name.place.mistake(message));
                Ok(())
            }
        }
    }

    /// `define [exported] symbol name = …;`, `define region name = …;`. The rest is about sections.
    fn define(&mut self, cursor: &mut Cursor<'_, 'script>) -> Result<(), Mistake> {
        cursor.take("exported");
        let what = cursor.next();
        if what.is("symbol") {
            let name = self.named(cursor)?;
            let before = cursor.position();
            let value = expression::read(cursor, &mut self.names);
            if value.is_err() {
                cursor.go_back(before);
                let first = cursor.next();
                skip_statement(cursor, first)?;
            } else {
                end(cursor)?;
            }
            self.names.symbols.insert(name.text, value);
            Ok(())
        } else if what.is("region") {
            let name = self.named(cursor)?;
            let ranges = self.region(cursor, 0)?;
            self.names.regions.insert(name.text, ranges);
            self.order.retain(|it| it.text != name.text);
            self.order.push(name);
            end(cursor)
        } else {
            skip_statement(cursor, what)
        }
    }

    fn named(&self, cursor: &mut Cursor<'_, 'script>) -> Result<Token<'script>, Mistake> {
        let name = cursor.next();
        if !name.is_name() {
            return Err(expected("a name", &name));
        }
        cursor.expect("=")?;
        Ok(name)
    }

    /// Operands with `|`, `&` and `-` between them, from left to right.
    fn region(&self, cursor: &mut Cursor<'_, 'script>, depth: u32) -> Result<Ranges, Mistake> {
        let mut left = self.operand(cursor, depth)?;
        loop {
            let sign = cursor.peek();
            if !(sign.is("|") || sign.is("&") || sign.is("-")) {
                return Ok(left);
            }
            cursor.next();
            let right = self.operand(cursor, depth)?;
            let result = match sign.text {
                "|" => left.union(right),
                "&" => left.intersection(&right),
                _ => left.difference(&right),
            };
            left = result.ok_or_else(|| sign.place.mistake("no region has so many ranges"))?;
        }
    }

    fn operand(&self, cursor: &mut Cursor<'_, 'script>, depth: u32) -> Result<Ranges, Mistake> {
        let token = cursor.next();
        if depth > MAX_DEPTH {
            return Err(token.place.mistake("the region is nested too deeply"));
        }
        if token.is("(") {
            let region = self.region(cursor, depth + 1)?;
            cursor.expect(")")?;
            return Ok(region);
        }
        // `mem:[from …]`: which memory it is says nothing, since each device has one.
        let is_literal =
            token.is("[") || (token.kind == Kind::Word && cursor.take(":") && cursor.expect("[").is_ok());
        if is_literal {
            return self.literal(cursor);
        }
        let known = self.names.regions.get(token.text).filter(|_| token.is_name());
        known.cloned().ok_or_else(|| match token.is_name() {
            true => token.place.mistake(format!("unknown region {}", token.shown())),
            false => expected("a region", &token),
        })
    }

    /// `from A to B`, `from A size S repeat N displacement D`; SEGGER's may leave out `from`.
    fn literal(&self, cursor: &mut Cursor<'_, 'script>) -> Result<Ranges, Mistake> {
        if cursor.take("]") {
            return Ok(Ranges::default());
        }
        cursor.take("from");
        let place = cursor.peek().place;
        let mut names = &self.names;
        let start = expression::read(cursor, &mut names)?;
        let end = if cursor.take("to") {
            expression::read(cursor, &mut names)? + 1
        } else if cursor.take("size") {
            start + expression::read(cursor, &mut names)?
        } else {
            return Err(expected("`to` or `size`", &cursor.peek()));
        };
        if end < start {
            return Err(place.mistake("the range ends before it begins"));
        }
        let n_repeats = if cursor.take("repeat") { expression::read(cursor, &mut names)? } else { 1 };
        let displacement =
            if cursor.take("displacement") { expression::read(cursor, &mut names)? } else { end - start };
        cursor.expect("]")?;
        if !(0..=MAX_REPEATS).contains(&n_repeats) || displacement.unsigned_abs() > u64::MAX.into() {
            return Err(place.mistake("no range repeats so often"));
        }
        let mut all = Ranges::default();
        for idx in 0..n_repeats {
            let range = Ranges::one((start + idx * displacement, end + idx * displacement));
            all = all.union(range).ok_or_else(|| place.mistake("no region has so many ranges"))?;
        }
        Ok(all)
    }
}

fn end(cursor: &mut Cursor<'_, '_>) -> Result<(), Mistake> {
    cursor.expect(";").map(drop)
}

/// A statement that is not about memories, up to its semicolon.
fn skip_statement(cursor: &mut Cursor<'_, '_>, first: Token<'_>) -> Result<(), Mistake> {
    let mut token = first;
    loop {
        match token.text {
            _ if token.kind == Kind::End => {
                let message = format!("the statement {} is never closed: a `;` is missing", first.shown());
                return Err(first.place.mistake(message));
            }
            _ if token.is("{") => cursor.skip_to(token, "}")?,
            _ if token.is("(") => cursor.skip_to(token, ")")?,
            _ if token.is(";") => return Ok(()),
            _ => {}
        }
        token = cursor.next();
    }
}

/// Behind a branch that counted.
fn skip_alternatives(cursor: &mut Cursor<'_, '_>) -> Result<(), Mistake> {
    while cursor.take("else") {
        if cursor.take("if") {
            let opening = cursor.expect("(")?;
            cursor.skip_to(opening, ")")?;
        }
        let opening = cursor.expect("{")?;
        cursor.skip_to(opening, "}")?;
    }
    Ok(())
}
