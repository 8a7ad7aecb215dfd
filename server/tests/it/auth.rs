//! Who may do what, and what the others are told.

use crate::support::{Answer, History, TestApp, TestProject};
use axum::body::Body;
use axum::http::{Method, Request, StatusCode, header};
use axum_extra::extract::cookie::Cookie;
use plimsoll_protocol::TokenSummary;
use plimsoll_server::auth::{Viewer, identify, open_session};
use serde_json::{Value, json};
use sqlx::PgPool;
use std::time::Duration;

const SECRET: &str = "/api/v1/projects/acme/secret";

async fn get_with_cookie(app: &TestApp, path: &str, cookie: &Cookie<'_>) -> Answer {
    let sent = format!("{}={}", cookie.name(), cookie.value());
    app.request(Request::get(path).header(header::COOKIE, sent).body(Body::empty()).unwrap()).await
}

async fn private_project(app: &TestApp) -> TestProject {
    app.project_with("acme/secret", json!({ "public": false })).await
}

/// Revokes all tokens of the project.
async fn revoke(app: &TestApp, project: &TestProject) {
    let path = format!("/api/v1/projects/{}/tokens", project.name);
    let tokens: Vec<TokenSummary> = app.admin("GET", &path, None).await.parse();
    for token in tokens {
        app.admin("DELETE", &format!("{path}/{}", token.id), None).await.expect(StatusCode::NO_CONTENT);
    }
}

#[sqlx::test(migrator = "plimsoll_server::db::MIGRATOR")]
async fn a_private_project_is_to_others_as_if_it_were_not_there(db: PgPool) {
    let app = TestApp::new(db).await;
    private_project(&app).await;
    let other = app.project("acme/other").await;
    for rest in ["", "/builds", "/targets", "/alerts", "/budgets?target=app", "/series?target=app"] {
        let unknown = format!("/api/v1/projects/acme/unknown{rest}");
        for token in [None, Some(other.token.as_str())] {
            let hidden = app.send("GET", &format!("{SECRET}{rest}"), token, None).await;
            let missing = app.send("GET", &unknown, token, None).await;
            assert_eq!((hidden.status, &hidden.body), (missing.status, &missing.body));
            assert_eq!(hidden.status, StatusCode::NOT_FOUND);
        }
    }
    let listed: Value = app.get("/api/v1/projects").await.parse();
    assert_eq!(listed.as_array().unwrap().len(), 1, "{listed}");
}

#[sqlx::test(migrator = "plimsoll_server::db::MIGRATOR")]
async fn a_token_opens_its_own_private_project(db: PgPool) {
    let app = TestApp::new(db).await;
    let project = private_project(&app).await;
    app.send("GET", SECRET, Some(&project.token), None).await.expect(StatusCode::OK);
    let listed = app.send("GET", "/api/v1/projects", Some(&project.token), None).await;
    assert_eq!(listed.parse::<Value>().as_array().unwrap().len(), 1);
}

