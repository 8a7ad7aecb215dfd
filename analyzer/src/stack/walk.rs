//! Every function from its start to its end: how much of the stack it takes, and whom it calls.

mod parts;

use std::collections::BTreeMap;

use iced_x86::Instruction;

use super::threads::{self, Started, Starter};
use super::way::Way;
use crate::image::MarkKind;
use crate::isa::followers::{Avr, CALL_NEXT, Riscv, Thumb, X86, Xtensa};
use crate::isa::registers::{Callee, Effect, Follow, Known, Memory};
use crate::isa::riscv::Table;
use crate::isa::x86::decode as x86;
use crate::isa::{Decode, Flow, Machine, decoder, half_at};
use crate::refs::{Nodes, Place, Places, References, code};
use crate::span::Span;

/// Of longer functions only the beginning is looked at.
const MAX_INSTRUCTIONS: usize = 1 << 18;

/// A call, or a jump to another function.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Leaving {
    pub(super) at: u64,
    pub(super) callee: Callee,
    /// Whether nothing of the function's own frame is left then.
    pub(super) has_released: bool,
}

/// What the code of one node does.
#[derive(Debug, Clone, Copy, Default)]
pub(super) struct Function {
    pub(super) node: usize,
    /// The most that it takes of the stack, as far as the code tells.
    pub(super) frame_bytes: u64,
    /// Whether it takes some amount that only running it would tell.
    pub(super) is_growing: bool,
    /// The part elsewhere that takes most while it runs, and how much is taken then: more than is kept.
    pub(super) part: Option<(usize, u64)>,
    /// Those before are of functions before.
    first_leaving: usize,
}

/// What the code of an image tells.
pub(super) struct Walked {
    pub(super) functions: Vec<Function>,
    /// Of all functions, in their order.
    leavings: Vec<Leaving>,
    /// Calls that start threads, by address.
    pub(super) started: BTreeMap<u64, Started>,
    /// Whether anything computes with registers of floating point.
    pub(super) has_float: bool,
}

impl Walked {
    /// Functions with their calls, and jumps to others.
    pub(super) fn leavings(&self) -> impl Iterator<Item = (&Function, &[Leaving])> {
        let ends = self.functions.iter().skip(1).map(|it| it.first_leaving).chain([self.leavings.len()]);
        self.functions.iter().zip(ends).map(|(it, end)| (it, &self.leavings[it.first_leaving..end]))
    }
}

/// Walks through all code; `None` where there is no decoder for the machine.
pub(super) fn walk(places: &Places<'_>, references: &References) -> Option<Walked> {
    let memory = Memory::new(places);
    Some(match places.machine {
        Machine::Arm => by_bytes(Walk::new(places, references, Thumb::new(memory)))?,
        Machine::Riscv32 | Machine::Riscv64 => {
            by_bytes(Walk::new(places, references, Riscv::new(memory, Table::of(&places.image.header))))?
        }
        Machine::Xtensa => by_bytes(Walk::new(places, references, Xtensa::new(memory)))?,
        Machine::Avr { .. } => {
            let follow = Avr::new(places.machine.call_saves_bytes().cast_signed());
            by_bytes(Walk::new(places, references, follow))?
        }
        Machine::X64 => by_instructions(Walk::new(places, references, X86::new(memory, 64)), 64),
        Machine::X86 => by_instructions(Walk::new(places, references, X86::new(memory, 32)), 32),
        Machine::Other { .. } => return None,
    })
}

/// Where those who follow look at bytes.
fn by_bytes<'image, F>(mut walk: Walk<'image, F>) -> Option<Walked>
where
    F: Follow<'image, Code = &'image [u8]>,
{
    let places = walk.places;
    walk.decoder = decoder(places.image);
    let mut decoder = decoder(places.image)?;
    code::sweep(places, decoder.as_mut(), |at, step, place| {
        let end = at.saturating_add(step.len_bytes);
        let code = places.content(Span::saturating(at, step.len_bytes), place.section_idx);
        let flow = if is_room(places, code) { Flow::Next } else { step.flow };
        walk.see(Seen { at, end, flow, code }, place);
    });
    Some(walk.finish())
}

/// Where they look at what a decoder made of them, and which takes longest: every instruction is decoded once.
fn by_instructions<'image, F>(mut walk: Walk<'image, F>, bits: u32) -> Walked
where
    F: Follow<'image, Code = Instruction>,
{
    let places = walk.places;
    for place in code::of_code(places) {
        let modes = places.modes(place).into_iter().filter(|it| it.1 == MarkKind::Code);
        for (span, _) in modes {
            let content = places.content(span, place.section_idx);
            x86::instructions(bits, (content, span.start()), |at, _, instruction| {
                let end = at.saturating_add(x86::len_bytes(instruction));
                let flow = if instruction.is_invalid() { Flow::Next } else { x86::flow(instruction) };
                walk.see(Seen { at, end, flow, code: *instruction }, place);
            });
        }
    }
    walk.finish()
}

