//! In GitHub Actions: the pull request's own head, its merge base, and what shallow clones lack.

use crate::support::{Reply, Run, Sandbox, Stub, answer, over_budget};
use expect_test::expect;
use plimsoll_protocol::NewBuild;
use serde_json::json;

/// A history as GitHub has it when a pull request runs: `main` moved on after the branch was made, and
/// a merge of both, which nobody will see again, is checked out.
struct Scene {
    sandbox: Sandbox,
    merge_base: String,
    base: String,
    head: String,
    merge: String,
}

fn scene() -> Scene {
    let sandbox = Sandbox::with_commits(3);
    let merge_base = sandbox.head();
    sandbox.git(&["checkout", "--quiet", "-b", "topic"]);
    sandbox.commit("Topic 1");
    let head = sandbox.commit("Topic 2");
    sandbox.git(&["checkout", "--quiet", "main"]);
    let base = sandbox.commit("Main moves on");
    sandbox.git(&["checkout", "--quiet", "--detach", "main"]);
    sandbox.git(&["merge", "--quiet", "--no-ff", "--message", "Merge topic into main", "topic"]);
    let merge = sandbox.head();
    let event = json!({
        "action": "synchronize",
        "pull_request": {
            "number": 7,
            "head": { "sha": head, "ref": "topic" },
            "base": { "sha": base, "ref": "main" }
        }
    });
    sandbox.file("event.json", event.to_string());
    Scene { sandbox, merge_base, base, head, merge }
}

fn in_pull_request(run: Run, sandbox: &Sandbox, merge: &str) -> Run {
    let event = sandbox.path().join("event.json").display().to_string();
    run.env("GITHUB_ACTIONS", "true")
        .env("GITHUB_EVENT_PATH", &event)
        .env("GITHUB_EVENT_NAME", "pull_request")
        .env("GITHUB_SHA", merge)
        .env("GITHUB_REF_NAME", "7/merge")
        .env("GITHUB_HEAD_REF", "topic")
        .env("GITHUB_SERVER_URL", "https://github.example.org")
        .env("GITHUB_REPOSITORY", "ada/engine")
        .env("GITHUB_RUN_ID", "42")
}

fn sent(scene: &Scene, run: Run) -> NewBuild {
    let output = in_pull_request(run, &scene.sandbox, &scene.merge).output();
    let stderr = String::from_utf8(output.stderr).unwrap();
    let runs: serde_json::Value = serde_json::from_slice(&output.stdout).expect(&stderr);
    serde_json::from_value(runs[0]["would_send"].clone()).unwrap()
}

const DRY_RUN: [&str; 6] = ["upload", "fw.elf", "--target", "a", "--dry-run", "--json"];

#[test]
fn a_pull_request_is_measured_at_its_head_and_compared_with_its_merge_base() {
    let scene = scene();
    let build = sent(&scene, scene.sandbox.plimsoll(&DRY_RUN));
    assert_eq!(build.commit.as_str(), scene.head);
    assert_ne!(build.commit.as_str(), scene.merge);
    assert_eq!(build.message.as_deref(), Some("Topic 2"));
    assert_eq!(build.branch.as_deref(), Some("topic"));
    assert_eq!(build.ancestry[0].as_str(), scene.merge_base);
    assert_eq!(build.ancestry.len(), 3);
    assert!(!build.ancestry.iter().any(|it| it.as_str() == scene.base));
    let pull = build.pull_request.unwrap();
    assert_eq!((pull.number, pull.base_branch.as_deref()), (7, Some("main")));
    assert_eq!(build.ci_url.as_deref(), Some("https://github.example.org/ada/engine/actions/runs/42"));
}

