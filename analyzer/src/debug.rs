//! What DWARF debug information says of an address: unit, function, the chain of inlined calls, line.
//!
//! Versions 2 to 5, mixed in one file, plain or compressed, both byte orders; split information that is
//! in the file, or handed over beside it ([`Source::split`]). Headers of units are read at once; the functions and lines of a unit
//! when first asked for; look-ups are binary searches. Nothing here fails: what is damaged is not
//! there, and [`DebugInfo::warnings`] says so.
//!
//! Linkers leave remnants of code that they dropped, at address 0 or where nothing is. They are told
//! by that there is no code there; at address 0 by that no function there is that long.
//!
//! # Limits
//! Decompressed sections of twenty times the file, or 64 MiB where that is more, and at most 1 GiB; none that claims
//! more than its compression can give. 131,072 units, work and memory in proportion to the size of the sections.
//! Object files have no addresses yet: the report knows their source, but questions by address have no answer.

mod addresses;
mod budget;
pub(crate) mod chains;
mod entries;
mod frames;
mod functions;
mod language;
mod lines;
mod names;
mod near;
mod partial;
mod paths;
mod ranges;
mod roots;
mod sections;
mod split;
pub(crate) mod sweep;
mod units;
mod unlinked;

pub(crate) use sections::content as section_content;

use gimli::{EndianSlice, RunTimeEndian, Section, constants as dw};

use crate::Source;
use crate::error::Error;
use crate::image::{Image, ImageSection};
use crate::report::Warning;
use budget::Budget;
use functions::{Frame as FrameEntry, Functions};
use lines::Lines;
use near::Near;
use roots::Roots;
use sections::{Loaded, Memory};
use units::Units;
use unlinked::Bases;

type Slice<'a> = EndianSlice<'a, RunTimeEndian>;
type Dwarf<'a> = gimli::Dwarf<Slice<'a>>;

/// More complaints about one file's debug information are only counted.
const MAX_WARNINGS: usize = 8;

/// The debug sections of a file, decompressed where they have to be: what [`DebugInfo`] borrows from.
#[derive(Debug)]
pub struct DebugSections<'data>(Loaded<'data>);

impl<'data> DebugSections<'data> {
    /// Finds the debug sections of an ELF file; without any, all questions have no answer.
    pub fn parse(elf: impl Into<Source<'data>>) -> Result<Self, Error> {
        let source = elf.into();
        Ok(Self::new(&Image::parse(source.elf)?, source.split))
    }

    pub(crate) fn new(image: &Image<'data>, split: &'data [Vec<u8>]) -> Self {
        Self(Loaded::new(image, split))
    }
}

/// Answers where the code at an address comes from.
#[derive(Debug)]
pub struct DebugInfo<'a> {
    units: Units<'a>,
    memory: &'a Memory,
    bases: &'a Bases,
    roots: Roots,
    budget: Budget,
    warnings: Vec<Warning>,
}

/// A function that an instruction belongs to.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Frame {
    /// Its name, demangled.
    pub function: Option<String>,
    /// The crate that defines it, or `C++`; unknown for C.
    pub krate: Option<String>,
    /// Of the innermost frame the place of the instruction, of the others that of the call.
    pub place: Option<Place>,
}

/// A line of a source file.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Place {
    /// As the compiler wrote it, directories joined.
    pub path: String,
    /// Unknown where the compiler made the instruction up.
    pub line: Option<u32>,
}

/// A compilation unit.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Unit {
    /// What was compiled, usually a path; of Rust the crate's root and the codegen unit.
    pub name: Option<String>,
    /// `C`, `C++`, `Rust`, … without the year of its standard.
    pub language: Option<String>,
    /// The compiler and its version.
    pub producer: Option<String>,
    /// Where it was compiled.
    pub comp_dir: Option<String>,
}

