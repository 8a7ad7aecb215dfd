//! Who reads statics and who may write them, by following their addresses through registers.
//!
//! A static counts as never written only where everything that refers to it is understood: an address
//! that is stored, handed over, or lost track of may be written through by anybody. Compilers reach
//! neighbours from one address (merged globals, section anchors), so that writes count where they go,
//! not by whose address they began with. Such neighbours get references from here, too.

mod follow;
mod neighbours;

use std::collections::{BTreeMap, BTreeSet};

use crate::image::{Image, MarkKind};
use crate::isa::accesses::{self as effect, Access, Effect};
use crate::isa::{Decode, Value};
use crate::map::Attribution;
use crate::refs::{self, Place, Places, Reference, ReferenceKind, References, code};
use crate::span::Span;
use follow::{Code, Instruction, Pointer, Watch};
pub(crate) use neighbours::neighbours;

/// Compilers reach so far before and behind an address for a neighbour.
const REACH_BEFORE: u64 = 256;
const REACH_BEHIND: u64 = 4096;
/// A function of `core::fmt::Formatter` that no user's code is compiled into. Its flags for zeroes in front,
/// 0x20000030, look like an address where most microcontrollers have RAM.
const FLAGS_LIKE_ADDRESSES: &[u8] = b"12pad_integral";
/// A longer function is not followed: whatever it refers to may be written.
const MAX_INSTRUCTIONS: usize = 1 << 14;
/// Nor is more followed than so many instructions, each as often as it was.
const MAX_STEPS: usize = 1 << 22;
const N_ARM_REGISTERS: usize = 16;
const N_RISCV_REGISTERS: usize = 32;

/// What is known of one static.
#[derive(Debug, Clone, Default)]
pub(crate) struct Use {
    /// Where the functions begin that load from it.
    pub(crate) readers: BTreeSet<u64>,
    pub(crate) may_be_written: bool,
}

/// What is done with each of `statics`, which are in order and do not overlap. `None` where there is
/// nobody who knows the machine's loads and stores.
pub(crate) fn uses(
    image: &Image<'_>,
    attribution: &Attribution,
    (references, statics): (&References, &[Span]),
) -> Option<Vec<Use>> {
    // What RISC-V passes on was not held against real images yet.
    let reader = effect::reader(image).filter(|it| it.n_registers == N_ARM_REGISTERS)?;
    let places = refs::places(image, attribution).ok()?;
    let sections: Vec<(Span, Option<u64>)> = image
        .sections
        .iter()
        .filter(|it| statics.iter().any(|span| it.takes_memory() && it.run.contains(*span)))
        .map(|it| (it.run, it.load.map(|it| it.start())))
        .collect();
    let mut watch = Statics::new(statics, sections);
    let is_watched = |it: &Reference| watch.section(it.target_address).is_some();
    let list: Vec<Reference> = references.list.iter().filter(is_watched).collect();
    let mut decoder = refs::decoder(image)?;
    for place in watched_code(&places, &list) {
        watch.function(&places, &place, (decoder.as_mut(), reader));
    }
    for reference in &list {
        if !watch.is_understood(&places, reference) {
            watch.lose(reference.target_address);
        }
    }
    Some(watch.uses)
}

/// The functions that refer to statics, by address.
fn watched_code(places: &Places<'_>, list: &[Reference]) -> Vec<Place> {
    let is_code = |it: &&Place| places.section(it).is_executable;
    let by_code = list.iter().filter(|it| it.kind == ReferenceKind::Address);
    let found = by_code.filter_map(|it| places.at(it.at_address)).filter(is_code);
    let by_start: BTreeMap<u64, Place> = found.map(|it| (it.span.start(), *it)).collect();
    by_start.into_values().collect()
}

