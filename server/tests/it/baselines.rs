//! What a build is compared with.

use crate::support::{History, TestApp, TestProject, commit};
use plimsoll_protocol::{BuildAnswer, BuildState, NewBuild};
use plimsoll_server::db::reports;
use plimsoll_server::jobs::worker::work_once;
use sqlx::PgPool;

/// Uploads and measures.
async fn measured(app: &TestApp, project: &TestProject, build: &NewBuild, main_bytes: u64) -> BuildAnswer {
    let stored = app.upload(project, build, &History::elf(3, main_bytes)).await;
    app.work().await;
    app.build(project, stored.build.id).await
}

/// The baseline's commit number and how far it is behind.
fn baseline_of(answer: &BuildAnswer) -> Option<(u32, u32)> {
    let baseline = answer.baseline.as_ref()?;
    Some((u32::from_str_radix(baseline.commit.as_str(), 16).unwrap(), baseline.commits_behind))
}

#[sqlx::test(migrator = "plimsoll_server::db::MIGRATOR")]
async fn a_first_build_has_no_baseline(db: PgPool) {
    let app = TestApp::new(db).await;
    let project = app.project("acme/blinky").await;
    let first = measured(&app, &project, &History::on_main(1), 100).await;
    assert_eq!(baseline_of(&first), None);
    assert!(first.deltas.iter().all(|it| it.delta_bytes.is_none() && it.new_bytes.is_some()));
    assert_eq!(first.compare_url, None);
}

#[sqlx::test(migrator = "plimsoll_server::db::MIGRATOR")]
async fn a_build_is_compared_with_its_parent(db: PgPool) {
    let app = TestApp::new(db).await;
    let project = app.project("acme/blinky").await;
    measured(&app, &project, &History::on_main(1), 100).await;
    let second = measured(&app, &project, &History::on_main(2), 140).await;
    assert_eq!(baseline_of(&second), Some((1, 0)));
    let main = second.symbol_changes.iter().find(|it| it.name == "main").unwrap();
    assert_eq!((main.old_bytes, main.new_bytes, main.delta_bytes), (Some(100), Some(140), 40));
}

#[sqlx::test(migrator = "plimsoll_server::db::MIGRATOR")]
async fn unmeasured_commits_between_are_counted(db: PgPool) {
    let app = TestApp::new(db).await;
    let project = app.project("acme/blinky").await;
    measured(&app, &project, &History::on_main(1), 100).await;
    let fifth = measured(&app, &project, &History::on_main(5), 140).await;
    assert_eq!(baseline_of(&fifth), Some((1, 3)));
}

#[sqlx::test(migrator = "plimsoll_server::db::MIGRATOR")]
async fn a_pull_request_is_compared_with_its_merge_base_not_with_the_tip(db: PgPool) {
    let app = TestApp::new(db).await;
    let project = app.project("acme/blinky").await;
    for number in 1..=4 {
        measured(&app, &project, &History::on_main(number), 100 * u64::from(number)).await;
    }
    let request = measured(&app, &project, &History::of_pull_request(9, 2), 200).await;
    assert_eq!(baseline_of(&request), Some((2, 0)));
    assert!(request.symbol_changes.is_empty(), "{:?}", request.symbol_changes);
}

#[sqlx::test(migrator = "plimsoll_server::db::MIGRATOR")]
async fn another_target_is_no_baseline(db: PgPool) {
    let app = TestApp::new(db).await;
    let project = app.project("acme/blinky").await;
    let other = NewBuild {
        target: plimsoll_protocol::TargetName::parse("bootloader").unwrap(),
        ..History::on_main(1)
    };
    measured(&app, &project, &other, 100).await;
    let second = measured(&app, &project, &History::on_main(2), 100).await;
    assert_eq!(baseline_of(&second), None);
}

#[sqlx::test(migrator = "plimsoll_server::db::MIGRATOR")]
async fn a_dirty_build_is_a_baseline_only_where_no_clean_one_is(db: PgPool) {
    let app = TestApp::new(db).await;
    let project = app.project("acme/blinky").await;
    let dirty = NewBuild { dirty: true, ..History::on_main(2) };
    measured(&app, &project, &dirty, 120).await;
    let third = measured(&app, &project, &History::on_main(3), 130).await;
    assert_eq!(baseline_of(&third), Some((2, 0)));
    measured(&app, &project, &History::on_main(1), 100).await;
    let fourth = NewBuild { ancestry: vec![commit(2), commit(1)], ..History::on_main(4) };
    assert_eq!(baseline_of(&measured(&app, &project, &fourth, 140).await), Some((1, 1)));
}

#[sqlx::test(migrator = "plimsoll_server::db::MIGRATOR")]
async fn a_build_waits_for_a_baseline_that_is_still_in_the_queue(db: PgPool) {
    let app = TestApp::new(db).await;
    let project = app.project("acme/blinky").await;
    let second = app.upload(&project, &History::on_main(2), &History::elf(3, 140)).await;
    app.pass(std::time::Duration::from_secs(1));
    app.upload(&project, &History::on_main(1), &History::elf(3, 100)).await;
    // The second commit's job is older and so the first to be taken; it must not be measured yet.
    assert!(work_once(&app.state).await.unwrap());
    assert_eq!(app.build(&project, second.build.id).await.build.state, BuildState::Queued);
    app.work().await;
    assert_eq!(baseline_of(&app.build(&project, second.build.id).await), Some((1, 0)));
}

