//! Machinery that is in the image for a reason people do not expect.

pub(crate) mod accuracy;
pub(crate) mod blame;
mod cold;
pub(crate) mod costs;
mod cut;
mod downstream;
pub(crate) mod duplicates;
pub(crate) mod formatting;
pub(crate) mod generics;
pub(crate) mod helpers;
mod idle;
pub(crate) mod linked;
pub(crate) mod machinery;
mod once;
mod operations;
mod panics;
pub(crate) mod predict;
pub(crate) mod scene;
pub(crate) mod services;
mod suspects;
