//! Xtensa (little-endian): branches, loops, windowed calls, and literals by L32R.

use std::collections::BTreeSet;

use crate::isa::{Decode, Flow, Step, Value, sign_extend};

/// The decoder keeps in mind which register an address came into out of a literal, so that a call through
/// it is a call of that address.
#[derive(Debug, Default)]
pub(crate) struct Xtensa {
    /// By register, the literal it was loaded from.
    literals: [Option<u64>; 16],
    /// Where branches lead to further on: registers come from two places there.
    joins: BTreeSet<u64>,
}

impl Decode for Xtensa {
    fn step(&mut self, code: &[u8], at: u64) -> Step {
        if self.joins.first().is_some_and(|it| *it <= at) {
            self.joins.retain(|it| *it > at);
            self.literals = Default::default();
        }
        let step = plain_step(code, at);
        self.followed(code, at, step)
    }

    fn reset(&mut self) {
        *self = Self::default();
    }
}

impl Xtensa {
    /// The same step with what is known of the register that it calls through.
    fn followed(&mut self, code: &[u8], at: u64, step: Step) -> Step {
        let bits = code.iter().take(step.len_bytes.min(3) as usize).rev();
        let bits = bits.fold(0_u32, |sum, it| sum << 8 | u32::from(*it));
        let field = |shift: u32| (bits >> shift & 0xf) as usize;
        let called = self.literals[field(8)].filter(|_| step.flow == Flow::CallUnknown);
        // Whatever an instruction writes to stands in one of its three fields.
        [4, 8, 12].map(field).into_iter().for_each(|it| self.literals[it] = None);
        match step.flow {
            Flow::Branch(target) if target > at => {
                self.joins.insert(target);
            }
            Flow::Jump(target) => {
                self.joins.extend(Some(target).filter(|it| *it > at));
                self.literals = Default::default();
            }
            Flow::Next | Flow::Branch(_) => {}
            _ => self.literals = Default::default(),
        }
        if let Some(literal) = step.literal() {
            self.literals[field(4)] = Some(literal);
        }
        called.map_or(step, |it| Step::flow(step.len_bytes, Flow::CallThrough(it)))
    }
}

fn plain_step(code: &[u8], at: u64) -> Step {
    let Some((&first, rest)) = code.split_first() else { return Step::cut(code) };
    let narrow = u32::from(first) | rest.first().map_or(0, |it| u32::from(*it)) << 8;
    if (8..14).contains(&(first & 0xf)) {
        return if rest.is_empty() { Step::cut(code) } else { narrow_step(narrow, at) };
    }
    match rest {
        [_, third, ..] => wide_step(narrow | u32::from(*third) << 16, at),
        _ => Step::cut(code),
    }
}

fn narrow_step(code: u32, at: u64) -> Step {
    let (t, r) = (code >> 4 & 0xf, code >> 12);
    let flow = match code & 0xf {
        12 if t & 8 != 0 => Flow::Branch(relative(at, i64::from((t & 3) << 4 | r))),
        13 if r == 15 && t < 2 => Flow::End,
        _ => Flow::Next,
    };
    Step::flow(2, flow)
}

fn wide_step(code: u32, at: u64) -> Step {
    let flow = match code & 0xf {
        0 => register_flow(code),
        1 => return Step::value(3, Value::Load(literal(code, at))),
        5 => {
            let offset = sign_extend(code >> 6, 18) * 4;
            Flow::Call((at & !3).wrapping_add(4).wrapping_add_signed(offset) & 0xffff_ffff)
        }
        6 => short_flow(code, at),
        7 => Flow::Branch(relative(at, sign_extend(code >> 16, 8))),
        _ => Flow::Next,
    };
    Step::flow(3, flow)
}

/// RET, JX, CALLX and their windowed forms; everything else of this group computes.
fn register_flow(code: u32) -> Flow {
    if code >> 12 != 0 {
        return Flow::Next;
    }
    match (code >> 6 & 3, code >> 4 & 3) {
        (3, _) => Flow::CallUnknown,
        (2, 2) => Flow::JumpUnknown,
        (2, _) => Flow::End,
        (0, 0) => Flow::End,
        _ => Flow::Next,
    }
}

/// J, the branches that compare with zero or a constant, and the loops.
fn short_flow(code: u32, at: u64) -> Flow {
    let signed = || Flow::Branch(relative(at, sign_extend(code >> 16, 8)));
    match (code >> 4 & 3, code >> 6 & 3) {
        (0, _) => Flow::Jump(relative(at, sign_extend(code >> 6, 18))),
        (1, _) => Flow::Branch(relative(at, sign_extend(code >> 12, 12))),
        (2, _) | (3, 2 | 3) => signed(),
        (_, 1) => match code >> 12 & 0xf {
            0 | 1 => signed(),
            8..=10 => Flow::Branch(relative(at, i64::from(code >> 16))),
            _ => Flow::Next,
        },
        _ => Flow::Next,
    }
}

/// Literals lie up to 256 KiB before the instruction.
fn literal(code: u32, at: u64) -> u64 {
    let offset = u64::from(0xfffc_0000 | (code >> 8) << 2);
    (at.wrapping_add(3) & !3).wrapping_add(offset) & 0xffff_ffff
}

fn relative(at: u64, offset: i64) -> u64 {
    at.wrapping_add(4).wrapping_add_signed(offset) & 0xffff_ffff
}
