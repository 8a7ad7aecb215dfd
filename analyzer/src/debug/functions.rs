//! Which functions an instruction belongs to: its own and those it was inlined into.

use gimli::{AttributeValue, UnitRef, constants as dw};

use super::Slice;
use super::budget::Budget;
use super::entries::{Entries, Entry, Kind};
use super::frames::{Covered, Rank, Segments};
use super::ranges::RangeAttributes;
use super::sections::Memory;

/// Functions with code and variables with an address, of one unit.
#[derive(Debug, Default)]
pub(super) struct Functions {
    pub(super) frames: Vec<Frame>,
    pub(super) segments: Segments,
    pub(super) variables: Vec<Variable>,
    /// Outermost namespaces, by entry: it, and the first entry behind it.
    namespaces: Vec<(usize, usize)>,
    pub(super) error: Option<gimli::Error>,
}

/// A function with code, or an inlined copy of one.
#[derive(Debug, Clone, Copy)]
pub(super) struct Frame {
    /// The frame it was inlined into.
    pub(super) parent: Option<u32>,
    /// The entry with its name.
    pub(super) origin: Reference,
    /// Where it was called, if it is inlined; file in the numbering of the line table.
    pub(super) call_file: u32,
    pub(super) call_line: u32,
}

/// An entry of this unit, or of any: an offset, and in the highest bit whether it counts from the start of the
/// section. No section is so long that this bit has a meaning.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub(super) struct Reference(u64);

const GLOBAL: u64 = 1 << 63;

impl Reference {
    pub(super) fn of(value: AttributeValue<Slice<'_>>) -> Option<Self> {
        match value {
            AttributeValue::UnitRef(offset) => Some(Self::inside(offset.0)),
            AttributeValue::DebugInfoRef(offset) => Some(Self(offset.0 as u64 | GLOBAL)),
            _ => None,
        }
    }

    /// An entry of this unit.
    pub(super) fn inside(offset: usize) -> Self {
        Self(offset as u64 & !GLOBAL)
    }

    /// Whether the offset counts from the start of the section.
    pub(super) fn is_global(self) -> bool {
        self.0 & GLOBAL != 0
    }

    pub(super) fn offset(self) -> usize {
        (self.0 & !GLOBAL) as usize
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
            ranks: Vec::new(),
            open: Vec::new(),
            namespace: None,
        };
        let error = pass.run().err();
        pass.close_namespace(usize::MAX);
        let Pass { mut found, covered, ranks, .. } = pass;
        found.error = error;
        found.frames.shrink_to_fit();
        found.segments = Segments::new(&ranks, covered);
        found
    }

    /// The function that a frame was inlined into, over others if need be; itself if it is not inlined.
    pub(super) fn root(&self, frame: u32) -> Option<&Frame> {
        let mut root = self.frames.get(frame as usize)?;
        while let Some(parent) = root.parent.and_then(|it| self.frames.get(it as usize)) {
            root = parent;
        }
        Some(root)
    }

    /// The outermost namespace around the function at `entry`.
    pub(super) fn namespace_of(&self, entry: usize) -> Option<usize> {
        let idx = self.namespaces.partition_point(|it| it.1 <= entry);
        self.namespaces.get(idx).map(|it| it.0).filter(|it| *it < entry)
    }
}

struct Pass<'unit, 'a> {
    unit: UnitRef<'unit, Slice<'a>>,
    memory: &'unit Memory,
    budget: &'unit Budget,
    found: Functions,
    covered: Vec<Covered>,
    /// By frame.
    ranks: Vec<Rank>,
    /// Frames around the next entry: depth in the tree, index.
    open: Vec<(isize, u32)>,
    /// Outermost namespace around the next entry: depth in the tree, entry.
    namespace: Option<(isize, usize)>,
}

impl<'unit, 'a> Pass<'unit, 'a> {
    fn run(&mut self) -> gimli::Result<()> {
        let mut entries = Entries::new(self.unit)?;
        while let Some(entry) = entries.next()? {
            self.close(entry.offset, entry.depth);
            match entry.kind {
                Kind::Function | Kind::Inlined => self.function(&mut entries, &entry)?,
                Kind::Variable => self.variable(&mut entries, &entry)?,
                Kind::Namespace | Kind::Other => {
                    if entry.kind == Kind::Namespace && self.namespace.is_none() {
                        self.namespace = Some((entry.depth, entry.offset));
                    }
                    entries.skip(&entry)?;
                }
            }
        }
        Ok(())
    }

