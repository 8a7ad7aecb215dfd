//! What was acknowledged is kept, whoever dies or gives up in between.

use crate::live::{Server, Uploader, description, problem};
use crate::process::{SmallDisk, children_of, eventually, is_running, postmaster, program, run};
use plimsoll_protocol::{BuildAnswer, BuildState};
use reqwest::StatusCode;
use reqwest::multipart::{Form, Part};
use rustix::process::{Pid, Signal, kill_process};
use sqlx::postgres::PgConnectOptions;
use sqlx::{Connection, Executor, PgConnection};
use std::collections::BTreeSet;
use std::path::{Path, PathBuf};
use std::str::FromStr;
use std::sync::atomic::Ordering::Relaxed;
use std::sync::atomic::{AtomicBool, AtomicU32};
use std::sync::{Arc, Mutex};
use std::time::Duration;
use tokio::task::JoinSet;
use uuid::Uuid;

/// A connection to the private Postgres of a running server.
async fn back_door(data: &Path) -> PgConnection {
    let (_, url) = run(program(data).args(["postgres", "--", "printenv", "DATABASE_URL"]));
    PgConnection::connect_with(&PgConnectOptions::from_str(url.trim()).unwrap()).await.unwrap()
}

#[tokio::test]
async fn builds_acknowledged_before_a_kill_are_measured_after_it() {
    let data = tempfile::tempdir().unwrap();
    let mut server = Server::start_with(data.path(), &["--workers", "1"]).with_project().await;
    // Nobody can store a report now, so no analysis ends before the server does.
    let mut back_door = back_door(data.path()).await;
    back_door.execute("begin; lock table report in share mode").await.unwrap();
    let mut acknowledged = Vec::new();
    for number in 0..4 {
        acknowledged.push(server.client.upload(number).await.build.id);
    }
    assert_eq!(server.client.build(acknowledged[0]).await.build.state, BuildState::Queued);
    server.running.kill();

    let server = Server::start(data.path());
    for (number, build_id) in acknowledged.into_iter().enumerate() {
        server.client.measured(build_id).await;
        let report = server.client.report(build_id).await;
        assert_eq!(report["symbols"][0]["linked_from"], format!(".text of handle_{number}.o"));
    }
}

#[tokio::test]
async fn every_acknowledged_upload_of_a_burst_is_there_after_a_kill() {
    let data = tempfile::tempdir().unwrap();
    let mut server = Server::start(data.path()).with_project().await;
    let mut burst = start_burst(&server.client, 60);
    let mut acknowledged = Vec::new();
    while acknowledged.len() < 20 {
        acknowledged.extend(burst.join_next().await.unwrap().unwrap());
    }
    server.running.kill();
    while let Some(answered) = burst.join_next().await {
        acknowledged.extend(answered.unwrap());
    }
    let server = Server::start(data.path());
    for build_id in &acknowledged {
        server.client.measured(*build_id).await;
    }
    let distinct: BTreeSet<Uuid> = acknowledged.iter().copied().collect();
    assert_eq!(distinct.len(), acknowledged.len(), "each upload is a build of its own");
}

/// Many uploads at once; each yields its build if it was acknowledged.
fn start_burst(client: &Uploader, n_uploads: u32) -> JoinSet<Option<Uuid>> {
    let mut burst = JoinSet::new();
    for number in 0..n_uploads {
        let client = client.clone();
        burst.spawn(async move {
            let response = client.try_upload(number).await.ok()?.error_for_status().ok()?;
            let answer: BuildAnswer = response.json().await.ok()?;
            Some(answer.build.id)
        });
    }
    burst
}

#[tokio::test]
async fn identical_uploads_at_once_are_one_build() {
    let data = tempfile::tempdir().unwrap();
    let server = Server::start(data.path()).with_project().await;
    let mut uploads = JoinSet::new();
    for _ in 0..8 {
        let client = server.client.clone();
        uploads.spawn(async move { client.upload(7).await });
    }
    let answers = uploads.join_all().await;
    let builds: BTreeSet<Uuid> = answers.iter().map(|it| it.build.id).collect();
    assert_eq!(builds.len(), 1);
    assert_eq!(answers.iter().filter(|it| it.created).count(), 1, "one of them made it");
    assert_eq!(server.client.n_builds().await, 1);
}

