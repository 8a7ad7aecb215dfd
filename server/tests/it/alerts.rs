//! Budgets, their verdicts, and the alerts of the default branch.

use crate::support::{Answer, History, TestApp, TestProject};
use axum::http::StatusCode;
use plimsoll_protocol::{BuildAnswer, NewBuild};
use serde_json::json;
use sqlx::PgPool;

/// Uploads and measures a build that uses so much of FLASH, limited to 8192.
async fn measured(app: &TestApp, project: &TestProject, build: NewBuild, flash_bytes: u64) -> BuildAnswer {
    let build = History::with_budget(build, 8192);
    let stored = app.upload(project, &build, &History::elf_of(flash_bytes, 3, 100)).await;
    app.work().await;
    app.build(project, stored.build.id).await
}

/// `subject: opened bytes → resolved bytes`, each alert on a line.
async fn alerts(app: &TestApp, project: &TestProject) -> String {
    let alerts = app.read(project, "alerts").await;
    let end = |it: &serde_json::Value| match it {
        serde_json::Value::Null => "open".to_owned(),
        end => end["used_bytes"].as_u64().map_or_else(|| "missing".to_owned(), |it| it.to_string()),
    };
    let line = |it: &serde_json::Value| {
        format!("{}: {} → {}", it["subject"].as_str().unwrap(), end(&it["opened"]), end(&it["resolved"]))
    };
    alerts.as_array().unwrap().iter().map(line).collect::<Vec<_>>().join("\n")
}

async fn set_budget(app: &TestApp, project: &TestProject, subject: &str, limit_bytes: u64) -> Answer {
    let path = format!("/api/v1/projects/{}/budgets", project.name);
    let body = json!({ "target": "app", "subject": subject, "limit_bytes": limit_bytes });
    app.send("PUT", &path, Some(&project.token), Some(body)).await
}

#[sqlx::test(migrator = "plimsoll_server::db::MIGRATOR")]
async fn crossing_a_budget_opens_an_alert_and_coming_back_resolves_it(db: PgPool) {
    let app = TestApp::new(db).await;
    let project = app.project("acme/blinky").await;
    let first = measured(&app, &project, History::on_main(1), 8192).await;
    assert!(!first.over_budget, "exactly the limit is within it: {:?}", first.verdicts);
    assert_eq!(alerts(&app, &project).await, "");
    let second = measured(&app, &project, History::on_main(2), 8196).await;
    assert!(second.over_budget);
    assert_eq!(second.verdicts[0].over_bytes, 4);
    measured(&app, &project, History::on_main(3), 8200).await;
    assert_eq!(alerts(&app, &project).await, "FLASH: 8196 → open");
    measured(&app, &project, History::on_main(4), 8000).await;
    assert_eq!(alerts(&app, &project).await, "FLASH: 8196 → 8000");
    measured(&app, &project, History::on_main(5), 8400).await;
    assert_eq!(alerts(&app, &project).await, "FLASH: 8400 → open\nFLASH: 8196 → 8000");
}

#[sqlx::test(migrator = "plimsoll_server::db::MIGRATOR")]
async fn an_alert_tells_when_its_builds_were_committed(db: PgPool) {
    let app = TestApp::new(db).await;
    let project = app.project("acme/blinky").await;
    measured(&app, &project, History::on_main(2), 9000).await;
    measured(&app, &project, History::on_main(5), 8000).await;
    let alerts = app.read(&project, "alerts").await;
    let times = |end: &str| (alerts[0][end]["committed_at"].clone(), alerts[0][end]["at"].clone());
    assert_eq!(times("opened"), (json!("2026-11-20T10:02:00Z"), json!("2026-11-20T12:00:00Z")));
    assert_eq!(times("resolved"), (json!("2026-11-20T10:05:00Z"), json!("2026-11-20T12:00:00Z")));
}

#[sqlx::test(migrator = "plimsoll_server::db::MIGRATOR")]
async fn a_pull_request_is_judged_but_raises_no_alert(db: PgPool) {
    let app = TestApp::new(db).await;
    let project = app.project("acme/blinky").await;
    measured(&app, &project, History::on_main(1), 8000).await;
    let request = measured(&app, &project, History::of_pull_request(2, 1), 9000).await;
    assert!(request.over_budget);
    assert_eq!(alerts(&app, &project).await, "");
}

#[sqlx::test(migrator = "plimsoll_server::db::MIGRATOR")]
async fn a_late_upload_of_an_older_commit_rewrites_nothing(db: PgPool) {
    let app = TestApp::new(db).await;
    let project = app.project("acme/blinky").await;
    measured(&app, &project, History::on_main(1), 8000).await;
    measured(&app, &project, History::on_main(3), 8000).await;
    let late = measured(&app, &project, History::on_main(2), 9000).await;
    assert!(late.over_budget);
    assert_eq!(alerts(&app, &project).await, "");
    measured(&app, &project, History::on_main(5), 9000).await;
    measured(&app, &project, History::on_main(4), 8000).await;
    assert_eq!(alerts(&app, &project).await, "FLASH: 9000 → open");
}

#[sqlx::test(migrator = "plimsoll_server::db::MIGRATOR")]
async fn a_budget_on_a_region_that_is_not_there_is_not_kept(db: PgPool) {
    let app = TestApp::new(db).await;
    let project = app.project("acme/blinky").await;
    let mut build = History::on_main(1);
    build.budgets = vec![plimsoll_protocol::Budget { subject: "FLASHH".into(), limit_bytes: 1 << 20 }];
    let stored = app.upload(&project, &build, &History::elf(3, 100)).await;
    app.work().await;
    let answer = app.build(&project, stored.build.id).await;
    assert!(answer.over_budget);
    assert_eq!(answer.verdicts[0].used_bytes, None);
    assert_eq!(alerts(&app, &project).await, "FLASHH: missing → open");
}

