//! Why a symbol is in a build, as a page and as JSON.

use super::outline::outline;
use super::{measured, page, voyage};
use crate::support::{History, TestApp, TestProject, elf};
use axum::http::{StatusCode, header};
use expect_test::expect;
use serde_json::Value;
use sqlx::PgPool;

/// A vector table leads to main, main calls `net::used`, which loads the address of a table from its
/// literal pool; `net::dead` and `sd::dead` call each other.
const IMAGE: &str = "
    section .vector_table 0x10000000 8
    section .text 0x10000100 0x40 x
    section .rodata 0x10000200 16
    object __VECTORS 0x10000000 8
    func main 0x10000101 8
    func net::used 0x10000109 8
    func net::dead 0x10000111 8
    func sd::dead 0x10000119 8
    object table 0x10000200 8
    label $t 0x10000100 0 local
    label $d 0x1000010c 0 local
    label $t.1 0x10000110 0 local
    word .vector_table 0 0x20000008
    word .vector_table 4 0x10000101
    half .text 0 0xf000
    half .text 2 0xf802
    half .text 4 0xe7fe
    half .text 8 0x4800
    half .text 10 0x4770
    word .text 12 0x10000200
    half .text 16 0xf000
    half .text 18 0xf802
    half .text 24 0xf7ff
    half .text 26 0xfffa";

async fn graph(app: &TestApp) -> (TestProject, String) {
    let project = app.project("acme/blinky").await;
    let built = measured(app, &project, History::on_main(1), &elf::build(IMAGE)).await;
    (project, format!("builds/{}", built.build.id))
}

#[sqlx::test(migrator = "plimsoll_server::db::MIGRATOR")]
async fn a_symbol_tells_the_way_that_leads_to_it_and_who_keeps_it(db: PgPool) {
    let app = TestApp::new(db).await;
    let (_, build) = graph(&app).await;
    let shown = outline(&page(&app, &format!("/acme/blinky/{build}/why?symbol=table")).await);
    expect![[r#"
         […]
        Ask
        ## table
        Without it, and all that only it leads to 8 B
        Its own bytes 8 B
        The vector table leads here. Its history
        ## The shortest way here
        __VECTORS 0x10000000 · points to the next at 0x10000004
        main 0x10000100 · calls the next at 0x10000100
        net::used 0x10000108 · takes the address of the next at 0x10000108
        table 0x10000200
        ## Kept by 1 place
        if all of these references went, it would go
        | Who refers to it | At |
        | net::used | 0x10000108 |
        ## Every way leads through
        if one of these went, so would it; the nearest first
        net::used
        main
        __VECTORS"#]]
    .assert_eq(shown.split("Why is it here?").nth(1).unwrap());
    let dead = outline(&page(&app, &format!("/acme/blinky/{build}/why?symbol=net::dead")).await);
    assert!(dead.contains("Nothing leads here"), "{dead}");
}

#[sqlx::test(migrator = "plimsoll_server::db::MIGRATOR")]
async fn names_that_fit_none_or_several_symbols_are_told(db: PgPool) {
    let app = TestApp::new(db).await;
    let (_, build) = graph(&app).await;
    let unknown = app.get(&format!("/acme/blinky/{build}/why?symbol=%3Cnobody%3E")).await;
    let unknown = outline(&unknown.expect(StatusCode::NOT_FOUND).text());
    let both = outline(&page(&app, &format!("/acme/blinky/{build}/why?symbol=dead")).await);
    let told = |it: &str| it.split("Ask\n").nth(1).unwrap().to_owned();
    expect![[r#"
        No symbol of this build is called “<nobody>”.
        2 symbols are called “dead”. Which one?
        net::dead@0x10000110
        sd::dead@0x10000118"#]]
    .assert_eq(&(told(&unknown) + "\n" + &told(&both)));
}

#[sqlx::test(migrator = "plimsoll_server::db::MIGRATOR")]
async fn every_reachable_row_of_the_symbols_page_leads_to_its_answer(db: PgPool) {
    let app = TestApp::new(db).await;
    let project = app.project("acme/blinky").await;
    let image = elf::build(&format!("{IMAGE}\n word .rodata 0 0x10000208"));
    let built = measured(&app, &project, History::on_main(1), &image).await;
    let build = format!("builds/{}", built.build.id);
    let report = app.read(&project, &format!("{build}/report")).await;
    let rows = report["symbols"].as_array().unwrap();
    let reachable: Vec<&Value> = rows.iter().filter(|it| it["reachable"] == true).collect();
    assert!(reachable.iter().any(|it| it["mangled"].is_null()), "{reachable:?}");
    let html = page(&app, &format!("/acme/blinky/{build}/symbols")).await;
    let links =
        html.split("href=\"").filter_map(|it| it.split('"').next()).filter(|it| it.contains("/why?symbol="));
    let links: Vec<&str> = links.collect();
    assert_eq!(links.len(), reachable.len(), "{links:?}");
    for link in links {
        assert!(page(&app, link).await.contains("The shortest way here"), "{link}");
    }
}

#[sqlx::test(migrator = "plimsoll_server::db::MIGRATOR")]
async fn the_json_says_the_same_and_may_be_kept(db: PgPool) {
    let app = TestApp::new(db).await;
    let (project, build) = graph(&app).await;
    let path = format!("/api/v1/projects/acme/blinky/{build}/why?symbol=table");
    let answer = app.get(&path).await.expect(StatusCode::OK);
    assert_eq!(answer.headers[header::CACHE_CONTROL], "private, max-age=86400");
    let why: Value = answer.parse();
    let names: Vec<&Value> = why["path"].as_array().unwrap().iter().map(|it| &it["name"]).collect();
    assert_eq!(names.last().unwrap().as_str(), Some("table"));
    assert_eq!(why["kept_by"][0]["name"], "net::used");
    let rest = format!("{build}/report");
    let report = app.read(&project, &rest).await;
    let row = report["symbols"].as_array().unwrap().iter().find(|it| it["name"] == "table").unwrap();
    assert_eq!(row["retained_bytes"], why["retained_bytes"]);
    let refused = |symbol: &'static str| {
        let path = format!("/api/v1/projects/acme/blinky/{build}/why?symbol={symbol}");
        let app = &app;
        async move { app.get(&path).await.refusal() }
    };
    expect![[r#"
        404 There is no such symbol here.
        409 2 symbols fit "dead", for example net::dead@0x10000110, sd::dead@0x10000118."#]]
    .assert_eq(&format!("{}\n{}", refused("nobody").await, refused("dead").await));
}

#[sqlx::test(migrator = "plimsoll_server::db::MIGRATOR")]
async fn a_question_waits_for_its_turn_and_other_pages_do_not(db: PgPool) {
    let app = TestApp::new(db).await;
    let (_, builds) = voyage(&app).await;
    let build = format!("/acme/blinky/builds/{}", builds[0].build.id);
    let turn = app.state.question_permits.clone().acquire_owned().await.unwrap();
    let path = format!("{build}/why?symbol=main");
    let mut asking = Box::pin(app.get(&path));
    tokio::select! {
        biased;
        _ = &mut asking => panic!("answered out of turn"),
        _ = page(&app, &build) => {}
    }
    drop(turn);
    asking.await.expect(StatusCode::OK);
}
