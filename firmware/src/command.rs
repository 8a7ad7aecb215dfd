//! What people type: bytes become lines, lines become commands.

use core::ops::RangeInclusive;
use core::str;

const LONGEST_LINE: usize = 24;

/// The times between two samples that may be asked for.
pub const PERIODS_MS: RangeInclusive<u32> = 1..=60_000;

/// The limits that may be asked for.
pub const LIMITS_CELSIUS: RangeInclusive<i32> = -273..=1000;

/// Collects bytes until a line is whole.
#[derive(Debug)]
pub struct LineReader {
    bytes: [u8; LONGEST_LINE],
    len: usize,
    is_too_long: bool,
}

/// What a line asks for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Command {
    /// List the commands.
    Help,
    /// Say the summary of the history now.
    Stats,
    /// Sample once in so many milliseconds.
    Period {
        /// 1 to 60000.
        period_ms: u32,
    },
    /// Sound the alarm above so many degrees.
    Limit {
        /// -273 to 1000.
        celsius: i32,
    },
}

/// Why a line is no command.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum CommandError {
    /// No command has that name.
    Unknown,
    /// The number is missing, is none, or is out of range.
    Number,
    /// The line is longer than any command.
    TooLong,
}

impl LineReader {
    /// Without any bytes.
    pub const fn new() -> Self {
        Self { bytes: [0; LONGEST_LINE], len: 0, is_too_long: false }
    }

    /// Takes a byte; at the end of a line that is not empty returns what it asks for.
    pub fn push(&mut self, byte: u8) -> Option<Result<Command, CommandError>> {
        self.push_for(byte, Command::parse)
    }

    /// The same for whoever has commands of its own.
    pub fn push_for<T>(
        &mut self,
        byte: u8,
        parse: fn(&str) -> Result<T, CommandError>,
    ) -> Option<Result<T, CommandError>> {
        if byte != b'\r' && byte != b'\n' {
            match self.bytes.get_mut(self.len) {
                Some(slot) => {
                    *slot = byte;
                    self.len += 1;
                }
                None => self.is_too_long = true,
            }
            return None;
        }
        let line = self.bytes.get(..self.len).and_then(|it| str::from_utf8(it).ok()).unwrap_or("?");
        let parsed = if self.is_too_long { Err(CommandError::TooLong) } else { parse(line) };
        let is_blank = self.len == 0;
        self.len = 0;
        self.is_too_long = false;
        (!is_blank).then_some(parsed)
    }
}

impl Default for LineReader {
    fn default() -> Self {
        Self::new()
    }
}

impl Command {
    /// Reads a line without its end.
    pub fn parse(line: &str) -> Result<Self, CommandError> {
        let (name, argument) = line.split_once(' ').unwrap_or((line, ""));
        match name {
            "help" => Ok(Self::Help),
            "stats" => Ok(Self::Stats),
            "period" => Ok(Self::Period { period_ms: number_in(argument, PERIODS_MS)? }),
            "limit" => Ok(Self::Limit { celsius: number_in(argument, LIMITS_CELSIUS)? }),
            _ => Err(CommandError::Unknown),
        }
    }
}

/// Reads a number that must be in a range.
pub(crate) fn number_in<T: str::FromStr + PartialOrd>(
    text: &str,
    range: RangeInclusive<T>,
) -> Result<T, CommandError> {
    text.parse().ok().filter(|it| range.contains(it)).ok_or(CommandError::Number)
}

#[cfg(test)]
mod tests;
