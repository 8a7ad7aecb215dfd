//! Xtensa.

pub(super) mod decode;
pub(super) mod registers;
