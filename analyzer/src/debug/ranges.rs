//! The addresses of an entry: one range, or a list of them.

use gimli::{Attribute, AttributeValue, UnitRef, constants as dw};

use super::Slice;
use super::budget::Budget;
use crate::span::Span;

/// A range of a list is kept, so it counts for what it takes.
const STEPS_PER_RANGE: u64 = 16;

/// What an entry says about its addresses. Gimli has this too, but adds without a check.
#[derive(Debug, Default, Clone, Copy)]
pub(super) struct RangeAttributes<'a> {
    low: Option<AttributeValue<Slice<'a>>>,
    high: Option<AttributeValue<Slice<'a>>>,
    list: Option<AttributeValue<Slice<'a>>>,
}

impl<'a> RangeAttributes<'a> {
    /// Notes the attribute if it is about addresses.
    pub(super) fn see(&mut self, attribute: &Attribute<Slice<'a>>) {
        match attribute.name() {
            dw::DW_AT_low_pc => self.low = Some(attribute.value()),
            dw::DW_AT_high_pc => self.high = Some(attribute.value()),
            dw::DW_AT_ranges => self.list = Some(attribute.value()),
            _ => {}
        }
    }

    /// Hands out every range that is not empty. Damaged ones are none.
    pub(super) fn for_each(self, unit: UnitRef<'_, Slice<'a>>, budget: &Budget, mut found: impl FnMut(Span)) {
        if let Some(list) = self.list {
            let Ok(Some(mut ranges)) = unit.attr_ranges(list) else { return };
            while let Ok(Some(range)) = ranges.next() {
                if !budget.take(STEPS_PER_RANGE) {
                    break;
                }
                Span::between(range.begin, range.end).into_iter().for_each(&mut found);
            }
        } else if let Some(span) = self.single(unit).filter(|it| !it.is_empty()) {
            found(span);
        }
    }

    fn single(self, unit: UnitRef<'_, Slice<'a>>) -> Option<Span> {
        let start = unit.attr_address(self.low?).ok()??;
        match self.high? {
            AttributeValue::Udata(size) => Span::new(start, size),
            value => Span::between(start, unit.attr_address(value).ok()??),
        }
    }
}
