//! Builds that an older version measured, measured anew.

use crate::support::{History, TestApp, TestProject};
use plimsoll_analyzer::report::SCHEMA_VERSION;
use plimsoll_protocol::{BuildAnswer, BuildState};
use plimsoll_server::db;
use plimsoll_server::db::jobs::JobKind;
use plimsoll_server::jobs::worker::LEASE;
use sqlx::PgPool;
use uuid::Uuid;

/// As if an older version had measured all builds, and had been wrong.
async fn age(app: &TestApp) {
    sqlx::query("update report set schema_version = 1").execute(&app.state.db).await.unwrap();
    sqlx::query("update build set flash_bytes = 1 where state = 'measured'")
        .execute(&app.state.db)
        .await
        .unwrap();
}

async fn enqueue(app: &TestApp) -> u64 {
    let mut n_builds = 0;
    for project in db::projects::list(&app.state.db).await.unwrap() {
        let mut tx = app.state.db.begin().await.unwrap();
        let now = app.state.clock.now();
        n_builds +=
            db::jobs::enqueue_outdated(&mut tx, project.project_id, SCHEMA_VERSION, now).await.unwrap();
        tx.commit().await.unwrap();
    }
    n_builds
}

async fn measured(app: &TestApp, project: &TestProject, n_commits: u32) -> Vec<Uuid> {
    let mut builds = Vec::new();
    for idx in 1..=n_commits {
        let stored =
            app.upload(project, &History::on_main(idx), &History::elf(3, 100 * u64::from(idx))).await;
        builds.push(stored.build.id);
    }
    app.work().await;
    builds
}

fn flash(answer: &BuildAnswer) -> u64 {
    answer.build.figures.unwrap().flash_bytes
}

#[sqlx::test(migrator = "plimsoll_server::db::MIGRATOR")]
async fn what_an_older_version_measured_is_put_right(db: PgPool) {
    let app = TestApp::new(db).await;
    let project = app.project("acme/blinky").await;
    let builds = measured(&app, &project, 3).await;
    let before = app.build(&project, builds[2]).await;
    assert_eq!(before.measured_by_schema, Some(SCHEMA_VERSION));
    age(&app).await;
    let aged = app.build(&project, builds[2]).await;
    assert_eq!((aged.measured_by_schema, flash(&aged)), (Some(1), 1));
    assert_eq!(enqueue(&app).await, 3);
    assert_eq!(enqueue(&app).await, 0, "what waits already is not put into the queue again");
    app.work().await;
    assert_eq!(app.build(&project, builds[2]).await, before);
    assert_eq!(enqueue(&app).await, 0, "all are of this version");
}

#[sqlx::test(migrator = "plimsoll_server::db::MIGRATOR")]
async fn a_new_upload_does_not_wait_for_those_that_are_measured_anew(db: PgPool) {
    let app = TestApp::new(db).await;
    let project = app.project("acme/blinky").await;
    measured(&app, &project, 2).await;
    age(&app).await;
    enqueue(&app).await;
    let new = app.upload(&project, &History::on_main(3), &History::elf(3, 300)).await;
    let now = app.state.clock.now();
    let first = db::jobs::claim(&app.state.db, now, now + LEASE).await.unwrap().unwrap();
    assert_eq!((first.kind, first.for_build), (JobKind::Measure, new.build.id));
}

#[sqlx::test(migrator = "plimsoll_server::db::MIGRATOR")]
async fn what_cannot_be_measured_anew_keeps_its_measurement(db: PgPool) {
    let app = TestApp::new(db).await;
    let project = app.project("acme/blinky").await;
    let builds = measured(&app, &project, 1).await;
    age(&app).await;
    // A newer version may refuse what an older one took.
    sqlx::query("update build set memory_text = 'MEMORY {'").execute(&app.state.db).await.unwrap();
    enqueue(&app).await;
    app.work().await;
    let kept = app.build(&project, builds[0]).await;
    assert_eq!((kept.build.state, kept.measured_by_schema), (BuildState::Measured, Some(1)));
    assert_eq!(db::jobs::count(&app.state.db).await.unwrap(), 0, "it is not tried for ever");
}
