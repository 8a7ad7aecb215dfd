//! What part a symbol plays in formatting and panicking, by its name.

use super::services::Service;
use super::{formatting, panics};
use crate::image::Image;
use crate::map::Attribution;
use crate::names::{self, Language, Name};

/// What part a symbol plays.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Part {
    /// Formats.
    Formatting,
    /// Formats numbers with a fraction, and nothing else.
    Float,
    /// Takes the text: `write_str` and its kin. Whoever calls one need not format anything.
    Sink,
    /// Panics.
    Panicking,
    /// Is there to panic in one case: `Option::unwrap` that was not inlined.
    Check,
    /// Is what C and C++ ask a library for.
    Service(Service),
    /// None in either.
    None,
}

impl Part {
    pub(crate) fn of(name: &Name) -> Self {
        let text = name.text.as_str();
        if panics::is_entry(text) {
            return Self::Panicking;
        }
        if name.language != Language::Rust {
            return Service::of(text).map_or(Self::None, Self::Service);
        }
        if formatting::is_formatting(text) {
            return match text {
                _ if formatting::is_sink(text) => Self::Sink,
                _ if formatting::is_float(text) => Self::Float,
                _ => Self::Formatting,
            };
        }
        match text {
            _ if panics::is_panicking(text) => Self::Panicking,
            _ if panics::is_check(text) => Self::Check,
            _ => Self::None,
        }
    }

    /// Whether it belongs to what formatting costs.
    pub(crate) fn is_formatting(self) -> bool {
        matches!(self, Self::Formatting | Self::Float | Self::Sink)
    }
}

/// The parts of all symbols, by owner.
pub(crate) fn parts(image: &Image<'_>, attribution: &Attribution) -> Vec<Part> {
    let mut reader = names::Reader::new();
    let owners = attribution.owners.iter();
    let mangled = owners.map(|it| String::from_utf8_lossy(image.symbols[it.symbol_idx].name));
    mangled.map(|it| Part::of(&reader.read(&it))).collect()
}
