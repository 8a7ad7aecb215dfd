//! The units of a file and the addresses that each speaks of.

use std::collections::{BTreeMap, HashMap};
use std::sync::{Arc, OnceLock};

use gimli::{Abbreviations, AttributeValue, DwoId, Section, UnitHeader, UnitRef, UnitType, constants as dw};

use super::budget::{Budget, abbreviations_bytes};
use super::functions::Functions;
use super::lines::Lines;
use super::near::Near;
use super::ranges::RangeAttributes;
use super::sections::Memory;
use super::split::{self, Half};
use super::{Dwarf, Slice, partial};
use crate::report::Warning;
use crate::span::Span;

/// More units are not read: each takes half a kilobyte, and can be as short as twelve bytes.
pub(super) const MAX_UNITS: u32 = 1 << 17;

/// One compilation unit: parsed header, the rest on demand.
#[derive(Debug)]
pub(super) struct Unit<'a> {
    /// In `.debug_info`: other units refer to entries by it.
    offset: usize,
    /// What the file itself holds: of a split unit, the skeleton with addresses and lines.
    skeleton: gimli::Unit<Slice<'a>>,
    pub(super) language: dw::DwLang,
    /// The other half of a split unit, where it is at hand.
    split: Option<Box<Half<'a>>>,
    pub(super) functions: OnceLock<Functions>,
    pub(super) lines: OnceLock<Lines>,
}

/// Addresses of one unit.
#[derive(Debug, Clone, Copy)]
pub(super) struct UnitRange {
    pub(super) span: Span,
    pub(super) unit_idx: usize,
}

/// All units, in the order of their offsets.
#[derive(Debug)]
pub(super) struct Units<'a> {
    main: Dwarf<'a>,
    /// Files with other halves that are not at hand.
    missing: Vec<String>,
    pub(super) list: Vec<Unit<'a>>,
    /// Of units that only hold what others share, one of those.
    importers: BTreeMap<usize, usize>,
    /// Sorted, not empty, not overlapping.
    pub(super) ranges: Vec<UnitRange>,
}

impl<'a> Units<'a> {
    /// The units that can be read, joined with their other halves, and complaints about the rest.
    pub(super) fn read(
        main: Dwarf<'a>,
        halves: HashMap<DwoId, Half<'a>>,
        budget: &Budget,
    ) -> (Self, Vec<Warning>) {
        let (importers, ranges) = Default::default();
        let mut units = Self { main, missing: Vec::new(), list: Vec::new(), importers, ranges };
        let mut warnings = Vec::new();
        let mut list = Vec::new();
        let mut reader = Reader::new(&units.main, budget);
        if let Err(error) = reader.units(units.main.units(), |unit| list.push(unit)) {
            warnings.push(complaint(".debug_info", &error));
        }
        units.list = list.into_iter().map(|(offset, skeleton)| Unit::new(offset, skeleton)).collect();
        units.join(halves);
        warnings.extend(split::missing(&units.missing));
        let mut partial = Vec::new();
        for unit_idx in 0..units.list.len() {
            let Description { language, is_partial, .. } = describe(units.entries(unit_idx));
            units.list[unit_idx].language = language.unwrap_or(dw::DwLang(0));
            partial.extend(is_partial.then_some(unit_idx));
        }
        units.importers = partial::importers(&units, &partial);
        for (unit_idx, importer) in &units.importers {
            if units.list[*unit_idx].language == dw::DwLang(0) {
                units.list[*unit_idx].language = units.list[*importer].language;
            }
        }
        (units, warnings)
    }

    /// The compilation that a unit belongs to: itself, but for units that hold what several share.
    pub(super) fn compilation(&self, unit_idx: usize) -> usize {
        self.importers.get(&unit_idx).copied().unwrap_or(unit_idx)
    }

    /// Settles which unit speaks of which address.
    pub(super) fn settle_ranges(&mut self, memory: &Memory, budget: &Budget) {
        let mut claims = Vec::new();
        for (unit_idx, unit) in self.list.iter().enumerate().filter(|_| memory.has_any_code()) {
            let spans = unit.spans(self, memory, budget);
            claims.extend(spans.into_iter().map(|span| UnitRange { span, unit_idx }));
        }
        claims.sort_by_key(|it| (it.span.start(), it.span.end(), it.unit_idx));
        self.ranges = without_overlaps(claims);
    }

