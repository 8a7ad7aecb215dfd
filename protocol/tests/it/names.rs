//! Names at the door.

use expect_test::{Expect, expect};
use plimsoll_protocol::{CommitId, NameError, ProjectName, TargetName};
use std::fmt::Display;

#[track_caller]
fn check<T: Display>(parsed: Result<T, NameError>, expected: Expect) {
    let said = parsed.map_or_else(|err| format!("refused: {err}"), |it| it.to_string());
    expected.assert_eq(&said);
}

#[test]
fn a_project_is_named_like_a_repository() {
    check(ProjectName::parse("acme/sensor-node_2.0"), expect!["acme/sensor-node_2.0"]);
    check(
        ProjectName::parse("acme"),
        expect![
            "refused: a project is named `owner/name`, with letters, digits, `.`, `_` and `-`; `acme` is not"
        ],
    );
    check(
        ProjectName::parse("a/b/c"),
        expect![
            "refused: a project is named `owner/name`, with letters, digits, `.`, `_` and `-`; `a/b/c` is not"
        ],
    );
}

#[test]
fn a_name_cannot_climb_out_of_its_url() {
    assert!(ProjectName::parse("../etc").is_err());
    assert!(ProjectName::parse("acme/..").is_err());
    assert!(ProjectName::parse("acme/a b").is_err());
    assert!(ProjectName::parse("acme/ä").is_err());
    assert!(ProjectName::parse(&format!("{}/x", "a".repeat(65))).is_err());
}

#[test]
fn a_target_is_any_printable_text() {
    check(TargetName::parse("logger/thumbv6m/release"), expect!["logger/thumbv6m/release"]);
    check(TargetName::parse("Größe <b>"), expect!["Größe <b>"]);
    assert!(TargetName::parse("").is_err());
    assert!(TargetName::parse("a\nb").is_err());
    assert!(TargetName::parse(" a").is_err());
    assert!(TargetName::parse(&"x".repeat(201)).is_err());
}

#[test]
fn a_commit_is_named_in_full() {
    check(
        CommitId::parse("0123456789ABCDEF0123456789abcdef01234567"),
        expect!["0123456789abcdef0123456789abcdef01234567"],
    );
    check(
        CommitId::parse("HEAD"),
        expect!["refused: a commit is named by all its 40 or 64 hexadecimal digits; `HEAD` is not"],
    );
    assert!(CommitId::parse(&"a".repeat(64)).is_ok());
    assert!(CommitId::parse(&"a".repeat(41)).is_err());
    assert!(CommitId::parse(&"ä".repeat(20)).is_err());
}

#[test]
fn a_refused_name_is_quoted_short_and_without_control_characters() {
    let err = CommitId::parse(&format!("\u{1b}[31m{}", "z".repeat(5000))).unwrap_err().to_string();
    assert!(err.len() < 250, "{err}");
    assert!(!err.contains('\u{1b}'));
}
