//! What an entry is called, where it was written, and which crate it comes from.

use std::collections::HashMap;
use std::num::NonZeroU32;

use foldhash::fast::RandomState;
use gimli::{AttributeValue, DwAt, DwTag, UnitRef, constants as dw};

use super::functions::Reference;
use super::language::is_cpp;
use super::units::Units;
use super::{DebugInfo, Slice, lines, paths};
use crate::names;

/// Entries refer to others for what they have in common; more steps than this are a circle.
const MAX_STEPS: usize = 8;

/// What the entries about one function or variable say together. Names are only looked up when asked for.
#[derive(Debug, Default, Clone, Copy)]
pub(super) struct Declared<'a> {
    linkage_name: Option<Text<'a>>,
    name: Option<Text<'a>>,
    /// Unit in whose numbering the file is, the file, the line.
    pub(super) file: Option<(usize, u64)>,
    pub(super) line: Option<u32>,
}

/// A text, as an attribute of a unit says it.
#[derive(Debug, Clone, Copy)]
struct Text<'a> {
    unit_idx: usize,
    value: AttributeValue<Slice<'a>>,
}

impl<'a> Text<'a> {
    fn read(self, info: &DebugInfo<'a>) -> Option<Slice<'a>> {
        info.units.entries(self.unit_idx).attr_string(self.value).ok()
    }

    /// Where it is in the file's table of texts: equal texts have one place there, mostly.
    fn place(self, info: &DebugInfo<'a>) -> Option<usize> {
        match self.value {
            AttributeValue::DebugStrRef(offset) if !info.units.is_split(self.unit_idx) => Some(offset.0),
            _ => None,
        }
    }
}

/// Follows an entry to everything that is said about it.
pub(super) fn declared<'a>(info: &DebugInfo<'a>, unit_idx: usize, entry: Reference) -> Declared<'a> {
    let mut declared = Declared::default();
    let mut next = locate(&info.units, unit_idx, entry);
    for _ in 0..MAX_STEPS {
        let Some((unit_idx, offset)) = next else { break };
        next = None;
        let found = each_attribute(info.units.entries(unit_idx), offset, |name, value| match name {
            dw::DW_AT_abstract_origin | dw::DW_AT_specification => {
                next = Reference::of(value).and_then(|it| locate(&info.units, unit_idx, it));
            }
            _ => declared.see(unit_idx, name, value),
        });
        if found.is_none() {
            break;
        }
    }
    declared
}

/// The outermost namespace around a function.
fn namespace<'a>(info: &DebugInfo<'a>, unit_idx: usize, entry: Reference) -> Option<Slice<'a>> {
    let mut next = locate(&info.units, unit_idx, entry);
    for _ in 0..MAX_STEPS {
        let (unit_idx, offset) = next?;
        next = None;
        let unit = info.units.entries(unit_idx);
        let tag = each_attribute(unit, offset, |name, value| {
            if matches!(name, dw::DW_AT_abstract_origin | dw::DW_AT_specification) {
                next = Reference::of(value).and_then(|it| locate(&info.units, unit_idx, it));
            }
        })?;
        let namespace = is_function(tag).then(|| info.functions(unit_idx).namespace_of(offset.0)).flatten();
        if let Some(name) = namespace.and_then(|it| name_of(unit, gimli::UnitOffset(it))) {
            return Some(name);
        }
    }
    None
}

/// Tells `see` what an entry says; `None` where there is none, or a damaged one.
fn each_attribute<'a>(
    unit: UnitRef<'_, Slice<'a>>,
    offset: gimli::UnitOffset,
    mut see: impl FnMut(DwAt, AttributeValue<Slice<'a>>),
) -> Option<DwTag> {
    let mut entries = unit.entries_raw(Some(offset)).ok()?;
    let abbreviation = entries.read_abbreviation().ok()??;
    for spec in abbreviation.attributes() {
        let attribute = entries.read_attribute(*spec).ok()?;
        see(attribute.name(), attribute.value());
    }
    Some(abbreviation.tag())
}

fn locate(units: &Units<'_>, unit_idx: usize, entry: Reference) -> Option<(usize, gimli::UnitOffset)> {
    match entry.offset() {
        offset if entry.is_global() => units.holding(offset),
        offset => Some((unit_idx, gimli::UnitOffset(offset))),
    }
}

fn name_of<'a>(unit: UnitRef<'_, Slice<'a>>, entry: gimli::UnitOffset) -> Option<Slice<'a>> {
    unit.attr_string(unit.entry(entry).ok()?.attr_value(dw::DW_AT_name)?).ok()
}

impl<'a> Declared<'a> {
    fn see(&mut self, unit_idx: usize, name: DwAt, value: AttributeValue<Slice<'a>>) {
        let text = Text { unit_idx, value };
        match name {
            dw::DW_AT_linkage_name | dw::DW_AT_MIPS_linkage_name => {
                self.linkage_name = self.linkage_name.or(Some(text));
            }
            dw::DW_AT_name => self.name = self.name.or(Some(text)),
            dw::DW_AT_decl_line => {
                let line = value.udata_value().and_then(|it| u32::try_from(it).ok());
                self.line = self.line.or(line.filter(|it| *it > 0));
            }
            dw::DW_AT_decl_file => {
                if let AttributeValue::FileIndex(file) = value {
                    self.file = self.file.or(Some((unit_idx, file)));
                }
            }
            _ => {}
        }
    }

    /// The name for people.
    pub(super) fn text(&self, info: &DebugInfo<'a>) -> Option<String> {
        let mangled = self.linkage_name.or(self.name)?.read(info)?;
        Some(names::Reader::new().read(&mangled.to_string_lossy()).text)
    }

