//! Fingerprints of functions: equal where they do the same, alike where they do nearly the same.
//!
//! Instructions count without the distances in them: a branch counts with its target, inside of the
//! function as an offset, so that where a function lies does not matter. Two fingerprints are made in
//! one pass: an *exact* one, which within one image is equal for bodies that do the same, and a *loose*
//! one, which leaves out all addresses, since those differ from build to build.

use super::code::Homes;
use super::places::{Place, Places};
use crate::image::Image;
use crate::isa::fields::Fields;
use crate::isa::{Flow, Machine, Step, Value};
use crate::map::Label;
use crate::span::Span;

/// Shorter functions look like too many others to be known again by what they do.
const MIN_STEPS: u32 = 8;
/// Of all parts of a sketch, so many must have triples: code that repeats itself looks like any other such.
const MIN_PARTS: usize = 4;
/// Digits of a sketch.
const N_DIGITS: usize = 16;
/// An odd number whose bits look random (2^64 divided by the golden ratio).
const SPREAD: u64 = 0x9e37_79b9_7f4a_7c15;

/// What is remembered of a function's code.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Body {
    /// Equal for functions of one image that do the same.
    pub(crate) exact: u64,
    /// How to know it again in another image.
    pub(crate) loose: Loose,
}

/// What two builds of one function have in common.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Loose {
    /// Equal for equal instructions, addresses aside.
    pub(crate) hash: u32,
    /// A minimum of hashes for each of 16 parts of all triples of instructions, four bits of it each: as
    /// many digits are equal as triples are common. Absent for short functions.
    pub(crate) sketch: Option<u64>,
}

/// Collects bodies during a sweep.
#[derive(Debug)]
pub(crate) struct Bodies<'image> {
    machine: Option<Machine>,
    by_owner: Vec<Option<Body>>,
    current: Option<Builder<'image>>,
}

impl<'image> Bodies<'image> {
    pub(crate) fn new(image: &Image<'_>, n_owners: usize) -> Self {
        Self {
            machine: Some(image.machine).filter(|it| it.has_decoder()),
            by_owner: vec![None; n_owners],
            current: None,
        }
    }

    /// The next instruction of a sweep. What lies between two instructions is data.
    #[inline]
    pub(crate) fn add(&mut self, places: &Places<'image>, at: u64, step: &Step, (place, home): Homes<'_>) {
        let (Some(machine), Label::Symbol(owner)) = (self.machine, place.label) else { return };
        if self.current.as_ref().is_none_or(|it| it.owner != owner) {
            self.close(places);
            self.current = places.is_whole(place).then(|| Builder::new(places, owner, *place));
        }
        if let Some(builder) = &mut self.current {
            builder.data_up_to(places, at);
            // Any number may look like an address to a decoder that does not know where things are.
            let is_number = home.is_none() && step.address().is_some();
            let number = Step { value: Value::None, ..*step };
            builder.step(places, at, (if is_number { &number } else { step }, machine));
        }
    }

    /// By owner; `None` for what is no code, or not in one piece.
    pub(crate) fn finish(mut self, places: &Places<'_>) -> Vec<Option<Body>> {
        self.close(places);
        self.by_owner
    }

    fn close(&mut self, places: &Places<'_>) {
        if let Some(mut builder) = self.current.take() {
            builder.data_up_to(places, builder.place.span.end());
            self.by_owner[builder.owner] = Some(builder.body());
        }
    }
}

/// The function that is being read.
#[derive(Debug)]
struct Builder<'image> {
    owner: usize,
    place: Place,
    /// Of the place.
    code: &'image [u8],
    /// Everything before has been read.
    cursor: u64,
    n_steps: u32,
    exact: u64,
    loose: u64,
    /// The two instructions before.
    last: [u64; 2],
    minima: [u64; N_DIGITS],
}

impl<'image> Builder<'image> {
    fn new(places: &Places<'image>, owner: usize, place: Place) -> Self {
        let code = places.content(place.span, place.section_idx);
        let cursor = place.span.start();
        let minima = [u64::MAX; N_DIGITS];
        Self { owner, place, code, cursor, n_steps: 0, exact: 0, loose: 0, last: [0; 2], minima }
    }