#[test]
fn a_checked_out_merge_that_holds_news_of_the_base_branch_raises_a_warning() {
    let scene = scene();
    let args = ["upload", "fw.elf", "--target", "a", "--dry-run"];
    in_pull_request(scene.sandbox.plimsoll(&args), &scene.sandbox, &scene.merge).check(expect![[r#"
        exit 0
        --- stdout
        a aac52d1ac3: flash 192 B, RAM 0 B, formatting 0 B
          would send: ELF of 548 B, pull request 7, 3 ancestors, message “Topic 2”
        --- stderr
        warning: the checkout is the merge of aac52d1ac3 into 4d2d1f3b69: what the base branch gained since the merge base is counted as this pull request's; on GitHub give actions/checkout `ref: ${{ github.event.pull_request.head.sha }}`
        ::warning title=Plimsoll::the checkout is the merge of aac52d1ac3 into 4d2d1f3b69: what the base branch gained since the merge base is counted as this pull request's; on GitHub give actions/checkout `ref: ${{ github.event.pull_request.head.sha }}`
    "#]]);
}

#[test]
fn a_checked_out_merge_with_a_base_branch_that_stood_still_raises_none() {
    let scene = scene();
    scene.sandbox.git(&["checkout", "--quiet", "--detach", &scene.merge_base]);
    scene.sandbox.git(&["merge", "--quiet", "--no-ff", "--message", "Merge topic into main", "topic"]);
    let args = ["upload", "fw.elf", "--target", "a", "--dry-run"];
    in_pull_request(scene.sandbox.plimsoll(&args), &scene.sandbox, &scene.merge).check(expect![[r#"
        exit 0
        --- stdout
        a aac52d1ac3: flash 192 B, RAM 0 B, formatting 0 B
          would send: ELF of 548 B, pull request 7, 3 ancestors, message “Topic 2”
    "#]]);
}

#[test]
fn the_checked_out_head_raises_no_warning() {
    let scene = scene();
    scene.sandbox.git(&["checkout", "--quiet", "--detach", &scene.head]);
    let args = ["upload", "fw.elf", "--target", "a", "--dry-run"];
    in_pull_request(scene.sandbox.plimsoll(&args), &scene.sandbox, &scene.merge).check(expect![[r#"
        exit 0
        --- stdout
        a aac52d1ac3: flash 192 B, RAM 0 B, formatting 0 B
          would send: ELF of 548 B, pull request 7, 3 ancestors, message “Topic 2”
    "#]]);
}

#[test]
fn a_named_commit_that_is_not_checked_out_raises_a_warning() {
    let sandbox = Sandbox::with_commits(3);
    let args = ["upload", "fw.elf", "--target", "a", "--dry-run", "--commit", "HEAD~1"];
    sandbox.plimsoll(&args).check(expect![[r#"
        exit 0
        --- stdout
        a 5788ae4b60: flash 192 B, RAM 0 B, formatting 0 B
          would send: ELF of 548 B, branch main, 1 ancestor, message “Commit 2”
        --- stderr
        warning: the commit is 5788ae4b60, but 127f7df1c6 is checked out: is that what was built?
    "#]]);
}

#[test]
fn the_step_summary_warns_of_a_checked_out_merge() {
    let scene = scene();
    let stub = Stub::replying([Reply::json(200, over_budget("a", &scene.head))]);
    let summary = scene.sandbox.path().join("summary.md").display().to_string();
    let run = scene.sandbox.plimsoll_with(&stub, &["upload", "fw.elf", "--target", "a", "--wait"]);
    let run = in_pull_request(run, &scene.sandbox, &scene.merge).env("GITHUB_STEP_SUMMARY", &summary);
    assert_eq!(run.output().status.code(), Some(1));
    let text = scene.sandbox.read("summary.md");
    let head: String = text.lines().take(4).map(|it| format!("{it}\n")).collect();
    expect![[r#"
        > [!WARNING]
        > the checkout is the merge of aac52d1ac3 into 4d2d1f3b69: what the base branch gained since the merge base is counted as this pull request's; on GitHub give actions/checkout `ref: ${{ github.event.pull_request.head.sha }}`

        ### Plimsoll: ❌ 1 target over budget
    "#]].assert_eq(&head);
}

#[test]
fn a_stranger_that_is_checked_out_raises_a_warning() {
    let scene = scene();
    scene.sandbox.git(&["checkout", "--quiet", "main~2"]);
    let args = ["upload", "fw.elf", "--target", "a", "--dry-run"];
    in_pull_request(scene.sandbox.plimsoll(&args), &scene.sandbox, &scene.merge).check(expect![[r#"
        exit 0
        --- stdout
        a aac52d1ac3: flash 192 B, RAM 0 B, formatting 0 B
          would send: ELF of 548 B, pull request 7, 3 ancestors, message “Topic 2”
        --- stderr
        warning: the commit is aac52d1ac3, but 5788ae4b60 is checked out: is that what was built?
        ::warning title=Plimsoll::the commit is aac52d1ac3, but 5788ae4b60 is checked out: is that what was built?
    "#]]);
}

#[test]
fn without_history_the_pull_request_is_uploaded_all_the_same() {
    let scene = scene();
    let clone = Sandbox::empty();
    clone.git(&["init", "--quiet"]);
    let url = format!("file://{}", scene.sandbox.path().display());
    scene.sandbox.git(&["update-ref", "refs/pull/7/merge", &scene.merge]);
    clone.git(&["fetch", "--quiet", "--depth=1", &url, "refs/pull/7/merge"]);
    clone.git(&["checkout", "--quiet", "FETCH_HEAD"]);
    for name in ["event.json", "fw.elf"] {
        clone.file(name, std::fs::read(scene.sandbox.path().join(name)).unwrap());
    }
    let stub = Stub::replying([Reply::json(202, answer("a", &scene.head))]);
    let run = clone.plimsoll_with(&stub, &["upload", "fw.elf", "--target", "a"]);
    in_pull_request(run, &clone, &scene.merge).check(expect![[r#"
        exit 0
        --- stdout
        a: uploaded, https://plimsoll.example.org/ada/engine/builds/1
        --- stderr
        warning: the merge base with main is not in this clone, so there is nothing to compare with; on GitHub give actions/checkout `fetch-depth: 0`
        warning: the checkout is the merge of aac52d1ac3 into 4d2d1f3b69: what the base branch gained since the merge base is counted as this pull request's; on GitHub give actions/checkout `ref: ${{ github.event.pull_request.head.sha }}`
        ::warning title=Plimsoll::the checkout is the merge of aac52d1ac3 into 4d2d1f3b69: what the base branch gained since the merge base is counted as this pull request's; on GitHub give actions/checkout `ref: ${{ github.event.pull_request.head.sha }}`
    "#]]);
    let build = stub.request().build();
    assert_eq!(build.commit.as_str(), scene.head);
    assert!(build.ancestry.is_empty());
}

#[test]
fn a_flag_names_the_merge_base_where_git_cannot() {
    let scene = scene();
    let base = scene.merge_base.clone();
    let args = [&DRY_RUN[..], &["--merge-base", &base, "--commit", &scene.head]].concat();
    let build = sent(&scene, scene.sandbox.plimsoll(&args));
    assert_eq!(build.ancestry[0].as_str(), base);
}

#[test]
fn a_push_is_measured_at_what_is_checked_out() {
    let sandbox = Sandbox::with_commits(2);
    sandbox.file("event.json", json!({ "ref": "refs/heads/main" }).to_string());
    let run = in_pull_request(sandbox.plimsoll(&DRY_RUN), &sandbox, &sandbox.head());
    let run = run.env("GITHUB_HEAD_REF", "").env("GITHUB_REF_NAME", "main");
    let runs: serde_json::Value = serde_json::from_slice(&run.output().stdout).unwrap();
    let sent = &runs[0]["would_send"];
    assert_eq!(sent["commit"], sandbox.head());
    assert_eq!(sent["branch"], "main");
    assert_eq!(sent["pull_request"], serde_json::Value::Null);
}

#[test]
fn an_event_file_that_cannot_be_read_is_named() {
    let sandbox = Sandbox::with_commits(1);
    sandbox.file("event.json", "{");
    in_pull_request(sandbox.plimsoll(&DRY_RUN), &sandbox, &sandbox.head()).check(expect![[r#"
        exit 2
        --- stderr
        error: cannot read GitHub's event file DIR/event.json: EOF while parsing an object at line 1 column 1
    "#]]);
}

#[test]
fn an_exceeded_budget_is_annotated_on_the_runs_page() {
    let scene = scene();
    let stub = Stub::replying([Reply::json(200, over_budget("a", &scene.head))]);
    let run = scene.sandbox.plimsoll_with(&stub, &["upload", "fw.elf", "--target", "a", "--wait"]);
    let output = in_pull_request(run, &scene.sandbox, &scene.merge).output();
    let stderr = String::from_utf8(output.stderr).unwrap();
    expect![[r#"
        warning: the checkout is the merge of aac52d1ac3 into 4d2d1f3b69: what the base branch gained since the merge base is counted as this pull request's; on GitHub give actions/checkout `ref: ${{ github.event.pull_request.head.sha }}`
        ::warning title=Plimsoll::the checkout is the merge of aac52d1ac3 into 4d2d1f3b69: what the base branch gained since the merge base is counted as this pull request's; on GitHub give actions/checkout `ref: ${{ github.event.pull_request.head.sha }}`
        ::error title=Plimsoll%3A a::FLASH is 1,868 B over its budget of 4,096 B
    "#]]
    .assert_eq(&stderr);
}
