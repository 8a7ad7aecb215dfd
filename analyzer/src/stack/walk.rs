//! Every function from its start to its end: how much of the stack it takes, and whom it calls.

use super::avr::{Avr, CALL_NEXT};
use super::follow::{Callee, Effect, Follow, Known};
use super::riscv::Riscv;
use super::thumb::Thumb;
use super::way::Way;
use super::x86::X86;
use super::xtensa::Xtensa;
use crate::image::Image;
use crate::refs::decode::{self, Flow, Step};
use crate::refs::{Nodes, Places, code};
use crate::span::Span;

/// The architecture of AVRs with more than 128 KiB of flash, in `e_flags`.
const AVR_OF_MANY: u32 = 6;
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
#[derive(Debug, Clone, Default)]
pub(super) struct Function {
    pub(super) node: usize,
    /// The most that it takes of the stack, as far as the code tells.
    pub(super) frame_bytes: u64,
    /// Whether it takes some amount that only running it would tell.
    pub(super) is_growing: bool,
    pub(super) leavings: Vec<Leaving>,
}

/// What the code of an image tells.
pub(super) struct Walked {
    pub(super) functions: Vec<Function>,
    /// Whether anything computes with registers of floating point.
    pub(super) has_float: bool,
}

/// What a call itself puts onto the stack.
pub(super) fn return_bytes(image: &Image<'_>) -> u64 {
    match image.header.machine.as_str() {
        "x86" | "x86-64" => u64::from(image.header.class_bits / 8),
        "avr" if image.header.flags & 0x7f == AVR_OF_MANY => 3,
        "avr" => 2,
        _ => 0,
    }
}

/// Walks through all code; `None` where there is no decoder for the machine.
pub(super) fn walk(places: &Places<'_>, nodes: &Nodes) -> Option<Walked> {
    let mut decoder = decode::decoder(places.image)?;
    let mut walk = Walk { places, nodes, follow: follower(places)?, functions: Vec::new(), current: None };
    code::sweep(places, decoder.as_mut(), |at, step, place| {
        let is_owner = walk.current.as_ref().is_some_and(|it| it.is_owner && it.place == place.span);
        let node = if is_owner { None } else { nodes.at(at) };
        let is_other = |node: &usize| walk.current.as_ref().is_none_or(|it| it.function.node != *node);
        if let Some(node) = node.filter(is_other) {
            walk.begin(node, place.span);
        }
        let code = places.content(Span::saturating(at, step.len_bytes), place.section_idx);
        walk.see(Seen { at, step, code });
    });
    walk.end();
    Some(Walked { functions: walk.functions, has_float: walk.follow.has_float() })
}

fn follower<'image>(places: &'image Places<'image>) -> Option<Box<dyn Follow + 'image>> {
    Some(match places.image.header.machine.as_str() {
        "arm" => Box::new(Thumb::new(places)),
        "riscv" => Box::new(Riscv::new(places)),
        "xtensa" => Box::new(Xtensa::new(places)),
        "avr" => Box::new(Avr::new(return_bytes(places.image).cast_signed())),
        "x86-64" => Box::new(X86::new(places, 64)),
        "x86" => Box::new(X86::new(places, 32)),
        _ => return None,
    })
}

struct Walk<'image> {
    places: &'image Places<'image>,
    nodes: &'image Nodes,
    follow: Box<dyn Follow + 'image>,
    functions: Vec<Function>,
    current: Option<Current<'image>>,
}

/// The function that is being walked through.
struct Current<'image> {
    function: Function,
    place: Span,
    is_owner: bool,
    seen: Vec<Seen<'image>>,
}

/// One instruction.
#[derive(Clone, Copy)]
struct Seen<'image> {
    at: u64,
    step: Step,
    code: &'image [u8],
}

impl<'image> Walk<'image> {
    fn begin(&mut self, node: usize, place: Span) {
        self.end();
        self.current = Some(Current {
            function: Function { node, ..Function::default() },
            place,
            is_owner: self.nodes.is_owner(node),
            seen: Vec::new(),
        });
    }

