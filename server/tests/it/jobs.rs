//! The queue: each job once, whatever happens to those who work on it.

use crate::support::{History, TestApp};
use plimsoll_protocol::BuildState;
use plimsoll_server::db::jobs::{self, LeasedJob};
use plimsoll_server::domain::Recipe;
use plimsoll_server::domain::build::StoredFile;
use plimsoll_server::jobs::analyze::{Hopeless, analyze};
use plimsoll_server::jobs::files::{PackedFile, PackedFiles};
use plimsoll_server::jobs::measure::{Outcome, measure};
use plimsoll_server::jobs::worker::{LEASE, MAX_FAILURES};
use sqlx::PgPool;
use std::collections::BTreeSet;
use uuid::Uuid;

async fn claim(app: &TestApp) -> Option<LeasedJob> {
    let now = app.state.clock.now();
    jobs::claim(&app.state.db, now, now + LEASE).await.unwrap()
}

#[sqlx::test(migrator = "plimsoll_server::db::MIGRATOR")]
async fn eight_workers_do_each_job_once(db: PgPool) {
    let app = TestApp::new(db).await;
    let builds: Vec<Uuid> = (0..400).map(|_| Uuid::now_v7()).collect();
    let mut tx = app.state.db.begin().await.unwrap();
    for build_id in &builds {
        jobs::enqueue(&mut tx, Uuid::nil(), *build_id, app.state.clock.now()).await.unwrap();
    }
    tx.commit().await.unwrap();
    let workers = (0..8).map(|_| async {
        let mut done = Vec::new();
        while let Some(job) = claim(&app).await {
            let mut tx = app.state.db.begin().await.unwrap();
            assert!(jobs::delete(&mut tx, &job).await.unwrap());
            tx.commit().await.unwrap();
            done.push(job.for_build);
        }
        done
    });
    let done: Vec<Uuid> = futures_util::future::join_all(workers).await.concat();
    assert_eq!(done.len(), builds.len());
    assert_eq!(BTreeSet::from_iter(done), BTreeSet::from_iter(builds));
}

#[sqlx::test(migrator = "plimsoll_server::db::MIGRATOR")]
async fn a_leased_job_is_nobody_elses_until_the_lease_ends(db: PgPool) {
    let app = TestApp::new(db).await;
    let project = app.project("acme/blinky").await;
    app.upload(&project, &History::on_main(1), &History::elf(3, 100)).await;
    let first = claim(&app).await.unwrap();
    assert_eq!(claim(&app).await, None);
    app.pass(LEASE);
    let second = claim(&app).await.unwrap();
    assert_eq!((second.job_id, second.attempt), (first.job_id, first.attempt + 1));
}

#[sqlx::test(migrator = "plimsoll_server::db::MIGRATOR")]
async fn a_worker_that_lost_its_lease_writes_nothing(db: PgPool) {
    let app = TestApp::new(db).await;
    let project = app.project("acme/blinky").await;
    let stored = app.upload(&project, &History::on_main(1), &History::elf(3, 100)).await;
    let slow = claim(&app).await.unwrap();
    app.pass(LEASE);
    let quick = claim(&app).await.unwrap();
    assert!(!jobs::set_lease(&app.state.db, &slow, app.state.clock.now() + LEASE).await.unwrap());
    assert_eq!(measure(&app.state, &slow).await.unwrap(), Outcome::Lost);
    assert_eq!(app.build(&project, stored.build.id).await.build.state, BuildState::Queued);
    assert_eq!(measure(&app.state, &quick).await.unwrap(), Outcome::Measured);
    assert_eq!(app.build(&project, stored.build.id).await.build.state, BuildState::Measured);
}

#[sqlx::test(migrator = "plimsoll_server::db::MIGRATOR")]
async fn a_build_that_cannot_be_measured_says_so_and_is_tried_again_when_it_is_sent_again(db: PgPool) {
    let app = TestApp::new(db).await;
    let project = app.project("acme/blinky").await;
    let elf = History::elf(3, 100);
    let stored = app.upload(&project, &History::on_main(1), &elf).await;
    std::fs::remove_dir_all(app.folder().join("blobs/elf")).unwrap();
    app.work().await;
    let failed = app.build(&project, stored.build.id).await.build;
    assert_eq!(failed.state, BuildState::Failed);
    let failure = failed.failure.unwrap();
    assert!(failure.contains(&format!("tried {MAX_FAILURES} times")), "{failure}");
    assert!(!failure.contains("No such file"), "the cause is for the log: {failure}");
    app.upload(&project, &History::on_main(1), &elf).await;
    app.work().await;
    assert_eq!(app.build(&project, stored.build.id).await.build.state, BuildState::Measured);
}

#[test]
fn what_the_analyzer_refuses_is_hopeless_and_says_why() {
    let elf = b"not an ELF";
    let recipe = Recipe {
        project_id: Uuid::nil(),
        build_id: Uuid::nil(),
        target_id: Uuid::nil(),
        commit: String::new(),
        ancestry: Vec::new(),
        committed_at: time::OffsetDateTime::UNIX_EPOCH,
        is_mainline: false,
        memory_text: None,
        budgets: Vec::new(),
        elf: StoredFile { sha256: Vec::new(), n_bytes: elf.len() as u64 },
        map: None,
        link_failure: None,
    };
    let zstd = zstd::encode_all(elf.as_slice(), 3).unwrap();
    let elf = PackedFile { zstd, n_bytes: elf.len() as u64 };
    let packed = PackedFiles { elf, map: None };
    let Hopeless(why) = analyze(&recipe, &packed, None).unwrap().unwrap_err();
    assert_eq!(
        why,
        "The ELF file cannot be analysed: file header: not an ELF file: it does not start with 7f 45 4c 46."
    );
}
