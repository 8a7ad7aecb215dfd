//! AVR.

pub(super) mod decode;
mod instruction;
pub(super) mod registers;
