//! Steps through the entries of a unit in their order; most are of no interest, and stepped over at once.
//!
//! Nearly all of debug information describes types and locals. How long an entry is, or which parts of it
//! tell, is the same for all entries of one abbreviation: it is worked out when the first one is met.

use gimli::{Abbreviation, AttributeSpecification, EntriesRaw, Reader, UnitOffset, UnitRef, constants as dw};

use super::Slice;

/// A unit has some hundreds of abbreviations. Those with greater codes are read the long way.
const MAX_CODE: usize = 1 << 14;

/// Where the walk through a unit is.
pub(super) struct Entries<'unit, 'a> {
    unit: UnitRef<'unit, Slice<'a>>,
    rest: Slice<'a>,
    /// In the unit.
    end: usize,
    depth: isize,
    /// By code.
    shapes: Vec<Option<Shape<'unit>>>,
    parts: Vec<Part>,
}

/// An entry, of which only the beginning was read.
pub(super) struct Entry<'unit> {
    /// In the unit.
    pub(super) offset: usize,
    /// In the tree.
    pub(super) depth: isize,
    pub(super) kind: Kind,
    abbreviation: &'unit Abbreviation,
    /// Parts of this and the next.
    parts: Option<(u32, u32)>,
}

/// What an entry is about.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Kind {
    Namespace,
    /// With code.
    Function,
    Inlined,
    /// With an expression that says where it is.
    Variable,
    Other,
}

#[derive(Clone, Copy)]
struct Shape<'unit> {
    kind: Kind,
    abbreviation: &'unit Abbreviation,
    /// From there up to there in the list of parts; `None` where only reading it tells how long it is.
    parts: Option<(u32, u32)>,
}

/// What is stepped over.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Part {
    Bytes(usize),
    Leb128,
    /// As many bytes as a LEB128 number says.
    Block,
    /// As many as a byte says.
    ShortBlock,
    /// Up to a zero.
    Text,
}

impl<'unit, 'a> Entries<'unit, 'a> {
    pub(super) fn new(unit: UnitRef<'unit, Slice<'a>>) -> gimli::Result<Self> {
        let start = unit.header.root_offset();
        let rest = unit.header.range_from(start..)?;
        let (shapes, parts) = (Vec::new(), Vec::new());
        Ok(Self { unit, rest, end: start.0 + rest.len(), depth: 0, shapes, parts })
    }