/// What has been seen so far.
struct Statics<'a> {
    statics: &'a [Span],
    uses: Vec<Use>,
    /// Where sections with statics run, and where they are copied from.
    sections: Vec<(Span, Option<u64>)>,
    /// Instructions whose address was followed, or who load or store at such an address.
    formed: BTreeSet<u64>,
    /// Where the function begins that is being followed.
    function: u64,
    steps_left: usize,
}

impl<'a> Statics<'a> {
    fn new(statics: &'a [Span], sections: Vec<(Span, Option<u64>)>) -> Self {
        let uses = vec![Use::default(); statics.len()];
        Self { statics, uses, sections, formed: BTreeSet::new(), function: 0, steps_left: MAX_STEPS }
    }

    /// The section with statics that an address is in, and where it is copied from.
    fn section(&self, address: u64) -> Option<(Span, Option<u64>)> {
        self.sections.iter().copied().find(|(it, _)| it.contains_address(address))
    }

    /// Follows the addresses in one function.
    fn function(&mut self, places: &Places<'_>, place: &Place, code: (&mut dyn Decode, effect::Reader)) {
        let Some(list) = instructions(places, place, code) else { return };
        let formed: Vec<(u64, u64)> = list.iter().filter_map(|it| Some((it.at, it.formed?))).collect();
        let ignored = self.ignored(&formed);
        self.function = place.span.start();
        self.formed.extend(formed.iter().map(|it| it.0));
        if places.names_at(place.span.start()).any(|it| contains(it, FLAGS_LIKE_ADDRESSES)) {
            return;
        }
        let is_any = |it: &Instruction| it.formed.is_some_and(|it| self.is_near(it));
        if list.iter().any(is_any) {
            Code::<N_ARM_REGISTERS> { list: &list, end: place.span.end(), ignored: &ignored }.follow(self);
        }
    }

    /// The start of a section is no static where start-up code copies the section to there: that code
    /// names the address once, and where the copy comes from. Behind the end it writes zeroes.
    fn ignored(&self, formed: &[(u64, u64)]) -> BTreeSet<u64> {
        let count = |number: u64| formed.iter().filter(|it| it.1 == number).count();
        let is_copied = |(run, load): &&(Span, Option<u64>)| {
            load.is_some_and(|it| it != run.start() && count(it) > 0) && count(run.start()) == 1
        };
        let borders = |(run, _): &(Span, Option<u64>)| [run.start(), run.end()];
        self.sections.iter().filter(is_copied).flat_map(borders).collect()
    }

    /// Whether what the address is for has been followed.
    fn is_understood(&self, places: &Places<'_>, reference: &Reference) -> bool {
        match reference.kind {
            ReferenceKind::Address | ReferenceKind::Access => self.formed.contains(&reference.at_address),
            ReferenceKind::Data => self.is_copy_table(places, reference),
            _ => false,
        }
    }

    /// Whether a pointer stands in a table of what to copy to where.
    fn is_copy_table(&self, places: &Places<'_>, reference: &Reference) -> bool {
        let Some((run, Some(load))) = self.section(reference.target_address) else { return false };
        let at = reference.at_address;
        let beside = [at.wrapping_sub(8), at.wrapping_sub(4), at.wrapping_add(4), at.wrapping_add(8)];
        let is_start = reference.target_address == run.start() && load != run.start();
        is_start && beside.into_iter().any(|it| places.number_at(it) == Some(load))
    }

    fn static_at(&self, address: u64) -> Option<usize> {
        let idx = self.statics.partition_point(|it| it.end() <= address);
        self.statics.get(idx).filter(|it| it.contains_address(address)).map(|_| idx)
    }

    /// Whoever has this address may write through it.
    fn lose(&mut self, address: u64) {
        if let Some(idx) = self.static_at(address) {
            self.uses[idx].may_be_written = true;
        }
    }

    fn load(&mut self, pointer: Pointer) {
        if let Some(idx) = self.static_at(pointer.address().unwrap_or(pointer.base)) {
            self.uses[idx].readers.insert(self.function);
        }
    }

