//! Settings that survive the power, as they stand in flash.
//!
//! There are two places, each a sector that is erased alone. A save erases the place that does not hold the
//! newest record and writes there, with the next sequence number. Whenever the power fails, the other place
//! still holds the record before: while the sector is erased it reads as empty, while it is written its
//! checksum does not fit.
//!
//! | bytes | what, little-endian |
//! |---|---|
//! | 0–3 | `PLM1` |
//! | 4–7 | sequence number, wrapping |
//! | 8–11 | milliseconds between two samples |
//! | 12–15 | upper limit in hundredths of a degree |
//! | 16–19 | CRC-32 of the bytes before |

use crate::command::{LIMITS_CELSIUS, PERIODS_MS};
use crate::crc::Crc32;
use crate::temperature::Hundredths;

/// How long a record is.
pub const RECORD_BYTES: usize = 20;

const MAGIC: u32 = u32::from_le_bytes(*b"PLM1");
const ERASED: u8 = 0xff;

/// What is saved.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Record {
    /// One more than the record before has.
    pub sequence: u32,
    /// The time between two samples.
    pub period_ms: u32,
    /// The temperature above which there is an alarm.
    pub upper_limit: Hundredths,
}

/// What a place holds.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Place {
    /// Erased.
    Empty,
    /// Neither erased nor a record: a write that was cut short, or another program's.
    Damaged,
    /// A record whose checksum fits.
    Holds(Record),
}

/// What both places say together.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Saved {
    /// The newest record that is whole.
    pub newest: Option<Record>,
    /// Whether a place is damaged.
    pub is_damaged: bool,
    /// The place to write next: 0 or 1, never the one that holds the newest.
    pub next_place: usize,
}

impl Record {
    /// As it stands in flash.
    pub fn to_bytes(self) -> [u8; RECORD_BYTES] {
        let limit = self.upper_limit.0.cast_unsigned();
        let mut bytes = [0; RECORD_BYTES];
        let (words, _) = bytes.as_chunks_mut::<4>();
        let mut sum = Crc32::EMPTY;
        for (word, value) in words.iter_mut().zip([MAGIC, self.sequence, self.period_ms, limit]) {
            *word = value.to_le_bytes();
            sum = word.iter().fold(sum, |sum, byte| sum.with(*byte));
        }
        if let Some(last) = words.last_mut() {
            *last = sum.sum().to_le_bytes();
        }
        bytes
    }

    /// The record that comes after `self` or, without one, the first.
    pub fn after(newest: Option<Self>, period_ms: u32, upper_limit: Hundredths) -> Self {
        let sequence = newest.map_or(1, |it| it.sequence.wrapping_add(1));
        Self { sequence, period_ms, upper_limit }
    }

    /// Whether it was written after another, as far as wrapping numbers can tell.
    fn is_newer_than(self, other: Self) -> bool {
        self.sequence.wrapping_sub(other.sequence) as i32 > 0
    }

    /// A fitting checksum is not enough: another version of the program may have allowed more.
    fn is_allowed(self) -> bool {
        let (least, greatest) = (*LIMITS_CELSIUS.start() * 100, *LIMITS_CELSIUS.end() * 100);
        PERIODS_MS.contains(&self.period_ms) && (least..=greatest).contains(&self.upper_limit.0)
    }
}

impl Place {
    /// Reads what stands in flash.
    pub fn read(bytes: &[u8; RECORD_BYTES]) -> Self {
        if bytes.iter().all(|it| *it == ERASED) {
            return Self::Empty;
        }
        let mut words = bytes.as_chunks::<4>().0.iter().map(|it| u32::from_le_bytes(*it));
        let mut next = || words.next().unwrap_or_default();
        let (magic, sequence, period_ms, limit) = (next(), next(), next(), next());
        let record = Record { sequence, period_ms, upper_limit: Hundredths(limit.cast_signed()) };
        let is_whole = magic == MAGIC && record.to_bytes() == *bytes && record.is_allowed();
        if is_whole { Self::Holds(record) } else { Self::Damaged }
    }

    fn record(self) -> Option<Record> {
        match self {
            Self::Holds(record) => Some(record),
            Self::Empty | Self::Damaged => None,
        }
    }
}

impl Saved {
    /// Chooses between the two places.
    pub fn choose(places: [Place; 2]) -> Self {
        let [first, second] = places.map(Place::record);
        let is_second_newest = match (first, second) {
            (Some(first), Some(second)) => second.is_newer_than(first),
            (first, _) => first.is_none(),
        };
        let (newest, next_place) = match (is_second_newest, second) {
            (true, Some(second)) => (Some(second), 0),
            (true, None) => (None, 0),
            (false, _) => (first, 1),
        };
        Self { newest, is_damaged: places.contains(&Place::Damaged), next_place }
    }
}

#[cfg(test)]
mod tests;
