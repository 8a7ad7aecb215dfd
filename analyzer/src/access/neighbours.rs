//! Data that code reaches by a neighbour's address and a distance.
//!
//! Compilers lay statics of one module side by side and keep one address for all of them (merged globals,
//! section anchors): `ldr r0, =FIRST; str r3, [r0, #8]` stores to the one behind. No word of the image, and no
//! relocation, says so. What is loaded from or stored to does, and an address that is handed to a call, given
//! back or stored; one that is only computed may be where something ends, and says nothing. Indices are taken
//! for zero.

use std::collections::BTreeSet;

use super::follow::{Code, Instruction, Pointer, State, Watch, held};
use super::{MAX_STEPS, N_ARM_REGISTERS, N_RISCV_REGISTERS, formed, instructions};
use crate::isa::accesses::{Access, By, Effect, Number, Reader, bit, bits, reader};
use crate::isa::{Decode, sign_extend};
use crate::refs::beside::{datum_beside, is_datum};
use crate::refs::{Flow, List, Place, Places, Reference, ReferenceKind, decoder, sweep_place};
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
    let decoder = decoder(places.image);
    let mut search = Search { places, decoder, reader, found: Vec::new(), steps_left: MAX_STEPS };
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
#[derive(Debug, Clone, Copy, Default)]
struct Reach {
    before: u64,
    behind: u64,
}

impl Reach {
    const MAX: Self = Self { before: u64::MAX, behind: u64::MAX };
    const NONE: Self = Self { before: 0, behind: 0 };

    /// To so many bytes at an offset.
    fn over(offset: i64, n_bytes: u64) -> Self {
        let behind = offset.saturating_add_unsigned(n_bytes);
        let distance = |it| u64::try_from(it).unwrap_or(0);
        Self { before: distance(offset.saturating_neg()), behind: distance(behind) }
    }

    fn max(self, other: Self) -> Self {
        Self { before: self.before.max(other.before), behind: self.behind.max(other.behind) }
    }

    fn plus(self, other: Self) -> Self {
        let before = self.before.saturating_add(other.before);
        Self { before, behind: self.behind.saturating_add(other.behind) }
    }
}

/// What a function adds to what registers hold, and how far it loads and stores from there, by register.
#[derive(Debug, Default)]
struct Sums {
    /// Registers that an instruction puts the address of a datum into, a bit each.
    named: u32,
    /// Registers that each register is made from.
    sources: [u32; N_RISCV_REGISTERS],
    accessed: [Reach; N_RISCV_REGISTERS],
    added: [Reach; N_RISCV_REGISTERS],
    /// How often another register is added.
    n_sums: [u64; N_RISCV_REGISTERS],
    /// The largest distance that any register may hold.
    largest: u64,
}

impl Sums {
    fn add(&mut self, effect: &Effect, is_named: bool, stack_pointer: u32) {
        if let Some(access) = effect.access {
            let is_on_stack = access.bases & bit(stack_pointer) != 0;
            let offset = access.offset.filter(|_| !is_on_stack);
            let reach = offset.map_or(Reach::NONE, |it| Reach::over(it, access.n_bytes));
            for base in bits(access.bases) {
                self.accessed[base] = self.accessed[base].max(reach);
                self.n_sums[base] += u64::from(access.is_sum);
            }
        }
        // Nothing else is left of what a register held that takes an address.
        if is_named && effect.access.is_none_or(|it| it.bases == 0) {
            self.named |= effect.written;
            return;
        }
        for moved in effect.moves.iter().flatten() {
            let from = moved.from as usize % N_RISCV_REGISTERS;
            self.sources[moved.to as usize % N_RISCV_REGISTERS] |= bit(moved.from);
            match moved.by {
                By::Number(by) if moved.from != stack_pointer => {
                    self.added[from] = self.added[from].plus(Reach::over(by, 0));
                }
                By::Register(_) => self.n_sums[from] += 1,
                By::Number(_) | By::Unknown => {}
            }
        }
    }

    fn reach(&self) -> Option<Reach> {
        let mut holders = self.named;
        loop {
            let made = (0..N_RISCV_REGISTERS).filter(|it| self.sources[*it] & holders != 0);
            let all = made.fold(holders, |all, it| all | bit(it as u32));
            if all == holders {
                break;
            }
            holders = all;
        }
        let n_sums = bits(holders).map(|it| self.n_sums[it]).fold(0, u64::saturating_add);
        let by_numbers = self.largest.saturating_mul(n_sums);
        // An address that is handed over is that of one byte.
        let farthest =
            bits(holders).map(|it| self.accessed[it]).fold(Reach { before: 0, behind: 1 }, Reach::max);
        let added = bits(holders).map(|it| self.added[it]).fold(farthest, Reach::plus);
        (holders != 0).then(|| added.plus(Reach { before: by_numbers, behind: by_numbers }))
    }
}

/// What an instruction may make a distance of.
fn largest_number(number: Option<Number>, formed: Option<u64>) -> u64 {
    let formed = formed.map_or(0, |it| sign_extend(it as u32, 32));
    let number = match number {
        Some(Number::Is(number)) => number,
        Some(Number::Shifted(_, by)) => i64::from(u8::MAX) << by,
        None => 0,
    };
    formed.unsigned_abs().max(number.unsigned_abs())
}

struct Search<'a, 'image> {
    places: &'a Places<'image>,
    decoder: Option<Box<dyn Decode>>,
    reader: Reader,
    found: Vec<Reference>,
    steps_left: usize,
}

impl Search<'_, '_> {
    /// Follows the addresses in a function, if anything in it may go beyond the bytes that it names.
    fn function(&mut self, place: &Place, room: Reach) {
        let Some(reach) = self.reach(place) else { return };
        if reach.before <= room.before && reach.behind <= room.behind {
            return;
        }
        let Some(decoder) = self.decoder.as_deref_mut() else { return };
        let Some(list) = instructions(self.places, place, (decoder, self.reader)) else { return };
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

    /// Registers whose values leave the function: by a call, by its return, or into memory.
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
    /// `None` where no register ever holds one.
    fn reach(&mut self, place: &Place) -> Option<Reach> {
        let mut sums = Sums::default();
        let (places, reader) = (self.places, self.reader);
        let mut decoder = self.decoder.take()?;
        sweep_place(places, decoder.as_mut(), place, |at, step| {
            let content = places.content(Span::saturating(at, step.len_bytes), place.section_idx);
            let effect = (reader.effect)(content, step);
            let formed = formed(places, step.value);
            let is_named = formed.is_some_and(|it| self.is_near(it));
            sums.largest = sums.largest.max(largest_number(effect.number, formed.filter(|_| !is_named)));
            sums.add(&effect, is_named, reader.stack_pointer);
        });
        self.decoder = Some(decoder);
        sums.reach()
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
