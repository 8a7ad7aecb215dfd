//! What an entry is called, where it was written, and which crate it comes from.

use std::collections::HashMap;

use gimli::{AttributeValue, UnitRef, constants as dw};

use super::functions::Reference;
use super::language::is_cpp;
use super::units::Units;
use super::{DebugInfo, Slice, lines, paths};
use crate::names;

/// Entries refer to others for what they have in common; more steps than this are a circle.
const MAX_STEPS: usize = 8;

/// What the entries about one function or variable say together.
#[derive(Debug, Default, Clone, Copy)]
pub(super) struct Declared<'a> {
    pub(super) linkage_name: Option<Slice<'a>>,
    pub(super) name: Option<Slice<'a>>,
    /// Unit in whose numbering the file is, the file, the line.
    pub(super) file: Option<(usize, u64)>,
    pub(super) line: Option<u32>,
    /// Outermost namespace around it.
    namespace: Option<Slice<'a>>,
}

/// Follows an entry to everything that is said about it.
pub(super) fn declared<'a>(info: &DebugInfo<'a>, unit_idx: usize, entry: Reference) -> Declared<'a> {
    let mut declared = Declared::default();
    let mut next = locate(&info.units, unit_idx, entry);
    for _ in 0..MAX_STEPS {
        let Some((unit_idx, offset)) = next else { break };
        let unit = info.units.entries(unit_idx);
        let Ok(found) = unit.entry(offset) else { break };
        next = None;
        for attribute in found.attrs() {
            let value = attribute.value();
            match attribute.name() {
                dw::DW_AT_abstract_origin | dw::DW_AT_specification => {
                    next = Reference::of(value).and_then(|it| locate(&info.units, unit_idx, it));
                }
                _ => declared.see(unit, unit_idx, (attribute.name(), value)),
            }
        }
        if declared.namespace.is_none() {
            let functions = info.functions(unit_idx);
            let namespace = functions.namespace_of(offset.0);
            declared.namespace = namespace.and_then(|it| name_of(unit, gimli::UnitOffset(it)));
        }
    }
    declared
}

fn locate(units: &Units<'_>, unit_idx: usize, entry: Reference) -> Option<(usize, gimli::UnitOffset)> {
    match entry {
        Reference::Inside(offset) => Some((unit_idx, gimli::UnitOffset(offset))),
        Reference::Global(offset) => units.holding(offset),
    }
}

fn name_of<'a>(unit: UnitRef<'_, Slice<'a>>, entry: gimli::UnitOffset) -> Option<Slice<'a>> {
    unit.attr_string(unit.entry(entry).ok()?.attr_value(dw::DW_AT_name)?).ok()
}

impl<'a> Declared<'a> {
    fn see(
        &mut self,
        unit: UnitRef<'_, Slice<'a>>,
        unit_idx: usize,
        (name, value): (dw::DwAt, AttributeValue<Slice<'a>>),
    ) {
        match name {
            dw::DW_AT_linkage_name | dw::DW_AT_MIPS_linkage_name => {
                self.linkage_name = self.linkage_name.or_else(|| unit.attr_string(value).ok());
            }
            dw::DW_AT_name => self.name = self.name.or_else(|| unit.attr_string(value).ok()),
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
    pub(super) fn text(&self) -> Option<String> {
        let mangled = self.linkage_name.or(self.name)?;
        Some(names::Reader::new().read(&mangled.to_string_lossy()).text)
    }

    /// Where it was written.
    pub(super) fn path(&self, info: &DebugInfo<'a>) -> Option<String> {
        let (unit_idx, file) = self.file?;
        lines::path(info.units.skeleton(unit_idx), file)
    }

    /// The crate of its mangled name, else of its namespace, else of its path.
    pub(super) fn krate(
        &self,
        info: &DebugInfo<'a>,
        language: dw::DwLang,
        reader: &mut names::Reader,
    ) -> Option<String> {
        if is_cpp(language) {
            return Some("C++".into());
        }
        if language != dw::DW_LANG_Rust {
            return None;
        }
        let mangled = self.linkage_name.and_then(|it| reader.crate_of(&it.to_string_lossy()));
        let namespace = || self.namespace.map(super::text);
        let mangled = mangled.filter(|it| names::is_telling(it));
        mangled.or_else(namespace).or_else(|| paths::krate(&self.path(info)?))
    }
}

/// Crates of functions, each asked for once.
pub(super) struct Crates<'a> {
    /// The last answer: what lies side by side often comes from one function.
    last: Option<((usize, Reference), Option<usize>)>,
    by_entry: HashMap<(usize, Reference), Option<usize>>,
    by_linkage_name: HashMap<&'a [u8], Option<usize>>,
    by_name: HashMap<String, usize>,
    reader: names::Reader,
    pub(super) names: Vec<String>,
}

impl<'a> Crates<'a> {
    pub(super) fn new() -> Self {
        Self {
            last: None,
            by_entry: HashMap::new(),
            by_linkage_name: HashMap::new(),
            by_name: HashMap::new(),
            reader: names::Reader::new(),
            names: Vec::new(),
        }
    }

    /// Index of the crate of the function at `entry`.
    pub(super) fn of(&mut self, info: &DebugInfo<'a>, unit_idx: usize, entry: Reference) -> Option<usize> {
        let asked = (unit_idx, entry);
        if let Some((_, known)) = self.last.filter(|it| it.0 == asked) {
            return known;
        }
        let known = self.by_entry.get(&asked).copied();
        let krate = known.unwrap_or_else(|| self.read(info, unit_idx, entry));
        self.last = Some((asked, krate));
        krate
    }

    fn read(&mut self, info: &DebugInfo<'a>, unit_idx: usize, entry: Reference) -> Option<usize> {
        let declared = declared(info, unit_idx, entry);
        let linkage_name = declared.linkage_name.map(|it| it.slice());
        let known = linkage_name.and_then(|it| self.by_linkage_name.get(it)).copied();
        let krate = known.unwrap_or_else(|| {
            let name = declared.krate(info, info.language(unit_idx), &mut self.reader)?;
            Some(self.index(name))
        });
        self.by_entry.insert((unit_idx, entry), krate);
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
