//! `POST …/builds`: what is taken in, what is refused, and why.

use crate::support::{Answer, History, MAX_UPLOAD_BYTES, TestApp, commit};
use axum::http::StatusCode;
use expect_test::{Expect, expect};
use plimsoll_protocol::{BuildState, MemoryScript, NewBuild, TargetName};
use plimsoll_server::db;
use sqlx::PgPool;

#[track_caller]
fn check(answer: &Answer, expected: Expect) {
    expected.assert_eq(&answer.refusal());
}

#[sqlx::test(migrator = "plimsoll_server::db::MIGRATOR")]
async fn an_upload_is_stored_then_measured(db: PgPool) {
    let app = TestApp::new(db).await;
    let project = app.project("acme/blinky").await;
    let answer = app.try_upload(&project, &History::on_main(1), &History::elf(3, 100)).await;
    let answer = answer.expect(StatusCode::ACCEPTED);
    let queued: plimsoll_protocol::BuildAnswer = answer.parse();
    assert_eq!(queued.build.state, BuildState::Queued);
    assert_eq!(
        answer.headers["location"].to_str().unwrap(),
        format!("http://plimsoll.test/api/v1/projects/acme/blinky/builds/{}", queued.build.id)
    );
    app.work().await;
    let measured = app.build(&project, queued.build.id).await;
    assert_eq!(measured.build.state, BuildState::Measured);
    assert_eq!(measured.build.figures.unwrap().flash_bytes, 8192);
    assert_eq!(measured.build.figures.unwrap().ram_bytes, 64);
}

#[sqlx::test(migrator = "plimsoll_server::db::MIGRATOR")]
async fn the_same_upload_twice_is_one_build(db: PgPool) {
    let app = TestApp::new(db).await;
    let project = app.project("acme/blinky").await;
    let elf = History::elf(3, 100);
    let first = app.upload(&project, &History::on_main(1), &elf).await;
    let second = app.try_upload(&project, &History::on_main(1), &elf).await.expect(StatusCode::OK);
    let second: plimsoll_protocol::BuildAnswer = second.parse();
    assert_eq!((first.created, second.created), (true, false));
    assert_eq!(first.build.id, second.build.id);
    assert_eq!(db::jobs::count(&app.state.db).await.unwrap(), 1);
}

#[sqlx::test(migrator = "plimsoll_server::db::MIGRATOR")]
async fn identical_uploads_at_the_same_time_are_one_build(db: PgPool) {
    let app = TestApp::new(db).await;
    let project = app.project("acme/blinky").await;
    let (build, elf) = (History::on_main(1), History::elf(3, 100));
    let (a, b) = tokio::join!(app.upload(&project, &build, &elf), app.upload(&project, &build, &elf));
    assert_eq!(a.build.id, b.build.id);
    assert_ne!(a.created, b.created);
    assert_eq!(db::jobs::count(&app.state.db).await.unwrap(), 1);
}

#[sqlx::test(migrator = "plimsoll_server::db::MIGRATOR")]
async fn an_elf_may_come_compressed_and_leaves_as_it_was(db: PgPool) {
    let app = TestApp::new(db).await;
    let project = app.project("acme/blinky").await;
    let elf = History::elf(3, 100);
    let build = serde_json::to_vec(&History::on_main(1)).unwrap();
    let packed = zstd::encode_all(elf.as_slice(), 3).unwrap();
    let parts =
        [("build", "application/json", build.as_slice()), ("elf", "application/zstd", packed.as_slice())];
    let stored: plimsoll_protocol::BuildAnswer = app.upload_parts(&project, &parts).await.parse();
    let path = format!("/api/v1/projects/acme/blinky/builds/{}/elf", stored.build.id);
    let answer = app.get(&path).await.expect(StatusCode::OK);
    assert_eq!(answer.body, elf);
    assert_eq!(answer.headers["content-type"], "application/octet-stream");
    assert_eq!(answer.headers["x-content-type-options"], "nosniff");
    assert_eq!(answer.headers["content-disposition"], "attachment; filename=\"app-0000000000.elf\"");
}