impl<'a> DebugInfo<'a> {
    /// Reads the headers of all units.
    pub fn new(sections: &'a DebugSections<'_>) -> Self {
        let loaded = &sections.0;
        let main = loaded.main();
        let budget = Budget::new(loaded.affordable_steps());
        let (halves, odd_halves) = split::read(loaded, &main, &budget);
        let (mut units, odd_units) = Units::read(main, halves, &budget);
        units.settle_ranges(&loaded.memory, &budget);
        let roots = Roots::new(&units, &loaded.program);
        let warnings = loaded.warnings.iter().cloned().chain(odd_halves).chain(odd_units).collect();
        Self { units, memory: &loaded.memory, bases: &loaded.bases, roots, budget, warnings }
    }

    /// An address in a section as all questions here call it: in object files sections share addresses.
    pub(crate) fn address_in(&self, section: &ImageSection<'_>, address: u64) -> u64 {
        self.bases.address_in(section, address)
    }

    /// The unit that has code at an address, where that is none of Rust's.
    pub(crate) fn foreign_unit_at(&self, address: u64) -> Option<usize> {
        let unit_idx = self.units.at(address)?;
        (self.units.list[unit_idx].language != gimli::DW_LANG_Rust).then_some(unit_idx)
    }

    /// Whether there is anything to ask.
    pub fn is_empty(&self) -> bool {
        self.units.list.is_empty()
    }

    /// The files with split debug information that units name and that are not at hand: paths as the
    /// compiler wrote them.
    pub fn missing_files(&self) -> &[String] {
        self.units.missing()
    }

    /// How many units there are; they are numbered from 0.
    pub fn n_units(&self) -> usize {
        self.units.list.len()
    }

    /// Describes the unit with this number.
    pub fn unit(&self, unit_idx: usize) -> Option<Unit> {
        self.units.list.get(unit_idx)?;
        let described = units::describe(self.units.entries(unit_idx));
        let skeleton = units::describe(self.units.skeleton(unit_idx));
        // Where the name was moved to another file, the line table still has it.
        let name = || lines::primary_name(self.units.skeleton(unit_idx));
        Some(Unit {
            name: described.name.or(skeleton.name).or_else(name),
            language: described.language.or(skeleton.language).map(language::name),
            producer: described.producer.or(skeleton.producer),
            comp_dir: skeleton.comp_dir.or(described.comp_dir),
        })
    }

    /// A path as the report shows it: from the program's own folder on, or from that of a known place; see
    /// [`FileUse::path`](crate::report::FileUse::path).
    pub(crate) fn short_path(&self, path: &str) -> String {
        self.roots.short(path)
    }

    /// The name of a unit, as the report shows paths.
    pub(crate) fn short_name(&self, unit_idx: usize) -> Option<String> {
        let Unit { name, comp_dir, .. } = self.unit(unit_idx)?;
        let name = name?;
        let Some(mut path) = comp_dir.filter(|_| !name.starts_with('<')) else { return Some(name) };
        paths::push(&mut path, &name);
        Some(self.short_path(&paths::normal(&path)))
    }

    /// The number of the unit that speaks of `address`.
    pub fn unit_at(&self, address: u64) -> Option<usize> {
        self.unit_from(address, &mut Near::default()).0
    }

    /// File and line of the instruction at `address`.
    pub fn place_at(&self, address: u64) -> Option<Place> {
        self.place_in(self.unit_at(address)?, address)
    }

    /// Where the variable that begins at `address` was declared. Asks all units.
    pub fn variable_at(&self, address: u64) -> Option<Place> {
        (0..self.n_units()).find_map(|unit_idx| {
            let variable = self.functions(unit_idx).variables.iter().find(|it| it.address == address)?;
            let declared = names::declared(self, unit_idx, functions::Reference::inside(variable.entry));
            Some(Place { path: declared.path(self)?, line: declared.line })
        })
    }