    /// The unit at `address`.
    pub(super) fn at(&self, address: u64) -> Option<usize> {
        self.from(address, &mut Near::default()).0
    }

    /// The unit at `address`, and where that answer changes.
    pub(super) fn from(&self, address: u64, near: &mut Near) -> (Option<usize>, u64) {
        let idx = near.partition_point(&self.ranges, |it| it.span.end() <= address);
        match self.ranges.get(idx) {
            Some(it) if it.span.start() <= address => (Some(it.unit_idx), it.span.end()),
            Some(it) => (None, it.span.start()),
            None => (None, u64::MAX),
        }
    }

    /// Where the skeleton of a unit is: addresses and lines.
    pub(super) fn skeleton(&self, unit_idx: usize) -> UnitRef<'_, Slice<'a>> {
        UnitRef::new(&self.main, &self.list[unit_idx].skeleton)
    }

    /// Where the entries of a unit are: functions and names.
    pub(super) fn entries(&self, unit_idx: usize) -> UnitRef<'_, Slice<'a>> {
        match &self.list[unit_idx].split {
            Some(half) => UnitRef::new(&half.dwarf, &half.unit),
            None => self.skeleton(unit_idx),
        }
    }

    /// Whether the entries of a unit are in another file or in sections of their own.
    pub(super) fn is_split(&self, unit_idx: usize) -> bool {
        self.list[unit_idx].split.is_some()
    }

    /// The unit that holds the entry at `offset` of `.debug_info`, and where in it.
    pub(super) fn holding(&self, offset: usize) -> Option<(usize, gimli::UnitOffset)> {
        let unit_idx = self.list.partition_point(|it| it.offset <= offset).checked_sub(1)?;
        let unit = &self.list[unit_idx];
        let inside = gimli::UnitOffset(offset - unit.offset);
        inside.is_in_bounds(&unit.skeleton.header).then_some((unit_idx, inside))
    }

    /// The files with other halves that are not at hand, as compilers call them.
    pub(super) fn missing(&self) -> &[String] {
        &self.missing
    }

    fn join(&mut self, mut halves: HashMap<DwoId, Half<'a>>) {
        for unit in &mut self.list {
            let Some(number) = unit.skeleton.dwo_id else { continue };
            match halves.remove(&number) {
                Some(mut half) => {
                    half.unit.copy_relocated_attributes(&unit.skeleton);
                    unit.split = Some(Box::new(half));
                }
                None => self.missing.extend(split::path(&self.main, &unit.skeleton)),
            }
        }
    }
}

impl<'a> Unit<'a> {
    fn new(offset: usize, skeleton: gimli::Unit<Slice<'a>>) -> Self {
        let (functions, lines) = (OnceLock::new(), OnceLock::new());
        Self { offset, skeleton, language: dw::DwLang(0), split: None, functions, lines }
    }

    pub(super) fn offset(&self) -> usize {
        self.offset
    }

    /// What the unit says it covers, where there is code at all. Hand-written assembly often says
    /// nothing, but has lines; and in DWARF 2 a unit can name a single range, whatever it has.
    fn spans(&self, units: &Units<'a>, memory: &Memory, budget: &Budget) -> Vec<Span> {
        let unit = UnitRef::new(&units.main, &self.skeleton);
        let mut ranges = RangeAttributes::default();
        if let Ok(root) = unit.entry(unit.header.root_offset()) {
            root.attrs().iter().for_each(|it| ranges.see(it));
        }
        let mut spans = Vec::new();
        let mut is_silent = true;
        ranges.for_each(unit, budget, |span| {
            is_silent = false;
            spans.extend(Some(memory.code_span(span)).filter(|it| memory.has_code(*it)));
        });
        if (is_silent || self.skeleton.header.version() < 3) && self.skeleton.line_program.is_some() {
            let lines = self.lines.get_or_init(|| Lines::read(&self.skeleton, memory, budget));
            spans.extend(lines.spans());
        }
        spans
    }
}

