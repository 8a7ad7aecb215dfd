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
    let line = limit.or(length)?.max(1);
    let full = match limit {
        Some(limit) => (u128::from(limit) * 4).div_ceil(3).max(1),
        None => u128::from(line),
    };
    let height_of = |bytes: u64| {
        let exact = (u128::from(bytes) * u128::from(DEPTH) / full).min(u128::from(DEPTH)) as u64;
        if bytes > 0 { exact.max(1) } else { 0 }
    };
    let load_height = height_of(used);
    let line_height = limit.map(height_of);
    let is_over = limit.is_some_and(|it| used > it);
    Some(Drawing {
        load_y: DECK_Y + DEPTH - load_height,
        load_height,
        line_y: line_height.map(|it| DECK_Y + DEPTH - it),
        over_height: line_height.filter(|_| is_over).map_or(0, |it| load_height.saturating_sub(it).max(2)),
    })
}

#[cfg(test)]
mod tests;