    /// The functions that the instruction at `address` belongs to: innermost first, each inlined
    /// into the next.
    pub fn frames_at(&self, address: u64) -> Vec<Frame> {
        let Some(unit_idx) = self.unit_at(address) else { return Vec::new() };
        let functions = self.functions(unit_idx);
        let mut place = self.place_in(unit_idx, address);
        let mut frames = Vec::new();
        let mut next = functions.segments.at(address, &mut Near::default()).0;
        while let Some(entry) = next.and_then(|it| functions.frames.get(it as usize)) {
            frames.push(self.frame(unit_idx, entry, place));
            place = self.call_place(unit_idx, entry);
            next = entry.parent;
        }
        frames
    }

    /// Reads the functions of all units, which otherwise happens when a unit is first asked.
    pub fn read_functions(&self) {
        (0..self.n_units()).for_each(|it| {
            self.functions(it);
        });
    }

    /// Reads the lines of all units that have code, which otherwise happens when a unit is first asked.
    pub fn read_lines(&self) {
        self.units.ranges.iter().for_each(|it| {
            self.lines(it.unit_idx);
        });
    }

    /// What was odd, in all that was asked for so far.
    pub fn warnings(&self) -> Vec<Warning> {
        let mut warnings = self.warnings.clone();
        for unit in &self.units.list {
            let errors = [
                (".debug_info", unit.functions.get().and_then(|it| it.error)),
                (".debug_line", unit.lines.get().and_then(|it| it.error)),
            ];
            let place = |section: &str| format!("{section} of unit at {:#x}", unit.offset());
            let found = errors.into_iter().filter_map(|(section, error)| Some((place(section), error?)));
            warnings.extend(found.map(|(place, error)| units::complaint(&place, &error)));
        }
        if self.budget.is_spent() {
            let message = "it asks for too much work, so a part of it is not read".into();
            warnings.push(Warning { place: "debug information".into(), message });
        }
        let n_left_out = warnings.len().saturating_sub(MAX_WARNINGS);
        if n_left_out > 0 {
            warnings.truncate(MAX_WARNINGS);
            let message = format!("{n_left_out} more complaints are not listed");
            warnings.push(Warning { place: "debug information".into(), message });
        }
        warnings
    }

    fn frame(&self, unit_idx: usize, entry: &FrameEntry, place: Option<Place>) -> Frame {
        let declared = names::declared(self, unit_idx, entry.origin);
        let krate = declared.krate(self, (unit_idx, entry.origin), &mut crate::names::Reader::new());
        Frame { function: declared.text(self), krate, place }
    }

    fn place_in(&self, unit_idx: usize, address: u64) -> Option<Place> {
        let row = self.lines(unit_idx).at(address, &mut Near::default()).0?;
        self.place(unit_idx, row.file, row.line)
    }

    fn call_place(&self, unit_idx: usize, entry: &FrameEntry) -> Option<Place> {
        self.place(unit_idx, entry.call_file, entry.call_line)
    }

    fn place(&self, unit_idx: usize, file: u32, line: u32) -> Option<Place> {
        let path = lines::path(self.units.skeleton(unit_idx), file.into())?;
        Some(Place { path, line: (line > 0).then_some(line) })
    }

    /// The unit at `address`, and where that answer changes.
    fn unit_from(&self, address: u64, near: &mut Near) -> (Option<usize>, u64) {
        self.units.from(address, near)
    }

    fn functions(&self, unit_idx: usize) -> &Functions {
        let read = || Functions::read(self.units.entries(unit_idx), self.memory, &self.budget);
        self.units.list[unit_idx].functions.get_or_init(read)
    }

    fn lines(&self, unit_idx: usize) -> &Lines {
        let read = || Lines::read(self.units.skeleton(unit_idx).unit, self.memory, &self.budget);
        self.units.list[unit_idx].lines.get_or_init(read)
    }

    fn language(&self, unit_idx: usize) -> dw::DwLang {
        self.units.list[unit_idx].language
    }
}

/// Text of a file, whatever its encoding.
fn text(slice: Slice<'_>) -> String {
    slice.to_string_lossy().into_owned()
}

/// Bytes of a section.
fn size_of<'a>(section: &impl Section<Slice<'a>>) -> u64 {
    section.reader().len() as u64
}
