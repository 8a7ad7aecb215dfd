//! What the administrator does on pages, by forms alone.

use super::{outline::outline, page, voyage};
use crate::support::{Answer, TestApp};
use axum::body::Body;
use axum::http::{Request, StatusCode, header};
use expect_test::expect;
use sqlx::PgPool;

const ADMIN: &str = "Bearer plimadm_the-administrator-of-the-tests";

/// Sends a form as a browser does.
async fn post(app: &TestApp, path: &str, form: &str, token: Option<&str>) -> Answer {
    let mut request = Request::post(path)
        .header(header::CONTENT_TYPE, "application/x-www-form-urlencoded")
        .header("sec-fetch-site", "same-origin");
    if let Some(token) = token {
        request = request.header(header::AUTHORIZATION, token);
    }
    app.request(request.body(Body::from(form.to_owned())).unwrap()).await
}

/// The first line of a page that says what was wrong.
fn alert(answer: &Answer) -> String {
    let html = answer.text();
    let alert = html.split("role=\"alert\">").nth(1).and_then(|it| it.split('<').next());
    format!("{} {}", answer.status.as_u16(), super::decode(alert.unwrap_or("–")))
}

#[sqlx::test(migrator = "plimsoll_server::db::MIGRATOR")]
async fn a_project_is_made_with_a_form(db: PgPool) {
    let app = TestApp::new(db).await;
    let form = "project=acme%2Frocket&description=Flies.&default_branch=trunk&visibility=public";
    let made = post(&app, "/new", form, Some(ADMIN)).await.expect(StatusCode::SEE_OTHER);
    assert_eq!(made.headers[header::LOCATION], "/acme/rocket/settings");
    assert!(outline(&page(&app, "/acme/rocket").await).contains("Flies."));

    let again = post(&app, "/new", form, Some(ADMIN)).await;
    let bad = post(&app, "/new", "project=rocket&default_branch=main", Some(ADMIN)).await;
    let unnamed = post(&app, "/new", "default_branch=main", Some(ADMIN)).await;
    let told = format!("{}\n{}\n{}", alert(&again), alert(&bad), alert(&unnamed));
    expect![[r#"
        409 There is a project acme/rocket already.
        422 name: a project is named `owner/name`, with letters, digits, `.`, `_` and `-`; `rocket` is not
        422 name: it is missing; write `owner/name`, as the repository is called"#]]
    .assert_eq(&told);
    post(&app, "/new", form, None).await.expect(StatusCode::UNAUTHORIZED);
}

#[sqlx::test(migrator = "plimsoll_server::db::MIGRATOR")]
async fn a_budget_is_set_and_removed_on_the_page(db: PgPool) {
    let app = TestApp::new(db).await;
    let (project, _) = voyage(&app).await;
    let settings = app.admin("GET", "/acme/blinky/settings", None).await.text();
    let target = settings.split("name=\"target\" value=\"").nth(1).unwrap().split('"').next().unwrap();
    let path = "/acme/blinky/settings/budgets";
    let set = format!("target={target}&subject=RAM&limit=1K");
    post(&app, path, &set, Some(&format!("Bearer {}", project.token))).await.expect(StatusCode::FORBIDDEN);
    post(&app, path, &set, Some(ADMIN)).await.expect(StatusCode::SEE_OTHER);
    assert!(outline(&page(&app, "/acme/blinky").await).contains("960 B below the line"));

    let tight = format!("target={target}&subject=RAM&limit=63");
    post(&app, path, &tight, Some(ADMIN)).await.expect(StatusCode::SEE_OTHER);
    assert!(outline(&page(&app, "/acme/blinky").await).contains("RAM of app : 1 B over the line"));

    let bad = post(&app, path, &format!("target={target}&subject=RAM&limit=lots"), Some(ADMIN)).await;
    assert_eq!(
        alert(&bad),
        "422 limit: `lots` is not a number of bytes: write for example 16384, 16K, 16 KiB or 0x4000"
    );
    post(&app, path, &format!("{set}&remove=yes"), Some(ADMIN)).await.expect(StatusCode::SEE_OTHER);
    assert!(!outline(&page(&app, "/acme/blinky").await).contains("960 B below the line"));
}

#[sqlx::test(migrator = "plimsoll_server::db::MIGRATOR")]
async fn a_token_is_shown_once_and_not_kept_by_browsers(db: PgPool) {
    let app = TestApp::new(db).await;
    app.project("acme/blinky").await;
    let made = post(&app, "/acme/blinky/settings/tokens", "label=Nightly", Some(ADMIN)).await;
    let made = made.expect(StatusCode::OK);
    assert_eq!(made.headers[header::CACHE_CONTROL], "no-store");
    let token = made.text().split("class=\"token\">").nth(1).unwrap().split('<').next().unwrap().to_owned();
    assert!(token.starts_with("plim_"), "{token}");
    assert!(!app.admin("GET", "/acme/blinky/settings", None).await.text().contains(&token));
}

#[sqlx::test(migrator = "plimsoll_server::db::MIGRATOR")]
async fn a_wrong_token_shows_the_form_again(db: PgPool) {
    let app = TestApp::new(db).await;
    let answer = post(&app, "/login", "token=wrong&next=%2Facme", None).await;
    assert_eq!(alert(&answer), "401 The token is not valid here.");
    assert!(answer.text().contains("name=\"next\" value=\"/acme\""));
    assert_eq!(answer.headers[header::CACHE_CONTROL], "no-store");
}