/// First come, first served; claims come sorted by address, at one address the shortest first.
fn without_overlaps(claims: Vec<UnitRange>) -> Vec<UnitRange> {
    let mut ranges: Vec<UnitRange> = Vec::with_capacity(claims.len());
    let mut cursor = 0;
    for UnitRange { span, unit_idx } in claims {
        let span = span.from(cursor);
        if span.is_empty() {
            continue;
        }
        cursor = span.end();
        match ranges.last_mut() {
            Some(last) if last.unit_idx == unit_idx && last.span.end() == span.start() => {
                last.span = Span::between(last.span.start(), span.end()).unwrap_or(last.span);
            }
            _ => ranges.push(UnitRange { span, unit_idx }),
        }
    }
    ranges
}

pub(super) struct Reader<'file, 'a> {
    dwarf: &'file Dwarf<'a>,
    budget: &'file Budget,
    /// By offset, those that were read.
    abbreviations: BTreeMap<usize, Arc<Abbreviations>>,
}

impl<'file, 'a> Reader<'file, 'a> {
    pub(super) fn new(dwarf: &'file Dwarf<'a>, budget: &'file Budget) -> Self {
        Self { dwarf, budget, abbreviations: BTreeMap::new() }
    }

    /// Hands out every unit with its offset; stops at the first header that makes no sense.
    pub(super) fn units(
        &mut self,
        mut headers: gimli::DebugInfoUnitHeadersIter<Slice<'a>>,
        mut found: impl FnMut((usize, gimli::Unit<Slice<'a>>)),
    ) -> gimli::Result<()> {
        let mut first_error = Ok(());
        let mut n_units = 0;
        while let Some(header) = headers.next()? {
            let is_code = !matches!(header.type_(), UnitType::Type { .. } | UnitType::SplitType { .. });
            let Some(offset) = header.debug_info_offset().filter(|_| is_code) else { continue };
            n_units += 1;
            if n_units > MAX_UNITS {
                self.budget.spend();
            }
            if self.budget.is_spent() {
                break;
            }
            match self.unit(header) {
                Ok(unit) => found((offset.0, unit)),
                Err(error) => first_error = first_error.and(Err(error)),
            }
        }
        first_error
    }

    fn unit(&mut self, header: UnitHeader<Slice<'a>>) -> gimli::Result<gimli::Unit<Slice<'a>>> {
        let abbreviations = self.abbreviations(&header)?;
        let unit = gimli::Unit::new_with_abbreviations(self.dwarf, header, abbreviations)?;
        // Only now is it known how long its list of files is.
        self.budget.take(unit.line_program.as_ref().map_or(0, |it| it.header().header_length() as u64));
        Ok(unit)
    }

    /// Linkers concatenate tables, and compilers share one among units: each is read once.
    fn abbreviations(&mut self, header: &UnitHeader<Slice<'a>>) -> gimli::Result<Arc<Abbreviations>> {
        let offset = header.debug_abbrev_offset().0;
        if let Some(table) = self.abbreviations.get(&offset) {
            return Ok(Arc::clone(table));
        }
        let content = self.dwarf.debug_abbrev.reader().slice().get(offset..).unwrap_or_default();
        self.budget.take(abbreviations_bytes(content) as u64);
        let table = Arc::new(header.abbreviations(&self.dwarf.debug_abbrev)?);
        self.abbreviations.insert(offset, Arc::clone(&table));
        Ok(table)
    }
}

pub(super) fn complaint(place: &str, error: &gimli::Error) -> Warning {
    Warning { place: place.into(), message: format!("damaged debug information: {error}").to_lowercase() }
}

/// What the root entry of a unit says about it.
pub(super) struct Description {
    pub(super) name: Option<String>,
    pub(super) language: Option<dw::DwLang>,
    pub(super) producer: Option<String>,
    pub(super) comp_dir: Option<String>,
    /// Whether it only holds what others share.
    is_partial: bool,
}

pub(super) fn describe(unit: UnitRef<'_, Slice<'_>>) -> Description {
    let mut description = Description {
        name: unit.name.map(super::text),
        language: None,
        producer: None,
        comp_dir: unit.comp_dir.map(super::text),
        is_partial: false,
    };
    let Ok(root) = unit.entry(unit.header.root_offset()) else { return description };
    description.is_partial = root.tag() == dw::DW_TAG_partial_unit;
    if let Some(AttributeValue::Language(language)) = root.attr_value(dw::DW_AT_language) {
        description.language = Some(language);
    }
    let producer = root.attr_value(dw::DW_AT_producer).and_then(|it| unit.attr_string(it).ok());
    description.producer = producer.map(super::text);
    description
}
