//! Machinery that is in the image for a reason people do not expect.

pub(crate) mod formatting;
