//! When something breaks: visitors get a sentence, the database loses nothing.

use crate::support::{History, TestApp};
use axum::http::StatusCode;
use plimsoll_server::db;
use sqlx::postgres::{PgConnectOptions, PgPoolOptions};
use sqlx::{Connection as _, Executor as _, PgPool};
use std::future::poll_fn;
use std::task::Poll;

#[sqlx::test(migrator = "plimsoll_server::db::MIGRATOR")]
async fn a_dead_database_is_not_explained_to_visitors(pool: PgPool) {
    let app = TestApp::new(pool).await;
    let project = app.project("acme/blinky").await;
    app.state.db.close().await;
    for path in ["/api/v1/projects", "/api/v1/projects/acme/blinky/builds"] {
        let answer = app.get(path).await;
        assert_eq!(
            answer.refusal(),
            "503 The server cannot reach what it needs at the moment. Please try again soon."
        );
        assert_eq!(answer.headers["retry-after"], "2");
    }
    let answer = app.try_upload(&project, &History::on_main(1), &History::elf(3, 100)).await;
    assert_eq!(answer.status, StatusCode::SERVICE_UNAVAILABLE);
    assert_eq!(app.get("/healthz").await.status, StatusCode::OK);
    assert_eq!(app.get("/readyz").await.status, StatusCode::SERVICE_UNAVAILABLE);
}

#[sqlx::test(migrator = "plimsoll_server::db::MIGRATOR")]
async fn the_cause_of_a_500_stays_inside(pool: PgPool) {
    let app = TestApp::new(pool).await;
    let project = app.project("acme/blinky").await;
    let stored = app.upload(&project, &History::on_main(1), &History::elf(3, 100)).await;
    std::fs::remove_dir_all(app.folder().join("blobs/elf")).unwrap();
    let path = format!("/api/v1/projects/acme/blinky/builds/{}/elf", stored.build.id);
    assert_eq!(
        app.get(&path).await.refusal(),
        "500 Something went wrong on the server. It has been logged; please try again later."
    );
}

#[sqlx::test(migrator = "plimsoll_server::db::MIGRATOR")]
async fn every_answer_carries_the_security_headers(pool: PgPool) {
    let app = TestApp::new(pool).await;
    for path in ["/healthz", "/api/v1/projects", "/api/v1/nothing", "/nothing"] {
        let answer = app.get(path).await;
        let policy = answer.headers["content-security-policy"].to_str().unwrap();
        assert!(policy.starts_with("default-src 'none'; script-src 'self'; style-src 'self';"), "{policy}");
        assert!(!policy.contains("unsafe"), "{policy}");
        assert_eq!(answer.headers["x-content-type-options"], "nosniff");
        assert!(answer.headers.contains_key("x-request-id"));
    }
}

#[sqlx::test(migrator = "plimsoll_server::db::MIGRATOR")]
async fn metrics_count_requests_by_route(pool: PgPool) {
    let app = TestApp::new(pool).await;
    app.get("/metrics").await;
    app.project("acme/blinky").await;
    let text = app.get("/metrics").await.text();
    let line =
        r#"plimsoll_requests_total{method="PUT",route="/api/v1/projects/{owner}/{name}",status="201"}"#;
    assert!(text.contains(line), "{text}");
    assert!(text.contains("plimsoll_jobs_queued "), "{text}");
    assert!(!text.contains("acme"), "paths are without number: {text}");
}

/// sqlx 0.9.0 leaves the transaction of a cancelled `begin` open on a pooled connection. Whoever gets that
/// connection next writes into it, is told that all is well, and loses everything when it closes.
#[sqlx::test(migrations = false)]
async fn no_write_is_lost_after_a_cancelled_begin(_: PgPoolOptions, options: PgConnectOptions) {
    let pool = db::pool_options(1).connect_with(db::connect_options(options.clone())).await.unwrap();
    pool.execute("create table note (id bigint)").await.unwrap();
    let (mut n_cancelled, mut n_written) = (0, 0_i64);
    // Mostly Postgres has not answered yet at the first poll; on a busy machine mostly it has.
    while n_cancelled < 20 && n_written < 5000 {
        let mut connection = pool.acquire().await.unwrap();
        n_cancelled += u32::from(gives_up_after(connection.begin(), 1).await.is_none());
        drop(connection);
        sqlx::query("insert into note values ($1)").bind(n_written).execute(&pool).await.unwrap();
        n_written += 1;
    }
    pool.close().await;
    let fresh = PgPoolOptions::new().connect_with(options).await.unwrap();
    let n_kept: i64 = sqlx::query_scalar("select count(*) from note").fetch_one(&fresh).await.unwrap();
    assert_eq!(n_kept, n_written);
    assert!(n_cancelled > 0);
}

#[sqlx::test(migrator = "plimsoll_server::db::MIGRATOR")]
async fn an_acknowledged_upload_outlives_the_cancelled_ones_around_it(
    _: PgPoolOptions,
    options: PgConnectOptions,
) {
    let pool = db::pool_options(2).connect_with(db::connect_options(options)).await.unwrap();
    let app = TestApp::new(pool).await;
    let project = app.project("acme/blinky").await;
    let elf = History::elf(3, 100);
    let mut acknowledged = Vec::new();
    for number in 1..=30_u32 {
        let impatient = History::on_main(1000 + number);
        // Cancelled at the first point where it waits, at the second, and so on: at every query.
        gives_up_after(app.try_upload(&project, &impatient, &elf), number).await;
        acknowledged.push(app.upload(&project, &History::on_main(number), &elf).await.build.id);
    }
    app.work().await;
    for id in acknowledged {
        assert_eq!(app.build(&project, id).await.build.state, plimsoll_protocol::BuildState::Measured);
    }
}

/// Drops the future after it has been polled so many times.
async fn gives_up_after<F: Future>(future: F, n_polls: u32) -> Option<F::Output> {
    let mut future = std::pin::pin!(future);
    for _ in 0..n_polls {
        let polled = poll_fn(|context| Poll::Ready(future.as_mut().poll(context))).await;
        if let Poll::Ready(output) = polled {
            return Some(output);
        }
        tokio::task::yield_now().await;
    }
    None
}
