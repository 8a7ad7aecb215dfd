//! Machinery that is in the image for a reason people do not expect.

pub(crate) mod duplicates;
pub(crate) mod formatting;
pub(crate) mod generics;
