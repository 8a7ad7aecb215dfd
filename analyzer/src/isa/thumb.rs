//! ARM: Thumb-1 and Thumb-2, and the 32-bit code beside it.

pub(crate) mod accesses;
pub(super) mod arm_mode;
mod decode;
pub(super) mod factors;
pub(crate) mod instruction;
pub(super) mod liveness;
mod narrow;
pub(super) mod registers;
#[cfg(test)]
mod tests;
mod wide;

/// A bit for each register that a call does not keep, by the procedure call standard (AAPCS, 6.1.1): r0 to r3,
/// r12 and lr.
const CLOBBERED: u32 = 0b0101_0000_0000_1111;

/// The number that twelve bits of an instruction stand for: `ThumbExpandImm` of the architecture's manual.
fn expanded(imm12: u32) -> u32 {
    let low = imm12 & 0xff;
    match imm12 >> 8 {
        0 => low,
        1 => low << 16 | low,
        2 => low << 24 | low << 8,
        3 => low << 24 | low << 16 | low << 8 | low,
        _ => (imm12 & 0x7f | 0x80).rotate_right(imm12 >> 7),
    }
}
