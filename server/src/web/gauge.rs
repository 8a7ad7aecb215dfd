//! The hull gauge: how deep a region is loaded, with its budget drawn as the load line.

use super::format::{Bytes, percent};

/// Height of the hull's inside in the drawing's units; the load line sits at three quarters of it.
const DEPTH: u64 = 96;
const DECK_Y: u64 = 10;

/// A region (or the whole image) as it is drawn and told.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Gauge {
    /// The region's name, or `total`.
    pub name: String,
    /// Bytes in use.
    pub used: Bytes,
    /// Capacity, where known.
    pub length: Option<Bytes>,
    /// The budget, where one is set.
    pub limit: Option<Bytes>,
    /// How it stands.
    pub standing: Standing,
    /// One sentence about the distance to the line.
    pub words: String,
    /// The drawing; absent where there is neither budget nor capacity to draw against.
    pub drawing: Option<Drawing>,
}

/// How a figure stands against its line.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Standing {
    /// No line to stand against.
    Open,
    /// Well below.
    Fine,
    /// Less than a tenth of the budget is left.
    Near,
    /// Above.
    Over,
}

impl Standing {
    /// Its style's name.
    pub fn word(self) -> &'static str {
        match self {
            Self::Open => "open",
            Self::Fine => "fine",
            Self::Near => "near",
            Self::Over => "over",
        }
    }

    /// Of a use against a limit.
    pub fn of(used: u64, limit: u64) -> Self {
        match used {
            it if it > limit => Self::Over,
            it if u128::from(it) * 10 > u128::from(limit) * 9 => Self::Near,
            _ => Self::Fine,
        }
    }
}

/// Vertical positions in the SVG, from its top.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Drawing {
    /// Where the load begins.
    pub load_y: u64,
    /// How high it is.
    pub load_height: u64,
    /// Where the load line is.
    pub line_y: Option<u64>,
    /// How high the part above the line is.
    pub over_height: u64,
}

impl Gauge {
    /// Measures and words a figure against its capacity and its budget.
    pub fn new(name: &str, used: u64, length: Option<u64>, limit: Option<u64>) -> Self {
        Self {
            name: name.to_owned(),
            used: Bytes(used),
            length: length.map(Bytes),
            limit: limit.map(Bytes),
            standing: limit.or(length).map_or(Standing::Open, |it| standing(used, it, limit)),
            words: words(used, length, limit),
            drawing: drawing(used, length, limit),
        }
    }

    /// The share of the budget, or else of the capacity.
    pub fn share(&self) -> Option<String> {
        self.limit.or(self.length).map(|it| percent(self.used.0, it.0))
    }
}

/// Without a budget only an overfull region is worth a colour.
fn standing(used: u64, line: u64, limit: Option<u64>) -> Standing {
    match Standing::of(used, line) {
        Standing::Fine | Standing::Near if limit.is_none() => Standing::Open,
        it => it,
    }
}

fn words(used: u64, length: Option<u64>, limit: Option<u64>) -> String {
    match (limit, length) {
        (Some(limit), _) if used > limit => format!("{} over the line", Bytes(used - limit)),
        (Some(limit), _) if used == limit => "exactly on the line".to_owned(),
        (Some(limit), _) => format!("{} below the line", Bytes(limit - used)),
        (None, Some(length)) if used > length => format!("{} more than fits", Bytes(used - length)),
        (None, Some(length)) => format!("{} free", Bytes(length - used)),
        (None, None) => "capacity unknown".to_owned(),
    }
}

/// A budget is usually a small part of a chip's memory: drawn against the capacity its line would lie on the
/// keel. So the budget sets the scale where there is one, as a ship's mark sits at the same height on every ship.
fn drawing(used: u64, length: Option<u64>, limit: Option<u64>) -> Option<Drawing> {
    let (line, line_height) = match limit {
        Some(limit) => (limit, DEPTH * 3 / 4),
        None => (length?, DEPTH),
    };
    let exact = u128::from(used) * u128::from(line_height) / u128::from(line.max(1));
    let height = exact.min(u128::from(DEPTH)) as u64;
    let is_over = limit.is_some_and(|it| used > it);
    // A load is never invisible, nor is the byte that is too many.
    let least = if is_over { line_height + 2 } else { u64::from(used > 0) };
    let load_height = height.max(least);
    Some(Drawing {
        load_y: DECK_Y + DEPTH - load_height,
        load_height,
        line_y: limit.map(|_| DECK_Y + DEPTH - line_height),
        over_height: if is_over { load_height - line_height } else { 0 },
    })
}

#[cfg(test)]
mod tests;