#[sqlx::test(migrator = "plimsoll_server::db::MIGRATOR")]
async fn an_upload_needs_a_good_token_of_the_project(db: PgPool) {
    let app = TestApp::new(db).await;
    let project = app.project("acme/blinky").await;
    let other = app.project("acme/other").await;
    let hidden = private_project(&app).await;
    let with = |name: &TestProject, token: &str| TestProject { name: name.name.clone(), token: token.into() };
    let unknown = TestProject { name: "acme/unknown".into(), token: project.token.clone() };
    let mut changed = project.token.clone();
    let last = changed.pop().unwrap();
    changed.push(if last == 'A' { 'E' } else { 'A' });
    let mut seen = String::new();
    for attempt in [
        with(&project, "nonsense"),
        with(&project, &changed),
        with(&project, &other.token),
        with(&hidden, &other.token),
        unknown,
    ] {
        let answer = app.try_upload(&attempt, &History::on_main(1), &History::elf(3, 100)).await;
        seen += &format!("{}\n", answer.refusal());
    }
    revoke(&app, &project).await;
    let answer = app.try_upload(&project, &History::on_main(1), &History::elf(3, 100)).await;
    seen += &answer.refusal();
    expect_test::expect![[r#"
        401 The token is not valid here.
        401 The token is not valid here.
        403 The token is not one of acme/blinky.
        404 There is no such project here.
        404 There is no such project here.
        401 The token has been revoked."#]]
    .assert_eq(&seen);
    let answer = app.send("POST", "/api/v1/projects/acme/blinky/builds", None, None).await;
    assert_eq!(answer.status, StatusCode::UNAUTHORIZED);
    assert_eq!(answer.headers["www-authenticate"], "Bearer");
}

#[sqlx::test(migrator = "plimsoll_server::db::MIGRATOR")]
async fn only_the_administrator_makes_projects_and_tokens(db: PgPool) {
    let app = TestApp::new(db).await;
    let project = app.project("acme/blinky").await;
    let own = "/api/v1/projects/acme/blinky";
    for (method, path, body) in [
        ("PUT", own.to_owned(), json!({ "public": false })),
        ("PUT", "/api/v1/projects/acme/new".to_owned(), json!({})),
        ("POST", format!("{own}/tokens"), json!({ "label": "more" })),
    ] {
        let holder = app.send(method, &path, Some(&project.token), Some(body.clone())).await;
        assert_eq!(holder.status, StatusCode::FORBIDDEN, "{method} {path}");
        let nobody = app.send(method, &path, None, Some(body)).await;
        assert_eq!(nobody.status, StatusCode::UNAUTHORIZED, "{method} {path}");
    }
    let budget = json!({ "target": "app", "subject": "total", "limit_bytes": 1 });
    let nobody = app.send("PUT", &format!("{own}/budgets"), None, Some(budget)).await;
    assert_eq!(nobody.status, StatusCode::UNAUTHORIZED);
}

#[sqlx::test(migrator = "plimsoll_server::db::MIGRATOR")]
async fn a_tokens_text_is_shown_once_and_kept_nowhere(db: PgPool) {
    let app = TestApp::new(db).await;
    let project = app.project("acme/blinky").await;
    assert!(project.token.starts_with("plim_"));
    let listed = app.admin("GET", "/api/v1/projects/acme/blinky/tokens", None).await;
    assert!(!listed.text().contains(&project.token));
    let stored: Vec<Vec<u8>> =
        sqlx::query_scalar("select token_sha256 from upload_token").fetch_all(&app.state.db).await.unwrap();
    assert_eq!(stored.len(), 1);
    assert_eq!(stored[0].len(), 32);
}

#[sqlx::test(migrator = "plimsoll_server::db::MIGRATOR")]
async fn a_session_reads_what_its_token_reads_until_the_token_is_revoked(db: PgPool) {
    let app = TestApp::new(db).await;
    let project = private_project(&app).await;
    let viewer = identify(&app.state, &project.token).await.unwrap();
    let cookie = open_session(&app.state, viewer).await.unwrap();
    assert_eq!(cookie.http_only(), Some(true));
    get_with_cookie(&app, SECRET, &cookie).await.expect(StatusCode::OK);
    revoke(&app, &project).await;
    get_with_cookie(&app, SECRET, &cookie).await.expect(StatusCode::NOT_FOUND);
}

#[sqlx::test(migrator = "plimsoll_server::db::MIGRATOR")]
async fn a_session_ends_by_itself(db: PgPool) {
    let app = TestApp::new(db).await;
    private_project(&app).await;
    let cookie = open_session(&app.state, Viewer::Admin).await.unwrap();
    app.pass(Duration::from_secs(13 * 24 * 3600));
    get_with_cookie(&app, SECRET, &cookie).await.expect(StatusCode::OK);
    app.pass(Duration::from_secs(2 * 24 * 3600));
    get_with_cookie(&app, SECRET, &cookie).await.expect(StatusCode::NOT_FOUND);
}

#[sqlx::test(migrator = "plimsoll_server::db::MIGRATOR")]
async fn behind_https_the_cookie_is_bound_to_the_host(db: PgPool) {
    let app = TestApp::at("https://plimsoll.test", db).await;
    let cookie = open_session(&app.state, Viewer::Admin).await.unwrap();
    assert_eq!((cookie.name(), cookie.secure(), cookie.path()), ("__Host-plimsoll", Some(true), Some("/")));
}

#[sqlx::test(migrator = "plimsoll_server::db::MIGRATOR")]
async fn what_another_sites_page_makes_a_browser_send_is_refused(db: PgPool) {
    let app = TestApp::new(db).await;
    private_project(&app).await;
    let cookie = open_session(&app.state, Viewer::Admin).await.unwrap();
    let send = |site: &'static str| {
        let request = Request::builder()
            .method(Method::PUT)
            .uri(SECRET)
            .header(header::COOKIE, format!("{}={}", cookie.name(), cookie.value()))
            .header(header::CONTENT_TYPE, "application/json")
            .header("sec-fetch-site", site)
            .body(Body::from("{}"));
        app.request(request.unwrap())
    };
    let answer = send("cross-site").await.expect(StatusCode::FORBIDDEN);
    assert_eq!(answer.refusal(), "403 The request comes from another site, so it was not carried out.");
    send("same-origin").await.expect(StatusCode::OK);
}

#[sqlx::test(migrator = "plimsoll_server::db::MIGRATOR")]
async fn guessing_tokens_is_slowed_down_per_client(db: PgPool) {
    let app = TestApp::new(db).await;
    let attempt = |client: &str| app.state.login_limit.check(client.parse().unwrap());
    for _ in 0..10 {
        attempt("192.0.2.1").unwrap();
    }
    attempt("192.0.2.1").unwrap_err();
    attempt("192.0.2.2").unwrap();
}