#[tokio::test]
async fn a_killed_postgres_fails_requests_cleanly_and_then_they_work_again() {
    let data = tempfile::tempdir().unwrap();
    let server = Server::start(data.path()).with_project().await;
    let load = Arc::new(Load::default());
    let mut uploaders = JoinSet::new();
    for uploader in 0..8 {
        uploaders.spawn(keep_uploading(server.client.clone(), uploader * 10_000, Arc::clone(&load)));
    }
    // Most requests only wait for the new Postgres; one whose query is under way has to fail.
    for _ in 0..20 {
        load.wait_for_more_acknowledged().await;
        kill_postmaster(data.path());
        load.wait_for_more_acknowledged().await;
        if load.has_refused() {
            break;
        }
    }
    load.is_over.store(true, Relaxed);
    let acknowledged: Vec<Uuid> = uploaders.join_all().await.concat();
    assert!(load.has_refused(), "Postgres was killed and nobody noticed");
    for build_id in acknowledged {
        server.client.build(build_id).await;
    }
}

fn kill_postmaster(data: &Path) {
    let killed = postmaster(data).unwrap();
    kill_process(killed, Signal::KILL).unwrap();
    eventually("the killed postmaster is gone", || !is_running(killed));
}

/// As when its disk stalls or the network to it is cut: connections stand and nothing comes.
#[tokio::test]
async fn a_postgres_that_stops_answering_keeps_nobody_waiting_for_ever() {
    let data = tempfile::tempdir().unwrap();
    let server = Server::start(data.path()).with_project().await;
    let load = Arc::new(Load::default());
    let mut uploaders = JoinSet::new();
    for uploader in 0..8 {
        uploaders.spawn(keep_uploading(server.client.clone(), uploader * 10_000, Arc::clone(&load)));
    }
    load.wait_for_more_acknowledged().await;
    let frozen = Frozen::freeze(postgres_processes(data.path()));
    // The client's own time-out fails the test if one of these requests hangs.
    load.wait_until_all_were_refused(8).await;
    drop(frozen);
    load.wait_for_more_acknowledged().await;
    load.is_over.store(true, Relaxed);
    for build_id in uploaders.join_all().await.concat() {
        server.client.build(build_id).await;
    }
}

/// Stopped processes, which go on when this is dropped, also by a test that fails.
struct Frozen(Vec<Pid>);

impl Frozen {
    fn freeze(processes: Vec<Pid>) -> Self {
        processes.iter().for_each(|&it| kill_process(it, Signal::STOP).unwrap());
        Self(processes)
    }
}

impl Drop for Frozen {
    fn drop(&mut self) {
        for &process in &self.0 {
            kill_process(process, Signal::CONT).ok();
        }
    }
}

/// The postmaster and its children.
fn postgres_processes(data: &Path) -> Vec<Pid> {
    let postmaster = postmaster(data).unwrap();
    children_of(postmaster).into_iter().chain([postmaster]).collect()
}

/// A disk that fills up behind the server's back, and has room again.
#[tokio::test]
async fn a_disk_that_fills_up_refuses_uploads_until_there_is_room() {
    let Some(disk) = SmallDisk::mount("160m") else {
        eprintln!("skipped: this user may not mount a small disk");
        return;
    };
    let data = disk.folder.path().join("data");
    let mut server = Server::start(&data).with_project().await;
    let before = server.client.upload(1).await.build.id;
    let ballast = fill(disk.folder.path());
    let response = server.client.try_upload(2).await.unwrap();
    let refusal = problem(response).await;
    assert_eq!(refusal.status, StatusCode::INSUFFICIENT_STORAGE, "{refusal:?}");
    assert!(refusal.detail.contains("disk is full"), "{refusal:?}");

    std::fs::remove_file(ballast).unwrap();
    let after = server.client.upload(2).await.build.id;
    server.client.measured(before).await;
    server.client.measured(after).await;
    assert!(server.running.stop().success());
}

/// Takes all the room that is left; the file to remove afterwards.
fn fill(folder: &Path) -> PathBuf {
    let path = folder.join("ballast");
    let mut file = std::fs::File::create(&path).unwrap();
    let full = std::io::copy(&mut std::io::repeat(7), &mut file).unwrap_err();
    assert_eq!(full.kind(), std::io::ErrorKind::StorageFull);
    path
}

#[derive(Debug, Default)]
struct Load {
    n_acknowledged: AtomicU32,
    /// By the number of the uploader's first build.
    refused: Mutex<BTreeSet<u32>>,
    is_over: AtomicBool,
}

