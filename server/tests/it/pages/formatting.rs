//! Who is to blame for formatting, what would go without it, and for what a build grew.

use super::outline::outline;
use super::{measured, page, voyage};
use crate::support::{History, TestApp, TestProject};
use axum::http::{StatusCode, header};
use expect_test::expect;
use plimsoll_protocol::BuildAnswer;
use serde_json::Value;
use sqlx::PgPool;

/// Real firmware with line tables that formats; absent where it may not be shared.
fn firmware() -> Option<Vec<u8>> {
    let path = concat!(env!("CARGO_MANIFEST_DIR"), "/../../shared/fmt-truth/d-all.elf.zst");
    let packed = std::fs::read(path).ok();
    if packed.is_none() {
        eprintln!("skipped: there is no {path}");
    }
    packed.map(|it| zstd::decode_all(it.as_slice()).unwrap())
}

/// A build that does not format, and one that does.
async fn grown(app: &TestApp, firmware: &[u8]) -> (TestProject, BuildAnswer) {
    let project = app.project("acme/blinky").await;
    measured(app, &project, History::on_main(1), &History::elf_of(8000, 1, 100)).await;
    let second = measured(app, &project, History::on_main(2), firmware).await;
    (project, second)
}

#[sqlx::test(migrator = "plimsoll_server::db::MIGRATOR")]
async fn the_line_to_blame_for_a_growth_is_named_by_json_and_pages(db: PgPool) {
    let Some(firmware) = firmware() else { return };
    let app = TestApp::roomy(db).await;
    let (_, second) = grown(&app, &firmware).await;
    let cause = second.cause.unwrap_or_else(|| panic!("nobody is to blame: {:?}", second.deltas));
    for url in [format!("/acme/blinky/builds/{}", second.build.id), second.compare_url.unwrap()] {
        let shown = outline(&page(&app, &url).await);
        let line = shown.lines().find(|it| it.contains(", asked for by "));
        let told = line.and_then(|it| it.strip_suffix(&cause.to_string()));
        assert_eq!(told.unwrap_or(&shown), "+10,716 B of flash: ", "{url}");
    }
}

#[sqlx::test(migrator = "plimsoll_server::db::MIGRATOR")]
async fn lines_are_ticked_and_asked_for_together(db: PgPool) {
    let Some(firmware) = firmware() else { return };
    let app = TestApp::roomy(db).await;
    let (project, second) = grown(&app, &firmware).await;
    let report = app.read(&project, &format!("builds/{}/report", second.build.id)).await;
    let blame = &report["formatting"]["blame"];
    let place = |it: &Value| format!("{}:{}", it["file"].as_str().unwrap(), it["line"]);
    let lines: Vec<String> = blame["lines"].as_array().unwrap().iter().map(place).collect();
    let ask = |query: String| {
        let path = format!("builds/{}/fmt?{query}", second.build.id);
        let (app, project) = (&app, &project);
        async move { app.read(project, &path).await["saves_at_least_bytes"].as_u64().unwrap() }
    };
    let first = ask(format!("without={}", lines[0])).await;
    assert_eq!(Some(first), blame["lines"][0]["saves_at_least_bytes"].as_u64());
    let both = ask(format!("without={}&without={}", lines[0], lines[1])).await;
    let all = ask("without_all=true".into()).await;
    assert!(first <= both && both <= all, "{first} {both} {all}");
    assert_eq!(Some(all), blame["saves_at_least_bytes"].as_u64());
    let path = format!("/acme/blinky/builds/{}/formatting?without={}", second.build.id, lines[0]);
    let html = page(&app, &path).await;
    assert!(html.contains(&format!("value=\"{}\" checked", lines[0])), "{html}");
    let shown = outline(&html);
    assert!(shown.contains("Without the formatting on 1 line: saves at least"), "{shown}");
    // The same line by how its path ends ticks the same box.
    let suffix = lines[0].rsplit('/').next().unwrap();
    assert_ne!(suffix, lines[0]);
    let html =
        page(&app, &format!("/acme/blinky/builds/{}/formatting?without={suffix}", second.build.id)).await;
    assert!(html.contains(&format!("value=\"{}\" checked", lines[0])), "{html}");
    let is_loose = |it: &str| it.starts_with([' ', '\n']) && it.trim_start().starts_with(['.', ',', ':']);
    assert!(!html.split("</data>").any(is_loose), "punctuation stands right behind a size");
}

#[sqlx::test(migrator = "plimsoll_server::db::MIGRATOR")]
async fn a_line_that_cannot_be_asked_for_is_refused_in_words(db: PgPool) {
    let app = TestApp::new(db).await;
    let (_, builds) = voyage(&app).await;
    let build = format!("builds/{}", builds[0].build.id);
    let mut seen = String::new();
    for query in ["", "without=", "without=main.rs", "without=:4", "without=main.rs:0", "without=main.rs:4"] {
        let answer = app.get(&format!("/api/v1/projects/acme/blinky/{build}/fmt?{query}")).await;
        assert_ne!(answer.headers[header::CACHE_CONTROL], "private, max-age=86400");
        seen += &format!("{query}: {}\n", answer.refusal());
    }
    expect![[r#"
        : 422 without: name lines as FILE:LINE, or say without_all=true
        without=: 422 without: name lines as FILE:LINE, or say without_all=true
        without=main.rs: 422 without: write FILE:LINE, such as src/main.rs:42
        without=:4: 422 without: write FILE:LINE, such as src/main.rs:42
        without=main.rs:0: 422 without: write FILE:LINE, such as src/main.rs:42
        without=main.rs:4: 409 This cannot be told: there is no debug information, so nothing is known about source lines.
    "#]].assert_eq(&seen);
    let path = format!("/acme/blinky/{build}/formatting?without=%3Cscript%3E:4");
    let shown = outline(&app.get(&path).await.expect(StatusCode::OK).text());
    let told: Vec<&str> = shown.lines().skip_while(|it| *it != "## Formatting").take(3).collect();
    expect![[r#"
        ## Formatting
        None is in this image.
        This cannot be told: there is no debug information, so nothing is known about source lines."#]]
    .assert_eq(&told.join("\n"));
}
