//! Limits on what a target may use.

use serde::{Deserialize, Serialize};
use std::fmt;

/// The subject of a budget on the whole image: all bytes that are stored on the device.
pub const TOTAL: &str = "total";

/// An absolute limit on one region, or on the whole image (`subject` = [`TOTAL`]).
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct Budget {
    /// A region's name, or `total`; `static` for all RAM that is not only set aside for stacks and heaps, `static-RAM` for
    /// that of the region `RAM`.
    pub subject: String,
    /// The most it may use. Using exactly this much is within the budget.
    pub limit_bytes: u64,
}

/// A number of bytes as people write it: `16384`, `16K`, `16 KiB`, `0x4000`, `1M`.
///
/// K and M are 1024 and 1024², as in linker scripts.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct ByteCount(pub u64);

/// Why a text is no number of bytes.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("`{0}` is not a number of bytes: write for example 16384, 16K, 16 KiB or 0x4000")]
pub struct ByteCountError(String);

impl ByteCount {
    /// Reads the text.
    pub fn parse(text: &str) -> Result<Self, ByteCountError> {
        let refused = || ByteCountError(text.chars().take(40).filter(|it| !it.is_control()).collect());
        let trimmed = text.trim();
        let hex = trimmed.strip_prefix("0x").or_else(|| trimmed.strip_prefix("0X"));
        let is_digit = |it: char| if hex.is_some() { it.is_ascii_hexdigit() } else { it.is_ascii_digit() };
        let body = hex.unwrap_or(trimmed);
        let digits_end = body.find(|it| !is_digit(it)).unwrap_or(body.len());
        let (digits, unit) = body.split_at(digits_end);
        let number =
            u64::from_str_radix(digits, if hex.is_some() { 16 } else { 10 }).map_err(|_| refused())?;
        let factor = match unit.trim().to_ascii_lowercase().as_str() {
            "" | "b" => 1,
            "k" | "kb" | "kib" => 1024,
            "m" | "mb" | "mib" => 1024 * 1024,
            _ => return Err(refused()),
        };
        number.checked_mul(factor).filter(|it| *it <= i64::MAX as u64).map(Self).ok_or_else(refused)
    }
}

impl fmt::Display for ByteCount {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.0 {
            n if n >= 1024 && n % (1024 * 1024) == 0 => write!(f, "{} MiB", n / (1024 * 1024)),
            n if n >= 1024 && n % 1024 == 0 => write!(f, "{} KiB", n / 1024),
            n => write!(f, "{n} B"),
        }
    }
}
