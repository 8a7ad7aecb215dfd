//! Sweeping over code: each function from its start to its end, and what that tells.

use std::collections::BTreeSet;

use super::beside::datum_beside;
use super::list::List;
use super::places::{Place, Places, Target};
use super::run_ons::Ways;
use super::{MAX_REFERENCES, Reference, ReferenceKind};
use crate::isa::{self, Decode, Flow, Step, Value};
use crate::map::Label;
use crate::span::Span;

/// Absolute symbols below are sizes and offsets more often than addresses.
const LEAST_OUTSIDE: u64 = 1 << 16;

/// Decodes all code and tells `see` each instruction and the place it is in.
pub(crate) fn sweep(places: &Places<'_>, decoder: &mut dyn Decode, mut see: impl FnMut(u64, &Step, &Place)) {
    let has_stray_literals = places.machine.has_stray_literals();
    let mut literals = Vec::new();
    for place in of_code(places) {
        sweep_place(places, decoder, place, |at, step| {
            if has_stray_literals {
                literals.extend(step.literal());
            }
            see(at, step, place);
        });
    }
    if has_stray_literals {
        // What labelled code loads is not known before it is decoded, and ends other labelled code.
        labelled(places, (decoder, &literals.clone()), |_, step, _| literals.extend(step.literal()));
        labelled(places, (decoder, &literals), see);
    }
}

/// Decodes the code of one place.
pub(crate) fn sweep_place(
    places: &Places<'_>,
    decoder: &mut dyn Decode,
    place: &Place,
    mut see: impl FnMut(u64, &Step),
) {
    decoder.reset();
    for (span, mode) in places.modes(place) {
        if !decoder.enter(mode) {
            continue;
        }
        let code = Code { content: places.content(span, place.section_idx), start: span.start() };
        if places.machine.has_stray_literals() {
            code.follow(decoder, &mut see);
        } else {
            code.sweep(decoder, &mut see);
        }
    }
}

/// Decodes what begins at labels in gaps, up to the next label or literal.
fn labelled(
    places: &Places<'_>,
    (decoder, literals): (&mut dyn Decode, &[u64]),
    mut see: impl FnMut(u64, &Step, &Place),
) {
    let mut borders = places.labelled_code();
    let starts = borders.clone();
    borders.extend(literals);
    borders.sort_unstable();
    for start in starts {
        let Some(place) = places.at(start).filter(|it| it.label == Label::Unattributed) else { continue };
        let next = borders.partition_point(|it| *it <= start);
        let end = borders.get(next).map_or(place.span.end(), |it| (*it).min(place.span.end()));
        let Some(span) = Span::between(start, end) else { continue };
        let place = Place { span, ..*place };
        let code = Code { content: places.content(span, place.section_idx), start };
        decoder.reset();
        code.follow(decoder, |at, step| see(at, step, &place));
    }
}

/// Bytes that are code, and where they run.
struct Code<'data> {
    content: &'data [u8],
    start: u64,
}

impl Code<'_> {
    /// One instruction after the other.
    fn sweep(self, decoder: &mut dyn Decode, mut see: impl FnMut(u64, &Step)) {
        decoder.run(self.content, self.start, &mut see);
    }

    /// The same for machines whose assemblers leave bytes unused where control does not get to: after
    /// a jump goes on where a branch leads to, else behind zeroes.
    fn follow(self, decoder: &mut dyn Decode, mut see: impl FnMut(u64, &Step)) {
        const MAX_UNUSED: usize = 3;
        let mut targets = BTreeSet::new();
        let mut offset = 0;
        while let Some(code) = self.content.get(offset..).filter(|it| !it.is_empty()) {
            let at = self.start.saturating_add(offset as u64);
            let step = decoder.step(code, at);
            see(at, &step);
            offset = offset.saturating_add(step.len_bytes as usize);
            if let Flow::Branch(target) | Flow::Jump(target) = step.flow {
                targets.insert(target);
            }
            if matches!(
                step.flow,
                Flow::Jump(_) | Flow::JumpThrough(_) | Flow::JumpUnknown | Flow::End | Flow::Stop
            ) {
                let next = self.start.saturating_add(offset as u64);
                let target = targets.range(next..=next.saturating_add(MAX_UNUSED as u64)).next();
                let unused = self.content.get(offset..).unwrap_or(&[]).iter().take(MAX_UNUSED);
                let n_zeroes = unused.take_while(|it| **it == 0).count();
                offset += target.map_or(n_zeroes, |it| (it - next) as usize);
            }
        }
    }
}

/// The places that are swept from their start to their end, by address, then those of overlays.
pub(crate) fn of_code<'a>(places: &'a Places<'_>) -> impl Iterator<Item = &'a Place> {
    let is_code = |it: &&Place| {
        let has_code = places.section(it).is_executable;
        has_code && (it.label != Label::Unattributed || !places.machine.has_stray_literals())
    };
    places.whole().filter(is_code)
}

