//! GNU ld's map: headings, then lines whose indentation says what they are.

use super::{
    MAX_PIECES, MAX_REGIONS, MapFile, MapLinker, MapOrigin, MapPiece, MapSection, hexadecimal, input,
};
use crate::MemoryRegion;

const DISCARDED: &str = "Discarded input sections";
const MEMORY: &str = "Memory Configuration";
const MAP: &str = "Linker script and memory map";

/// Any of these tells that a text is such a map.
pub(super) const HEADINGS: [&str; 3] = [DISCARDED, MEMORY, MAP];
/// What else may begin a part of it.
const OTHERS: [&str; 5] = [
    "Archive member included to satisfy reference by file (symbol)",
    "As-needed library included to satisfy reference by file (symbol)",
    "Allocating common symbols",
    "Merging program properties",
    "Cross Reference Table",
];

pub(super) fn parse(text: &str) -> MapFile<'_> {
    let mut reader =
        Reader { map: MapFile::new(MapLinker::Gnu), part: "", name: None, is_in_section: false, n_pieces: 0 };
    for line in text.lines().map(str::trim_end) {
        reader.line(line);
    }
    reader.map
}

struct Reader<'text> {
    map: MapFile<'text>,
    /// The heading above.
    part: &'text str,
    /// A name too long to have its numbers on the same line, and whether it is a section's of the image.
    name: Option<(&'text str, bool)>,
    is_in_section: bool,
    n_pieces: usize,
}

impl<'text> Reader<'text> {
    fn line(&mut self, line: &'text str) {
        if HEADINGS.contains(&line) || OTHERS.contains(&line) {
            (self.part, self.name, self.is_in_section) = (line, None, false);
            return;
        }
        match self.part {
            MEMORY => self.region(line),
            DISCARDED | MAP => self.entry(line),
            _ => {}
        }
    }

    /// `FLASH            0x08000000         0x00010000         xr`, where the name may hold blanks.
    fn region(&mut self, line: &'text str) {
        let Some((name, rest)) = line.split_once(" 0x") else { return };
        let mut columns = rest.split_whitespace();
        let origin = columns.next().and_then(hexadecimal);
        let length = columns.next().and_then(hexadecimal_0x);
        let (Some(origin_address), Some(length_bytes)) = (origin, length) else { return };
        let name = name.trim();
        if name == "*default*" {
            return;
        }
        if self.map.memory.len() >= MAX_REGIONS {
            self.map.n_left_out += 1;
            return;
        }
        let attributes = columns.next().unwrap_or("").to_owned();
        let name = name.to_owned();
        self.map.memory.push(MemoryRegion {
            name,
            origin_address,
            length_bytes,
            shows_address: None,
            attributes,
            aliases: vec![],
        });
    }

    /// A section of the image starts at the margin, a piece one column in, what follows a name on a
    /// line of its own sixteen columns in.
    fn entry(&mut self, line: &'text str) {
        let pending = self.name.take();
        let words = line.trim_start();
        let indentation = line.len() - words.len();
        if words.is_empty() {
            return;
        }
        if indentation > 1 {
            return self.numbers(pending, words);
        }
        let is_section = indentation == 0 && self.part == MAP;
        if is_section {
            self.is_in_section = false;
        }
        match words.split_once(char::is_whitespace) {
            Some((name, rest)) => self.numbers(Some((name, is_section)), rest.trim_start()),
            // Patterns of file names do not end up in the image under that name.
            None if !words.contains(['(', '*']) => self.name = Some((words, is_section)),
            None => {}
        }
    }

    /// `0x08000080        0x6 libh.a(h.o)` of what is called `name`.
    fn numbers(&mut self, name: Option<(&'text str, bool)>, text: &'text str) {
        let Some((address, rest)) = number(text) else { return };
        let Some((size_bytes, rest)) = number(rest) else { return };
        let origin = match name {
            Some((name, true)) => return self.section(name, address, size_bytes, rest),
            Some(("*fill*", false)) => MapOrigin::Fill,
            // What the script moves along is listed without a file, and again as filler.
            Some(_) if rest.is_empty() => return,
            Some((name, false)) => input(name, rest),
            None if rest.starts_with(|c: char| c.is_ascii_uppercase()) => MapOrigin::Script { command: rest },
            None => return,
        };
        self.piece(MapPiece { address, size_bytes, origin });
    }

    fn section(&mut self, name: &'text str, address: u64, size_bytes: u64, rest: &str) {
        let load_address = rest.strip_prefix("load address ").and_then(number).map(|(it, _)| it);
        let load_address = load_address.filter(|it| *it != address);
        let n_before = self.map.sections.len();
        self.map.add_section(MapSection { name, address, load_address, size_bytes, pieces: Vec::new() });
        self.is_in_section = self.map.sections.len() > n_before;
    }

    fn piece(&mut self, piece: MapPiece<'text>) {
        if self.n_pieces >= MAX_PIECES {
            self.map.n_left_out += 1;
            return;
        }
        let pieces = match self.map.sections.last_mut() {
            _ if self.part == DISCARDED => &mut self.map.discarded,
            Some(section) if self.is_in_section => &mut section.pieces,
            _ => return,
        };
        self.n_pieces += 1;
        pieces.push(piece);
    }
}

/// A hexadecimal number and what comes after it.
fn number(text: &str) -> Option<(u64, &str)> {
    let (word, rest) = text.split_once(char::is_whitespace).unwrap_or((text, ""));
    Some((hexadecimal_0x(word)?, rest.trim_start()))
}

fn hexadecimal_0x(text: &str) -> Option<u64> {
    text.strip_prefix("0x").and_then(hexadecimal)
}
