//! Constants, also those among code that nothing marks: RISC-V's assemblers wrote no mapping symbols for long (GNU's
//! does since 2.41, LLVM's since 17).

use super::{Place, Places, Target};
use crate::anonymous::text;
use crate::isa::registers::Constants;
use crate::map::Label;

/// Shorter texts, their NUL included, may as well be an instruction.
const MIN_TEXT_BYTES: usize = 3;

impl Places<'_> {
    /// Whether a text begins in a gap among code where no mark tells code from data.
    pub(crate) fn is_text(&self, place: &Place, address: u64) -> bool {
        self.is_unmarked(place)
            && text::text_bytes(self.content(place.span.from(address), place.section_idx))
                .is_some_and(|it| it >= MIN_TEXT_BYTES)
    }

    /// What an instruction forms the address of: in such a gap also what is no text. A number in data is one
    /// by chance too often.
    pub(crate) fn formed(&self, number: u64, home: Option<&Place>) -> Option<Target> {
        let is_unmarked = |it: &&Place| self.is_unmarked(it) && !self.is_in_vectors(number);
        let unmarked = || home.filter(is_unmarked).map(|it| Target::new(it, number));
        self.target_in(number, home).or_else(unmarked)
    }

    fn is_unmarked(&self, place: &Place) -> bool {
        let is_gap = place.label == Label::Unattributed && self.section(place).is_executable;
        is_gap && self.machine.is_riscv() && self.marks(place.section_idx).is_empty()
    }
}

impl Constants for Places<'_> {
    fn constant(&self, address: u64) -> Option<u64> {
        let place = self.at(address)?;
        if self.section(place).is_writable { None } else { self.pointer_at(address) }
    }
}
