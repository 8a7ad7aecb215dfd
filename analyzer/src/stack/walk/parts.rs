//! Parts of functions that lie elsewhere: prologues and epilogues that functions share, and what compilers outline.
//!
//! libgcc's `__riscv_save_N` (`-msave-restore`) and LLVM's outlined code are called through `t0`, AVR's
//! `__prologue_saves__` (`-mcall-prologues`) is jumped to and comes back through Z; `__riscv_restore_N`,
//! `__epilogue_restores__` and outlined ends are jumped to while the frame is still there. What they take or give
//! back is their caller's. So they are gone through in its place, with what it knows of registers: names are not
//! asked for, and of libgcc's larger entries, which take more than they keep, the most counts.

use super::{Current, Seen, Walk};
use crate::isa::Flow;
use crate::isa::registers::{Callee, Effect, Follow};
use crate::span::Span;
use crate::stack::way::Way;

/// The longest such part has less: AVR's, which saves eighteen registers one by one.
const MAX_INSTRUCTIONS: usize = 64;
/// No instruction is longer on the machines that have such parts.
const MAX_LEN_BYTES: u64 = 8;

/// How control gets to a part.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Entry {
    /// Called, and it comes back.
    Called,
    /// Jumped to with something taken: a function's end.
    Last,
    /// Jumped to with nothing taken: only a prologue comes back.
    First,
}

impl<'image, F: Follow<'image>> Walk<'image, F> {
    /// Goes through the part that an instruction leads to, if it does, and says how control goes on then.
    pub(super) fn through_part(&mut self, seen: Seen<F::Code>, current: &mut Current, way: &mut Way) -> Flow {
        let (target, entry) = match seen.flow {
            Flow::Call(target) if self.follow.calls_part(seen.code) => (target, Entry::Called),
            Flow::Jump(target) if self.is_inside(current, target) => return seen.flow,
            Flow::Jump(target) if way.depth > 0 => (target, Entry::Last),
            Flow::Jump(target) if self.places.machine.is_avr() => (target, Entry::First),
            _ => return seen.flow,
        };
        let part = self.straight_from(target);
        let (registers, taken) = (self.follow.registers().to_vec(), way.mark());
        let n_leavings = self.leavings.len();
        let Some(flow) = self.run(&part, (seen, entry), way) else {
            self.follow.registers().copy_from_slice(&registers);
            way.back_to(taken);
            self.leavings.truncate(n_leavings);
            return seen.flow;
        };
        // What a part gives back before it calls anything is taken only while it runs.
        if let Some(node) = self.nodes.at(target).filter(|_| self.leavings.len() == n_leavings) {
            let most = u64::try_from(way.settle(taken)).unwrap_or(0);
            let before = current.function.part.map_or(0, |it| it.1);
            if most > before {
                current.function.part = Some((node, most));
            }
        }
        flow
    }

    /// The instructions from an address on, in the order in which they are executed, up to where that is not
    /// known or there are too many.
    fn straight_from(&mut self, target: u64) -> Vec<Seen<F::Code>> {
        let mut part = Vec::new();
        let Some(decoder) = &mut self.decoder else { return part };
        decoder.reset();
        let mut at = target;
        while part.len() < MAX_INSTRUCTIONS {
            let home = self.places.at(at).filter(|it| self.places.section(it).is_executable);
            let Some(home) = home else { break };
            let content = self.places.content(Span::saturating(at, MAX_LEN_BYTES), home.section_idx);
            if content.is_empty() {
                break;
            }
            let step = decoder.step(content, at);
            let end = at.saturating_add(step.len_bytes);
            let Some(code) = content.get(..step.len_bytes as usize).and_then(F::code) else { break };
            part.push(Seen { at, end, flow: step.flow, code });
            at = match step.flow {
                Flow::Next | Flow::Call(_) | Flow::CallThrough(_) | Flow::CallUnknown => end,
                Flow::Jump(target) => target,
                Flow::Branch(_) | Flow::JumpUnknown | Flow::JumpThrough(_) | Flow::End | Flow::Stop => break,
            };
        }
        part
    }

    /// Follows a part; `None` where it turns out to be none.
    fn run(
        &mut self,
        part: &[Seen<F::Code>],
        (from, entry): (Seen<F::Code>, Entry),
        way: &mut Way,
    ) -> Option<Flow> {
        for it in part {
            let Effect { taken, callee } = self.follow.see(it.code, it.at, way.depth);
            way.take(taken);
            match it.flow {
                Flow::Next => {}
                Flow::Call(target) => self.call(from.at, Callee::Address(target)),
                Flow::CallUnknown => self.call(from.at, callee),
                // A call in the last place of a function's end.
                Flow::Jump(target)
                    if entry == Entry::Last
                        && way.depth == 0
                        && self.nodes.start_of(target) == Some(target) =>
                {
                    self.leave((from.at, Callee::Address(target)), way);
                    return Some(Flow::End);
                }
                Flow::Jump(_) => {}
                Flow::End if entry == Entry::Called => return Some(Flow::Next),
                Flow::End if entry == Entry::Last && way.depth == 0 => return Some(Flow::End),
                Flow::JumpUnknown if entry != Entry::Called && callee == Callee::Address(from.end) => {
                    return Some(Flow::Next);
                }
                Flow::Branch(_) | Flow::CallThrough(_) | Flow::JumpUnknown => return None,
                Flow::JumpThrough(_) | Flow::End | Flow::Stop => return None,
            }
        }
        None
    }
}
