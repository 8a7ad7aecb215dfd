//! What was acknowledged is kept, whoever dies or gives up in between.

use crate::process::{Running, program};
use futures_util::poll;
use plimsoll_server::db;
use sqlx::postgres::PgConnectOptions;
use sqlx::{Connection, PgPool};
use std::pin::pin;
use std::str::FromStr;

/// A pool as the server opens it, but with a single connection, so that who comes next gets just that.
async fn pool_of_one(url: &str) -> PgPool {
    let options = db::connect_options(PgConnectOptions::from_str(url).unwrap());
    db::pool_options(1).connect_with(options).await.unwrap()
}

/// As when a client goes away, or a time-out strikes, while the handler waits for `begin`.
async fn cancel_a_begin(pool: &PgPool) {
    let mut connection = pool.acquire().await.unwrap();
    let beginning = pin!(connection.begin());
    assert!(poll!(beginning).is_pending(), "it must be cancelled before the answer is read");
}

/// launchbadge/sqlx#4385: without the rollback of connections that come back (`db::pool_options`), all
/// twenty inserts are acknowledged, and each is gone with the next request that rolls back.
#[tokio::test]
async fn no_acknowledged_write_is_lost_after_a_cancelled_begin() {
    let data = tempfile::tempdir().unwrap();
    let mut postgres = Running::start(program(data.path()).arg("postgres"));
    let url = format!("postgres://{}", postgres.announced("postgres://"));
    let pool = pool_of_one(&url).await;
    sqlx::query("create table kept (number integer not null)").execute(&pool).await.unwrap();
    for number in 0..20 {
        cancel_a_begin(&pool).await;
        sqlx::query("insert into kept (number) values ($1)").bind(number).execute(&pool).await.unwrap();
        pool.begin().await.unwrap().rollback().await.unwrap();
    }
    let kept: i64 = sqlx::query_scalar("select count(*) from kept").fetch_one(&pool).await.unwrap();
    assert_eq!(kept, 20);
}