struct Walk<'image, F: Follow<'image>> {
    places: &'image Places<'image>,
    nodes: &'image Nodes,
    /// Calls after which control runs on into the next function.
    run_ons: &'image [u64],
    follow: F,
    functions: Vec<Function>,
    leavings: Vec<Leaving>,
    current: Option<Current>,
    /// The instructions of the current function.
    seen: Vec<Seen<F::Code>>,
    way: Way,
    /// For code out of its order.
    decoder: Option<Box<dyn Decode>>,
    /// What a call itself takes.
    return_bytes: u64,
    starters: BTreeMap<u64, Starter>,
    started: BTreeMap<u64, Started>,
}

/// The function that is being walked through.
struct Current {
    function: Function,
    /// The place that it begins in.
    place: Span,
    /// Bytes that are surely its own.
    own: Span,
    /// Whether it has no others.
    is_whole: bool,
}

/// One instruction.
#[derive(Clone, Copy)]
struct Seen<Code> {
    at: u64,
    end: u64,
    flow: Flow,
    code: Code,
}

impl<'image, F: Follow<'image>> Walk<'image, F> {
    fn new(places: &'image Places<'image>, references: &'image References, follow: F) -> Self {
        let (nodes, run_ons) = (&references.nodes, references.run_ons.as_slice());
        let (functions, leavings, seen) = (Vec::new(), Vec::new(), Vec::new());
        let (way, return_bytes) = (Way::default(), places.machine.call_saves_bytes());
        let (starters, started) = (threads::starters(places), BTreeMap::new());
        Self {
            places,
            nodes,
            run_ons,
            follow,
            functions,
            leavings,
            current: None,
            seen,
            way,
            decoder: None,
            return_bytes,
            starters,
            started,
        }
    }

    fn see(&mut self, seen: Seen<F::Code>, place: &Place) {
        if self.current.as_ref().is_none_or(|it| !it.own.contains_address(seen.at)) {
            self.enter(seen.at, place);
        }
        let Some(current) = &mut self.current else { return };
        if self.seen.len() < MAX_INSTRUCTIONS {
            self.seen.push(seen);
        } else {
            current.function.is_growing = true;
        }
    }

    /// Begins another function where one begins at or before `at`.
    fn enter(&mut self, at: u64, place: &Place) {
        let Some((own, node)) = self.nodes.find(at) else { return };
        match &mut self.current {
            Some(current) if current.function.node == node => {
                (current.own, current.is_whole) = (own, false);
            }
            _ => {
                self.end();
                let function = Function { node, first_leaving: self.leavings.len(), ..Function::default() };
                let is_whole = place.span == own && self.places.is_whole(place);
                self.current = Some(Current { function, place: place.span, own, is_whole });
            }
        }
    }

    fn finish(mut self) -> Walked {
        self.end();
        let has_float = self.follow.has_float();
        Walked { functions: self.functions, leavings: self.leavings, started: self.started, has_float }
    }

    /// Follows the function once, and once more if it has loops: what their bodies change is not known
    /// where they begin. Where only a branch back leads to, nothing is known the first time, and what that
    /// lets hope is proved a third time.
    fn end(&mut self) {
        let Some(mut current) = self.current.take() else { return };
        let seen = std::mem::take(&mut self.seen);
        let mut way = std::mem::take(&mut self.way);
        way.reset();
        self.follow.reset();
        self.pass((&mut current, &seen), &mut way);
        let n_more = usize::from(way.is_unsure()) + usize::from(way.has_islands());
        for _ in 0..n_more {
            self.leavings.truncate(current.function.first_leaving);
            way.again();
            self.follow.registers().fill(Known::Nothing);
            self.pass((&mut current, &seen), &mut way);
        }
        current.function.is_growing |= way.is_growing;
        current.function.frame_bytes = u64::try_from(way.deepest).unwrap_or(0);
        if !seen.is_empty() {
            current.function.frame_bytes += self.return_bytes;
        }
        self.functions.push(current.function);
        (self.seen, self.way) = (seen, way);
        self.seen.clear();
    }

    fn pass(&mut self, (current, seen): (&mut Current, &[Seen<F::Code>]), way: &mut Way) {
        for Seen { at, end, flow, code } in seen.iter().copied() {
            way.arrive(at, self.follow.registers());
            self.note_thread((at, flow), way.depth);
            let Effect { taken, callee } = self.follow.see(code, at, way.depth);
            way.take(taken);
            let flow = self.through_part(Seen { at, end, flow, code }, current, way);
            if matches!(flow, Flow::Call(_) | Flow::CallThrough(_) | Flow::CallUnknown) {
                self.follow.forget_arguments();
            }
            self.flow((at, flow, callee), current, way);
            let goes_on = match flow {
                Flow::Next | Flow::Branch(_) => true,
                Flow::Call(_) | Flow::CallThrough(_) | Flow::CallUnknown => {
                    self.run_ons.binary_search(&at).is_ok()
                }
                _ => false,
            };
            // What runs on into nothing does not get there: `unreachable` leaves no instruction behind.
            let runs_on = goes_on && end == current.place.end() && self.nodes.at(end).is_some();
            if runs_on && !self.places.is_in_vectors(at) {
                self.leave((at, Callee::Address(end)), way);
            }
        }
    }

    /// Takes note of the arguments of a call that starts a thread.
    fn note_thread(&mut self, (at, flow): (u64, Flow), depth: i64) {
        if self.starters.is_empty() {
            return;
        }
        let target = match flow {
            Flow::Call(target) | Flow::Jump(target) => Some(target),
            Flow::CallThrough(pool) => self.places.pointer_at(pool),
            _ => None,
        };
        let target = target.map(|it| self.places.machine.code_address(it));
        let Some(starter) = target.and_then(|it| self.starters.get(&it)) else { return };
        let started = starter.started(|idx| self.follow.argument(idx, depth));
        self.started.insert(at, started);
    }

    fn flow(&mut self, (at, flow, callee): (u64, Flow, Callee), current: &Current, way: &mut Way) {
        match flow {
            Flow::Next => {}
            // Where a function begins, and not only a part of one.
            Flow::Call(target)
                if self.is_inside(current, target) && self.nodes.start_of(target) != Some(target) => {}
            Flow::Call(target) => self.call(at, Callee::Address(target)),
            Flow::CallThrough(pool) => {
                let target = self.places.pointer_at(pool).map_or(callee, Callee::Address);
                self.call(at, target);
            }
            Flow::CallUnknown => self.call(at, callee),
            Flow::Branch(target) | Flow::Jump(target) => {
                if self.is_inside(current, target) {
                    way.branch((at, target), self.follow.registers());
                } else if !self.is_reset(target) {
                    self.leave((at, Callee::Address(target)), way);
                }
                way.is_cut_off = matches!(flow, Flow::Jump(_));
            }
            Flow::JumpThrough(pool) => {
                let target = self.places.pointer_at(pool).map_or(callee, Callee::Address);
                self.leave((at, target), way);
                way.is_cut_off = true;
            }
            Flow::JumpUnknown | Flow::End | Flow::Stop => {
                // With nothing taken any more it is a call in the last place. Else a switch, or the end.
                let is_call = !matches!(callee, Callee::Unknown | Callee::Table(_));
                // What is no longer than that only leads on, to where nobody knows.
                let is_stub = flow == Flow::JumpUnknown && current.own.size() <= self.max_stub_bytes();
                if (is_call || is_stub) && way.depth == 0 {
                    self.leave((at, callee), way);
                }
                way.is_cut_off = true;
            }
        }
    }

    /// Three instructions: a veneer has the last to jump, and the others to load where to.
    fn max_stub_bytes(&self) -> u64 {
        match self.places.machine {
            Machine::Riscv32 | Machine::Riscv64 => 12,
            Machine::Avr { .. } => 6,
            _ => 0,
        }
    }

    fn is_inside(&self, current: &Current, target: u64) -> bool {
        let is_other_part = || !current.is_whole && self.nodes.at(target) == Some(current.function.node);
        current.own.contains_address(target) || is_other_part()
    }

    /// Whether a jump starts everything again: `__bad_interrupt` of AVR's start-up code is one to address 0.
    fn is_reset(&self, target: u64) -> bool {
        self.places.machine.has_word_addresses() && target == self.places.image.header.entry_address
    }

    fn call(&mut self, at: u64, callee: Callee) {
        self.leavings.push(Leaving { at, callee, has_released: false });
    }

    fn leave(&mut self, (at, callee): (u64, Callee), way: &Way) {
        self.leavings.push(Leaving { at, callee, has_released: way.depth == 0 });
    }
}

/// `rcall .+0` of AVR.
fn is_room(places: &Places<'_>, code: &[u8]) -> bool {
    places.machine.has_word_addresses() && half_at(code, 0) == Some(CALL_NEXT)
}
