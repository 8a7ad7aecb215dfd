//! `upload --wait`: deltas, verdicts, exit codes, the step summary, the answer file.

use crate::support::{Reply, Sandbox, Stub, answer, measured, over_budget, unchanged};
use expect_test::expect;

const UPLOAD: [&str; 5] = ["upload", "fw.elf", "--target", "engine/release", "--wait"];

#[test]
fn growth_within_the_budgets_is_fine() {
    let sandbox = Sandbox::with_commits(2);
    let stub = Stub::replying([Reply::json(200, measured("engine/release", &sandbox.head()))]);
    sandbox.plimsoll_with(&stub, &UPLOAD).check(expect![[r#"
        exit 0
        --- stdout
        engine/release 5788ae4b60: compared with ba5eba5eba
          change  before  after   full
          +4,016   1,948  5,964         total flash
               0     272    272         total RAM
          +3,012       0  3,012         formatting
          +4,016   1,948  5,964  0.2 %  FLASH
               0     272    272  0.1 %  RAM

        Biggest changes
          change  before  after       name
            +452            452  new  core::fmt::Formatter::pad_integral
             -80     200    120       main
          https://plimsoll.example.org/ada/engine/compare/2/1
    "#]]);
    assert_eq!(stub.request().line, "POST /api/v1/projects/ada/engine/builds?wait=20");
}

#[test]
fn over_budget_exits_with_one() {
    let sandbox = Sandbox::with_commits(2);
    let stub = Stub::replying([Reply::json(200, over_budget("engine/release", &sandbox.head()))]);
    sandbox.plimsoll_with(&stub, &UPLOAD).check(expect![[r#"
        exit 1
        --- stdout
        engine/release 5788ae4b60: compared with ba5eba5eba
          change  before  after   full
          +4,016   1,948  5,964         total flash
               0     272    272         total RAM
          +3,012       0  3,012         formatting
          +4,016   1,948  5,964  0.2 %  FLASH
               0     272    272  0.1 %  RAM
          FLASH is 1,868 B over its budget of 4,096 B
          RAM is within its budget of 1,024 B, 752 B left

        Biggest changes
          change  before  after       name
            +452            452  new  core::fmt::Formatter::pad_integral
             -80     200    120       main
          https://plimsoll.example.org/ada/engine/compare/2/1
    "#]]);
}

#[test]
fn no_change_is_one_line() {
    let sandbox = Sandbox::with_commits(2);
    let stub = Stub::replying([Reply::json(200, unchanged("engine/release", &sandbox.head()))]);
    sandbox.plimsoll_with(&stub, &UPLOAD).check(expect![[r#"
        exit 0
        --- stdout
        engine/release: no change since ba5eba5eba (flash 5,964 B, RAM 272 B)
    "#]]);
}

#[test]
fn a_first_build_and_a_missing_ancestor_are_said() {
    let sandbox = Sandbox::with_commits(2);
    let mut first = measured("engine/release", &sandbox.head());
    first["baseline"] = serde_json::Value::Null;
    first["compare_url"] = serde_json::Value::Null;
    for delta in first["deltas"].as_array_mut().unwrap() {
        delta["old_bytes"] = serde_json::Value::Null;
        delta["delta_bytes"] = serde_json::Value::Null;
    }
    let stub = Stub::replying([Reply::json(200, first)]);
    sandbox.plimsoll_with(&stub, &UPLOAD).check(expect![[r#"
        exit 0
        --- stdout
        engine/release 5788ae4b60: the first measurement, nothing to compare with
          change  before  after   full
                          5,964         total flash
                            272         total RAM
                          3,012         formatting
                          5,964  0.2 %  FLASH
                            272  0.1 %  RAM
          https://plimsoll.example.org/ada/engine/builds/1
    "#]]);
    let mut behind = measured("engine/release", &sandbox.head());
    behind["baseline"]["commits_behind"] = 3.into();
    let stub = Stub::replying([Reply::json(200, behind)]);
    let output = sandbox.plimsoll_with(&stub, &UPLOAD).output();
    let stdout = String::from_utf8(output.stdout).unwrap();
    assert!(stdout.contains("compared with ba5eba5eba, 3 unmeasured commits before"), "{stdout}");
}

#[test]
fn the_source_line_that_flash_grew_for_is_named() {
    let sandbox = Sandbox::with_commits(2);
    let mut grown = measured("engine/release", &sandbox.head());
    grown["cause"] = serde_json::json!({
        "kind": "formatting", "file": "src/\u{1b}main.rs", "line": 42, "n_other_lines": 0, "grown_bytes": 3900
    });
    let stub = Stub::replying([Reply::json(200, grown)]);
    let output = sandbox.plimsoll_with(&stub, &UPLOAD).output();
    let stdout = String::from_utf8(output.stdout).unwrap();
    let line = stdout.lines().find(|it| it.contains("+4,016 B"));
    expect![[r#"  +4,016 B of flash: formatting, asked for by src/\u{1b}main.rs:42"#]]
        .assert_eq(line.unwrap_or(&stdout));
}

#[test]
fn a_queued_build_is_asked_for_until_it_is_measured() {
    let sandbox = Sandbox::with_commits(2);
    let head = sandbox.head();
    let stub = Stub::replying([
        Reply::json(202, answer("engine/release", &head)),
        Reply::json(200, answer("engine/release", &head)),
        Reply::json(200, over_budget("engine/release", &head)),
    ]);
    assert_eq!(sandbox.plimsoll_with(&stub, &UPLOAD).output().status.code(), Some(1));
    let build = "GET /api/v1/projects/ada/engine/builds/00000000-0000-7000-8000-000000000001";
    assert_eq!(stub.lines()[1..], [build, build]);
}

#[test]
fn a_build_that_is_never_measured_is_not_found_out_about() {
    let sandbox = Sandbox::with_commits(2);
    let queued = Reply::json(202, answer("engine/release", &sandbox.head()));
    let stub = Stub::replying(vec![queued; 30]);
    let args = ["upload", "fw.elf", "--target", "engine/release", "--wait=1"];
    sandbox.plimsoll_with(&stub, &args).check(expect![[r#"
        exit 2
        --- stdout
        engine/release: uploaded, https://plimsoll.example.org/ada/engine/builds/1
        --- stderr
        warning: engine/release was not measured within 1 s
    "#]]);
}

#[test]
fn a_failed_analysis_is_not_found_out_about() {
    let sandbox = Sandbox::with_commits(2);
    let mut failed = answer("engine/release", &sandbox.head());
    failed["build"]["state"] = "failed".into();
    failed["build"]["failure"] = "section header 7: beyond the file".into();
    let stub = Stub::replying([Reply::json(200, failed)]);
    sandbox.plimsoll_with(&stub, &UPLOAD).check(expect![[r#"
        exit 2
        --- stdout
        engine/release: could not be analysed: section header 7: beyond the file
          https://plimsoll.example.org/ada/engine/builds/1
        --- stderr
        error: engine/release could not be analysed: section header 7: beyond the file
    "#]]);
}

#[test]
fn over_budget_is_not_hidden_by_another_targets_failure() {
    let sandbox = Sandbox::with_commits(2);
    let over = Reply::json(200, over_budget("a", &sandbox.head()));
    let stub = Stub::replying([over, Reply::problem(422, "no")]);
    let both = ["upload", "fw.elf", "fw.elf", "--target", "a", "--target", "b", "--wait"];
    assert_eq!(sandbox.plimsoll_with(&stub, &both).output().status.code(), Some(1));
}

#[test]
fn the_step_summary_is_appended_as_markdown() {
    let sandbox = Sandbox::with_commits(2);
    let stub = Stub::replying([Reply::json(200, over_budget("engine/release", &sandbox.head()))]);
    sandbox.file("summary.md", "# Before\n");
    let summary = sandbox.path().join("summary.md").display().to_string();
    let run = sandbox.plimsoll_with(&stub, &UPLOAD).env("GITHUB_STEP_SUMMARY", &summary);
    assert_eq!(run.output().status.code(), Some(1));
    expect![[r#"
        # Before
        ### Plimsoll: ❌ 1 target over budget

        | Target | Flash | RAM | Formatting | Budgets |
        |:--|--:|--:|--:|:--|
        | [`engine/release`](https://plimsoll.example.org/ada/engine/builds/1) | 5,964 B (**+4,016**) | 272 B (±0) | 3,012 B (**+3,012**) | ❌ FLASH is 1,868 B over its budget of 4,096 B |

        At commit 5788ae4b60.

        <details><summary>What changed in engine/release</summary>

        Compared with [ba5eba5eba](https://plimsoll.example.org/ada/engine/builds/2). [Everything that changed](https://plimsoll.example.org/ada/engine/compare/2/1).

        | Region | Change | Before | After | Of |
        |:--|--:|--:|--:|--:|
        | `FLASH` | +4,016 | 1,948 | 5,964 | 2,096,896 |

        | Symbol | Change | Before | After |
        |:--|--:|--:|--:|
        | `core::fmt::Formatter::pad_integral` | +452 | new | 452 |
        | `main` | -80 | 200 | 120 |

        </details>
    "#]].assert_eq(&sandbox.read("summary.md"));
}

#[test]
fn answers_are_printed_and_kept_as_json() {
    let sandbox = Sandbox::with_commits(2);
    let stub = Stub::replying([Reply::json(200, over_budget("engine/release", &sandbox.head()))]);
    let args = [&UPLOAD[..], &["--json", "--answer-file", "answers.json"]].concat();
    let output = sandbox.plimsoll_with(&stub, &args).output();
    let printed: serde_json::Value = serde_json::from_slice(&output.stdout).unwrap();
    let kept: serde_json::Value = serde_json::from_str(&sandbox.read("answers.json")).unwrap();
    assert_eq!(printed, kept);
    assert_eq!(printed["schema_version"], 1);
    assert_eq!(printed["project"], "ada/engine");
    assert_eq!(printed["commit"], sandbox.head());
    assert_eq!(printed["answers"][0]["verdicts"][0]["over_bytes"], 1868);
}

#[test]
fn hostile_names_are_harmless_on_terminals() {
    let sandbox = Sandbox::with_commits(2);
    let mut hostile = measured("engine/release", &sandbox.head());
    hostile["symbol_changes"][0]["name"] = "evil\u{1b}]0;title\u{7}\n\u{202e}name".into();
    let stub = Stub::replying([Reply::json(200, hostile)]);
    let output = sandbox.plimsoll_with(&stub, &UPLOAD).output();
    let stdout = String::from_utf8(output.stdout).unwrap();
    assert!(stdout.contains(r"evil\u{1b}]0;title\u{7}\n\u{202e}name"), "{stdout}");
    assert!(!stdout.contains(['\u{1b}', '\u{7}', '\u{202e}']));
}

#[test]
fn a_refused_upload_is_in_the_answers_so_that_a_comment_can_say_it() {
    let sandbox = Sandbox::with_commits(2);
    let stub = Stub::replying([Reply::problem(422, "no such machine")]);
    let args = [&UPLOAD[..], &["--answer-file", "answers.json"]].concat();
    assert_eq!(sandbox.plimsoll_with(&stub, &args).output().status.code(), Some(2));
    sandbox.plimsoll(&["comment", "--answers", "answers.json"]).check(expect![[r#"
        exit 0
        --- stdout
        <!-- plimsoll:ada/engine -->
        ### Plimsoll: ⚠️ 1 target not measured

        | Target | Flash | RAM | Formatting | Budgets |
        |:--|--:|--:|--:|:--|
        | `engine/release` | | | | ⚠️ cannot upload&#58; the server answered 422 Unprocessable Entity&#58; no such machine |

        At commit 5788ae4b60.
    "#]]);
}

#[test]
fn the_exit_code_tells_the_verdict_even_where_nobody_reads_the_output() {
    for format in [&[][..], &["--json"]] {
        let sandbox = Sandbox::with_commits(2);
        let head = sandbox.head();
        let replies = [
            Reply::json(200, over_budget("engine/release", &head)),
            Reply::problem(401, "the token is wrong"),
            Reply::json(200, unchanged("engine/release", &head)),
        ];
        let stub = Stub::replying(replies);
        let args = [&UPLOAD[..], format].concat();
        let codes = [(); 3].map(|()| sandbox.plimsoll_with(&stub, &args).exit_code_unread());
        assert_eq!(codes, [Some(1), Some(2), Some(0)], "{format:?}");
    }
}

#[test]
fn of_several_targets_a_failure_and_a_dry_runs_verdict_survive_an_unread_output() {
    let sandbox = Sandbox::with_commits(2);
    for format in [&[][..], &["--json"]] {
        let replies = [Reply::json(200, unchanged("a", &sandbox.head())), Reply::problem(400, "no")];
        let stub = Stub::replying(replies);
        let two = ["upload", "fw.elf", "fw.elf", "--target", "a", "--target", "b", "--wait"];
        let run = sandbox.plimsoll_with(&stub, &[&two[..], format].concat());
        assert_eq!(run.exit_code_unread(), Some(2), "{format:?}");
        let dry = ["upload", "fw.elf", "--target", "a", "--dry-run", "--budget", "total=1"];
        assert_eq!(sandbox.plimsoll(&[&dry[..], format].concat()).exit_code_unread(), Some(1), "{format:?}");
    }
}

#[test]
fn a_total_that_stayed_is_told_by_its_sign_in_the_headline() {
    let sandbox = Sandbox::with_commits(2);
    let mut answer = measured("engine/release", &sandbox.head());
    answer["deltas"][0]["old_bytes"] = 5964.into();
    answer["deltas"][0]["delta_bytes"] = 0.into();
    let stub = Stub::replying([Reply::json(200, answer)]);
    let summary = sandbox.path().join("summary.md").display().to_string();
    let run = sandbox.plimsoll_with(&stub, &UPLOAD).env("GITHUB_STEP_SUMMARY", &summary);
    assert_eq!(run.output().status.code(), Some(0));
    assert_eq!(sandbox.read("summary.md").lines().next(), Some("### Plimsoll: ✅ flash ±0"));
}