    fn see(&mut self, seen: Seen<'image>) {
        let Some(current) = &mut self.current else { return };
        if current.seen.len() < MAX_INSTRUCTIONS {
            current.seen.push(seen);
        } else {
            current.function.is_growing = true;
        }
    }

    /// Follows the function once, and once more if it has loops: what their bodies change is not known
    /// where they begin.
    fn end(&mut self) {
        let Some(mut current) = self.current.take() else { return };
        let mut way = Way::default();
        self.follow.reset();
        self.pass(&mut current, &mut way);
        if way.has_loops() {
            current.function.leavings.clear();
            way.again();
            self.follow.registers().fill(Known::Nothing);
            self.pass(&mut current, &mut way);
        }
        current.function.is_growing |= way.is_growing;
        current.function.frame_bytes = u64::try_from(way.deepest).unwrap_or(0);
        if !current.seen.is_empty() {
            current.function.frame_bytes += return_bytes(self.places.image);
        }
        self.functions.push(current.function);
    }

    fn pass(&mut self, current: &mut Current<'_>, way: &mut Way) {
        for Seen { at, step, code } in &current.seen {
            let (function, end) = (&mut current.function, at.saturating_add(step.len_bytes));
            way.arrive(*at, self.follow.registers());
            let Effect { taken, callee } = self.follow.see(code, *at, way.depth);
            way.take(taken);
            let flow = if self.is_room(code) { Flow::Next } else { step.flow };
            self.flow((*at, flow, callee), function, way);
            let goes_on = matches!(flow, Flow::Next | Flow::Branch(_));
            // What runs on into nothing does not get there: `unreachable` leaves no instruction behind.
            let runs_on = goes_on && end == current.place.end() && self.nodes.at(end).is_some();
            if runs_on && !self.places.is_in_vectors(*at) {
                leave(function, way, *at, Callee::Address(end));
            }
        }
    }

    fn flow(&mut self, (at, flow, callee): (u64, Flow, Callee), function: &mut Function, way: &mut Way) {
        let nodes = self.nodes;
        let is_inside = |target: u64| nodes.at(target) == Some(function.node);
        // Where a function begins, and not only a part of one.
        let is_entry = |target: u64| nodes.start_of(target) == Some(target);
        match flow {
            Flow::Next => {}
            Flow::Call(target) if is_inside(target) && !is_entry(target) => {}
            Flow::Call(target) => call(function, at, Callee::Address(target)),
            Flow::CallThrough(pool) => {
                let target = self.places.pointer_at(pool).map_or(callee, Callee::Address);
                call(function, at, target);
            }
            Flow::CallUnknown => call(function, at, callee),
            Flow::Branch(target) | Flow::Jump(target) => {
                if is_inside(target) {
                    way.branch((at, target), self.follow.registers());
                } else {
                    leave(function, way, at, Callee::Address(target));
                }
                way.is_cut_off = matches!(flow, Flow::Jump(_));
            }
            Flow::JumpUnknown | Flow::End => {
                // With nothing taken any more it is a call in the last place. Else a switch, or the end.
                let is_call = !matches!(callee, Callee::Unknown | Callee::Table(_));
                if is_call && way.depth == 0 {
                    leave(function, way, at, callee);
                }
                way.is_cut_off = true;
            }
        }
    }

    /// `rcall .+0` of AVR.
    fn is_room(&self, code: &[u8]) -> bool {
        self.places.machine.has_word_addresses && decode::half_at(code, 0) == Some(CALL_NEXT)
    }
}

fn call(function: &mut Function, at: u64, callee: Callee) {
    function.leavings.push(Leaving { at, callee, has_released: false });
}

fn leave(function: &mut Function, way: &Way, at: u64, callee: Callee) {
    function.leavings.push(Leaving { at, callee, has_released: way.depth == 0 });
}