#[sqlx::test(migrator = "plimsoll_server::db::MIGRATOR")]
async fn a_budget_set_by_hand_judges_the_newest_build_at_once(db: PgPool) {
    let app = TestApp::new(db).await;
    let project = app.project("acme/blinky").await;
    let first = measured(&app, &project, History::on_main(1), 8000).await;
    set_budget(&app, &project, "total", 4096).await.expect(StatusCode::NO_CONTENT);
    assert_eq!(alerts(&app, &project).await, "total: 8000 → open");
    assert!(app.build(&project, first.build.id).await.over_budget);
    let path = "/api/v1/projects/acme/blinky/budgets?target=app&subject=total";
    app.send("DELETE", path, Some(&project.token), None).await.expect(StatusCode::NO_CONTENT);
    assert!(
        alerts(&app, &project).await.starts_with("total: 8000 → "),
        "no longer set, so no longer crossed"
    );
    assert!(!alerts(&app, &project).await.contains("open"));
    assert!(!app.build(&project, first.build.id).await.over_budget);
}

#[sqlx::test(migrator = "plimsoll_server::db::MIGRATOR")]
async fn the_files_budgets_are_exactly_those_of_the_newest_build(db: PgPool) {
    let app = TestApp::new(db).await;
    let project = app.project("acme/blinky").await;
    measured(&app, &project, History::on_main(1), 9000).await;
    set_budget(&app, &project, "RAM", 1024).await.expect(StatusCode::NO_CONTENT);
    assert_eq!(app.read(&project, "budgets?target=app").await.as_array().unwrap().len(), 2);
    app.upload(&project, &History::on_main(2), &History::elf_of(9000, 3, 100)).await;
    app.work().await;
    let left = app.read(&project, "budgets?target=app").await;
    assert_eq!(left, json!([{ "subject": "RAM", "limit_bytes": 1024, "source": "page" }]));
    assert_eq!(alerts(&app, &project).await, "FLASH: 9000 → missing");
}

#[sqlx::test(migrator = "plimsoll_server::db::MIGRATOR")]
async fn a_resolved_alert_tells_the_limit_that_resolved_it(db: PgPool) {
    let app = TestApp::new(db).await;
    let project = app.project("acme/blinky").await;
    measured(&app, &project, History::on_main(1), 8000).await;
    set_budget(&app, &project, "total", 4096).await.expect(StatusCode::NO_CONTENT);
    let open = app.read(&project, "alerts").await;
    assert_eq!(open[0]["resolved_limit_bytes"], json!(null));
    set_budget(&app, &project, "total", 9000).await.expect(StatusCode::NO_CONTENT);
    let raised = app.read(&project, "alerts").await;
    assert_eq!((&raised[0]["limit_bytes"], &raised[0]["resolved_limit_bytes"]), (&json!(4096), &json!(9000)));
    set_budget(&app, &project, "RAM", 1).await.expect(StatusCode::NO_CONTENT);
    let path = "/api/v1/projects/acme/blinky/budgets?target=app&subject=RAM";
    app.send("DELETE", path, Some(&project.token), None).await.expect(StatusCode::NO_CONTENT);
    let alerts = app.read(&project, "alerts").await;
    let dropped = alerts.as_array().unwrap().iter().find(|it| it["subject"] == "RAM").unwrap();
    assert_ne!(dropped["resolved"], json!(null));
    assert_eq!(dropped["resolved_limit_bytes"], json!(null), "the budget is gone");
    let page = app.get("/acme/blinky/alerts").await.expect(StatusCode::OK).text();
    assert!(page.contains("budget dropped") && page.contains("limit raised to"), "{page}");
}

#[sqlx::test(migrator = "plimsoll_server::db::MIGRATOR")]
async fn a_region_that_overflows_opens_an_alert_without_a_budget(db: PgPool) {
    let app = TestApp::new(db).await;
    let project = app.project("acme/blinky").await;
    let memory = "MEMORY { FLASH (rx) : ORIGIN = 0x10000000, LENGTH = 4K
                           SETTINGS (r) : ORIGIN = 0x10001000, LENGTH = 4K
                           RAM (rw) : ORIGIN = 0x20000000, LENGTH = 256K }";
    let uploaded = async |n, flash_bytes| {
        let mut build = History::on_main(n);
        build.memory = Some(plimsoll_protocol::MemoryScript { path: "memory.x".into(), text: memory.into() });
        let stored = app.upload(&project, &build, &History::elf_of(flash_bytes, 3, 100)).await;
        app.work().await;
        app.build(&project, stored.build.id).await
    };
    let fits = uploaded(1, 4096).await;
    assert!(!fits.over_budget && fits.verdicts.is_empty(), "{:?}", fits.verdicts);
    let over = uploaded(2, 4196).await;
    assert!(over.over_budget);
    let verdict = &over.verdicts[0];
    assert_eq!((verdict.limit_bytes, verdict.used_bytes, verdict.overflow_bytes), (4096, Some(4196), 100));
    assert_eq!(verdict.overwrites, ["SETTINGS"]);
    assert_eq!(alerts(&app, &project).await, "FLASH: 4196 → open");
    uploaded(3, 4000).await;
    assert_eq!(alerts(&app, &project).await, "FLASH: 4196 → missing");
}