    /// Forgets what does not surround the entry at `offset`, so deep in the tree.
    fn close(&mut self, offset: usize, depth: isize) {
        while self.open.last().is_some_and(|it| it.0 >= depth) {
            self.open.pop();
        }
        if self.namespace.is_some_and(|it| it.0 >= depth) {
            self.close_namespace(offset);
        }
    }

    /// The namespace that is open ends before the entry at `offset`.
    fn close_namespace(&mut self, offset: usize) {
        let closed = self.namespace.take().map(|(_, entry)| (entry, offset));
        self.found.namespaces.extend(closed);
    }

    fn function(&mut self, entries: &mut Entries<'unit, 'a>, entry: &Entry<'unit>) -> gimli::Result<()> {
        let mut ranges = RangeAttributes::default();
        let mut frame = Frame {
            // Functions inside of functions are called, not inlined.
            parent: self.open.last().map(|it| it.1).filter(|_| entry.kind == Kind::Inlined),
            origin: Reference::inside(entry.offset),
            call_file: 0,
            call_line: 0,
        };
        entries.read(entry, |attribute| match attribute.name() {
            dw::DW_AT_abstract_origin => {
                frame.origin = Reference::of(attribute.value()).unwrap_or(frame.origin);
            }
            dw::DW_AT_call_file => frame.call_file = number(attribute.value()),
            dw::DW_AT_call_line => frame.call_line = number(attribute.value()),
            _ => ranges.see(&attribute),
        })?;
        self.frame(frame, ranges, entry.depth);
        Ok(())
    }

    /// Enters a frame if it has code.
    fn frame(&mut self, frame: Frame, ranges: RangeAttributes<'a>, depth: isize) {
        let idx = u32::try_from(self.found.frames.len()).unwrap_or(u32::MAX);
        let n_before = self.covered.len();
        let (covered, memory) = (&mut self.covered, self.memory);
        ranges.for_each(self.unit, self.budget, |span| {
            let span = memory.code_span(span);
            covered.extend(Some(Covered { span, frame: idx }).filter(|it| memory.has_code(it.span)));
        });
        if self.covered.len() > n_before {
            let parent = frame.parent.map(|it| self.ranks[it as usize]);
            let rank = |it: Rank| Rank { depth: it.depth + 1, ..it };
            self.ranks.push(parent.map_or(Rank { root: idx, depth: 0 }, rank));
            self.found.frames.push(frame);
            self.open.push((depth, idx));
        }
    }

    fn variable(&mut self, entries: &mut Entries<'unit, 'a>, entry: &Entry<'unit>) -> gimli::Result<()> {
        let mut location = None;
        entries.read(entry, |attribute| {
            if attribute.name() == dw::DW_AT_location {
                location = attribute.exprloc_value();
            }
        })?;
        let address = location.and_then(|it| self.address(it.0)).filter(|it| self.memory.has_data(*it));
        self.found.variables.extend(address.map(|address| Variable { address, entry: entry.offset }));
        Ok(())
    }

    /// The address that an expression consists of. Where statics were merged, it is the block's and a distance.
    fn address(&self, mut expression: Slice<'a>) -> Option<u64> {
        use gimli::Reader;
        let base = match dw::DwOp(expression.read_u8().ok()?) {
            dw::DW_OP_addr => expression.read_address(self.unit.header.address_size()).ok()?,
            dw::DW_OP_addrx | dw::DW_OP_GNU_addr_index => {
                let index = usize::try_from(expression.read_uleb128().ok()?).ok()?;
                self.unit.address(gimli::DebugAddrIndex(index)).ok()?
            }
            _ => return None,
        };
        match expression.read_u8().map(dw::DwOp) {
            Ok(dw::DW_OP_plus_uconst) => base.checked_add(expression.read_uleb128().ok()?),
            // The number itself, or what a pointer there leads to.
            Ok(dw::DW_OP_stack_value | dw::DW_OP_deref) => None,
            _ => Some(base),
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
