//! Source lines as people name them in an address: `?without=src/main.rs:42&without=log.rs:7`.

use plimsoll_analyzer::{SourceLine, Without};

/// A query with more is a mistake.
const MAX_LINES: usize = 500;

/// The key by which lines are named; several values may stand in one, between commas.
const KEY: &str = "without";
/// The key that means all of them.
const ALL_KEY: &str = "without_all";

/// What a query asks to take out; `None` where it asks nothing.
pub fn without(query: &[(String, String)]) -> Result<Option<Without>, String> {
    let is_all =
        query.iter().any(|(key, value)| key == ALL_KEY && matches!(value.as_str(), "" | "1" | "true"));
    if is_all {
        return Ok(Some(Without::AllFormatting));
    }
    let values = query.iter().filter(|it| it.0 == KEY).flat_map(|it| it.1.split(','));
    let mut lines: Vec<SourceLine> =
        values.filter(|it| !it.trim().is_empty()).map(line).collect::<Result<_, _>>()?;
    if lines.len() > MAX_LINES {
        return Err(format!("at most {MAX_LINES} lines at once"));
    }
    lines.sort();
    lines.dedup();
    Ok((!lines.is_empty()).then_some(Without::Lines(lines)))
}

fn line(text: &str) -> Result<SourceLine, String> {
    let refuse = || "write FILE:LINE, such as src/main.rs:42".to_owned();
    let (file, line) = text.trim().rsplit_once(':').ok_or_else(refuse)?;
    let line = line.parse().ok().filter(|it| *it > 0).ok_or_else(refuse)?;
    if file.is_empty() {
        return Err(refuse());
    }
    Ok(SourceLine { file: file.to_owned(), line })
}