/// The place that an instruction is in, and the one at the address that it forms.
pub(crate) type Homes<'a> = (&'a Place, Option<&'a Place>);

/// What the sweep saw of interest beyond single functions.
#[derive(Debug, Default)]
pub(crate) struct Facts {
    /// Whether instructions say what they refer to beside branches; else relocations do.
    tells_addresses: bool,
    /// Where labels without a size cut gaps, in order.
    labels: Vec<u64>,
    /// In the order of the sweep, which is that of the final list but for labelled code.
    list: List,
    /// What refers to absolute symbols outside of the image: nothing in the graph.
    pub(crate) outside: Vec<Reference>,
    /// `(pool word, instruction)`, sorted once all are known.
    pub(crate) loads: Vec<(u64, u64)>,
    pub(crate) n_unknown_calls: u64,
    /// Instructions that name what is no datum, but lies beside one.
    pub(crate) beside: Vec<u64>,
    ways: Ways,
    /// Whether there was more than is kept in mind: then nothing here is complete.
    is_cut: bool,
}

impl Facts {
    pub(crate) fn new(places: &Places<'_>, list: List, tells_addresses: bool) -> Self {
        Self { tells_addresses, list, labels: places.labelled_code(), ..Self::default() }
    }

    /// The next instruction of a sweep, and who is at the address that it forms.
    #[inline]
    pub(crate) fn add(&mut self, places: &Places<'_>, at: u64, step: &Step, (place, home): Homes<'_>) {
        if self.is_cut {
            return;
        }
        let n_before = self.list.len();
        self.add_flow(places, at, step, place);
        self.ways.add(places, at, step, place);
        match step.value {
            Value::None => {}
            value => self.add_value(places, at, value, (place, home)),
        }
        if self.list.len() > n_before {
            self.list.sort_from(n_before);
        }
        let n_longest = self.list.len().max(self.loads.len()).max(self.outside.len());
        self.is_cut = n_longest > MAX_REFERENCES;
    }

    fn add_flow(&mut self, places: &Places<'_>, at: u64, step: &Step, place: &Place) {
        let leaving = |target_address, kind| Reference::new(at, target_address, kind);
        match step.flow {
            Flow::Call(target) => self.leave(places, place, leaving(target, ReferenceKind::Call)),
            Flow::Jump(target) | Flow::Branch(target) => {
                self.leave(places, place, leaving(target, ReferenceKind::Jump));
            }
            Flow::CallThrough(pool) => self.add_loaded(places, place, (at, pool), ReferenceKind::Call),
            Flow::CallUnknown => self.n_unknown_calls += 1,
            Flow::Next | Flow::JumpUnknown | Flow::JumpThrough(_) | Flow::End | Flow::Stop => {}
        }
        let end = at.saturating_add(step.len_bytes);
        let goes_on = matches!(step.flow, Flow::Next | Flow::Branch(_));
        let is_last = end == place.span.end() || self.is_label_in(place, end);
        if goes_on && is_last && !places.is_in_vectors(at) {
            self.leave(places, place, leaving(end, ReferenceKind::FallThrough));
        }
    }

    fn add_value(&mut self, places: &Places<'_>, at: u64, value: Value, (place, home): Homes<'_>) {
        match value {
            Value::Load(pool) => {
                self.loads.push((pool, at));
                self.add_loaded(places, place, (at, pool), ReferenceKind::Address);
            }
            Value::Address(number) => {
                let target = places.formed(number, home);
                self.add_named(places, place, (at, number, target));
            }
            Value::Sum(pool, here) => {
                let Some(word) = places.pointer_for(place.section_idx, pool) else { return };
                let number = word.wrapping_add(here) & 0xffff_ffff;
                self.add_named(places, place, (at, number, places.target(number)));
            }
            Value::Beginning(number) => {
                if self.tells_addresses {
                    for target in places.loaded(number) {
                        self.refer(at, Some(target), ReferenceKind::Address);
                    }
                }
            }
            Value::None => {}
        }
    }

    /// What the word at `pool` says is what the instruction refers to.
    fn add_loaded(
        &mut self,
        places: &Places<'_>,
        place: &Place,
        (at, pool): (u64, u64),
        kind: ReferenceKind,
    ) {
        let Some(word) = places.pointer_for(place.section_idx, pool) else { return };
        let target = places.target(word);
        if kind == ReferenceKind::Address {
            return self.add_named(places, place, (at, word, target));
        }
        if self.tells_addresses {
            self.refer(at, target, kind);
        }
        self.add_outside(places, Reference::new(at, word, kind));
    }