#[sqlx::test(migrator = "plimsoll_server::db::MIGRATOR")]
async fn a_build_of_a_pull_request_becomes_the_branchs_when_it_is_merged(db: PgPool) {
    let app = TestApp::new(db).await;
    let project = app.project("acme/blinky").await;
    app.upload(&project, &History::on_main(1), &History::elf(3, 100)).await;
    let elf = History::elf(4, 100);
    let first = app.upload(&project, &History::of_pull_request(2, 1), &elf).await;
    app.work().await;
    let second = app.upload(&project, &History::on_main(2), &elf).await;
    app.work().await;
    assert_eq!(first.build.id, second.build.id);
    let build = app.build(&project, first.build.id).await.build;
    assert_eq!((build.branch.as_deref(), build.pull_request), (Some("main"), None));
    assert_eq!(build.state, BuildState::Measured);
}

#[sqlx::test(migrator = "plimsoll_server::db::MIGRATOR")]
async fn a_branchs_build_stays_the_branchs_when_a_pull_request_sends_it_too(db: PgPool) {
    let app = TestApp::new(db).await;
    let project = app.project("acme/blinky").await;
    let elf = History::elf(4, 100);
    let first = app.upload(&project, &History::on_main(2), &elf).await;
    app.upload(&project, &History::of_pull_request(2, 1), &elf).await;
    let build = app.build(&project, first.build.id).await.build;
    assert_eq!((build.branch.as_deref(), build.pull_request), (Some("main"), None));
}

#[sqlx::test(migrator = "plimsoll_server::db::MIGRATOR")]
async fn a_pull_requests_build_stays_the_pull_requests_when_its_branch_sends_it_too(db: PgPool) {
    let app = TestApp::new(db).await;
    let project = app.project("acme/blinky").await;
    let elf = History::elf(4, 100);
    let first = app.upload(&project, &History::of_pull_request(2, 1), &elf).await;
    app.work().await;
    app.upload(&project, &pushed_to("feature", 2), &elf).await;
    let build = app.build(&project, first.build.id).await.build;
    assert_eq!((build.branch.as_deref(), build.pull_request), (Some("feature"), Some(7)));
    assert_eq!(build.state, BuildState::Measured, "nothing new was said");
}

#[sqlx::test(migrator = "plimsoll_server::db::MIGRATOR")]
async fn a_build_of_a_feature_branch_becomes_its_pull_requests(db: PgPool) {
    let app = TestApp::new(db).await;
    let project = app.project("acme/blinky").await;
    app.upload(&project, &History::on_main(1), &History::elf(3, 100)).await;
    let elf = History::elf(4, 100);
    let alone = NewBuild { ancestry: Vec::new(), ..pushed_to("feature", 2) };
    let first = app.upload(&project, &alone, &elf).await;
    app.work().await;
    assert_eq!(app.build(&project, first.build.id).await.baseline, None);
    app.upload(&project, &History::of_pull_request(2, 1), &elf).await;
    app.work().await;
    let answer = app.build(&project, first.build.id).await;
    assert_eq!((answer.build.branch.as_deref(), answer.build.pull_request), (Some("feature"), Some(7)));
    assert_eq!(answer.baseline.map(|it| it.commit), Some(commit(1)), "measured against the merge base");
}

#[sqlx::test(migrator = "plimsoll_server::db::MIGRATOR")]
async fn a_dirty_work_tree_changes_nothing_of_a_clean_build(db: PgPool) {
    let app = TestApp::new(db).await;
    let project = app.project("acme/blinky").await;
    let elf = History::elf(4, 100);
    let first = app.upload(&project, &History::with_budget(History::of_pull_request(2, 1), 9000), &elf).await;
    app.work().await;
    let before = app.read(&project, &format!("builds/{}", first.build.id)).await;
    let dirty = NewBuild { dirty: true, memory: None, ..History::with_budget(History::on_main(2), 1) };
    let answer = app.try_upload(&project, &dirty, &elf).await.expect(StatusCode::OK);
    assert_eq!(answer.parse::<plimsoll_protocol::BuildAnswer>().build.id, first.build.id);
    app.work().await;
    assert_eq!(app.read(&project, &format!("builds/{}", first.build.id)).await, before);
    assert!(!is_dirty(&app, first.build.id).await);
}

