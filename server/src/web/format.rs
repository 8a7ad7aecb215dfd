//! How numbers and times are written on pages. Templates print these types and never raw numbers.

use plimsoll_analyzer::grouped;
use std::fmt;
use time::OffsetDateTime;
use time::macros::format_description;

/// A size: `10,240 B`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub struct Bytes(pub u64);

impl Bytes {
    /// The same in KiB or MiB, where that says more than the number itself.
    pub fn rounded(self) -> Option<String> {
        let kib = self.0 as f64 / 1024.0;
        match self.0 {
            0..1024 => None,
            1024..1_048_064 => Some(format!("{kib:.1} KiB")),
            _ => Some(format!("{:.2} MiB", kib / 1024.0)),
        }
    }
}

impl fmt::Display for Bytes {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} B", grouped(self.0))
    }
}

/// A change of a size: `+1,024 B`, `−12 B`, `±0 B`.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Delta(pub i64);

impl Delta {
    /// From two sizes; what is absent counts as nothing.
    pub fn between(old: Option<u64>, new: Option<u64>) -> Self {
        let signed = |it: Option<u64>| i64::try_from(it.unwrap_or(0)).unwrap_or(i64::MAX);
        Self(signed(new).saturating_sub(signed(old)))
    }

    /// `grown`, `shrunk` or `same`: also the name of its style.
    pub fn word(self) -> &'static str {
        match self.0 {
            0 => "same",
            1.. => "grown",
            _ => "shrunk",
        }
    }

    /// What part of `old` it is, where that is a number: `+3.4 %`, or `×58.6` when it is many times as much.
    pub fn percent_of(self, old: u64) -> Option<String> {
        let percent = 100.0 * self.0 as f64 / old as f64;
        let words = if percent >= 1000.0 {
            format!("×{:.1}", 1.0 + percent / 100.0)
        } else {
            format!("{percent:+.1} %").replace('-', "−")
        };
        (old > 0 && self.0 != 0).then_some(words)
    }
}

impl fmt::Display for Delta {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let sign = match self.0 {
            0 => "±",
            1.. => "+",
            _ => "−",
        };
        write!(f, "{sign}{} B", grouped(self.0.unsigned_abs()))
    }
}

/// A count of things: `1,234`.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Count(pub usize);

impl From<u64> for Count {
    fn from(it: u64) -> Self {
        Self(usize::try_from(it).unwrap_or(usize::MAX))
    }
}

impl fmt::Display for Count {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&grouped(self.0 as u64))
    }
}

/// An address: `0x1000_0100` without the underscore, at least eight digits.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Address(pub u64);

impl fmt::Display for Address {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "0x{:08x}", self.0)
    }
}

/// A point in time: `2026-11-20 12:00 UTC`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub struct Moment(pub OffsetDateTime);

impl Moment {
    /// For the `datetime` attribute.
    pub fn iso(self) -> String {
        self.written(format_description!("[year]-[month]-[day]T[hour]:[minute]:[second]Z"))
    }

    /// The day alone.
    pub fn day(self) -> String {
        self.written(format_description!("[year]-[month]-[day]"))
    }

    fn written(self, format: &[time::format_description::BorrowedFormatItem<'_>]) -> String {
        self.0.to_offset(time::UtcOffset::UTC).format(format).unwrap_or_else(|_| self.0.to_string())
    }
}

impl fmt::Display for Moment {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.written(format_description!("[year]-[month]-[day] [hour]:[minute] UTC")))
    }
}

/// `n thing` or `n things`.
pub fn counted(n: usize, thing: &str) -> String {
    let plural = if n == 1 { "" } else { "s" };
    format!("{} {thing}{plural}", Count(n))
}

/// A share in words, never rounded onto 100 % from below nor onto 0 % from above.
pub fn percent(part: u64, whole: u64) -> String {
    let exact = 100.0 * part as f64 / whole.max(1) as f64;
    match exact {
        it if part > 0 && it < 0.1 => "< 0.1 %".to_owned(),
        it if part < whole && it > 99.9 => "99.9 %".to_owned(),
        it => format!("{it:.1} %"),
    }
}

#[cfg(test)]
mod tests;
