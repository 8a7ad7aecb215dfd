//! The advice of a report, for people.

use super::{FAINT, STRONG};
use crate::text::{grouped, visible};
use plimsoll_analyzer::Report;
use plimsoll_analyzer::report::{Certainty, Insight};

/// So many pieces are shown unless all are wanted, and so many lines of evidence for each.
const MAX_PIECES: usize = 5;
const MAX_EVIDENCE: usize = 3;

/// The pieces that save the most; `top` is beyond all bounds where all are wanted.
pub(super) fn advice(report: &Report, top: usize) -> String {
    let n_pieces = report.insights.len();
    let (max_pieces, max_evidence) = match top {
        0 => return String::new(),
        usize::MAX => (usize::MAX, usize::MAX),
        _ => (MAX_PIECES, MAX_EVIDENCE),
    };
    let pieces: String = report.insights.iter().take(max_pieces).map(|it| piece(it, max_evidence)).collect();
    let more = match n_pieces {
        0 => return String::new(),
        n if n > max_pieces => format!("the {max_pieces} that save most of {n}; "),
        _ => String::new(),
    };
    format!("\n{STRONG}Advice{STRONG:#} ({more}savings may overlap, so they do not add up)\n{pieces}")
}

fn piece(insight: &Insight, max_evidence: usize) -> String {
    let mut text = format!("  {STRONG}{}{STRONG:#}\n    {}\n", saving(insight), visible(&insight.advice));
    for line in insight.evidence.iter().take(max_evidence) {
        text += &format!("    {FAINT}- {}{FAINT:#}\n", visible(line));
    }
    text + &format!("    {FAINT}{}{FAINT:#}\n", visible(&insight.source_url))
}

/// `at least 1,232 B of flash`.
fn saving(insight: &Insight) -> String {
    let certainty = match insight.certainty {
        Certainty::Exact => "",
        Certainty::AtLeast => "at least ",
        Certainty::UpTo => "up to ",
    };
    let of = |bytes: u64, memory: &str| (bytes > 0).then(|| format!("{} B of {memory}", grouped(bytes)));
    let parts: Vec<String> =
        [of(insight.flash_bytes, "flash"), of(insight.ram_bytes, "RAM")].into_iter().flatten().collect();
    format!("{certainty}{}", parts.join(" and "))
}