#[sqlx::test(migrator = "plimsoll_server::db::MIGRATOR")]
async fn a_clean_upload_cleans_what_came_from_a_dirty_work_tree(db: PgPool) {
    let app = TestApp::new(db).await;
    let project = app.project("acme/blinky").await;
    let elf = History::elf(4, 100);
    for (head, clean) in [(2, History::of_pull_request(2, 1)), (3, pushed_to("feature", 3))] {
        let dirty = NewBuild { dirty: true, ..History::of_pull_request(head, 1) };
        let first = app.upload(&project, &History::with_budget(dirty, 9000), &elf).await;
        app.work().await;
        app.upload(&project, &History::with_budget(clean, 9000), &elf).await;
        let build = app.build(&project, first.build.id).await.build;
        assert_eq!(build.state, BuildState::Queued, "to be measured again");
        assert!(!is_dirty(&app, first.build.id).await);
        assert_eq!(build.pull_request, Some(7), "what it belongs to has not changed");
    }
}

/// Which no answer tells.
async fn is_dirty(app: &TestApp, build_id: uuid::Uuid) -> bool {
    let query = sqlx::query_scalar("select is_dirty from build where build_id = $1").bind(build_id);
    query.fetch_one(&app.state.db).await.unwrap()
}

/// The commit of that number, pushed to a branch.
fn pushed_to(branch: &str, number: u32) -> NewBuild {
    NewBuild { branch: Some(branch.into()), ..History::on_main(number) }
}

#[sqlx::test(migrator = "plimsoll_server::db::MIGRATOR")]
async fn what_is_no_elf_is_refused_with_the_place(db: PgPool) {
    let app = TestApp::new(db).await;
    let project = app.project("acme/blinky").await;
    let build = History::on_main(1);
    let elf = History::elf(3, 100);
    check(&app.try_upload(&project, &build, b"").await, expect!["422 elf: the file is empty"]);
    check(
        &app.try_upload(&project, &build, b"#!/bin/sh\n").await,
        expect!["422 elf: file header: not an ELF file: it does not start with 7f 45 4c 46"],
    );
    let truncated = app.try_upload(&project, &build, &elf[..60]).await;
    assert_eq!(truncated.status, StatusCode::UNPROCESSABLE_ENTITY, "{}", truncated.text());
    assert_eq!(db::jobs::count(&app.state.db).await.unwrap(), 0);
}

#[sqlx::test(migrator = "plimsoll_server::db::MIGRATOR")]
async fn an_elf_over_the_limit_is_refused_compressed_or_not(db: PgPool) {
    let app = TestApp::new(db).await;
    let project = app.project("acme/blinky").await;
    let build = serde_json::to_vec(&History::on_main(1)).unwrap();
    let big = vec![0; usize::try_from(MAX_UPLOAD_BYTES).unwrap() + 1];
    let bomb = zstd::encode_all(std::io::Read::take(std::io::repeat(0), 1 << 30), 3).unwrap();
    for (content_type, elf) in [("application/octet-stream", &big), ("application/zstd", &bomb)] {
        let parts = [("build", "application/json", build.as_slice()), ("elf", content_type, elf.as_slice())];
        check(
            &app.upload_parts(&project, &parts).await,
            expect![
                "413 The ELF is larger than 1 MiB (1048576 bytes), the most this server accepts, compressed and not."
            ],
        );
    }
}

#[sqlx::test(migrator = "plimsoll_server::db::MIGRATOR")]
async fn damaged_zstd_is_refused(db: PgPool) {
    let app = TestApp::new(db).await;
    let project = app.project("acme/blinky").await;
    let build = serde_json::to_vec(&History::on_main(1)).unwrap();
    let packed = zstd::encode_all(History::elf(3, 100).as_slice(), 3).unwrap();
    for damaged in [&packed[..packed.len() / 2], b"not zstd".as_slice()] {
        let parts = [("build", "application/json", build.as_slice()), ("elf", "application/zstd", damaged)];
        let answer = app.upload_parts(&project, &parts).await;
        assert!(answer.refusal().starts_with("422 elf: is not complete and sound zstd"), "{}", answer.text());
    }
}

#[sqlx::test(migrator = "plimsoll_server::db::MIGRATOR")]
async fn a_linker_script_with_a_mistake_is_refused_with_line_and_column(db: PgPool) {
    let app = TestApp::new(db).await;
    let project = app.project("acme/blinky").await;
    let text = "MEMORY {\n  FLASH : ORIGIN = 0x10000000, LENGTH = 2048Q\n}\n".to_owned();
    let build =
        NewBuild { memory: Some(MemoryScript { path: "memory.x".into(), text }), ..History::on_main(1) };
    let answer = app.try_upload(&project, &build, &History::elf(3, 100)).await;
    let refusal = answer.refusal();
    assert!(refusal.starts_with("422 memory script memory.x: line 2, column "), "{refusal}");
}

