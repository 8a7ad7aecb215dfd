//! Which line of which file an instruction comes from.

use std::ops::Range;

use gimli::UnitRef;

use super::Slice;
use super::addresses::Addresses;
use super::budget::Budget;
use super::near::Near;
use super::paths;
use super::sections::Memory;
use crate::span::Span;

/// The line table of one unit, flattened: each row holds up to the next.
#[derive(Debug, Default)]
pub(super) struct Lines {
    /// Where each row begins, no two at one address.
    starts: Addresses,
    /// File and line of each row; there are millions.
    places: Vec<(u32, u32)>,
    pub(super) error: Option<gimli::Error>,
}

/// From `address` on.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Row {
    pub(super) address: u64,
    /// As the line table numbers files.
    pub(super) file: u32,
    /// 0 where the compiler does not say.
    pub(super) line: u32,
}

/// The file of rows behind the end of a sequence.
const NO_FILE: u32 = u32::MAX;

impl Row {
    pub(super) fn is_code(&self) -> bool {
        self.file != NO_FILE
    }
}

impl Lines {
    /// Runs the line program of `unit`.
    pub(super) fn read(unit: &gimli::Unit<Slice<'_>>, memory: &Memory, budget: &Budget) -> Self {
        let mut sequences = Sequences::default();
        // Every row costs at least a byte of the program.
        let affordable = unit.line_program.clone().filter(|it| {
            let program_bytes = it.header().raw_program_buf().len() as u64;
            budget.take(program_bytes)
        });
        let error = affordable.and_then(|it| sequences.run(it, memory).err());
        Self::new(&sequences.flat(), error)
    }

    fn new(rows: &[Row], error: Option<gimli::Error>) -> Self {
        let mut starts = Addresses::default();
        rows.iter().for_each(|it| starts.push(it.address));
        starts.shrink_to_fit();
        Self { starts, places: rows.iter().map(|it| (it.file, it.line)).collect(), error }
    }

    /// The row that holds at `address`, and where the next one begins.
    #[inline]
    pub(super) fn at(&self, address: u64, near: &mut Near) -> (Option<Row>, u64) {
        let behind = self.starts.n_up_to(address, near);
        let end = self.starts.get(behind).unwrap_or(u64::MAX);
        (behind.checked_sub(1).and_then(|it| self.row(it)).filter(Row::is_code), end)
    }

    #[inline]
    fn row(&self, idx: usize) -> Option<Row> {
        let (file, line) = *self.places.get(idx)?;
        Some(Row { address: self.starts.get(idx)?, file, line })
    }

    /// The addresses that have lines.
    pub(super) fn spans(&self) -> Vec<Span> {
        let mut spans: Vec<Span> = Vec::new();
        let rows = (0..self.places.len()).map_while(|it| self.row(it));
        for (row, end) in rows.clone().zip(rows.skip(1).map(|it| it.address)).filter(|it| it.0.is_code()) {
            match spans.last_mut() {
                Some(last) if last.end() == row.address => {
                    *last = Span::between(last.start(), end).unwrap_or(*last);
                }
                _ => spans.extend(Span::between(row.address, end)),
            }
        }
        spans
    }
}

/// Runs of rows, each of ascending addresses and closed by a row without a file.
#[derive(Default)]
struct Sequences {
    /// Of all sequences, in the order in which they come.
    rows: Vec<Row>,
    /// Which rows each has.
    done: Vec<Range<usize>>,
    /// The first row of the one that is being read.
    start: usize,
}

impl Sequences {
    fn run(
        &mut self,
        mut program: gimli::IncompleteLineProgram<Slice<'_>>,
        memory: &Memory,
    ) -> gimli::Result<()> {
        // Gimli's own iterator leaves out what stands behind an address that goes back, as a linker leaves it
        // in a function that it dropped: the end of the sequence as well. The next one would look like its rest.
        let mut instructions = program.header().instructions();
        let mut row = gimli::LineRow::new(program.header());
        let mut refused = None;
        while let Some(instruction) = instructions.next_instruction(program.header())? {
            let set = match instruction {
                gimli::LineInstruction::SetAddress(address) => Some(address),
                _ => None,
            };
            if row.execute(instruction, &mut program)? {
                match refused {
                    None => self.push(&row, memory),
                    Some(address) if row.end_sequence() => self.finish(address, memory),
                    Some(_) => {}
                }
                refused = refused.filter(|_| !row.end_sequence());
                row.reset(program.header());
            } else if let Some(address) = set {
                refused = (row.address() != address).then_some(address);
            }
        }
        Ok(())
    }

