//! Rows of advice, with evidence and what following it saves.

use serde::{Deserialize, Serialize};

/// A piece of advice. Two pieces may be about the same bytes, so their savings do not add up.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct Insight {
    /// Which advice it is, a stable word: `overflow_checks`, `duplicated_strings`, …
    pub kind: String,
    /// One sentence: what is there and what to do.
    pub advice: String,
    /// What following it saves, of flash and RAM together.
    pub saves_bytes: u64,
    /// Of these, bytes that are stored on the device.
    #[serde(default)]
    pub flash_bytes: u64,
    /// Of these, bytes of RAM.
    #[serde(default)]
    pub ram_bytes: u64,
    /// How sure that figure is.
    pub certainty: Certainty,
    /// What it rests on, most telling first: symbols, lines, sections in words with their bytes.
    pub evidence: Vec<String>,
    /// Where the advice comes from: a manual, a specification, a paper.
    pub source_url: String,
}

/// How sure a saving is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[serde(rename_all = "snake_case")]
pub enum Certainty {
    /// These bytes go.
    Exact,
    /// These and perhaps more.
    AtLeast,
    /// At most these.
    UpTo,
}
