//! Which functions an instruction belongs to: its own and those it was inlined into.

use gimli::{Abbreviation, AttributeValue, EntriesRaw, UnitRef, constants as dw};

use super::Slice;
use super::budget::Budget;
use super::frames::{Covered, Segments};
use super::ranges::RangeAttributes;
use super::sections::Memory;

/// Functions with code and variables with an address, of one unit.
#[derive(Debug, Default)]
pub(super) struct Functions {
    pub(super) frames: Vec<Frame>,
    pub(super) segments: Segments,
    pub(super) variables: Vec<Variable>,
    /// Entry of a function → its outermost namespace, sorted.
    namespaces: Vec<(usize, usize)>,
    pub(super) error: Option<gimli::Error>,
}

/// A function with code, or an inlined copy of one.
#[derive(Debug, Clone, Copy)]
pub(super) struct Frame {
    /// The frame it was inlined into.
    pub(super) parent: Option<u32>,
    /// The function that is not inlined, this one included.
    pub(super) root: u32,
    pub(super) depth: u32,
    /// The entry with its name.
    pub(super) origin: Reference,
    /// Where it was called, if it is inlined; file in the numbering of the line table.
    pub(super) call_file: u32,
    pub(super) call_line: u32,
}

/// An entry of this unit, or of any.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub(super) enum Reference {
    Inside(usize),
    Global(usize),
}

impl Reference {
    pub(super) fn of(value: AttributeValue<Slice<'_>>) -> Option<Self> {
        match value {
            AttributeValue::UnitRef(offset) => Some(Self::Inside(offset.0)),
            AttributeValue::DebugInfoRef(offset) => Some(Self::Global(offset.0)),
            _ => None,
        }
    }
}

/// A static.
#[derive(Debug, Clone, Copy)]
pub(super) struct Variable {
    pub(super) address: u64,
    pub(super) entry: usize,
}

impl Functions {
    /// Reads all entries of `unit` once.
    pub(super) fn read(unit: UnitRef<'_, Slice<'_>>, memory: &Memory, budget: &Budget) -> Self {
        let mut pass = Pass {
            unit,
            memory,
            budget,
            found: Self::default(),
            covered: Vec::new(),
            open: Vec::new(),
            namespaces: Vec::new(),
        };
        let error = pass.run().err();
        let Pass { mut found, covered, .. } = pass;
        found.error = error;
        found.segments = Segments::new(&found.frames, covered);
        found
    }

    /// The outermost namespace around the function at `entry`.
    pub(super) fn namespace_of(&self, entry: usize) -> Option<usize> {
        let idx = self.namespaces.binary_search_by_key(&entry, |it| it.0).ok()?;
        Some(self.namespaces[idx].1)
    }
}

struct Pass<'unit, 'a> {
    unit: UnitRef<'unit, Slice<'a>>,
    memory: &'unit Memory,
    budget: &'unit Budget,
    found: Functions,
    covered: Vec<Covered>,
    /// Frames around the next entry: depth in the tree, index.
    open: Vec<(isize, u32)>,
    /// Outermost namespace around the next entry: depth in the tree, entry.
    namespaces: Vec<(isize, usize)>,
}

impl<'unit, 'a> Pass<'unit, 'a> {
    fn run(&mut self) -> gimli::Result<()> {
        let mut entries = self.unit.entries_raw(None)?;
        while !entries.is_empty() {
            let offset = entries.next_offset().0;
            let depth = entries.next_depth();
            let Some(abbreviation) = entries.read_abbreviation()? else { continue };
            self.close(depth);
            match abbreviation.tag() {
                dw::DW_TAG_subprogram | dw::DW_TAG_inlined_subroutine | dw::DW_TAG_entry_point => {
                    self.function(&mut entries, abbreviation, (offset, depth))?;
                }
                dw::DW_TAG_variable => self.variable(&mut entries, abbreviation, offset)?,
                tag => {
                    if tag == dw::DW_TAG_namespace && self.namespaces.is_empty() {
                        self.namespaces.push((depth, offset));
                    }
                    entries.skip_attributes(abbreviation.attributes())?;
                }
            }
        }
        Ok(())
    }

