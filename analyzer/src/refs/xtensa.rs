//! Xtensa (little-endian): branches, loops, windowed calls, and literals by L32R.

use super::decode::{Decode, Flow, Step, Value, sign_extend};

/// The decoder keeps nothing in mind: an address comes whole out of a literal.
#[derive(Debug)]
pub(crate) struct Xtensa;

impl Decode for Xtensa {
    fn step(&mut self, code: &[u8], at: u64) -> Step {
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

    fn reset(&mut self) {}
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
