//! Which source line a growth is blamed on.

use expect_test::{Expect, expect};
use plimsoll_analyzer::report::{Blame, BlamedLine};
use plimsoll_analyzer::{Report, cause};

use crate::support::explain;

/// A report of that much flash in which these lines of `src/main.rs` ask for formatting: number, function,
/// what it saves alone, what it shares.
fn report(flash_bytes: u64, lines: &[(u32, &str, u64, u64)]) -> Report {
    let mut report = explain("section .text 0x100 64 x\nfunc main 0x101 16");
    report.totals.flash_bytes = flash_bytes;
    report.formatting.total_bytes = 1000;
    let lines: Vec<BlamedLine> = lines
        .iter()
        .map(|&(line, function, saves_at_least_bytes, shared_bytes)| BlamedLine {
            file: "src/main.rs".into(),
            line,
            krate: None,
            function: Some(function.into()),
            saves_at_least_bytes,
            shared_bytes,
        })
        .collect();
    let alone: u64 = lines.iter().map(|it| it.saves_at_least_bytes).sum();
    let shared = lines.iter().map(|it| it.shared_bytes).max().unwrap_or(0);
    report.formatting.blame = Some(Blame { saves_at_least_bytes: alone + shared, lines, ..Blame::default() });
    report
}

#[track_caller]
fn check(old: &Report, new: &Report, expected: Expect) {
    let told = cause(old, new).map(|it| {
        let in_function = it.function.as_deref().unwrap_or("nowhere").to_owned();
        format!("{it} in {in_function}, {} more, {} bytes", it.n_other_lines, it.grown_bytes)
    });
    expected.assert_eq(&told.unwrap_or_else(|| "nobody".into()));
}

#[test]
fn the_first_line_that_formats_is_to_blame_for_the_machinery() {
    let mut old = report(10_000, &[]);
    old.formatting.total_bytes = 0;
    old.formatting.blame = None;
    let new = report(28_484, &[(42, "main", 18_400, 0)]);
    check(&old, &new, expect!["formatting, mostly src/main.rs:42 in main, 0 more, 18400 bytes"]);
}

#[test]
fn a_line_is_known_again_where_lines_above_moved_it() {
    let old = report(20_000, &[(40, "main", 100, 9000), (41, "main", 200, 9000)]);
    let new = report(24_100, &[(40, "main", 4000, 9000), (41, "main", 100, 9000), (42, "main", 200, 9000)]);
    check(&old, &new, expect!["formatting, mostly src/main.rs:40 in main, 0 more, 4000 bytes"]);
}

#[test]
fn of_several_new_lines_the_dearest_is_named() {
    let old = report(20_000, &[(10, "main", 100, 0)]);
    let lines = [(10, "main", 100, 0), (20, "log", 300, 6000), (30, "log", 5000, 6000)];
    let new = report(31_500, &lines);
    check(&old, &new, expect!["formatting, mostly src/main.rs:30 in log, 1 more, 11300 bytes"]);
}

#[test]
fn a_line_that_asks_for_more_than_before_is_named() {
    let old = report(20_000, &[(10, "main", 100, 0), (11, "main", 90, 0)]);
    let new = report(29_000, &[(10, "main", 100, 0), (11, "main", 9000, 0)]);
    check(&old, &new, expect!["formatting, mostly src/main.rs:11 in main, 0 more, 8910 bytes"]);
}

#[test]
fn growth_for_other_reasons_is_nobodys_fault() {
    let old = report(20_000, &[(10, "main", 100, 0)]);
    let lines = [(10, "main", 100, 0), (11, "main", 400, 0)];
    check(&old, &report(30_000, &lines), expect!["nobody"]);
    check(&old, &report(19_000, &lines), expect!["nobody"]);
    check(&old, &old, expect!["nobody"]);
}

#[test]
fn a_report_that_blames_nobody_is_not_compared() {
    let mut old = report(10_000, &[]);
    old.formatting.blame = None;
    check(&old, &report(28_484, &[(42, "main", 18_400, 0)]), expect!["nobody"]);
}
