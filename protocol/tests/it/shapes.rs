//! The JSON on the wire: old clients and new servers must keep understanding each other.

use expect_test::expect;
use plimsoll_protocol::{NewBuild, ProjectName, paths};
use uuid::Uuid;

const COMMIT: &str = "0123456789abcdef0123456789abcdef01234567";

#[test]
fn the_least_that_a_client_must_send_is_target_commit_and_time() {
    let json = format!(r#"{{"target":"blink","commit":"{COMMIT}","committed_at":"2026-01-02T03:04:05Z"}}"#);
    let build: NewBuild = serde_json::from_str(&json).unwrap();
    assert_eq!(build.commit.short(), "0123456789");
    assert!(build.ancestry.is_empty() && build.budgets.is_empty() && !build.dirty);
}

#[test]
fn fields_of_a_newer_client_are_ignored() {
    let json = format!(
        r#"{{"target":"blink","commit":"{COMMIT}","committed_at":"2026-01-02T03:04:05Z","from_the_future":[1]}}"#
    );
    assert!(serde_json::from_str::<NewBuild>(&json).is_ok());
}

#[test]
fn a_wrong_commit_is_refused_with_the_sentence_of_its_type() {
    let json = r#"{"target":"blink","commit":"HEAD","committed_at":"2026-01-02T03:04:05Z"}"#;
    let err = serde_json::from_str::<NewBuild>(json).unwrap_err();
    expect!["a commit is named by all its 40 or 64 hexadecimal digits; `HEAD` is not at line 1 column 33"]
        .assert_eq(&err.to_string());
}

#[test]
fn a_build_survives_its_own_json() {
    let json = format!(
        r#"{{"target":"t","commit":"{COMMIT}","committed_at":"2026-01-02T03:04:05Z","parents":["{COMMIT}"],
        "pull_request":{{"number":7,"base_branch":"main"}},"memory":{{"path":"memory.x","text":"MEMORY {{}}"}},
        "budgets":[{{"subject":"FLASH","limit_bytes":1024}}]}}"#
    );
    let build: NewBuild = serde_json::from_str(&json).unwrap();
    let again: NewBuild = serde_json::from_str(&serde_json::to_string(&build).unwrap()).unwrap();
    assert_eq!(build, again);
}

#[test]
fn paths_carry_the_project_unescaped() {
    let project = ProjectName::parse("acme/sensor").unwrap();
    assert_eq!(paths::builds(&project), "/api/v1/projects/acme/sensor/builds");
    assert_eq!(
        paths::build(&project, Uuid::nil()),
        "/api/v1/projects/acme/sensor/builds/00000000-0000-0000-0000-000000000000"
    );
}