    fn step(&mut self, places: &Places<'_>, at: u64, (step, machine): (&Step, Machine)) {
        let span = Span::saturating(at, step.len_bytes);
        let offset = at.saturating_sub(self.place.span.start()) as usize;
        let code = self.code.get(offset..).unwrap_or(&[]);
        let fields = Fields::of(machine, code, step);
        let target = target(step).filter(|_| fields.has_distance());
        let (exact, loose) = match target {
            Some(it) if self.place.span.contains_address(it) => {
                (it - self.place.span.start(), if it < at { 1 } else { 2 })
            }
            Some(it) => (!meant(places, step, it), 3),
            None => (0, 0),
        };
        let code = fold(fields.without_distance());
        let loose_code = if fields.has_address() { fold(fields.without_addresses()) } else { code };
        self.exact = mixed(mixed(self.exact, code), exact);
        self.add_loose(mixed(loose_code, loose));
        self.n_steps = self.n_steps.saturating_add(1);
        self.cursor = span.end().min(self.place.span.end());
    }

    fn add_loose(&mut self, token: u64) {
        self.loose = mixed(self.loose, token);
        let triple = scattered(mixed(mixed(self.last[0], self.last[1]), token));
        let digit = (triple >> 60) as usize;
        self.minima[digit] = self.minima[digit].min(triple);
        self.last = [self.last[1], token];
    }

    /// Literals and tables, by value: what points into the function counts as an offset.
    fn data_up_to(&mut self, places: &Places<'_>, end: u64) {
        let Some(span) = Span::between(self.cursor, end).filter(|it| !it.is_empty()) else { return };
        let start = self.place.span.start();
        let width = places.machine.pointer_bytes();
        let n_before = span.start().next_multiple_of(width).min(end) - span.start();
        let content = places.content(span, self.place.section_idx);
        let (before, words) = content.split_at(content.len().min(n_before as usize));
        before.iter().for_each(|it| self.add_datum(u64::from(*it), u64::from(*it)));
        for word in words.chunks(width as usize) {
            let raw = word.iter().rev().fold(0_u64, |sum, it| sum << 8 | u64::from(*it));
            let inside = Some(raw).filter(|it| self.place.span.contains_address(*it)).map(|it| it - start);
            let is_pointer = inside.is_some() || places.target_of(raw).is_some();
            self.add_datum(inside.map_or(raw, |it| !it), if is_pointer { 0 } else { raw });
        }
        self.cursor = end;
    }

    fn add_datum(&mut self, exact: u64, loose: u64) {
        self.exact = mixed(self.exact, exact);
        self.loose = mixed(self.loose, loose);
    }

    fn body(&self) -> Body {
        let n_parts = self.minima.iter().filter(|it| **it != u64::MAX).count();
        let is_telling = self.n_steps >= MIN_STEPS && n_parts >= MIN_PARTS;
        let hash = scattered(mixed(self.loose, self.place.span.size()));
        let loose = Loose { hash: hash as u32, sketch: is_telling.then(|| self.sketch()) };
        Body { exact: scattered(self.exact), loose }
    }

    /// A part without triples borrows from the next that has some.
    fn sketch(&self) -> u64 {
        let digit = |idx: usize| {
            let lenders = (0..N_DIGITS).map(|it| (it as u64, self.minima[(idx + it) % N_DIGITS]));
            let lender = lenders.clone().find(|(_, it)| *it != u64::MAX);
            lender.map_or(0, |(distance, it)| scattered(it.wrapping_add(distance.wrapping_mul(SPREAD))) & 0xf)
        };
        (0..N_DIGITS).fold(0, |sketch, idx| sketch << 4 | digit(idx))
    }
}

/// Where an instruction leads, or what it loads or forms.
fn target(step: &Step) -> Option<u64> {
    match (step.flow, step.value) {
        (Flow::Branch(it) | Flow::Jump(it) | Flow::Call(it) | Flow::CallThrough(it), _) => Some(it),
        (_, Value::Load(it) | Value::Address(it)) => Some(it),
        _ => None,
    }
}

/// Of a literal outside of the function, its content.
fn meant(places: &Places<'_>, step: &Step, target: u64) -> u64 {
    match step.value {
        Value::Load(pool) => places.pointer_at(pool).unwrap_or(target),
        _ => target,
    }
}

fn mixed(hash: u64, token: u64) -> u64 {
    (hash.rotate_left(23) ^ token).wrapping_mul(SPREAD)
}

/// Makes every bit depend on every other: the last steps of MurmurHash3.
fn scattered(hash: u64) -> u64 {
    let hash = (hash ^ hash >> 33).wrapping_mul(0xff51_afd7_ed55_8ccd);
    let hash = (hash ^ hash >> 33).wrapping_mul(0xc4ce_b9fe_1a85_ec53);
    hash ^ hash >> 33
}

fn fold(instruction: u128) -> u64 {
    (instruction as u64) ^ ((instruction >> 64) as u64).wrapping_mul(SPREAD).rotate_left(32)
}
