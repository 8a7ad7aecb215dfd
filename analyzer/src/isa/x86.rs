//! x86.

pub(crate) mod decode;
pub(crate) mod registers;
