//! All code and all symbols of a file, attributed: unit, crate, file and line.

use std::collections::{BTreeMap, HashMap};

use foldhash::fast::RandomState;

use super::functions::{Reference, Variable};
use super::names::{Crates, declared};
use super::near::Near;
use super::{DebugInfo, lines, paths};
use crate::span::Span;

/// File (index in [`Sweep::finish`]'s paths) and line.
pub(crate) type Line = (usize, u32);

/// Instructions that have everything in common.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub(crate) struct Piece {
    pub(crate) bytes: u64,
    /// Index in [`Sweep::finish`]'s crates: of the innermost frame.
    pub(crate) krate: Option<usize>,
    /// None where the compiler made the instruction up.
    pub(crate) line: Option<Line>,
}

/// Where a symbol was written.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub(crate) struct Origin {
    pub(crate) unit_idx: Option<usize>,
    pub(crate) krate: Option<usize>,
    pub(crate) file: Option<usize>,
    pub(crate) line: Option<u32>,
}

/// Walks over a file and remembers what it has met.
pub(crate) struct Sweep<'info, 'a> {
    info: &'info DebugInfo<'a>,
    crates: Crates<'a>,
    files: Files,
    /// By address.
    variables: BTreeMap<u64, (usize, Variable)>,
    /// Where the last question led: in the units, the frames and the lines.
    near: [Near; 3],
}

impl<'info, 'a> Sweep<'info, 'a> {
    pub(crate) fn new(info: &'info DebugInfo<'a>) -> Self {
        let mut variables = BTreeMap::new();
        for unit_idx in 0..info.n_units() {
            for variable in &info.functions(unit_idx).variables {
                variables.entry(variable.address).or_insert((unit_idx, *variable));
            }
        }
        let near = Default::default();
        Self { info, crates: Crates::new(), files: Files::default(), variables, near }
    }

    /// Cuts code into pieces, in order and without a gap.
    pub(crate) fn pieces(&mut self, span: Span, mut found: impl FnMut(Piece)) {
        let mut rest = span;
        while !rest.is_empty() {
            let (unit_idx, end) = self.info.unit_from(rest.start(), &mut self.near[0]);
            let (piece, change) = match unit_idx {
                Some(unit_idx) => self.piece(unit_idx, rest.start()),
                None => (Piece::default(), u64::MAX),
            };
            let behind = rest.from(end.min(change));
            found(Piece { bytes: rest.size() - behind.size(), ..piece });
            rest = behind;
        }
    }

    /// What is known at `address`, and where that changes.
    fn piece(&mut self, unit_idx: usize, address: u64) -> (Piece, u64) {
        let functions = self.info.functions(unit_idx);
        let (frame, frame_end) = functions.segments.at(address, &mut self.near[1]);
        let (row, row_end) = self.info.lines(unit_idx).at(address, &mut self.near[2]);
        let origin = frame.map(|it| functions.frames[it as usize].origin);
        let krate = origin.and_then(|it| self.crates.of(self.info, unit_idx, it));
        let row = row.filter(|it| it.line > 0);
        let line = row.and_then(|it| Some((self.files.of(self.info, unit_idx, it.file)?, it.line)));
        (Piece { bytes: 0, krate, line }, frame_end.min(row_end))
    }

    /// Where the function at `address` was written.
    pub(crate) fn function(&mut self, address: u64) -> Origin {
        let unit_idx = self.info.unit_from(address, &mut self.near[0]).0;
        let Some(unit_idx) = unit_idx else { return Origin::default() };
        let functions = self.info.functions(unit_idx);
        let frame = functions.segments.at(address, &mut self.near[1]).0;
        let is_inlined = frame.is_some_and(|it| functions.frames[it as usize].parent.is_some());
        let root = frame.and_then(|it| functions.root(it));
        let declared = root.map_or_else(Origin::default, |it| self.declared(unit_idx, it.origin));
        // Without a declaration, and in assembly, the first line has to do.
        let first = self.piece(unit_idx, address).0.line;
        if declared.line.is_some() && (is_inlined || !self.is_prototype(declared, first)) {
            return declared;
        }
        Origin {
            unit_idx: Some(unit_idx),
            file: first.map(|it| it.0),
            line: first.map(|it| it.1),
            ..declared
        }
    }