#[sqlx::test(migrator = "plimsoll_server::db::MIGRATOR")]
async fn two_builds_that_wait_for_each_other_are_measured_in_the_end(db: PgPool) {
    let app = TestApp::new(db).await;
    let project = app.project("acme/blinky").await;
    let one = NewBuild { ancestry: vec![commit(2)], ..History::on_main(1) };
    let first = app.upload(&project, &one, &History::elf(3, 100)).await;
    let second = app.upload(&project, &History::on_main(2), &History::elf(3, 140)).await;
    app.work().await;
    for build in [first, second] {
        assert_eq!(app.build(&project, build.build.id).await.build.state, BuildState::Measured);
    }
}

#[sqlx::test(migrator = "plimsoll_server::db::MIGRATOR")]
async fn ten_changed_symbols_are_about_ten_rows(db: PgPool) {
    let app = TestApp::new(db).await;
    let project = app.project("acme/blinky").await;
    app.upload(&project, &History::on_main(1), &History::elf(400, 100)).await;
    app.work().await;
    let second = app.upload(&project, &History::on_main(2), &History::elf(410, 100)).await;
    app.work().await;
    let name = plimsoll_protocol::ProjectName::parse("acme/blinky").unwrap();
    let id = plimsoll_server::db::projects::find(&app.state.db, &name).await.unwrap().unwrap().project_id;
    let n_rows = reports::count_changes(&app.state.db, (id, second.build.id), "symbol").await.unwrap();
    // Ten new functions; what lies behind the last one is smaller, and is named after that one.
    assert_eq!(n_rows, 12);
}

#[sqlx::test(migrator = "plimsoll_server::db::MIGRATOR")]
async fn a_symbols_history_is_where_it_changed(db: PgPool) {
    let app = TestApp::new(db).await;
    let project = app.project("acme/blinky").await;
    for (number, main_bytes) in [(1, 100), (2, 100), (3, 160)] {
        measured(&app, &project, &History::on_main(number), main_bytes).await;
    }
    measured(&app, &project, &History::of_pull_request(9, 2), 999).await;
    let history = app.read(&project, "symbols?target=app&name=main").await;
    let sizes: Vec<_> = history
        .as_array()
        .unwrap()
        .iter()
        .map(|it| (it["old_bytes"].as_u64(), it["new_bytes"].as_u64()))
        .collect();
    assert_eq!(sizes, [(None, Some(100)), (Some(100), Some(160))]);
}

#[sqlx::test(migrator = "plimsoll_server::db::MIGRATOR")]
async fn measuring_again_changes_nothing(db: PgPool) {
    let app = TestApp::new(db).await;
    let project = app.project("acme/blinky").await;
    let budgeted = |number| History::with_budget(History::on_main(number), 100);
    measured(&app, &project, &budgeted(1), 100).await;
    let second = measured(&app, &project, &budgeted(2), 140).await;
    let alerts = app.read(&project, "alerts").await;
    let name = plimsoll_protocol::ProjectName::parse("acme/blinky").unwrap();
    let id = plimsoll_server::db::projects::find(&app.state.db, &name).await.unwrap().unwrap().project_id;
    let mut tx = app.state.db.begin().await.unwrap();
    let now = app.state.clock.now();
    plimsoll_server::db::jobs::enqueue(&mut tx, id, second.build.id, now).await.unwrap();
    tx.commit().await.unwrap();
    app.work().await;
    assert_eq!(app.build(&project, second.build.id).await, second);
    assert_eq!(app.read(&project, "alerts").await, alerts);
}

#[sqlx::test(migrator = "plimsoll_server::db::MIGRATOR")]
async fn every_point_of_a_series_leads_to_the_comparison_with_the_one_before(db: PgPool) {
    let app = TestApp::new(db).await;
    let project = app.project("acme/blinky").await;
    let first = measured(&app, &project, &History::on_main(1), 100).await.build.id;
    let second = measured(&app, &project, &History::on_main(2), 140).await.build.id;
    measured(&app, &project, &History::of_pull_request(9, 2), 200).await;
    let series = app.read(&project, "series?target=app").await;
    let points = series["points"].as_array().unwrap();
    assert_eq!(points.len(), 2);
    assert_eq!(points[0]["compare_url"], serde_json::Value::Null);
    assert_eq!(
        points[1]["compare_url"],
        format!("http://plimsoll.test/acme/blinky/compare?old={first}&new={second}")
    );
    assert_eq!(points[1]["regions"][0]["name"], "FLASH");
    assert_eq!(points[1]["regions"][0]["used_bytes"], 8192);
    assert_eq!(points[1]["regions"][0]["length_bytes"], 2048 * 1024);
    let diff = app.read(&project, &format!("compare?old={first}&new={second}")).await;
    assert_eq!(diff["symbols"][0]["delta_bytes"].as_i64().map(i64::abs), Some(40));
}
