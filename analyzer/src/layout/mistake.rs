//! What is wrong with a script, and where.

use super::{LayoutError, Scripts};

/// Where a token stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Place {
    /// Counts the files that were given, then those to include, then the symbols.
    pub(super) file: u32,
    pub(super) line: u32,
    pub(super) column: u32,
}

impl Default for Place {
    fn default() -> Self {
        Self { file: 0, line: 1, column: 1 }
    }
}

impl Place {
    /// So many characters on in the same line.
    pub(super) fn right_of(self, n_characters: usize) -> Self {
        let n_characters = u32::try_from(n_characters).unwrap_or(u32::MAX);
        Self { column: self.column.saturating_add(n_characters), ..self }
    }

    pub(super) fn mistake(self, message: impl Into<String>) -> Mistake {
        Mistake { place: self, message: message.into() }
    }
}

/// What is wrong, and where.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Mistake {
    pub(super) place: Place,
    pub(super) message: String,
}

/// A piece of a script for a message.
pub(super) fn shown(text: &str) -> String {
    format!("`{}`", text.chars().take(40).collect::<String>())
}

/// The mistake with the name of its file.
pub(super) fn located(scripts: &Scripts, mistake: Mistake) -> LayoutError {
    let file = mistake.place.file as usize;
    let name = scripts.files.iter().chain(&scripts.included).nth(file).map(|it| it.name.clone());
    let symbol = || {
        let idx = file.checked_sub(scripts.files.len() + scripts.included.len())?;
        scripts.symbols.get(idx).map(|(name, _)| format!("--defsym {name}"))
    };
    LayoutError {
        file: name.or_else(symbol).filter(|it| !it.is_empty()),
        line: mistake.place.line,
        column: mistake.place.column,
        message: mistake.message,
    }
}
