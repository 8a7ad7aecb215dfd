//! What people may ask of the station; [`LineReader`](crate::command::LineReader) collects the lines.

use crate::command::{CommandError, LIMITS_CELSIUS, PERIODS_MS, number_in};

/// What a line asks for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Order {
    /// List the orders.
    Help,
    /// Say how things are.
    Status,
    /// Sample once in so many milliseconds.
    Rate {
        /// 1 to 60000.
        period_ms: u32,
    },
    /// Sound the alarm above so many degrees.
    Limit {
        /// -273 to 1000.
        celsius: i32,
    },
    /// Keep rate and limit without power.
    Save,
    /// Start anew.
    Reboot,
    /// Do nothing for ever, for the watchdog to end.
    Hang,
    /// Panic.
    Crash,
}

impl Order {
    /// Reads a line without its end.
    pub fn parse(line: &str) -> Result<Self, CommandError> {
        let (name, argument) = line.split_once(' ').unwrap_or((line, ""));
        match name {
            "help" => Ok(Self::Help),
            "status" => Ok(Self::Status),
            "rate" => Ok(Self::Rate { period_ms: number_in(argument, PERIODS_MS)? }),
            "limit" => Ok(Self::Limit { celsius: number_in(argument, LIMITS_CELSIUS)? }),
            "save" => Ok(Self::Save),
            "reboot" => Ok(Self::Reboot),
            "hang" => Ok(Self::Hang),
            "crash" => Ok(Self::Crash),
            _ => Err(CommandError::Unknown),
        }
    }
}

#[cfg(test)]
mod tests;
