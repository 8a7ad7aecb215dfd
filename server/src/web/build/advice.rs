//! `GET /{owner}/{name}/builds/{build_id}/advice`: what could be saved, and what that rests on.

use super::frame::{BuildCard, Frame};
use crate::auth::ReadProject;
use crate::extract::Path;
use crate::state::AppState;
use crate::urls::{self, BuildPart};
use crate::web::format::Bytes;
use crate::web::shell::{ProjectHead, Shell};
use crate::web::{Page, PageResult};
use askama::Template;
use axum::extract::State;
use plimsoll_analyzer::report::{Certainty, Insight};
use uuid::Uuid;

/// The page.
#[derive(Template)]
#[template(path = "pages/build_advice.html")]
pub struct AdvicePage {
    shell: Shell,
    project: ProjectHead,
    build: BuildCard,
    none: Option<String>,
    advice: Vec<AdviceLine>,
}

/// A piece of advice.
pub struct AdviceLine {
    /// What it saves.
    pub saves: Bytes,
    /// `Saves`, `Saves at least` or `Saves up to`.
    pub certainty: &'static str,
    /// What is there and what to do: words, and whether they are code.
    pub advice: Vec<(String, bool)>,
    /// What it rests on.
    pub evidence: Vec<String>,
    /// Where it comes from, where that is an address.
    pub source_url: Option<String>,
}

/// Shows the page.
pub async fn show(
    State(state): State<AppState>,
    read: ReadProject,
    Path((_, _, build_id)): Path<(String, String, Uuid)>,
) -> PageResult<AdvicePage> {
    let frame = Frame::load(&state, read, build_id, Some(BuildPart::Advice)).await?;
    let report = frame.report.as_ref();
    let advice: Vec<AdviceLine> = report.into_iter().flat_map(|it| &it.insights).map(line).collect();
    let none = report.filter(|_| advice.is_empty()).map(|it| match it.schema_version {
        ..3 => "The build was measured before Plimsoll gave advice. Builds that are uploaded from now on get some.",
        _ => "Nothing to say: none of the known ways to save bytes applies here.",
    });
    Ok(Page(AdvicePage {
        none: none.map(str::to_owned),
        advice,
        shell: frame.shell,
        project: frame.project,
        build: frame.build,
    }))
}

/// Shapes a piece of advice.
pub fn line(insight: &Insight) -> AdviceLine {
    AdviceLine {
        saves: Bytes(insight.saves_bytes),
        certainty: match insight.certainty {
            Certainty::Exact => "Saves",
            Certainty::AtLeast => "Saves at least",
            Certainty::UpTo => "Saves up to",
        },
        advice: pieces(&insight.advice),
        evidence: insight.evidence.clone(),
        source_url: Some(insight.source_url.clone()).filter(|it| it.starts_with("https://")),
    }
}

/// Splits at backticks, which stand around code; one without a partner stays what it is.
fn pieces(advice: &str) -> Vec<(String, bool)> {
    let parts: Vec<&str> = advice.split('`').collect();
    if parts.len().is_multiple_of(2) {
        return vec![(advice.to_owned(), false)];
    }
    let parts = parts.into_iter().enumerate().map(|(idx, it)| (it.to_owned(), idx % 2 == 1));
    parts.filter(|it| !it.0.is_empty()).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn backticks_stand_around_code_and_one_alone_is_text() {
        let code = |text| pieces(text).into_iter().filter(|it| it.1).map(|it| it.0).collect::<Vec<_>>();
        assert_eq!(code("Drop `core::fmt` for `ufmt`."), ["core::fmt", "ufmt"]);
        assert_eq!(pieces("a ` b"), [("a ` b".to_owned(), false)]);
    }
}