    /// The next entry, which then has to be read or skipped; `None` at the end.
    #[inline]
    pub(super) fn next(&mut self) -> gimli::Result<Option<Entry<'unit>>> {
        while !self.rest.is_empty() {
            let offset = self.end - self.rest.len();
            let code = self.rest.read_uleb128()?;
            if code == 0 {
                self.depth -= 1;
                continue;
            }
            let Shape { kind, abbreviation, parts } = self.shape(code)?;
            let depth = self.depth;
            self.depth += isize::from(abbreviation.has_children());
            return Ok(Some(Entry { offset, depth, kind, abbreviation, parts }));
        }
        Ok(None)
    }

    /// Steps over the rest of an entry.
    #[inline]
    pub(super) fn skip(&mut self, entry: &Entry<'unit>) -> gimli::Result<()> {
        let Some((from, to)) = entry.parts else {
            return self.raw(|raw| raw.skip_attributes(entry.abbreviation.attributes()));
        };
        for part in &self.parts[from as usize..to as usize] {
            let n_bytes = match part {
                Part::Bytes(n_bytes) => *n_bytes,
                Part::Leb128 => {
                    self.rest.skip_leb128()?;
                    continue;
                }
                Part::Text => {
                    self.rest.read_null_terminated_slice()?;
                    continue;
                }
                Part::ShortBlock => usize::from(self.rest.read_u8()?),
                Part::Block => usize::try_from(self.rest.read_uleb128()?).unwrap_or(usize::MAX),
            };
            self.rest.skip(n_bytes)?;
        }
        Ok(())
    }

    /// Tells `see` the attributes of an entry.
    #[inline]
    pub(super) fn read(
        &mut self,
        entry: &Entry<'unit>,
        mut see: impl FnMut(gimli::Attribute<Slice<'a>>),
    ) -> gimli::Result<()> {
        self.raw(|raw| {
            for spec in entry.abbreviation.attributes() {
                see(raw.read_attribute(*spec)?);
            }
            Ok(())
        })
    }

    /// Lets gimli read on.
    #[inline]
    fn raw(
        &mut self,
        read: impl FnOnce(&mut EntriesRaw<'unit, Slice<'a>>) -> gimli::Result<()>,
    ) -> gimli::Result<()> {
        let offset = self.end - self.rest.len();
        let (encoding, abbreviations) = (self.unit.encoding(), &self.unit.unit.abbreviations);
        let mut raw = EntriesRaw::new(self.rest, encoding, abbreviations, UnitOffset(offset));
        read(&mut raw)?;
        self.rest.skip(raw.next_offset().0 - offset)
    }

    #[inline]
    fn shape(&mut self, code: u64) -> gimli::Result<Shape<'unit>> {
        let idx = usize::try_from(code).unwrap_or(usize::MAX);
        if let Some(Some(shape)) = self.shapes.get(idx) {
            return Ok(*shape);
        }
        let abbreviation =
            self.unit.unit.abbreviations.get(code).ok_or(gimli::Error::InvalidAbbreviationCode(code))?;
        // A short unit must not cost much.
        let is_worth_it = idx < MAX_CODE.min(self.end);
        let parts = if is_worth_it { self.parts(abbreviation.attributes()) } else { None };
        let shape = Shape { kind: kind(abbreviation), abbreviation, parts };
        if is_worth_it {
            self.shapes.resize(self.shapes.len().max(idx + 1), None);
            self.shapes[idx] = Some(shape);
        }
        Ok(shape)
    }

    /// What the attributes are made of, neighbours put together.
    fn parts(&mut self, attributes: &[AttributeSpecification]) -> Option<(u32, u32)> {
        let from = self.parts.len();
        for spec in attributes {
            let part = match spec.size(&self.unit.unit.header) {
                Some(n_bytes) => Part::Bytes(n_bytes),
                None => match spec.form() {
                    dw::DW_FORM_udata | dw::DW_FORM_sdata | dw::DW_FORM_ref_udata => Part::Leb128,
                    dw::DW_FORM_strx | dw::DW_FORM_addrx | dw::DW_FORM_loclistx | dw::DW_FORM_rnglistx => {
                        Part::Leb128
                    }
                    dw::DW_FORM_exprloc | dw::DW_FORM_block => Part::Block,
                    dw::DW_FORM_block1 => Part::ShortBlock,
                    dw::DW_FORM_string => Part::Text,
                    _ => return None,
                },
            };
            match (self.parts[from..].last_mut(), part) {
                (Some(Part::Bytes(sum)), Part::Bytes(n_bytes)) => *sum += n_bytes,
                _ => self.parts.push(part),
            }
        }
        Some((u32::try_from(from).ok()?, u32::try_from(self.parts.len()).ok()?))
    }
}

fn kind(abbreviation: &Abbreviation) -> Kind {
    let says = |name: dw::DwAt| abbreviation.attributes().iter().find(|it| it.name() == name);
    match abbreviation.tag() {
        dw::DW_TAG_namespace => Kind::Namespace,
        dw::DW_TAG_subprogram | dw::DW_TAG_entry_point | dw::DW_TAG_inlined_subroutine
            if says(dw::DW_AT_low_pc).or(says(dw::DW_AT_ranges)).is_none() =>
        {
            Kind::Other
        }
        dw::DW_TAG_subprogram | dw::DW_TAG_entry_point => Kind::Function,
        dw::DW_TAG_inlined_subroutine => Kind::Inlined,
        dw::DW_TAG_variable => match says(dw::DW_AT_location).map(AttributeSpecification::form) {
            // Lists of places are for locals.
            None | Some(dw::DW_FORM_sec_offset | dw::DW_FORM_loclistx) => Kind::Other,
            Some(_) => Kind::Variable,
        },
        _ => Kind::Other,
    }
}

#[cfg(test)]
mod tests;
