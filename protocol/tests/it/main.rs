//! What the wire types accept, refuse and look like.
#![expect(clippy::unwrap_used, reason = "helpers of tests may fail loudly")]

mod budget;
mod names;
mod shapes;