    /// Where it was written.
    pub(super) fn path(&self, info: &DebugInfo<'a>) -> Option<String> {
        let (unit_idx, file) = self.file?;
        lines::path(info.units.skeleton(unit_idx), file)
    }

    /// The crate of its mangled name, else of its namespace, else of its path; `entry` is what it was read from.
    pub(super) fn krate(
        &self,
        info: &DebugInfo<'a>,
        (unit_idx, entry): (usize, Reference),
        reader: &mut names::Reader,
    ) -> Option<String> {
        let language = info.language(unit_idx);
        if is_cpp(language) {
            return Some("C++".into());
        }
        if language != dw::DW_LANG_Rust {
            return None;
        }
        let mangled = self.linkage_name.and_then(|it| it.read(info));
        let mangled = mangled.and_then(|it| reader.crate_of(&it.to_string_lossy()));
        let namespace = || namespace(info, unit_idx, entry).map(super::text);
        let mangled = mangled.filter(|it| names::is_telling(it));
        mangled.or_else(namespace).or_else(|| paths::krate(&self.path(info)?))
    }
}

fn is_function(tag: DwTag) -> bool {
    matches!(tag, dw::DW_TAG_subprogram | dw::DW_TAG_inlined_subroutine | dw::DW_TAG_entry_point)
}

/// Unit and entry as one number: there are at most 2^17 units, and no section has 2^45 bytes.
fn packed((unit_idx, entry): (usize, Reference)) -> u64 {
    let offset = (entry.offset() as u64).min((1 << 45) - 1);
    (unit_idx as u64) << 46 | u64::from(entry.is_global()) << 45 | offset
}

/// What stands for a crate's number in the tables.
fn number(kept: Option<NonZeroU32>) -> Option<usize> {
    kept.map(|it| it.get() as usize - 1)
}

/// Crates of functions, each asked for once.
pub(super) struct Crates<'a> {
    /// The last answer: what lies side by side often comes from one function.
    last: Option<((usize, Reference), Option<usize>)>,
    /// Both as small as they can be, since there are hundreds of thousands.
    by_entry: HashMap<u64, Option<NonZeroU32>, RandomState>,
    /// By the place of the mangled name, where that is in the file's table.
    by_place: HashMap<usize, Option<NonZeroU32>, RandomState>,
    /// Of the others.
    by_linkage_name: HashMap<&'a [u8], Option<usize>, RandomState>,
    by_name: HashMap<String, usize, RandomState>,
    reader: names::Reader,
    pub(super) names: Vec<String>,
}

impl<'a> Crates<'a> {
    pub(super) fn new() -> Self {
        Self {
            last: None,
            by_entry: HashMap::default(),
            by_place: HashMap::default(),
            by_linkage_name: HashMap::default(),
            by_name: HashMap::default(),
            reader: names::Reader::new(),
            names: Vec::new(),
        }
    }

    /// Index of the crate of the function at `entry`.
    #[inline]
    pub(super) fn of(&mut self, info: &DebugInfo<'a>, unit_idx: usize, entry: Reference) -> Option<usize> {
        let asked = (unit_idx, entry);
        if let Some((_, known)) = self.last.filter(|it| it.0 == asked) {
            return known;
        }
        let krate = match self.known(asked) {
            Some(krate) => krate,
            None => self.read(info, asked, &declared(info, unit_idx, entry)),
        };
        self.last = Some((asked, krate));
        krate
    }

    /// The same where it is known what is said about the entry.
    pub(super) fn of_declared(
        &mut self,
        info: &DebugInfo<'a>,
        asked: (usize, Reference),
        declared: &Declared<'a>,
    ) -> Option<usize> {
        let known = self.known(asked);
        known.unwrap_or_else(|| self.read(info, asked, declared))
    }

    #[inline]
    fn known(&self, asked: (usize, Reference)) -> Option<Option<usize>> {
        self.by_entry.get(&packed(asked)).map(|it| number(*it))
    }

    fn read(
        &mut self,
        info: &DebugInfo<'a>,
        asked: (usize, Reference),
        declared: &Declared<'a>,
    ) -> Option<usize> {
        let place = declared.linkage_name.and_then(|it| it.place(info));
        let known = place.and_then(|it| self.by_place.get(&it)).map(|it| number(*it));
        let krate = match (known, place) {
            (Some(krate), _) => krate,
            (None, Some(_)) => self.read_crate(info, asked, declared),
            (None, None) => self.read_name(info, asked, declared),
        };
        let index = krate.and_then(|it| NonZeroU32::new(u32::try_from(it + 1).ok()?));
        self.by_entry.insert(packed(asked), index);
        if let (Some(place), None) = (place, known) {
            self.by_place.insert(place, index);
        }
        krate
    }

    fn read_crate(
        &mut self,
        info: &DebugInfo<'a>,
        asked: (usize, Reference),
        declared: &Declared<'a>,
    ) -> Option<usize> {
        let name = declared.krate(info, asked, &mut self.reader)?;
        Some(self.index(name))
    }

    fn read_name(
        &mut self,
        info: &DebugInfo<'a>,
        asked: (usize, Reference),
        declared: &Declared<'a>,
    ) -> Option<usize> {
        let linkage_name = declared.linkage_name.and_then(|it| it.read(info)).map(|it| it.slice());
        let known = linkage_name.and_then(|it| self.by_linkage_name.get(it)).copied();
        let krate = known.unwrap_or_else(|| self.read_crate(info, asked, declared));
        if let Some(name) = linkage_name {
            self.by_linkage_name.insert(name, krate);
        }
        krate
    }

    fn index(&mut self, name: String) -> usize {
        *self.by_name.entry(name).or_insert_with_key(|name| {
            self.names.push(name.clone());
            self.names.len() - 1
        })
    }
}
