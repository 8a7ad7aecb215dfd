//! What the overview says could be saved, each with the page that tells more.

use super::advice::{self, AdviceLine};
use super::stack;
use crate::urls::{self, BuildPart};
use crate::web::format::{Bytes, counted};
use plimsoll_analyzer::Report;
use plimsoll_analyzer::report::{Blame, BlamedLine};
use plimsoll_protocol::ProjectName;
use uuid::Uuid;

/// As many pieces of advice stand on the overview.
const N_ADVICE: usize = 3;

/// What could be saved, and how much room there is.
pub struct Savings {
    /// One line per subject.
    pub lines: Vec<SavingLine>,
    /// How much room the stacks leave or take, which saves nothing.
    pub stack: Option<SavingLine>,
    /// The best advice.
    pub advice: Vec<AdviceLine>,
    /// All of it, where there is more.
    pub more: Option<More>,
}

/// One subject in a line.
pub struct SavingLine {
    /// Its name.
    pub subject: &'static str,
    /// The page that tells more.
    pub url: String,
    /// The figure in words.
    pub words: String,
    /// Who is to blame for most of it.
    pub mostly: Option<String>,
}

/// Where the rest is.
pub struct More {
    /// The page.
    pub url: String,
    /// How much there is.
    pub words: String,
}

/// Of a report; absent where it says nothing of the kind.
pub fn savings(report: &Report, project: &ProjectName, build_id: Uuid) -> Option<Savings> {
    let url = |part| urls::build_part(project, build_id, part);
    let blamed = |subject, blame: Option<&Blame>| {
        let (words, mostly) = blame_words(blame?)?;
        Some(SavingLine { subject, url: url(BuildPart::Formatting), words, mostly })
    };
    let doubled = doubled_bytes(report);
    let lines = [
        blamed("Formatting", report.formatting.blame.as_ref()),
        blamed("Panics", report.panics.blame.as_ref()),
        (doubled > 0).then(|| SavingLine {
            subject: "Duplicates",
            url: url(BuildPart::Duplicates),
            words: format!("up to {} are there more than once", Bytes(doubled)),
            mostly: None,
        }),
    ];
    let stack = report.stack.as_ref().and_then(stack::summary).map(|words| SavingLine {
        subject: "Stack",
        url: url(BuildPart::Stack),
        words,
        mostly: None,
    });
    let lines: Vec<SavingLine> = lines.into_iter().flatten().collect();
    let advice: Vec<AdviceLine> = report.insights.iter().take(N_ADVICE).map(advice::line).collect();
    let n_more = report.insights.len().saturating_sub(N_ADVICE);
    let words = format!("{} of advice", counted(n_more, "more piece"));
    let more = (n_more > 0).then(|| More { url: url(BuildPart::Advice), words });
    let is_empty = lines.is_empty() && advice.is_empty() && stack.is_none();
    (!is_empty).then_some(Savings { lines, stack, advice, more })
}

/// What all of the lines cost together, and the one that costs most alone.
fn blame_words(blame: &Blame) -> Option<(String, Option<String>)> {
    let first = blame.lines.first()?;
    let words = format!(
        "{}: removing all of them saves at least {}",
        counted(blame.lines.len(), "source line"),
        Bytes(blame.saves_at_least_bytes)
    );
    let place = |it: &BlamedLine| format!("{}:{} alone {}", it.file, it.line, Bytes(it.saves_at_least_bytes));
    Some((words, (first.saves_at_least_bytes > 0).then(|| place(first))))
}

/// Identical bodies and texts. Families overlap with bodies and are only an estimate.
fn doubled_bytes(report: &Report) -> u64 {
    let bodies = report.identical_bodies.iter().map(|it| it.saves_up_to_bytes);
    bodies.chain(report.duplicate_texts.iter().map(|it| it.saves_up_to_bytes)).fold(0, u64::saturating_add)
}