impl Load {
    fn has_refused(&self) -> bool {
        !self.refused.lock().unwrap().is_empty()
    }

    async fn wait_for_more_acknowledged(&self) {
        let enough = self.n_acknowledged.load(Relaxed) + 16;
        for _ in 0..6000 {
            if self.n_acknowledged.load(Relaxed) >= enough {
                return;
            }
            tokio::time::sleep(Duration::from_millis(10)).await;
        }
        panic!("uploads are not acknowledged any more");
    }

    /// Until each has got its answer.
    async fn wait_until_all_were_refused(&self, n_uploaders: usize) {
        for _ in 0..12_000 {
            if self.refused.lock().unwrap().len() >= n_uploaders {
                return;
            }
            tokio::time::sleep(Duration::from_millis(10)).await;
        }
        panic!("some uploads are neither acknowledged nor refused");
    }
}

/// Uploads on and on. A refusal is a 503 that names a time to come back; a client that hangs or loses
/// its connection fails the test.
async fn keep_uploading(client: Uploader, first: u32, load: Arc<Load>) -> Vec<Uuid> {
    let mut acknowledged = Vec::new();
    for number in first.. {
        if load.is_over.load(Relaxed) {
            break;
        }
        let response = client.try_upload(number).await.unwrap();
        if response.status().is_success() {
            let answer: BuildAnswer = response.json().await.unwrap();
            acknowledged.push(answer.build.id);
            load.n_acknowledged.fetch_add(1, Relaxed);
        } else {
            assert_eq!(response.status(), StatusCode::SERVICE_UNAVAILABLE, "{:?}", response.text().await);
            assert!(response.headers().contains_key("retry-after"));
            load.refused.lock().unwrap().insert(first);
        }
    }
    acknowledged
}

#[tokio::test]
async fn ctrl_c_lets_an_upload_finish_and_takes_postgres_along() {
    let data = tempfile::tempdir().unwrap();
    let mut server = Server::start(data.path()).with_project().await;
    let (send, receive) = tokio::sync::mpsc::channel::<std::io::Result<Vec<u8>>>(1);
    let body =
        futures_util::stream::unfold(receive, |mut it| async { it.recv().await.map(|chunk| (chunk, it)) });
    let form = Form::new().text("build", description(1).to_string());
    let form = form.part("elf", Part::stream(reqwest::Body::wrap_stream(body)));
    let upload = tokio::spawn(server.client.request().multipart(form).send());

    let elf = crate::elf::firmware(1, 64 * 1024);
    let (first, rest) = elf.split_at(elf.len() / 2);
    send.send(Ok(first.to_vec())).await.unwrap();
    // The channel has room for one: when the second is taken, the first is on its way.
    send.send(Ok(Vec::new())).await.unwrap();
    server.running.signal(Signal::INT);
    send.send(Ok(rest.to_vec())).await.unwrap();
    drop(send);

    assert!(upload.await.unwrap().unwrap().status().is_success());
    assert!(server.running.ended().success());
    assert_eq!(postmaster(data.path()), None, "Postgres had time to shut down in order");
}

#[tokio::test]
async fn requests_leave_no_warnings_in_the_log_of_postgres() {
    let data = tempfile::tempdir().unwrap();
    let mut server = Server::start(data.path()).with_project().await;
    let stored = server.client.upload(1).await;
    server.client.measured(stored.build.id).await;
    assert!(server.running.stop().success());
    let complaints = server.running.complaints();
    assert!(!complaints.contains("no transaction in progress"), "{complaints}");
}

#[test]
fn a_database_that_cannot_be_reached_is_named_with_the_cause() {
    let data = tempfile::tempdir().unwrap();
    // Free, and free again: nobody answers there.
    let socket = std::net::TcpListener::bind("127.0.0.1:0").unwrap();
    let port = socket.local_addr().unwrap().port();
    drop(socket);
    let url = format!("postgres://captain:very-secret@127.0.0.1:{port}/hold");
    let mut command = program(data.path());
    let (code, said) = run(command.args(["--listen", "127.0.0.1:0"]).env("DATABASE_URL", url));
    assert_ne!(code, Some(0));
    assert!(said.contains(&format!("cannot connect to Postgres at 127.0.0.1, port {port}: ")), "{said}");
    assert!(said.contains("Connection refused"), "{said}");
    assert!(!said.contains("very-secret"), "{said}");
}
