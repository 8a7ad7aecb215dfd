//! ARM: Thumb-1 and Thumb-2, and the 32-bit code beside it.

pub(super) mod accesses;
pub(super) mod arm_mode;
pub(super) mod decode;
pub(super) mod liveness;
pub(super) mod registers;
mod writes;

pub(super) use decode::expanded;
pub(super) use writes::writes;

/// A bit for each register that a call does not keep, by the procedure call standard (AAPCS, 6.1.1): r0 to r3,
/// r12 and lr.
pub(super) const CLOBBERED: u32 = 0b0101_0000_0000_1111;
