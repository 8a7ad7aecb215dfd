//! The sticky comment: what it says, where it goes, what hostile names cannot do.

use crate::support::{Reply, Run, Sandbox, Stub, answer, list, measured, over_budget, unchanged};
use expect_test::expect;
use serde_json::{Value, json};

fn answers(answers: &[Value]) -> String {
    json!({
        "schema_version": 1, "project": "ada/engine", "commit": "c0ff".repeat(10),
        "pull_request": 7, "answers": answers, "failures": []
    })
    .to_string()
}

fn sandbox(of: &[Value]) -> Sandbox {
    let sandbox = Sandbox::empty();
    sandbox.file("answers.json", answers(of));
    sandbox
}

fn commit() -> String {
    "c0ff".repeat(10)
}

fn comment(sandbox: &Sandbox, further: &[&str]) -> Run {
    sandbox.plimsoll(&[&["comment", "--answers", "answers.json"], further].concat())
}

fn on_github(run: Run, stub: &Stub) -> Run {
    run.env("GITHUB_TOKEN", "ghs_secret")
        .env("GITHUB_API_URL", &stub.url)
        .env("GITHUB_REPOSITORY", "ada/engine")
}

#[test]
fn the_verdict_comes_first_then_targets_then_what_changed() {
    let builds = [over_budget("logger/release", &commit()), unchanged("blink/release", &commit())];
    comment(&sandbox(&builds), &[]).check(expect![[r#"
        exit 0
        --- stdout
        <!-- plimsoll:ada/engine -->
        ### Plimsoll: ❌ 1 target over budget

        | Target | Flash | RAM | Formatting | Budgets |
        |:--|--:|--:|--:|:--|
        | [`logger/release`](https://plimsoll.example.org/ada/engine/builds/1) | 5,964 B (**+4,016**) | 272 B (±0) | 3,012 B (**+3,012**) | ❌ FLASH is 1,868 B over its budget of 4,096 B |
        | [`blink/release`](https://plimsoll.example.org/ada/engine/builds/1) | 5,964 B (±0) | 272 B (±0) | 3,012 B (±0) | none |

        At commit c0ffc0ffc0.

        <details><summary>What changed in logger/release</summary>

        Compared with [ba5eba5eba](https://plimsoll.example.org/ada/engine/builds/2). [Everything that changed](https://plimsoll.example.org/ada/engine/compare/2/1).

        | Region | Change | Before | After | Of |
        |:--|--:|--:|--:|--:|
        | `FLASH` | +4,016 | 1,948 | 5,964 | 2,096,896 |

        | Symbol | Change | Before | After |
        |:--|--:|--:|--:|
        | `core::fmt::Formatter::pad_integral` | +452 | new | 452 |
        | `main` | -80 | 200 | 120 |

        </details>
    "#]]);
}

#[test]
fn no_change_is_one_line() {
    let builds = [unchanged("logger/release", &commit()), unchanged("blink/release", &commit())];
    comment(&sandbox(&builds), &[]).check(expect![[r#"
        exit 0
        --- stdout
        <!-- plimsoll:ada/engine -->
        **Plimsoll**: no change in size since [ba5eba5eba](https://plimsoll.example.org/ada/engine/builds/2) (2 targets)
    "#]]);
}

#[test]
fn what_is_not_measured_is_not_green() {
    let mut failed = answer("b", &commit());
    failed["build"]["state"] = "failed".into();
    failed["build"]["failure"] = "file header: not an ELF file".into();
    comment(&sandbox(&[answer("a", &commit()), failed]), &[]).check(expect![[r#"
        exit 0
        --- stdout
        <!-- plimsoll:ada/engine -->
        ### Plimsoll: ⚠️ 2 targets not measured

        | Target | Flash | RAM | Formatting | Budgets |
        |:--|--:|--:|--:|:--|
        | [`a`](https://plimsoll.example.org/ada/engine/builds/1) |  |  |  | ⏳ not measured yet |
        | [`b`](https://plimsoll.example.org/ada/engine/builds/1) |  |  |  | ⚠️ could not be analysed: file header&#58; not an ELF file |

        At commit c0ffc0ffc0.
    "#]]);
}

#[test]
fn hostile_names_stay_text() {
    let mut hostile = over_budget("<script>alert(1)</script> @everyone", &commit());
    hostile["symbol_changes"][0]["name"] = "a|b`<img src=x onerror=alert(1)>\n| c | @ada".into();
    hostile["symbol_changes"][1]["name"] = "<script>alert(2)</script>".into();
    hostile["symbol_changes"][1]["old_name"] = "old`|name".into();
    hostile["symbol_changes"][1]["kind"] = "renamed".into();
    hostile["verdicts"][0]["subject"] = "FLASH|<b>@ada".into();
    hostile["build"]["url"] = "javascript:alert(3)".into();
    hostile["compare_url"] = "https://example.org/) [x](https://evil.example.org".into();
    comment(&sandbox(&[hostile]), &[]).check(expect![[r#"
        exit 0
        --- stdout
        <!-- plimsoll:ada/engine -->
        ### Plimsoll: ❌ 1 target over budget

        | Target | Flash | RAM | Formatting | Budgets |
        |:--|--:|--:|--:|:--|
        | [`<script>alert(1)</script> @everyone`](#) | 5,964 B (**+4,016**) | 272 B (±0) | 3,012 B (**+3,012**) | ❌ FLASH&#124;&#60;b&#62;@<!-- -->ada is 1,868 B over its budget of 4,096 B |

        At commit c0ffc0ffc0.

        <details><summary>What changed in &#60;script&#62;alert&#40;1&#41;&#60;/script&#62; @<!-- -->everyone</summary>

        Compared with [ba5eba5eba](https://plimsoll.example.org/ada/engine/builds/2). [Everything that changed](https://example.org/%29%20%5Bx%5D%28https://evil.example.org).

        | Region | Change | Before | After | Of |
        |:--|--:|--:|--:|--:|
        | `FLASH` | +4,016 | 1,948 | 5,964 | 2,096,896 |

        | Symbol | Change | Before | After |
        |:--|--:|--:|--:|
        | <code>a&#124;b&#96;&#60;img src&#61;x onerror&#61;alert&#40;1&#41;&#62;&#92;n&#124; c &#124; @<!-- -->ada</code> | +452 | new | 452 |
        | `<script>alert(2)</script>`, renamed from <code>old&#96;&#124;name</code> | -80 | 200 | 120 |

        </details>
    "#]]);
}

#[test]
fn a_comment_never_exceeds_what_github_takes() {
    let mut builds = Vec::new();
    for number in 0..60 {
        let mut build = measured(&format!("target {number}"), &commit());
        let change = build["symbol_changes"][0].clone();
        let name = |idx: usize| format!("{}{idx}", "very::long::name::".repeat(20));
        let changes = (0..20).map(|idx| {
            let mut change = change.clone();
            change["name"] = name(idx).into();
            change
        });
        build["symbol_changes"] = changes.collect();
        builds.push(build);
    }
    let output = comment(&sandbox(&builds), &[]).output();
    let text = String::from_utf8(output.stdout).unwrap();
    assert!(text.chars().count() < 65_536, "{}", text.chars().count());
    assert!(text.contains("More changed than fits here"));
    assert!(text.contains("`target 59`"));
}

#[test]
fn the_first_run_creates_the_comment() {
    let sandbox = sandbox(&[over_budget("logger/release", &commit())]);
    let stub = Stub::replying([
        Reply::json(200, "[]"),
        Reply::json(201, json!({ "id": 1, "html_url": "https://github.example.org/c/1", "user": null })),
    ]);
    on_github(comment(&sandbox, &[]), &stub).check(expect![[r#"
        exit 0
        --- stdout
        commented: https://github.example.org/c/1
    "#]]);
    let comments = "/repos/ada/engine/issues/7/comments";
    assert_eq!(stub.lines(), [format!("GET {comments}?per_page=100&page=1"), format!("POST {comments}")]);
    let post = &stub.requests()[1];
    assert_eq!(post.header("authorization"), Some("Bearer ghs_secret"));
    assert!(post.json()["body"].as_str().unwrap().starts_with("<!-- plimsoll:ada/engine -->\n### "));
}

#[test]
fn the_next_run_finds_it_on_the_second_page_and_updates_it() {
    let sandbox = sandbox(&[over_budget("logger/release", &commit())]);
    let other = json!({ "id": 1, "body": "LGTM", "user": { "login": "bob", "type": "User" } });
    let forged = json!({ "id": 5, "body": "hi <!-- plimsoll:ada/engine -->", "user": { "login": "x", "type": "Bot" } });
    let ours = json!({
        "id": 9, "html_url": "https://github.example.org/c/9", "body": "<!-- plimsoll:ada/engine -->\nold",
        "user": { "login": "github-actions[bot]", "type": "Bot" }
    });
    let first_page: Value = vec![other; 100].into();
    let stub = Stub::replying([
        Reply::json(200, first_page),
        Reply::json(200, json!([forged, ours])),
        Reply::json(200, ours),
    ]);
    on_github(comment(&sandbox, &[]), &stub).check(expect![[r#"
        exit 0
        --- stdout
        updated the comment: https://github.example.org/c/9
    "#]]);
    assert_eq!(stub.lines()[2], "PATCH /repos/ada/engine/issues/comments/9");
}

#[test]
fn a_comment_that_a_stranger_marked_is_not_touched() {
    let sandbox = sandbox(&[over_budget("logger/release", &commit())]);
    let forged = json!({
        "id": 5, "body": "<!-- plimsoll:ada/engine -->", "user": { "login": "mallory", "type": "User" }
    });
    let stub = Stub::replying([
        Reply::json(200, json!([forged])),
        Reply::json(403, json!({ "message": "Resource not accessible by integration" })),
        Reply::json(201, json!({ "id": 6, "html_url": "https://github.example.org/c/6", "user": null })),
    ]);
    assert_eq!(on_github(comment(&sandbox, &[]), &stub).output().status.code(), Some(0));
    assert_eq!(stub.lines()[1..], ["GET /user", "POST /repos/ada/engine/issues/7/comments"]);
}

#[test]
fn an_unchanged_size_makes_no_comment_where_that_is_wished() {
    let sandbox = sandbox(&[unchanged("logger/release", &commit())]);
    let stub = Stub::replying([Reply::json(200, "[]")]);
    on_github(comment(&sandbox, &["--skip-unchanged"]), &stub).check(expect![[r#"
        exit 0
        --- stdout
        nothing changed, so there is no comment
    "#]]);
}

#[test]
fn a_forks_forbidden_comment_is_a_sentence_and_by_wish_no_failure() {
    let sandbox = sandbox(&[over_budget("logger/release", &commit())]);
    let forbidden = || {
        Stub::replying([
            Reply::json(200, "[]"),
            Reply::json(403, json!({ "message": "Resource not accessible by integration" })),
        ])
    };
    on_github(comment(&sandbox, &[]), &forbidden()).check(expect![[r#"
        exit 2
        --- stderr
        error: cannot comment: the server answered 403 Forbidden: Resource not accessible by integration
        hint: the job needs `permissions: pull-requests: write`; pull requests from forks never get it, which --allow-forbidden tolerates
    "#]]);
    on_github(comment(&sandbox, &["--allow-forbidden"]), &forbidden()).check(expect![[r#"
        exit 0
        --- stderr
        note: GitHub does not let this run comment, as for pull requests from forks; the job's summary has it all
    "#]]);
}

#[test]
fn what_belongs_to_no_pull_request_is_not_commented() {
    let sandbox = Sandbox::empty();
    let text = answers(&[over_budget("logger/release", &commit())]);
    sandbox.file("answers.json", text.replace("\"pull_request\":7", "\"pull_request\":null"));
    let stub = Stub::replying([]);
    on_github(comment(&sandbox, &[]), &stub).check(expect![[r#"
        exit 0
        --- stdout
        not a pull request: there is nothing to comment on
    "#]]);
}

#[test]
fn the_server_is_asked_for_the_commit_where_no_answers_are_given() {
    let sandbox = Sandbox::with_commits(2);
    let head = sandbox.head();
    let builds = [unchanged("b", &head), over_budget("a", &head), measured("other", &commit())];
    let stub = Stub::replying([
        Reply::json(200, list(&builds)),
        Reply::json(200, &builds[0]),
        Reply::json(200, &builds[1]),
    ]);
    let output = sandbox.plimsoll_with(&stub, &["comment"]).output();
    let text = String::from_utf8(output.stdout).unwrap();
    assert_eq!(stub.lines()[0], format!("GET /api/v1/projects/ada/engine/builds?commit={head}"));
    assert_eq!(stub.requests().len(), 3);
    let place = |name: &str| text.find(&format!("[`{name}`]")).unwrap();
    assert!(place("a") < place("b"), "{text}");
    assert!(
        text.starts_with("<!-- plimsoll:ada/engine -->\n### Plimsoll: ❌ 1 target over budget"),
        "{text}"
    );
}

#[test]
fn a_commit_that_was_never_uploaded_is_said() {
    let sandbox = Sandbox::with_commits(2);
    let stub = Stub::replying([Reply::json(200, "[]")]);
    sandbox.plimsoll_with(&stub, &["comment"]).check(expect![[r#"
        exit 2
        --- stderr
        error: the server has no build of commit 5788ae4b60
        hint: run `plimsoll upload` before
    "#]]);
}

#[test]
fn files_that_hold_no_answers_are_refused() {
    let sandbox = Sandbox::empty();
    sandbox.file("answers.json", "[]");
    comment(&sandbox, &[]).check(expect![[r#"
        exit 2
        --- stderr
        error: DIR/answers.json holds no answers: invalid length 0, expected struct Answers with 6 elements at line 1 column 2
        hint: `plimsoll upload --wait --answer-file FILE` writes them
    "#]]);
}

#[test]
fn the_line_to_blame_is_named_in_one_line_and_stays_code() {
    let mut build = measured("logger/release", &commit());
    build["cause"] = json!({
        "kind": "formatting", "file": "src/`|@ada.rs", "line": 42, "n_other_lines": 1, "grown_bytes": 3900
    });
    let shown = String::from_utf8(comment(&sandbox(&[build]), &[]).output().stdout).unwrap();
    let line = shown.lines().find(|it| it.contains("of flash: "));
    expect!["`logger/release`: +4,016 B of flash: formatting, asked for by <code>src/&#96;&#124;@<!-- -->ada.rs&#58;42</code> and 1 more line."].assert_eq(line.unwrap());
}