#[sqlx::test(migrator = "plimsoll_server::db::MIGRATOR")]
async fn what_a_build_says_of_itself_is_checked(db: PgPool) {
    let app = TestApp::new(db).await;
    let project = app.project("acme/blinky").await;
    let elf = History::elf(3, 100);
    let good = serde_json::to_value(History::on_main(1)).unwrap();
    let mut seen = String::new();
    for (field, value) in [
        ("commit", serde_json::json!("abc")),
        ("target", serde_json::json!("a\nb")),
        ("ancestry", serde_json::json!(vec![commit(1); 501])),
        ("branch", serde_json::json!("a\u{0}b")),
        ("ci_url", serde_json::json!("javascript:alert(1)")),
        ("budgets", serde_json::json!([{ "subject": "FLASH", "limit_bytes": u64::MAX }])),
    ] {
        let mut build = good.clone();
        build[field] = value;
        let text = build.to_string();
        let parts = [("build", "application/json", text.as_bytes()), ("elf", "", elf.as_slice())];
        seen += &app.upload_parts(&project, &parts).await.refusal();
        seen += "\n";
    }
    expect![[r#"
        422 build: a commit is named by all its 40 or 64 hexadecimal digits; `abc` is not at line 1 column 87
        422 build: a target's name has 1 to 200 printable characters; `a�b` does not at line 1 column 390
        422 ancestry: has 501 entries; at most 500 are taken
        422 branch: is not 1 to 255 printable characters
        422 ci_url: is not an http or https address of at most 2000 characters
        422 budgets[0]: its limit is larger than any memory
    "#]]
    .assert_eq(&seen);
}

#[sqlx::test(migrator = "plimsoll_server::db::MIGRATOR")]
async fn parts_in_another_order_are_refused(db: PgPool) {
    let app = TestApp::new(db).await;
    let project = app.project("acme/blinky").await;
    let elf = History::elf(3, 100);
    check(
        &app.upload_parts(&project, &[("elf", "", elf.as_slice())]).await,
        expect![
            "422 body: expected the multipart part `build` here (`build` comes first, then `elf`, then, where there is one, `map`)"
        ],
    );
    check(
        &app.upload_parts(&project, &[]).await,
        expect![
            "422 body: expected the multipart part `build` here (`build` comes first, then `elf`, then, where there is one, `map`)"
        ],
    );
}

#[sqlx::test(migrator = "plimsoll_server::db::MIGRATOR")]
async fn who_waits_is_answered_with_the_result(db: PgPool) {
    let app = TestApp::new(db).await;
    let project = app.project("acme/blinky").await;
    let (stop, stopping) = tokio::sync::watch::channel(false);
    let worker = tokio::spawn(plimsoll_server::jobs::worker::work(app.state.clone(), stopping));
    let listener = tokio::spawn(plimsoll_server::jobs::wake::listen(app.state.clone()));
    let (build, elf) = (serde_json::to_vec(&History::on_main(1)).unwrap(), History::elf(3, 100));
    let parts = [("build", "application/json", build.as_slice()), ("elf", "", elf.as_slice())];
    let answer = app.upload_and_wait(&project, &parts).await.expect(StatusCode::CREATED);
    let answer: plimsoll_protocol::BuildAnswer = answer.parse();
    assert_eq!(answer.build.state, BuildState::Measured);
    stop.send_replace(true);
    worker.await.unwrap();
    listener.abort();
}

#[sqlx::test(migrator = "plimsoll_server::db::MIGRATOR")]
async fn the_builds_of_a_commit_are_listed_whatever_their_target(db: PgPool) {
    let app = TestApp::new(db).await;
    let project = app.project("acme/blinky").await;
    let build = |number: u32, target: &str| {
        let target = TargetName::parse(target).unwrap();
        NewBuild { target, ..History::on_main(number) }
    };
    for build in [build(1, "app"), build(2, "app"), build(2, "boot")] {
        app.upload(&project, &build, &History::elf(3, 100)).await;
    }
    let listed = app.read(&project, &format!("builds?commit={}", commit(2))).await;
    let mut targets: Vec<&str> =
        listed.as_array().unwrap().iter().map(|it| it["target"].as_str().unwrap()).collect();
    targets.sort_unstable();
    assert_eq!(targets, ["app", "boot"]);
    let none = app.read(&project, &format!("builds?commit={}", commit(3))).await;
    assert_eq!(none, serde_json::json!([]));
}
