//! Records and tables, told by the addresses in them.

use super::What;
use super::text;
use crate::map::Label;
use crate::refs::Places;
use crate::report::Endianness;

/// More lines or columns than any source file has.
const MAX_LINE: u64 = 1 << 20;
/// Longer paths are not looked at: many records could share one.
const MAX_PATH_BYTES: u64 = 1 << 10;
/// Texts and objects on a microcontroller are smaller.
const MAX_SIZE: u64 = 1 << 24;

/// Content as words.
pub(super) struct Words<'a> {
    pub(super) places: &'a Places<'a>,
    pub(super) at: u64,
    pub(super) content: &'a [u8],
}

/// What a word may be.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Word {
    Zero,
    /// Points to data.
    Data,
    /// Points to the start of a function.
    Function,
    /// Points into a function: its owner.
    Inside(usize),
    Number(u64),
}

/// The record or table that the words begin with, and its length.
pub(super) fn recognise(words: &Words<'_>) -> Option<(What, u64)> {
    let n_bytes = words.places.machine.pointer_bytes();
    if !words.at.is_multiple_of(n_bytes.min(4)) {
        return None;
    }
    let location_bytes = 2 * n_bytes + 8;
    if let Some(location) = words.location().filter(|_| words.content.len() as u64 >= location_bytes) {
        return Some((location, location_bytes));
    }
    let what = vtable(words.list()).or_else(|| texts(words)).or_else(|| pointers(words));
    let table = what.map(|(what, n_words)| (what, n_words as u64 * n_bytes));
    table.or_else(|| words.distances())
}

impl Words<'_> {
    /// The `core::panic::Location` that is kept here.
    fn location(&self) -> Option<What> {
        let (places, n_bytes) = (self.places, self.places.machine.pointer_bytes());
        let pointer = places.pointer_at(self.at)?;
        let length = places.pointer_at(self.at.checked_add(n_bytes)?)?;
        let line = places.number_at(self.at.checked_add(2 * n_bytes)?)?;
        let column = places.number_at(self.at.checked_add(2 * n_bytes + 4)?)?;
        let is_sound = |it: u64| (1..MAX_LINE).contains(&it);
        if !(1..=MAX_PATH_BYTES).contains(&length) || !is_sound(line) || !is_sound(column) {
            return None;
        }
        let path = places.bytes_at(pointer, usize::try_from(length).ok()?)?;
        let is_path = path.ends_with(b".rs") && text::printable(path) == path.len();
        let small = |it: u64| u32::try_from(it).unwrap_or(u32::MAX);
        let location =
            What::Location { path: pointer, len: small(length), line: small(line), column: small(column) };
        is_path.then_some(location)
    }

    fn list(&self) -> impl Iterator<Item = Word> + use<'_> {
        let n_bytes = self.places.machine.pointer_bytes() as usize;
        self.content.chunks_exact(n_bytes).map_while(|it| self.places.pointer(it)).map(|it| self.word(it))
    }

    fn word(&self, number: u64) -> Word {
        if number == 0 {
            return Word::Zero;
        }
        if let Some(target) = self.places.target_of(number) {
            let is_code = self.places.at(target).is_some_and(|it| self.places.section(it).is_executable);
            return if is_code && self.places.is_start(target) { Word::Function } else { Word::Data };
        }
        let inside = self.places.at(number).filter(|it| self.places.section(it).is_executable);
        match inside.map(|it| it.label) {
            Some(Label::Symbol(owner)) if number > 0xff => Word::Inside(owner),
            _ => Word::Number(number),
        }
    }

    /// A table of distances from its own start to the branches of one function.
    fn distances(&self) -> Option<(What, u64)> {
        let is_little = self.places.image.header.endianness == Endianness::Little;
        let mut home = None;
        let mut n_entries = 0;
        for chunk in self.content.chunks_exact(4) {
            let bytes: [u8; 4] = chunk.try_into().ok()?;
            let distance = if is_little { i32::from_le_bytes(bytes) } else { i32::from_be_bytes(bytes) };
            let target = self.at.checked_add_signed(distance.into())?;
            let place = self.places.at(target).filter(|it| self.places.section(it).is_executable);
            let Some(Label::Symbol(owner)) = place.map(|it| it.label) else { break };
            if *home.get_or_insert(owner) != owner {
                break;
            }
            n_entries += 1;
        }
        (n_entries >= 3).then_some((What::SwitchTable, n_entries * 4))
    }
}

/// Drop glue or none, size, alignment, then methods. Like the others it looks no further than what it
/// finds, so that many tables one behind the other take linear time.
fn vtable(mut list: impl Iterator<Item = Word>) -> Option<(What, usize)> {
    let size = |it: Word| match it {
        Word::Zero => Some(0),
        Word::Number(number) => Some(number),
        _ => None,
    };
    if !matches!(list.next()?, Word::Zero | Word::Function) {
        return None;
    }
    let is_sized = size(list.next()?)? < MAX_SIZE && size(list.next()?)?.is_power_of_two();
    let n_methods = list.take_while(|it| is_sized && *it == Word::Function).count();
    (n_methods > 0).then_some((What::Vtable, 3 + n_methods))
}

/// Texts by address and length.
fn texts(words: &Words<'_>) -> Option<(What, usize)> {
    let is_text = |(address, length): &(Word, Word)| match (address, length) {
        (Word::Data, Word::Number(length)) => *length < MAX_SIZE,
        (Word::Number(1), Word::Zero) => true,
        _ => false,
    };
    let pairs = words.list().step_by(2).zip(words.list().skip(1).step_by(2)).take_while(is_text);
    let (mut n_texts, mut has_address) = (0, false);
    for (address, _) in pairs {
        n_texts += 1;
        has_address |= address == Word::Data;
    }
    has_address.then_some((What::PointerTable, 2 * n_texts))
}

/// Addresses and nothing else; those inside of one function are its switch.
fn pointers(words: &Words<'_>) -> Option<(What, usize)> {
    let first = words.list().next()?;
    if let Word::Inside(_) = first {
        let n_branches = words.list().take_while(|it| *it == first).count();
        return (n_branches >= 2).then_some((What::SwitchTable, n_branches));
    }
    if !matches!(first, Word::Data | Word::Function) {
        return None;
    }
    let (mut n_words, mut n_seen) = (0, 0);
    for word in words.list() {
        n_seen += 1;
        match word {
            Word::Zero => {}
            Word::Data | Word::Function => n_words = n_seen,
            _ => return None,
        }
    }
    Some((What::PointerTable, n_words))
}
