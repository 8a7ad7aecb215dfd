//! The other halves of split units (`-gsplit-dwarf`): left in the file itself, in files of their own (`.dwo`),
//! or in a package of these (`.dwp`).

use std::borrow::Cow;
use std::collections::HashMap;
use std::sync::Arc;

use gimli::{DwarfPackageSections, DwarfSections, DwoId, EndianSlice, RunTimeEndian, SectionId};

use super::budget::Budget;
use super::sections::Loaded;
use super::units::{MAX_UNITS, Reader, complaint};
use super::{Dwarf, Slice, paths, size_of};
use crate::report::Warning;

const PLACE: &str = ".debug_info.dwo";

type Content<'data> = Cow<'data, [u8]>;

/// The sections of one file with other halves.
#[derive(Debug)]
pub(super) enum Halves<'data> {
    /// All units in one set of sections.
    Loose(Box<DwarfSections<Content<'data>>>),
    /// A set for each unit, cut out as an index says.
    Package(Box<DwarfPackageSections<Content<'data>>>),
}

/// The half of a unit that its functions and names are in.
#[derive(Debug)]
pub(super) struct Half<'a> {
    pub(super) dwarf: Arc<Dwarf<'a>>,
    pub(super) unit: gimli::Unit<Slice<'a>>,
}

impl<'data> Halves<'data> {
    /// Finds their sections by name; what is broken is empty.
    pub(super) fn load(
        is_package: bool,
        mut section: impl FnMut(SectionId) -> Content<'data>,
    ) -> gimli::Result<Self> {
        let section = |id| Ok::<_, gimli::Error>(section(id));
        Ok(match is_package {
            true => Self::Package(Box::new(DwarfPackageSections::load(section)?)),
            false => Self::Loose(Box::new(DwarfSections::load(section)?)),
        })
    }

    /// One set of sections after the other, up to the first that makes no sense.
    fn for_each<'a>(
        &'a self,
        endian: RunTimeEndian,
        main: &Dwarf<'a>,
        mut found: impl FnMut(Dwarf<'a>) -> gimli::Result<()>,
    ) -> gimli::Result<()> {
        let slice = |content: &'a Content<'_>| EndianSlice::new(content, endian);
        match self {
            Self::Loose(sections) => {
                let mut dwarf = sections.borrow(slice);
                dwarf.make_dwo(main);
                found(dwarf)
            }
            Self::Package(sections) => {
                let package = sections.borrow(slice, EndianSlice::new(&[], endian))?;
                let n_units = package.cu_index.unit_count().min(MAX_UNITS);
                (1..=n_units).try_for_each(|row| found(package.cu_sections(row, main)?))
            }
        }
    }
}

/// All other halves by their number; of several with one number the first.
pub(super) fn read<'a>(
    loaded: &'a Loaded<'_>,
    main: &Dwarf<'a>,
    budget: &Budget,
) -> (HashMap<DwoId, Half<'a>>, Vec<Warning>) {
    let (mut by_number, mut warnings) = (HashMap::new(), Vec::new());
    for halves in &loaded.halves {
        let result = halves.for_each(loaded.endian, main, |dwarf| {
            // Units of a package may all claim the same bytes, and every entry will be read.
            budget.take(size_of(&dwarf.debug_info));
            let dwarf = Arc::new(dwarf);
            Reader::new(&dwarf, budget).units(dwarf.units(), |(_, unit)| {
                let number = unit.dwo_id;
                let half = Half { dwarf: Arc::clone(&dwarf), unit };
                if let Some(number) = number {
                    by_number.entry(number).or_insert(half);
                }
            })
        });
        warnings.extend(result.err().map(|it| complaint(PLACE, &it)));
    }
    (by_number, warnings)
}

/// Where the other half of `unit` was written, as the compiler calls that file.
pub(super) fn path(dwarf: &Dwarf<'_>, unit: &gimli::Unit<Slice<'_>>) -> Option<String> {
    let name = unit.dwo_name().ok()??;
    let mut path = unit.comp_dir.map_or_else(String::new, super::text);
    paths::push(&mut path, &super::text(dwarf.attr_string(unit, name).ok()?));
    Some(path)
}

/// Says of units whose other halves are in none of the files that they are missing, and names one.
pub(super) fn missing(paths: &[String]) -> Option<Warning> {
    let name = paths.first()?.rsplit(['/', '\\']).next()?;
    let (units, others) = match paths.len() {
        1 => ("1 unit has its".to_owned(), String::new()),
        n => (format!("{n} units have their"), format!(" and {} more", n - 1)),
    };
    let message = format!(
        "{units} debug information in files that are not here ({name}{others}); only lines are known there"
    );
    Some(Warning { place: ".debug_info".into(), message })
}
