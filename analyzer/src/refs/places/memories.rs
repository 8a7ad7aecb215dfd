//! Where a number leads on AVR, whose memories have addresses alike: RAM by bytes, data in flash by bytes, functions
//! by words. Nothing says which of these is meant, so all of them are.

use super::{Place, Places, Target};
use crate::isa::AVR_DATA_BASE;
use crate::report::SectionRole;

impl Places<'_> {
    /// What a number may be the address of that code puts into two registers. It is one only if something begins
    /// there, or lies in RAM: `&table[0].value`.
    pub(crate) fn loaded(&self, number: u64) -> impl Iterator<Item = Target> {
        let begins = |it: &&Place| it.span.start() & !AVR_DATA_BASE == number;
        let in_ram = self.at(AVR_DATA_BASE + number).filter(begins);
        let in_flash = self.at(number).filter(begins).filter(|it| self.is_data(it, number));
        let data = [in_ram, in_flash].map(|it| it.map(|it| Target::new(it, it.span.start())));
        let beginnings = [data[0], data[1], self.pointed_code(number)];
        let is_none = beginnings.iter().all(Option::is_none);
        let inside = self.in_ram(number).filter(|_| is_none);
        beginnings.into_iter().chain([inside]).flatten().filter(move |_| number != 0)
    }

    /// What a word of data may point to beside data in flash.
    pub(crate) fn pointed(&self, number: u64) -> impl Iterator<Item = Target> {
        [self.in_ram(number), self.pointed_code(number)].into_iter().flatten()
    }

    fn in_ram(&self, number: u64) -> Option<Target> {
        let address = AVR_DATA_BASE + number;
        let place = self.at(address)?;
        let is_set_aside = self.section(place).role == SectionRole::Reservation;
        (!is_set_aside).then(|| Target::new(place, address))
    }

    /// Pointers to functions have 16 bits.
    fn pointed_code(&self, number: u64) -> Option<Target> {
        let address = self.code_target(number).filter(|_| (1..=u64::from(u16::MAX)).contains(&number))?;
        self.target_at(address)
    }
}
