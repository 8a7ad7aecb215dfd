//! A build that did not link, since a region was too small for it.

use plimsoll_analyzer::grouped;
use serde::{Deserialize, Serialize};
use std::fmt;

/// A [`LinkFailure`] names at most so many regions.
pub const MAX_OVERFLOWS: usize = 32;
/// A [`LinkFailure`] has at most so many sections, and a region so many that did not fit.
pub const MAX_SECTIONS: usize = 256;
/// A [`LinkFailure`] has at most so many object files.
pub const MAX_OBJECTS: usize = 64;
/// A name in a [`LinkFailure`] has at most so many characters.
pub const MAX_NAME_CHARS: usize = 256;

/// What a linker said of an image that did not fit, and what its map tells besides.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct LinkFailure {
    /// The regions that were too small, at least one, in the linker's order.
    pub overflows: Vec<RegionOverflow>,
    /// The sections as the linker placed them, from its map; without debug information and the like.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub sections: Vec<PlacedSection>,
    /// The object files that fill those sections most, biggest first, from the linker's map.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub objects: Vec<PlacedObject>,
}

/// A region that was too small.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct RegionOverflow {
    /// Its name.
    pub region: String,
    /// How much too small. A linker does not say it of a section that the script puts elsewhere.
    #[serde(default)]
    pub over_bytes: Option<u64>,
    /// Whether that is the true figure or only a bound of it; absent where it is the true one.
    #[serde(default, skip_serializing_if = "OverflowBound::is_exact")]
    pub bound: OverflowBound,
    /// The region's capacity; filled in by the server where the memory script has it.
    #[serde(default)]
    pub length_bytes: Option<u64>,
    /// The sections that the linker names as not fitting.
    #[serde(default)]
    pub sections: Vec<String>,
}

/// What a figure says of the true one.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[serde(rename_all = "snake_case")]
pub enum OverflowBound {
    /// It is the true one.
    #[default]
    Exact,
    /// It is what did not fit, of which a part may have had room.
    AtMost,
    /// The linker stopped before it had seen all.
    AtLeast,
}

/// A section of an image that was never written.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct PlacedSection {
    /// `.text`.
    pub name: String,
    /// Where it would run.
    pub address: u64,
    /// Its size.
    pub size_bytes: u64,
}

/// An object file, or a member of an archive.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct PlacedObject {
    /// `main.o`, or `libm.a(sin.o)`.
    pub file: String,
    /// What it contributes.
    pub size_bytes: u64,
}

impl LinkFailure {
    /// What is said of one region.
    pub fn overflow(&self, region: &str) -> Option<&RegionOverflow> {
        self.overflows.iter().find(|it| it.region == region)
    }
}

impl RegionOverflow {
    /// Up to where the region would be filled: its capacity and what is too many. As the linker counts,
    /// so with the gaps that alignment leaves. Absent where the linker told no more than a bound.
    pub fn used_bytes(&self) -> Option<u64> {
        self.reached_bytes().filter(|_| self.bound.is_exact())
    }

    fn reached_bytes(&self) -> Option<u64> {
        self.length_bytes?.checked_add(self.over_bytes?)
    }
}

impl OverflowBound {
    /// Whether the figure is the true one.
    pub fn is_exact(&self) -> bool {
        *self == Self::Exact
    }

    fn words(self) -> &'static str {
        match self {
            Self::Exact => "",
            Self::AtMost => "at most ",
            Self::AtLeast => "at least ",
        }
    }
}

/// `FLASH over by 629 B, RAM does not fit`: for people.
impl fmt::Display for LinkFailure {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for (idx, overflow) in self.overflows.iter().enumerate() {
            write!(f, "{}{overflow}", if idx > 0 { ", " } else { "" })?;
        }
        Ok(())
    }
}

/// `FLASH over by 629 B (2,677 of 2,048 B)`, `FLASH over by at least 1,978 B (at least 3,002 of 1,024 B)`.
impl fmt::Display for RegionOverflow {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Some(over_bytes) = self.over_bytes else { return write!(f, "{} does not fit", self.region) };
        let bound = self.bound.words();
        write!(f, "{} over by {bound}{} B", self.region, grouped(over_bytes))?;
        match (self.reached_bytes(), self.length_bytes) {
            (Some(reached), Some(length)) => {
                write!(f, " ({bound}{} of {} B)", grouped(reached), grouped(length))
            }
            _ => Ok(()),
        }
    }
}
