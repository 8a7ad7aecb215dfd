//! What would go together with some source lines, as the page of formatting answers it.

use crate::domain::lines;
use crate::error::AppResult;
use crate::jobs::question::ask;
use crate::state::AppState;
use crate::web::format::{Bytes, counted};
use plimsoll_analyzer::{MEASURED_ERROR, PredictError, Prediction, Without};
use std::collections::BTreeSet;
use uuid::Uuid;

/// What was asked, and the answer.
#[derive(Default)]
pub struct Asked {
    /// The lines that are ticked: `src/main.rs:42`.
    pub lines: BTreeSet<String>,
    /// The answer.
    pub answer: Option<PredictionView>,
    /// Why there is none.
    pub problem: Option<String>,
}

/// What would go.
pub struct PredictionView {
    /// How many lines.
    pub subject: String,
    /// All that goes.
    pub saves: Bytes,
    /// What that is made of.
    pub parts: Vec<(&'static str, Bytes)>,
    /// What stays because other lines use it too.
    pub shared: Bytes,
}

/// Answers what a query asks of a project's build, if it asks.
pub async fn asked(state: &AppState, ids: (Uuid, Uuid), query: &[(String, String)]) -> AppResult<Asked> {
    let without = match lines::without(query) {
        Ok(Some(without)) => without,
        Ok(None) => return Ok(Asked::default()),
        Err(problem) => return Ok(Asked { problem: Some(problem), ..Asked::default() }),
    };
    let lines = match &without {
        Without::Lines(lines) => lines.iter().map(|it| format!("{}:{}", it.file, it.line)).collect(),
        Without::AllFormatting => BTreeSet::new(),
    };
    let found = ask(state, ids, move |files| plimsoll_analyzer::predict(&files.elf, &without)).await?;
    // A file may be named by how its path ends; the boxes have whole paths.
    let meant = found.iter().filter(|_| !lines.is_empty()).flat_map(|it| &it.lines);
    let meant: Vec<String> = meant.map(|it| format!("{}:{}", it.file, it.line)).collect();
    let lines: BTreeSet<String> = lines.into_iter().chain(meant).collect();
    let (answer, problem) = match found {
        Ok(prediction) => (Some(view(&prediction)), None),
        Err(error) => (None, Some(words(&error))),
    };
    Ok(Asked { lines, answer, problem })
}

fn view(prediction: &Prediction) -> PredictionView {
    let parts = [
        ("functions and constants that nothing leads to any more", prediction.unreachable_bytes),
        ("instructions in functions that stay", prediction.instruction_bytes),
        ("literals that only those load", prediction.literal_bytes),
    ];
    PredictionView {
        subject: counted(prediction.lines.len(), "line"),
        saves: Bytes(prediction.saves_at_least_bytes),
        parts: parts.into_iter().filter(|it| it.1 > 0).map(|it| (it.0, Bytes(it.1))).collect(),
        shared: Bytes(prediction.shared_bytes),
    }
}

fn words(error: &PredictError) -> String {
    match error {
        PredictError::NoSuchLine { formatting_lines, .. } if !formatting_lines.is_empty() => {
            let known: Vec<String> = formatting_lines.iter().map(u32::to_string).collect();
            format!("This cannot be told: {error}. Lines that format there: {}.", known.join(", "))
        }
        _ => format!("This cannot be told: {error}."),
    }
}

/// How far predictions were off when they were last held against rebuilds.
pub fn accuracy_words() -> String {
    let error = &MEASURED_ERROR;
    format!(
        "Held against {} real rebuilds, all for Thumb, half of the predictions were within {} % of the real saving, and {} % within 5 % or 64 B; for other machines expect less.",
        error.n_cases, error.median_percent, error.within_tolerance_percent
    )
}
