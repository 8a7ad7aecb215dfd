//! Data that code reaches by a neighbour's address and a distance.
//!
//! Compilers lay statics of one module side by side and keep one address for all of them (merged globals,
//! section anchors): `ldr r0, =FIRST; str r3, [r0, #8]` stores to the one behind. No word of the image, and no
//! relocation, says so. What is loaded from or stored to does, and an address that is handed to a call, given
//! back or stored; one that is only computed may be where something ends, and says nothing. Indices are taken
//! for zero.

use std::collections::BTreeSet;

use super::follow::{Code, Instruction, Pointer, State, Watch, held};
use super::{MAX_STEPS, N_ARM_REGISTERS, N_RISCV_REGISTERS, instructions};
use crate::isa::accesses::{Access, By, Effect, Move, Number, Reader, bit, reader};
use crate::isa::sign_extend;
use crate::refs::beside::{datum_beside, is_datum};
use crate::refs::{Flow, List, Place, Places, Reference, ReferenceKind, Value, decoder, sweep_place};
use crate::span::Span;

const WORD_BYTES: u64 = 4;

/// What was found, and whether there was time for all of it.
#[derive(Debug, Default)]
pub(crate) struct Neighbours {
    pub(crate) references: Vec<Reference>,
    pub(crate) is_cut: bool,
}

/// References from loads and stores to whom nobody names there. None where nobody knows the machine's
/// loads and stores.
pub(crate) fn neighbours(places: &Places<'_>, references: &List, beside: &[u64]) -> Neighbours {
    let Some(reader) = reader(places.image) else { return Neighbours::default() };
    let mut search = Search { places, reader, found: Vec::new(), steps_left: MAX_STEPS };
    let mut function: Option<(Place, Reach)> = None;
    let named = references.iter().filter(|it| it.kind == ReferenceKind::Address);
    let mut named = named.filter_map(|it| Some((it.at_address, room(places, it.target_address)?))).peekable();
    let mut beside = beside.iter().map(|it| (*it, Reach::NONE)).peekable();
    let next = || match (named.peek(), beside.peek()) {
        (Some((one, _)), Some((two, _))) if one > two => beside.next(),
        (None, _) => beside.next(),
        _ => named.next(),
    };
    for (at, its_room) in std::iter::from_fn(next) {
        if !function.is_some_and(|(it, _)| it.span.contains_address(at)) {
            function.iter().for_each(|(place, room)| search.function(place, *room));
            function = places.at(at).map(|it| (*it, Reach::MAX));
        }
        if let Some((_, room)) = &mut function {
            let (before, behind) = (room.before.min(its_room.before), room.behind.min(its_room.behind));
            *room = Reach { before, behind };
        }
    }
    function.iter().for_each(|(place, room)| search.function(place, *room));
    Neighbours { references: search.found, is_cut: search.steps_left == 0 }
}

/// How far loads and stores may go from an address of a datum without leaving it.
fn room(places: &Places<'_>, address: u64) -> Option<Reach> {
    let datum = data_at(places, address)?;
    Some(Reach { before: address - datum.span.start(), behind: datum.span.end() - address })
}

/// The symbol whose data is at an address.
fn data_at<'a>(places: &'a Places<'_>, address: u64) -> Option<&'a Place> {
    places.at(address).filter(|it| is_datum(places, it))
}

/// How far loads and stores go from an address, or how far they may go without leaving anybody's bytes.
#[derive(Debug, Clone, Copy)]
struct Reach {
    before: u64,
    behind: u64,
}

impl Reach {
    const MAX: Self = Self { before: u64::MAX, behind: u64::MAX };
    const NONE: Self = Self { before: 0, behind: 0 };
}

struct Search<'a, 'image> {
    places: &'a Places<'image>,
    reader: Reader,
    found: Vec<Reference>,
    steps_left: usize,
}

impl Search<'_, '_> {
    /// Follows the addresses in a function, if anything in it may go beyond the bytes that it names.
    fn function(&mut self, place: &Place, room: Reach) {
        let reach = self.reach(place);
        if reach.before <= room.before && reach.behind <= room.behind {
            return;
        }
        let Some(list) = instructions(self.places, place, self.reader) else { return };
        match self.reader.n_registers {
            N_RISCV_REGISTERS => self.follow::<N_RISCV_REGISTERS>(place, &list),
            _ => self.follow::<N_ARM_REGISTERS>(place, &list),
        }
    }

    fn follow<const N: usize>(&mut self, place: &Place, list: &[Instruction]) {
        let code = Code::<N> { list, end: place.span.end(), ignored: &BTreeSet::new() };
        let states = code.follow(self);
        if self.steps_left == 0 {
            return;
        }
        for (it, before) in list.iter().zip(states) {
            let Some(before) = before else { continue };
            for (pointer, access) in code.accessed(it, &before, None).filter(|(it, _)| it.is_certain) {
                self.enter(it, pointer, access.n_bytes);
            }
            self.hand_over(it, &before, place.span);
        }
    }