    /// Forgets what does not surround an entry at `depth`.
    fn close(&mut self, depth: isize) {
        while self.open.last().is_some_and(|it| it.0 >= depth) {
            self.open.pop();
        }
        while self.namespaces.last().is_some_and(|it| it.0 >= depth) {
            self.namespaces.pop();
        }
    }

    fn function(
        &mut self,
        entries: &mut EntriesRaw<'unit, Slice<'a>>,
        abbreviation: &Abbreviation,
        (offset, depth): (usize, isize),
    ) -> gimli::Result<()> {
        let mut ranges = RangeAttributes::default();
        let mut frame = Frame {
            parent: self.open.last().map(|it| it.1),
            root: 0,
            depth: 0,
            origin: Reference::Inside(offset),
            call_file: 0,
            call_line: 0,
        };
        let is_inlined = abbreviation.tag() == dw::DW_TAG_inlined_subroutine;
        for spec in abbreviation.attributes() {
            let attribute = entries.read_attribute(*spec)?;
            match attribute.name() {
                dw::DW_AT_abstract_origin => {
                    frame.origin = Reference::of(attribute.value()).unwrap_or(frame.origin);
                }
                dw::DW_AT_call_file => frame.call_file = number(attribute.value()),
                dw::DW_AT_call_line => frame.call_line = number(attribute.value()),
                _ => ranges.see(&attribute),
            }
        }
        if let Some((_, namespace)) = self.namespaces.first() {
            self.found.namespaces.push((offset, *namespace));
        }
        if !is_inlined {
            // Functions inside of functions are called, not inlined.
            frame.parent = None;
        }
        self.frame(frame, ranges, depth);
        Ok(())
    }

    /// Enters a frame if it has code.
    fn frame(&mut self, mut frame: Frame, ranges: RangeAttributes<'a>, depth: isize) {
        let idx = u32::try_from(self.found.frames.len()).unwrap_or(u32::MAX);
        let parent = frame.parent.map(|it| self.found.frames[it as usize]);
        frame.root = parent.map_or(idx, |it| it.root);
        frame.depth = parent.map_or(0, |it| it.depth + 1);
        let n_before = self.covered.len();
        let (covered, memory) = (&mut self.covered, self.memory);
        ranges.for_each(self.unit, self.budget, |span| {
            covered.extend(Some(Covered { span, frame: idx }).filter(|it| memory.has_code(it.span)));
        });
        if self.covered.len() > n_before {
            self.found.frames.push(frame);
            self.open.push((depth, idx));
        }
    }

    fn variable(
        &mut self,
        entries: &mut EntriesRaw<'unit, Slice<'a>>,
        abbreviation: &Abbreviation,
        offset: usize,
    ) -> gimli::Result<()> {
        if !abbreviation.attributes().iter().any(|it| it.name() == dw::DW_AT_location) {
            return entries.skip_attributes(abbreviation.attributes());
        }
        for spec in abbreviation.attributes() {
            let attribute = entries.read_attribute(*spec)?;
            if attribute.name() == dw::DW_AT_location {
                let address = attribute.exprloc_value().and_then(|it| self.address(it.0));
                let address = address.filter(|it| self.memory.has_data(*it));
                self.found.variables.extend(address.map(|address| Variable { address, entry: offset }));
            }
        }
        Ok(())
    }

    /// The address that an expression consists of.
    fn address(&self, mut expression: Slice<'a>) -> Option<u64> {
        use gimli::Reader;
        match dw::DwOp(expression.read_u8().ok()?) {
            dw::DW_OP_addr => expression.read_address(self.unit.header.address_size()).ok(),
            dw::DW_OP_addrx | dw::DW_OP_GNU_addr_index => {
                let index = usize::try_from(expression.read_uleb128().ok()?).ok()?;
                self.unit.address(gimli::DebugAddrIndex(index)).ok()
            }
            _ => None,
        }
    }
}

fn number(value: AttributeValue<Slice<'_>>) -> u32 {
    let number = match value {
        AttributeValue::FileIndex(it) => Some(it),
        value => value.udata_value(),
    };
    number.and_then(|it| u32::try_from(it).ok()).unwrap_or(0)
}