    /// Whether a function was declared in a header and written in a file that is none.
    fn is_prototype(&self, declared: Origin, first: Option<Line>) -> bool {
        let is_header = |it: usize| paths::is_header(&self.files.paths()[it]);
        declared.file.is_some_and(is_header) && first.is_some_and(|it| !is_header(it.0))
    }

    /// Where the variable at `address` was written.
    pub(crate) fn variable(&mut self, address: u64) -> Origin {
        let Some((unit_idx, variable)) = self.variables.get(&address).copied() else {
            return Origin::default();
        };
        self.declared(unit_idx, Reference::inside(variable.entry))
    }

    fn declared(&mut self, unit_idx: usize, entry: Reference) -> Origin {
        let declared = declared(self.info, unit_idx, entry);
        let file = declared.file.filter(|_| declared.line.is_some());
        let file =
            file.and_then(|(unit_idx, file)| self.files.of(self.info, unit_idx, u32::try_from(file).ok()?));
        Origin {
            unit_idx: Some(self.info.units.compilation(unit_idx)),
            krate: self.crates.of_declared(self.info, (unit_idx, entry), &declared),
            line: file.and(declared.line),
            file,
        }
    }

    /// The names of the crates and the paths of the files that were met.
    pub(crate) fn finish(self) -> (Vec<String>, Vec<String>) {
        (self.crates.names, self.files.shortened(self.info))
    }
}

/// In place of the index of a path.
const UNASKED: u32 = u32::MAX;
const NO_PATH: u32 = u32::MAX - 1;

/// Paths, each once.
#[derive(Default)]
pub(super) struct Files {
    /// The last answer: what lies side by side often stands in one file.
    last: Option<((usize, u32), Option<usize>)>,
    /// By unit and number; [`UNASKED`] what nobody asked for yet.
    by_number: Vec<Vec<u32>>,
    by_path: HashMap<String, usize, RandomState>,
    paths: Vec<String>,
}

impl Files {
    #[inline]
    pub(super) fn of(&mut self, info: &DebugInfo<'_>, unit_idx: usize, file: u32) -> Option<usize> {
        let asked = (unit_idx, file);
        if let Some((_, known)) = self.last.filter(|it| it.0 == asked) {
            return known;
        }
        let known = self.by_number.get(unit_idx).and_then(|it| it.get(file as usize)).copied();
        let idx = match known {
            None | Some(UNASKED) => self.read(info, asked),
            Some(NO_PATH) => None,
            Some(idx) => Some(idx as usize),
        };
        self.last = Some((asked, idx));
        idx
    }

    fn read(&mut self, info: &DebugInfo<'_>, asked: (usize, u32)) -> Option<usize> {
        let (unit_idx, file) = asked;
        let unit = info.units.skeleton(unit_idx);
        let path = lines::path(unit, file.into());
        let idx = path.map(|it| self.index(info.roots.settled(it)));
        self.by_number.resize_with(self.by_number.len().max(unit_idx + 1), Vec::new);
        let by_number = &mut self.by_number[unit_idx];
        if by_number.is_empty() {
            by_number.resize(lines::n_files(unit), UNASKED);
        }
        if let Some(known) = by_number.get_mut(file as usize) {
            *known = idx.and_then(|it| u32::try_from(it).ok()).unwrap_or(NO_PATH);
        }
        idx
    }

    fn index(&mut self, path: String) -> usize {
        *self.by_path.entry(path).or_insert_with_key(|path| {
            self.paths.push(path.clone());
            self.paths.len() - 1
        })
    }

    /// As the compiler wrote them, but for the standard library's two places.
    pub(super) fn paths(&self) -> &[String] {
        &self.paths
    }

    /// As the report shows them.
    pub(super) fn shortened(&self, info: &DebugInfo<'_>) -> Vec<String> {
        shortened(&self.paths, |it| info.short_path(it))
    }
}

/// Paths without what differs from machine to machine. Two that would look the same stay long.
fn shortened(paths: &[String], short: impl Fn(&str) -> String) -> Vec<String> {
    let short: Vec<String> = paths.iter().map(|it| short(it)).collect();
    let mut n_of: HashMap<&str, usize> = HashMap::new();
    short.iter().for_each(|it| *n_of.entry(it).or_default() += 1);
    let choose =
        |(short, long): (&String, &String)| if n_of[short.as_str()] > 1 { long } else { short }.clone();
    short.iter().zip(paths).map(choose).collect()
}
