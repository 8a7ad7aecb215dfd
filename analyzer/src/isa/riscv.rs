//! RISC-V.

pub(super) mod decode;
pub(super) mod liveness;
pub(super) mod registers;