    fn push(&mut self, row: &gimli::LineRow, memory: &Memory) {
        let address = memory.code_address(row.address());
        if row.end_sequence() {
            return self.finish(address, memory);
        }
        let number = |it: u64| u32::try_from(it).unwrap_or(0);
        let file = u32::try_from(row.file_index()).unwrap_or(NO_FILE - 1).min(NO_FILE - 1);
        let row = Row { address, file, line: row.line().map_or(0, |it| number(it.get())) };
        match self.rows[self.start..].last_mut() {
            // Of several rows at one address, the last one is what the instruction does.
            Some(last) if last.address == address => *last = row,
            Some(last) if (last.file, last.line) == (row.file, row.line) => {}
            Some(last) if last.address > address => {}
            _ => self.rows.push(row),
        }
    }

    fn finish(&mut self, end: u64, memory: &Memory) {
        let start = self.start;
        let Some(first) = self.rows.get(start) else { return };
        let is_live =
            Span::between(first.address, end).is_some_and(|it| !it.is_empty() && memory.has_code(it));
        if is_live {
            let n_before = self.rows[start..].partition_point(|it| it.address < end);
            self.rows.truncate(start + n_before);
            self.rows.push(Row { address: end, file: NO_FILE, line: 0 });
            self.done.push(start..self.rows.len());
        } else {
            self.rows.truncate(start);
        }
        self.start = self.rows.len();
    }

    /// All rows in one list. Where sequences overlap, the one that begins first holds.
    fn flat(mut self) -> Vec<Row> {
        let rows = &self.rows[..self.start];
        self.done.sort_by_key(|it| (rows[it.start].address, it.len()));
        let mut flat: Vec<Row> = Vec::with_capacity(rows.len());
        for sequence in self.done.into_iter().map(|it| &rows[it]) {
            let end = flat.last().map_or(0, |it| it.address);
            let inside = sequence.partition_point(|it| it.address < end);
            // What holds at the end of the sequence before may have begun inside of it.
            let cut = inside.checked_sub(1).map(|it| Row { address: end, ..sequence[it] });
            let begins_anew = sequence.get(inside).is_none_or(|it| it.address > end);
            let rest = cut.filter(|_| begins_anew && inside < sequence.len());
            let joins = rest.is_some() || sequence.get(inside).is_some_and(|it| it.address == end);
            if joins && flat.last().is_some_and(|it| !it.is_code()) {
                flat.pop();
            }
            flat.extend(rest);
            flat.extend(&sequence[inside..]);
        }
        flat
    }
}

/// No file of the unit's line table has this number or a greater one.
pub(super) fn n_files(unit: UnitRef<'_, Slice<'_>>) -> usize {
    unit.line_program.as_ref().map_or(0, |it| it.header().file_names().len() + 1)
}

/// What was compiled, by the unit's line table.
pub(super) fn primary_name(unit: UnitRef<'_, Slice<'_>>) -> Option<String> {
    let header = unit.line_program.as_ref()?.header();
    let first = if header.version() < 5 { 1 } else { 0 };
    path(unit, first)
}

/// The path of a file in the numbering of the unit's line table, directories joined.
pub(super) fn path(unit: UnitRef<'_, Slice<'_>>, file: u64) -> Option<String> {
    let header = unit.line_program.as_ref()?.header();
    // Before DWARF 5, file 0 is none and directory 0 the unit's own; since, both are spelt out.
    let is_old = header.version() < 5;
    let entry = header.file(file).filter(|_| file > 0 || !is_old)?;
    let mut path = unit.comp_dir.map_or_else(String::new, super::text);
    if let Some(directory) = entry.directory(header).filter(|_| entry.directory_index() > 0 || !is_old) {
        paths::push(&mut path, &super::text(unit.attr_string(directory).ok()?));
    }
    paths::push(&mut path, &super::text(unit.attr_string(entry.path_name()).ok()?));
    Some(paths::normal(&path))
}
