//! `PUT …/projects/{owner}/{name}` and what names what.

use crate::support::{Answer, TestApp};
use axum::http::StatusCode;
use expect_test::{Expect, expect};
use serde_json::{Value, json};
use sqlx::PgPool;

#[track_caller]
fn check(answer: &Answer, expected: Expect) {
    expected.assert_eq(&answer.refusal());
}

#[sqlx::test(migrator = "plimsoll_server::db::MIGRATOR")]
async fn a_project_is_made_once_and_changed_after(db: PgPool) {
    let app = TestApp::new(db).await;
    let path = "/api/v1/projects/acme/blinky";
    let body = json!({ "public": true, "description": "Blinks" });
    app.admin("PUT", path, Some(body)).await.expect(StatusCode::CREATED);
    let changed: Value =
        app.admin("PUT", path, Some(json!({ "public": false }))).await.expect(StatusCode::OK).parse();
    assert_eq!((&changed["public"], &changed["description"]), (&json!(false), &json!("Blinks")));
}

#[sqlx::test(migrator = "plimsoll_server::db::MIGRATOR")]
async fn names_and_texts_are_checked(db: PgPool) {
    let app = TestApp::new(db).await;
    check(
        &app.admin("PUT", "/api/v1/projects/acme/%00", Some(json!({}))).await,
        expect![
            "422 project: a project is named `owner/name`, with letters, digits, `.`, `_` and `-`; `acme/�` is not"
        ],
    );
    check(
        &app.admin("PUT", "/api/v1/projects/acme/a", Some(json!({ "description": "a\u{0}b" }))).await,
        expect!["422 description: is not one line of at most 300 characters"],
    );
    check(
        &app.admin("PUT", "/api/v1/projects/acme/a", Some(json!({ "public": "yes" }))).await,
        expect![[
            r#"422 Failed to deserialize the JSON body into the target type: public: invalid type: string "yes", expected a boolean at line 1 column 15"#
        ]],
    );
}

#[sqlx::test(migrator = "plimsoll_server::db::MIGRATOR")]
async fn what_names_nothing_is_refused_before_it_reaches_the_database(db: PgPool) {
    let app = TestApp::new(db).await;
    app.project("acme/blinky").await;
    let mut seen = String::new();
    for rest in [
        "/../x",
        "/acme/%ff",
        "/acme/blinky/builds/abc",
        "/acme/blinky/builds/00000000-0000-0000-0000-000000000000",
        "/acme/blinky/series?target=none",
        "/acme/blinky/symbols?target=app&name=%00",
        "/acme/blinky/nothing",
        "/acme/blinky/builds?branch=%00",
    ] {
        seen += &format!("{}\n", app.get(&format!("/api/v1/projects{rest}")).await.refusal());
    }
    expect![[r#"
        404 There is no such project here.
        404 There is no such project here.
        404 There is no such page here.
        404 There is no such build here.
        404 There is no such target here.
        400 The query contains a NUL character.
        404 There is no such page here.
        400 The query contains a NUL character.
    "#]]
    .assert_eq(&seen);
    check(&app.get("/api/v1/projects/acme/blinky/series").await, expect!["400 The query lacks `target`."]);
    check(
        &app.get("/api/v1/projects/acme/blinky/builds?limit=a%26b&branch=main").await,
        expect![[r#"400 limit must be a whole number, not "a&b""#]],
    );
    check(
        &app.get("/api/v1/projects/acme/blinky/builds?limit=99999999999").await,
        expect![[r#"400 limit must be a smaller whole number, not "99999999999""#]],
    );
    check(
        &app.admin("POST", "/api/v1/projects", None).await,
        expect!["405 This address does not answer to this method."],
    );
}