    /// A number that an instruction names, and what is there: most are only numbers.
    fn add_named(
        &mut self,
        places: &Places<'_>,
        place: &Place,
        (at, number, target): (u64, u64, Option<Target>),
    ) {
        match target {
            Some(_) if is_factor(places, place, at) => return,
            Some(_) if self.tells_addresses => self.refer(at, target, ReferenceKind::Address),
            None if datum_beside(places, number).is_some() => self.beside.push(at),
            _ => {}
        }
        self.add_outside(places, Reference::new(at, number, ReferenceKind::Address));
    }

    fn refer(&mut self, at: u64, target: Option<Target>, kind: ReferenceKind) {
        if let Some(target) = target {
            self.list.push(Reference::new(at, target.address, kind), target.is_in_gap);
        }
    }

    /// A small number is an address only where something calls it.
    fn add_outside(&mut self, places: &Places<'_>, reference: Reference) {
        let is_call = matches!(reference.kind, ReferenceKind::Call | ReferenceKind::Jump);
        if is_call || reference.target_address >= LEAST_OUTSIDE {
            let target = places.outside(reference.target_address);
            self.outside.extend(target.map(|it| Reference { target_address: it, ..reference }));
        }
    }

    /// A branch counts where it leaves its place for another piece of code.
    fn leave(&mut self, places: &Places<'_>, place: &Place, reference: Reference) {
        let target = reference.target_address;
        let is_inside = place.span.contains_address(target);
        let is_local_call =
            is_inside && reference.kind == ReferenceKind::Call && place.label == Label::Unattributed;
        if is_inside && !is_local_call && !self.is_label_in(place, target) {
            // A gap of code without sections holds many functions: it is no place where one begins.
            if place.label == Label::Unattributed && places.image.is_stand_in(place.section_idx) {
                self.list.push(reference, false);
            }
            return;
        }
        match places.at(target) {
            Some(home) if places.section(home).is_executable && !places.is_in_vectors(target) => {
                self.list.push(reference, home.label == Label::Unattributed);
            }
            None if reference.kind != ReferenceKind::FallThrough => self.add_outside(places, reference),
            _ => {}
        }
    }

    /// Whether another piece of a gap begins at an address in it: startup code is often several labels in a row.
    fn is_label_in(&self, place: &Place, address: u64) -> bool {
        let is_in_gap = place.label == Label::Unattributed && place.span.contains_address(address);
        is_in_gap && self.labels.binary_search(&address).is_ok()
    }

    /// Refers from calls at the end of functions to what control runs on into, and answers with the calls.
    pub(crate) fn run_on(&mut self, places: &Places<'_>) -> Vec<u64> {
        let mut run_ons = self.ways.run_ons(places);
        run_ons.sort_unstable();
        for (at, next) in &run_ons {
            if let Some(place) = places.at(*at) {
                self.leave(places, place, Reference::new(*at, *next, ReferenceKind::FallThrough));
            }
        }
        run_ons.into_iter().map(|it| it.0).collect()
    }

    /// Branches from place to place, and what instructions say that they refer to; nothing where that
    /// is more than is kept in mind.
    pub(crate) fn take_list(&mut self) -> Option<List> {
        (!self.is_cut).then(|| std::mem::take(&mut self.list))
    }

    /// Loads of words in sections of code: `(word, instruction)`, sorted.
    pub(crate) fn loads_of_literals(self, places: &Places<'_>) -> Vec<(u64, u64)> {
        let mut loads = self.loads;
        loads.retain(|(pool, _)| places.at(*pool).is_some_and(|it| places.section(it).is_executable));
        loads
    }

    /// The instructions that load a word.
    pub(crate) fn loaders(&self, word: u64) -> impl Iterator<Item = u64> {
        let from = self.loads.partition_point(|(pool, _)| *pool < word);
        self.loads[from..].iter().take_while(move |(pool, _)| *pool == word).map(|(_, at)| *at)
    }
}

/// What compilers call to multiply and divide (Run-time ABI for the Arm Architecture, 5.1; libgcc's names): neither
/// a factor nor a number with a fraction is an address.
const ARITHMETIC: [&[u8]; 15] = [
    b"__aeabi_idiv",
    b"__aeabi_uidiv",
    b"__aeabi_ldiv",
    b"__aeabi_uldiv",
    b"__aeabi_lmul",
    b"__aeabi_fmul",
    b"__aeabi_fdiv",
    b"__aeabi_dmul",
    b"__aeabi_ddiv",
    b"__divsi3",
    b"__udivsi3",
    b"__modsi3",
    b"__umodsi3",
    b"__udivdi3",
    b"__divdi3",
];

/// Whether the number that an instruction loads is only multiplied or divided.
fn is_factor(places: &Places<'_>, place: &Place, at: u64) -> bool {
    let rest =
        Span::between(at, place.span.end()).map_or(&[][..], |it| places.content(it, place.section_idx));
    let computes =
        |target: u64| places.names_at(target).any(|name| ARITHMETIC.iter().any(|it| name.starts_with(it)));
    isa::is_factor(places.machine, rest, at, &computes)
}
