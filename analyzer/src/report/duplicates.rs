//! Rows about bytes that are there more than once.

use serde::{Deserialize, Serialize};

/// Instances of one generic function.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct Family {
    /// Its path without what the instances differ in, which is `_`.
    pub name: String,
    /// The instances, biggest first: indices into [`Report::symbols`](super::Report::symbols).
    pub symbols: Vec<usize>,
    /// Bytes of all instances.
    pub total_bytes: u64,
    /// An estimate: all instances but the biggest, if one could serve all.
    pub saves_up_to_bytes: u64,
}

/// Functions whose bytes do the same.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct IdenticalBodies {
    /// Who they are, by address: indices into [`Report::symbols`](super::Report::symbols).
    pub symbols: Vec<usize>,
    /// Bytes of each.
    pub size_bytes: u64,
    /// All but one of them.
    pub saves_up_to_bytes: u64,
}

/// A text that stands in the image several times.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct DuplicateText {
    /// The text, at most its first 200 bytes; what is no UTF-8 replaced.
    pub text: String,
    /// Where it stands.
    pub run_addresses: Vec<u64>,
    /// Bytes of each.
    pub size_bytes: u64,
    /// All but one of them.
    pub saves_up_to_bytes: u64,
}