    /// Addresses that somebody else gets. One where the datum ends that was named, which is there
    /// too, is the end of it: a pair of both says where to work.
    fn hand_over<const N: usize>(&mut self, it: &Instruction, before: &State<N>, function: Span) {
        let all: Vec<Pointer> =
            held(before, self.handed_over(it, function)).filter(|it| it.is_certain).collect();
        for pointer in &all {
            let is_end_of = |named: &Place| {
                let is_end = pointer.without_index() == named.span.end();
                is_end && all.iter().any(|it| named.span.contains_address(it.without_index()))
            };
            if !data_at(self.places, pointer.base).is_some_and(is_end_of) {
                self.enter(it, *pointer, 1);
            }
        }
    }

    /// Registers whose values somebody else gets: whom the function calls or goes back to, or memory.
    fn handed_over(&self, it: &Instruction, function: Span) -> u32 {
        let effect = &it.effect;
        match it.step.flow {
            Flow::Call(_) | Flow::CallThrough(_) | Flow::CallUnknown => self.reader.arguments,
            Flow::Jump(target) if !function.contains_address(target) => self.reader.arguments,
            Flow::JumpThrough(_) => self.reader.arguments,
            Flow::End | Flow::JumpUnknown => effect.passed_on & self.reader.arguments,
            _ if effect.access.is_some_and(|it| it.is_store) => effect.passed_on,
            _ => 0,
        }
    }

    /// The most that any load or store may go from an address that is named: with all that is added anywhere.
    fn reach(&self, place: &Place) -> Reach {
        // An address that is handed over is that of one byte.
        let mut reach = Reach { before: 0, behind: 1 };
        let (mut added, mut taken) = (0_u64, 0_u64);
        let (mut largest, mut n_sums) = (0, 0);
        let Some(mut decoder) = decoder(self.places.image) else { return reach };
        sweep_place(self.places, decoder.as_mut(), place, |at, step| {
            let content = self.places.content(Span::saturating(at, step.len_bytes), place.section_idx);
            let Effect { access, moves, number, .. } = (self.reader.effect)(content, step);
            largest = largest.max(self.largest_number(number, step.value));
            let is_sum = |it: &Move| matches!(it.by, By::Register(_));
            let has_sum = access.is_some_and(|it| it.is_sum) || moves.iter().flatten().any(is_sum);
            n_sums += u64::from(has_sum);
            if let Some((offset, access)) = access.and_then(|it| Some((it.offset?, it)))
                && access.bases & bit(self.reader.stack_pointer) == 0
            {
                let behind = offset.saturating_add_unsigned(access.n_bytes);
                reach.behind = reach.behind.max(u64::try_from(behind).unwrap_or(0));
                reach.before = reach.before.max(u64::try_from(offset.saturating_neg()).unwrap_or(0));
            }
            for moved in moves.iter().flatten().filter(|it| it.from != self.reader.stack_pointer) {
                let By::Number(by) = moved.by else { continue };
                added = added.saturating_add(u64::try_from(by).unwrap_or(0));
                taken = taken.saturating_add(u64::try_from(by.saturating_neg()).unwrap_or(0));
            }
        });
        let by_numbers = largest.saturating_mul(n_sums);
        Reach {
            before: reach.before.saturating_add(taken).saturating_add(by_numbers),
            behind: reach.behind.saturating_add(added).saturating_add(by_numbers),
        }
    }

    /// What an instruction may make a distance of.
    fn largest_number(&self, number: Option<Number>, value: Value) -> u64 {
        let formed = match value {
            Value::Load(pool) => self.places.number_at(pool),
            Value::Address(number) => Some(number),
            Value::Sum(pool, here) => {
                self.places.number_at(pool).map(|it| it.wrapping_add(here) & 0xffff_ffff)
            }
            Value::Beginning(_) | Value::None => None,
        };
        let formed = formed.filter(|it| !self.is_near(*it)).map_or(0, |it| sign_extend(it as u32, 32));
        let number = match number {
            Some(Number::Is(number)) => number,
            Some(Number::Shifted(_, by)) => i64::from(u8::MAX) << by,
            None => 0,
        };
        formed.unsigned_abs().max(number.unsigned_abs())
    }

    /// Whoever is reached and is not the one that was named.
    fn enter(&mut self, it: &Instruction, pointer: Pointer, n_bytes: u64) {
        let (address, named) = (pointer.without_index(), self.places.at(pointer.base));
        let distance_before = named.map_or(0, |it| it.span.start().saturating_sub(address));
        // `a[i - 1]` is no neighbour.
        if pointer.is_indexed && named.is_some_and(|it| (1..it.span.size()).contains(&distance_before)) {
            return;
        }
        let named = named.map(|it| it.label);
        for address in (0..n_bytes).step_by(WORD_BYTES as usize).map(|it| address.saturating_add(it)) {
            if data_at(self.places, address).is_some_and(|it| Some(it.label) != named) {
                self.found.push(Reference::new(it.at, address, ReferenceKind::Access));
            }
        }
    }
}

impl Watch for Search<'_, '_> {
    fn is_near(&self, number: u64) -> bool {
        data_at(self.places, number).is_some() || datum_beside(self.places, number).is_some()
    }

    /// Only where an address leads on all ways counts, which is known at the end.
    fn access(&mut self, _: u64, _: Pointer, _: &Access) {}

    fn pass_on(&mut self, _: Pointer) {}

    fn has_time(&mut self) -> bool {
        self.steps_left = self.steps_left.saturating_sub(1);
        self.steps_left > 0
    }
}