    fn store(&mut self, pointer: Pointer, n_bytes: u64) {
        match pointer.address() {
            Some(address) => self.write(Span::saturating(address, n_bytes)),
            None => self.write_near(pointer.base),
        }
    }

    fn write_near(&mut self, base: u64) {
        // Behind the section others begin; only a loop that runs backwards comes from there.
        if self.section(base).is_none() {
            return self.lose(base.saturating_sub(1));
        }
        self.lose(base);
        let start = base.saturating_sub(REACH_BEFORE);
        self.write(Span::saturating(start, REACH_BEFORE + REACH_BEHIND));
    }

    fn write(&mut self, span: Span) {
        let from = self.statics.partition_point(|it| it.end() <= span.start());
        let n_hit = self.statics[from..].partition_point(|it| it.start() < span.end());
        self.uses[from..from + n_hit].iter_mut().for_each(|it| it.may_be_written = true);
    }
}

impl Watch for Statics<'_> {
    /// Whether it may be the address of a static, or of the neighbour of one.
    fn is_near(&self, number: u64) -> bool {
        self.sections.iter().any(|(it, _)| it.start() <= number && number <= it.end())
    }

    fn access(&mut self, at: u64, pointer: Pointer, access: &Access) {
        self.formed.insert(at);
        match access.is_store {
            true => self.store(pointer, access.n_bytes),
            false => self.load(pointer),
        }
    }

    /// Of an address of which only the beginning is known, anything near.
    fn pass_on(&mut self, pointer: Pointer) {
        match pointer.address() {
            Some(address) => self.lose(address),
            None => self.write_near(pointer.base),
        }
    }

    /// Else anything may have been written.
    fn has_time(&mut self) -> bool {
        self.steps_left = self.steps_left.saturating_sub(1);
        if self.steps_left == 0 {
            self.uses.iter_mut().for_each(|it| it.may_be_written = true);
        }
        self.steps_left > 0
    }
}

/// What a function does; `None` where that is not all known.
fn instructions(
    places: &Places<'_>,
    place: &Place,
    (decoder, reader): (&mut dyn Decode, effect::Reader),
) -> Option<Vec<Instruction>> {
    if places.modes(place).iter().any(|it| it.1 == MarkKind::Arm) {
        return None;
    }
    let mut list = Vec::new();
    let mut conditions = effect::Conditions::default();
    code::sweep_place(places, decoder, place, |at, step| {
        if list.len() > MAX_INSTRUCTIONS {
            return;
        }
        let content = places.content(Span::saturating(at, step.len_bytes), place.section_idx);
        let effect: Effect = (reader.effect)(content, step);
        let is_conditional = conditions.next(effect.n_conditional);
        let is_odd_call = matches!(step.flow, refs::Flow::Call(it) if !is_ordinary(places, it));
        let formed = formed(places, step.value);
        list.push(Instruction { at, step: *step, effect, formed, is_conditional, is_odd_call });
    });
    (list.len() <= MAX_INSTRUCTIONS).then_some(list)
}

/// The number that an instruction names.
fn formed(places: &Places<'_>, value: Value) -> Option<u64> {
    match value {
        Value::Load(pool) => places.number_at(pool),
        Value::Address(number) => Some(number),
        Value::Sum(pool, here) => places.number_at(pool).map(|it| it.wrapping_add(here) & 0xffff_ffff),
        Value::Beginning(_) | Value::None => None,
    }
}

fn contains(name: &[u8], part: &[u8]) -> bool {
    name.windows(part.len()).any(|it| it == part)
}

/// Whether a function keeps to the rules of calls. What compilers move out of several functions
/// does not: it goes on with their registers.
fn is_ordinary(places: &Places<'_>, target: u64) -> bool {
    places.is_start(target) && !places.names_at(target).any(|it| it.starts_with(b"OUTLINED_FUNCTION"))
}
