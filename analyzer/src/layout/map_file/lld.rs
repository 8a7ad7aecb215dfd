//! lld's map: a table whose last columns are indented by what they are.

use super::{MAX_PIECES, MapFile, MapLinker, MapOrigin, MapPiece, MapSection, hexadecimal, input};

/// How far the name of a piece is indented; a section's is not, a symbol's twice as far.
const INDENTATION: usize = 8;

/// Which numbers stand before the names. Before version 8 there was no load address.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Columns {
    AddressSizeAlign,
    RunLoadSizeAlign,
}

impl Columns {
    pub(super) fn of_header(line: &str) -> Option<Self> {
        let words: Vec<&str> = line.split_whitespace().take(8).collect();
        match words.as_slice() {
            ["VMA", "LMA", "Size", "Align", "Out", ..] => Some(Self::RunLoadSizeAlign),
            ["Address", "Size", "Align", "Out", ..] => Some(Self::AddressSizeAlign),
            _ => None,
        }
    }
}

pub(super) fn parse(text: &str, columns: Columns) -> MapFile<'_> {
    let mut map = MapFile::new(MapLinker::Lld);
    let mut n_pieces = 0;
    for line in text.lines() {
        let Some(row) = Row::parse(line, columns) else { continue };
        match row.name.len() - row.name.trim_start().len() {
            // `_stack = ORIGIN(RAM)`.
            0 if row.name.contains(" = ") => {}
            0 => map.add_section(row.section()),
            INDENTATION if n_pieces >= MAX_PIECES => map.n_left_out += 1,
            INDENTATION => {
                if let (Some(section), Some(piece)) = (map.sections.last_mut(), row.piece()) {
                    n_pieces += 1;
                    section.pieces.push(piece);
                }
            }
            _ => {}
        }
    }
    map
}

/// One line.
struct Row<'text> {
    address: u64,
    load_address: u64,
    size_bytes: u64,
    name: &'text str,
}

impl<'text> Row<'text> {
    fn parse(line: &'text str, columns: Columns) -> Option<Self> {
        let (address, rest) = number(line)?;
        let (load_address, rest) = match columns {
            Columns::RunLoadSizeAlign => number(rest)?,
            Columns::AddressSizeAlign => (address, rest),
        };
        let (size_bytes, rest) = number(rest)?;
        // The alignment, then one blank, then names.
        let (_, name) = rest.trim_start().split_once(' ')?;
        (!name.trim().is_empty()).then_some(Self { address, load_address, size_bytes, name })
    }

    fn section(&self) -> MapSection<'text> {
        MapSection {
            name: self.name.trim_end(),
            address: self.address,
            load_address: Some(self.load_address).filter(|it| *it != self.address),
            size_bytes: self.size_bytes,
            pieces: Vec::new(),
        }
    }

    fn piece(&self) -> Option<MapPiece<'text>> {
        let name = self.name.trim();
        let origin = match name.strip_suffix(')').and_then(|it| it.rsplit_once(":(")) {
            Some((file, section)) => input(section, file),
            None if name.contains('=') => MapOrigin::Fill,
            None => MapOrigin::Script { command: name },
        };
        // `_etext = .` takes nothing.
        let is_assignment = origin == MapOrigin::Fill && self.size_bytes == 0;
        let (address, size_bytes) = (self.address, self.size_bytes);
        (!is_assignment).then_some(MapPiece { address, size_bytes, origin })
    }
}

/// lld does not list the filler between pieces, since every line has its address.
pub(super) fn fill_gaps(section: &mut MapSection<'_>) {
    let mut cursor = section.address;
    let mut pieces = Vec::with_capacity(section.pieces.len());
    for piece in &section.pieces {
        if let Some(size_bytes) = piece.address.checked_sub(cursor).filter(|it| *it > 0) {
            pieces.push(MapPiece { address: cursor, size_bytes, origin: MapOrigin::Fill });
        }
        cursor = cursor.max(piece.address.saturating_add(piece.size_bytes));
        pieces.push(*piece);
    }
    let end = section.address.saturating_add(section.size_bytes);
    if let Some(size_bytes) = end.checked_sub(cursor).filter(|it| *it > 0 && !pieces.is_empty()) {
        pieces.push(MapPiece { address: cursor, size_bytes, origin: MapOrigin::Fill });
    }
    section.pieces = pieces;
}

fn number(text: &str) -> Option<(u64, &str)> {
    let text = text.trim_start();
    let (word, rest) = text.split_once(' ')?;
    Some((hexadecimal(word)?, rest))
}
