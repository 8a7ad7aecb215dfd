//! The OpenAPI document and the routes, in step.

use crate::support::TestApp;
use axum::http::StatusCode;
use expect_test::expect;
use plimsoll_protocol::{ProjectName, paths};
use serde_json::Value;
use sqlx::PgPool;
use uuid::Uuid;

fn document() -> Value {
    serde_json::to_value(plimsoll_server::api::openapi()).unwrap()
}

/// `(METHOD, path, operation)` of every documented route.
fn operations(document: &Value) -> Vec<(String, String, Value)> {
    let paths = document["paths"].as_object().unwrap();
    let of_path = |(path, item): (&String, &Value)| {
        let path = path.clone();
        let item = item.as_object().unwrap().clone();
        item.into_iter()
            .map(move |(method, it)| (method.to_uppercase(), path.clone(), it))
            .collect::<Vec<_>>()
    };
    let mut all: Vec<_> = paths.iter().flat_map(of_path).collect();
    all.sort_by(|a, b| (&a.1, &a.0).cmp(&(&b.1, &b.0)));
    all
}

#[test]
fn these_are_the_routes() {
    let lines: Vec<String> =
        operations(&document()).iter().map(|(method, path, _)| format!("{method} {path}")).collect();
    expect![[r#"
        GET /api/v1/openapi.json
        GET /api/v1/projects
        GET /api/v1/projects/{owner}/{name}
        PUT /api/v1/projects/{owner}/{name}
        GET /api/v1/projects/{owner}/{name}/alerts
        DELETE /api/v1/projects/{owner}/{name}/budgets
        GET /api/v1/projects/{owner}/{name}/budgets
        PUT /api/v1/projects/{owner}/{name}/budgets
        GET /api/v1/projects/{owner}/{name}/builds
        POST /api/v1/projects/{owner}/{name}/builds
        GET /api/v1/projects/{owner}/{name}/builds/{build_id}
        GET /api/v1/projects/{owner}/{name}/builds/{build_id}/elf
        GET /api/v1/projects/{owner}/{name}/builds/{build_id}/fmt
        GET /api/v1/projects/{owner}/{name}/builds/{build_id}/map
        GET /api/v1/projects/{owner}/{name}/builds/{build_id}/report
        GET /api/v1/projects/{owner}/{name}/builds/{build_id}/why
        GET /api/v1/projects/{owner}/{name}/compare
        GET /api/v1/projects/{owner}/{name}/series
        GET /api/v1/projects/{owner}/{name}/symbols
        GET /api/v1/projects/{owner}/{name}/targets
        GET /api/v1/projects/{owner}/{name}/tokens
        POST /api/v1/projects/{owner}/{name}/tokens
        DELETE /api/v1/projects/{owner}/{name}/tokens/{token_id}"#]]
    .assert_eq(&lines.join("\n"));
}

#[test]
fn every_route_says_what_it_answers_and_who_may_ask() {
    for (method, path, operation) in operations(&document()) {
        let responses = operation["responses"].as_object().unwrap();
        assert!(responses.keys().any(|it| it.starts_with('2')), "{method} {path}");
        assert!(operation["summary"].is_string(), "{method} {path}");
        if path == "/api/v1/openapi.json" {
            continue;
        }
        assert!(responses.contains_key("401"), "{method} {path}");
        let is_open = operation["security"].as_array().unwrap().iter().any(|it| *it == serde_json::json!({}));
        assert!(method == "GET" || !is_open, "{method} {path} writes without a token");
    }
}

#[test]
fn every_route_has_a_name_of_its_own() {
    let mut names: Vec<_> =
        operations(&document()).iter().map(|(_, _, it)| it["operationId"].to_string()).collect();
    let n_names = names.len();
    names.sort();
    names.dedup();
    assert_eq!(names.len(), n_names, "{names:?}");
}

#[test]
fn every_reference_leads_somewhere() {
    let document = document();
    let text = document.to_string();
    for reference in text.split("\"$ref\":\"#").skip(1) {
        let pointer = reference.split('"').next().unwrap();
        assert!(document.pointer(pointer).is_some(), "{pointer}");
    }
}

#[test]
fn the_clients_paths_are_documented_routes() {
    let document = document();
    let name = ProjectName::parse("acme/blinky").unwrap();
    let id = Uuid::nil();
    let template =
        |path: String| path.replace("acme/blinky", "{owner}/{name}").replace(&id.to_string(), "{build_id}");
    for (method, path) in [
        ("get", paths::project(&name)),
        ("put", paths::project(&name)),
        ("get", paths::builds(&name)),
        ("post", paths::builds(&name)),
        ("get", paths::build(&name, id)),
    ] {
        let path = template(path);
        assert!(document["paths"][&path][method].is_object(), "{method} {path}");
    }
}

#[sqlx::test(migrator = "plimsoll_server::db::MIGRATOR")]
async fn every_documented_route_is_there(db: PgPool) {
    let app = TestApp::new(db).await;
    for (method, path, _) in operations(&document()) {
        let answer = app.send(&method, &path, None, None).await;
        // `{owner}` is no project, which is another 404 than that of a route that is not there.
        assert_ne!(answer.status, StatusCode::METHOD_NOT_ALLOWED, "{method} {path}");
        assert!(!answer.text().contains("no such page"), "{method} {path}: {}", answer.text());
    }
    let served: Value = app.get("/api/v1/openapi.json").await.expect(StatusCode::OK).parse();
    assert_eq!(served, document());
}
