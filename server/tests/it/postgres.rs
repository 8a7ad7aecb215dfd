//! The private Postgres: real clusters, real processes, killed in every way we know.

use crate::process::{Running, SmallDisk, cluster, eventually, is_running, postmaster, program, run};
use rustix::process::{Pid, Signal, geteuid, getpgid, kill_process};
use sqlx::postgres::{PgConnectOptions, PgConnection};
use sqlx::{Connection, Executor, Row};
use std::fs;
use std::os::unix::fs::{MetadataExt, PermissionsExt, chown};
use std::os::unix::process::CommandExt;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::str::FromStr;
use tempfile::TempDir;

fn folder() -> TempDir {
    tempfile::tempdir().unwrap()
}

/// `plimsoll-server postgres` and the URL that it announces.
#[track_caller]
fn start(data: &Path) -> (Running, String) {
    let mut running = Running::start(program(data).arg("postgres"));
    let url = running.announced("postgres://");
    (running, format!("postgres://{url}"))
}

async fn connect(url: &str) -> sqlx::Result<PgConnection> {
    PgConnection::connect_with(&PgConnectOptions::from_str(url).unwrap()).await
}

async fn write_a_word(url: &str, word: &str) {
    let mut db = connect(url).await.unwrap();
    db.execute("create table if not exists word (word text not null)").await.unwrap();
    sqlx::query("insert into word (word) values ($1)").bind(word).execute(&mut db).await.unwrap();
}

async fn words(url: &str) -> sqlx::Result<Vec<String>> {
    let rows = connect(url).await?.fetch_all("select word from word order by word").await?;
    Ok(rows.iter().map(|it| it.get(0)).collect())
}

async fn setting(url: &str, name: &str) -> String {
    let sql = sqlx::AssertSqlSafe(format!("show {name}"));
    connect(url).await.unwrap().fetch_one(sql).await.unwrap().get(0)
}

#[tokio::test]
async fn what_was_written_is_there_after_a_restart() {
    let data = folder();
    let (mut first, url) = start(data.path());
    write_a_word(&url, "kept").await;
    assert!(first.stop().success());
    assert_eq!(postmaster(data.path()), None, "an ordered stop removes the pid file");

    let (_second, url) = start(data.path());
    assert_eq!(words(&url).await.unwrap(), ["kept"]);
}

#[tokio::test]
async fn it_is_durable_and_closed_to_the_network() {
    let data = folder();
    let (_running, url) = start(data.path());
    for (name, expected) in [
        ("fsync", "on"),
        ("full_page_writes", "on"),
        ("synchronous_commit", "on"),
        ("listen_addresses", ""),
        ("server_encoding", "UTF8"),
        ("lc_messages", "C"),
        ("recovery_init_sync_method", "syncfs"),
    ] {
        assert_eq!(setting(&url, name).await, expected, "{name}");
    }
    let socket_dir = fs::metadata(data.path().join("postgres/socket")).unwrap();
    assert_eq!(socket_dir.permissions().mode() & 0o777, 0o700);
}

#[tokio::test]
async fn it_does_not_hear_the_terminals_ctrl_c() {
    let data = folder();
    let (running, _) = start(data.path());
    let ours = getpgid(Some(Pid::from_child(&running.child))).unwrap();
    let theirs = getpgid(postmaster(data.path())).unwrap();
    assert_ne!(ours, theirs);
}

#[tokio::test]
async fn a_killed_postmaster_is_started_again_with_its_data() {
    let data = folder();
    let (mut running, url) = start(data.path());
    write_a_word(&url, "kept").await;
    for _ in 0..2 {
        let killed = postmaster(data.path()).unwrap();
        kill_process(killed, Signal::KILL).unwrap();
        eventually("there is a new postmaster", || postmaster(data.path()).is_some_and(|it| it != killed));
        wait_for_words(&url, &["kept"]).await;
    }
    assert!(running.stop().success());
}

async fn wait_for_words(url: &str, expected: &[&str]) {
    for _ in 0..3000 {
        match words(url).await {
            Ok(found) => return assert_eq!(found, expected),
            Err(_) => tokio::time::sleep(std::time::Duration::from_millis(10)).await,
        }
    }
    panic!("Postgres did not come back");
}

#[tokio::test]
async fn it_goes_with_a_killed_server_and_the_next_start_has_the_data() {
    let data = folder();
    let (mut first, url) = start(data.path());
    write_a_word(&url, "kept").await;
    let orphan = postmaster(data.path()).unwrap();
    first.kill();
    // The next start comes at once, while the orphan may still be on its way out.
    let (_second, url) = start(data.path());
    assert!(!is_running(orphan));
    assert_eq!(words(&url).await.unwrap(), ["kept"]);
}

#[tokio::test]
async fn it_goes_with_a_killed_server_even_if_no_start_follows() {
    let data = folder();
    let (mut running, _) = start(data.path());
    let orphan = postmaster(data.path()).unwrap();
    running.kill();
    eventually("the orphan ends", || !is_running(orphan));
}

#[tokio::test]
async fn server_and_postmaster_killed_together_lose_nothing() {
    let data = folder();
    let (mut first, url) = start(data.path());
    write_a_word(&url, "kept").await;
    kill_process(postmaster(data.path()).unwrap(), Signal::KILL).unwrap();
    first.kill();
    let (_second, url) = start(data.path());
    assert_eq!(words(&url).await.unwrap(), ["kept"]);
}

/// As after a crash on a system without death signals: a Postgres that nobody owns.
#[tokio::test]
async fn a_real_orphan_is_stopped_by_the_next_start() {
    let data = folder();
    let (mut first, url) = start(data.path());
    write_a_word(&url, "kept").await;
    let title = fs::read_to_string(format!("/proc/{}/cmdline", postmaster(data.path()).unwrap())).unwrap();
    first.stop();
    let program = title.split('\0').next().unwrap();
    let mut orphan = postgres_of_its_own(program, data.path());
    // Up and answering, so that the next start could take it for its own.
    wait_for_words(&url, &["kept"]).await;

    let (_second, url) = start(data.path());
    assert_eq!(words(&url).await.unwrap(), ["kept"]);
    assert!(orphan.wait().unwrap().success(), "it was asked to stop, not killed");
}

fn postgres_of_its_own(program: &str, data: &Path) -> std::process::Child {
    let mut command = Command::new(program);
    command.arg("-D").arg(cluster(data)).args(["-c", "listen_addresses=", "-c"]);
    command.arg(format!("unix_socket_directories={}", data.join("postgres/socket").display()));
    as_owner_of(data, &mut command).spawn().unwrap()
}

fn as_owner_of<'a>(data: &Path, command: &'a mut Command) -> &'a mut Command {
    let owner = fs::metadata(cluster(data)).unwrap();
    if geteuid().is_root() {
        command.uid(owner.uid()).gid(owner.gid());
    }
    command.current_dir("/").stdout(Stdio::null()).stderr(Stdio::null())
}

#[tokio::test]
async fn files_that_name_a_stranger_are_no_obstacle() {
    let data = folder();
    let (mut first, url) = start(data.path());
    write_a_word(&url, "kept").await;
    first.stop();
    // After a reboot the number in the files may belong to any process, also to one of the same user.
    let mut stranger = as_owner_of(data.path(), Command::new("sleep").arg("3600")).spawn().unwrap();
    let text = format!("{}\n{}\n1\n5432\n", stranger.id(), cluster(data.path()).display());
    fs::write(cluster(data.path()).join("postmaster.pid"), &text).unwrap();
    fs::write(data.path().join("postgres/socket/.s.PGSQL.5432.lock"), &text).unwrap();

    let (_second, url) = start(data.path());
    assert_eq!(words(&url).await.unwrap(), ["kept"]);
    assert_eq!(stranger.try_wait().unwrap(), None, "the stranger is left in peace");
    stranger.kill().unwrap();
    stranger.wait().unwrap();
}

#[tokio::test]
async fn a_second_server_on_the_folder_is_told_who_has_it() {
    let data = folder();
    let (first, url) = start(data.path());
    let (code, text) = run(program(data.path()).arg("postgres"));
    assert_eq!(code, Some(1));
    let expected = format!("in use by another Plimsoll server (process {})", first.child.id());
    assert!(text.contains(&expected), "{text}");
    write_a_word(&url, "the first goes on").await;
}

#[tokio::test]
async fn an_interrupted_initdb_is_begun_anew() {
    let data = folder();
    let mut first = Running::start(program(data.path()).arg("postgres"));
    eventually("initdb is at work", || !unfinished(data.path()).is_empty() || cluster(data.path()).exists());
    first.kill();

    let (mut second, url) = start(data.path());
    write_a_word(&url, "works").await;
    second.stop();
    start(data.path()).0.stop();
    assert_eq!(unfinished(data.path()), [] as [PathBuf; 0], "a later start removes what the first left");
}

/// Clusters that were never finished.
fn unfinished(data: &Path) -> Vec<PathBuf> {
    let entries = fs::read_dir(data.join("postgres")).into_iter().flatten().flatten().map(|it| it.path());
    entries
        .filter(|it| it.file_name().is_some_and(|it| it.to_string_lossy().starts_with("cluster.new")))
        .collect()
}

#[tokio::test]
async fn leftovers_of_an_initdb_are_not_taken_for_a_cluster() {
    let data = folder();
    let leftover = data.path().join("postgres/cluster.new-1");
    fs::create_dir_all(leftover.join("base")).unwrap();
    fs::write(leftover.join("PG_VERSION"), "15\n").unwrap();
    let (_running, url) = start(data.path());
    write_a_word(&url, "works").await;
    assert!(!leftover.exists());
}

#[tokio::test]
async fn a_folder_of_other_files_is_left_alone() {
    let data = folder();
    fs::create_dir_all(cluster(data.path())).unwrap();
    fs::write(cluster(data.path()).join("thesis.txt"), "years of work").unwrap();
    let (code, text) = run(program(data.path()).arg("postgres"));
    assert_eq!(code, Some(1));
    assert!(text.contains("is not empty and not a Postgres cluster"), "{text}");
    assert!(cluster(data.path()).join("thesis.txt").exists());
}

#[tokio::test]
async fn any_folder_name_works_for_sqlx_and_for_psql() {
    for name in ["a, b \"c\" & d%20é", &"long".repeat(40), "with space+plus"] {
        let data = folder();
        let data = data.path().join(name);
        let (mut running, url) = start(&data);
        write_a_word(&url, "reached").await;
        let (code, text) = run(Command::new("psql").args([&url, "-Atc", "select word from word"]));
        assert_eq!((code, text.trim()), (Some(0), "reached"), "{url}");
        let host = PgConnectOptions::from_str(&url).unwrap();
        let socket_dir = host.get_socket().unwrap();
        assert!(running.stop().success());
        assert!(socket_dir.starts_with(&data) || !socket_dir.exists(), "{} stays", socket_dir.display());
    }
}

#[tokio::test]
async fn a_command_gets_the_database_and_its_exit_code_is_passed_on() {
    let data = folder();
    let script = "psql -Atc 'select 6 * 7' && psql \"$DATABASE_URL\" -Atc 'create database other' && exit 7";
    let (code, text) = run(program(data.path()).args(["postgres", "--", "sh", "-c", script]));
    assert_eq!(code, Some(7), "{text}");
    assert!(text.contains("42") && text.contains("CREATE DATABASE"), "{text}");
    assert_eq!(postmaster(data.path()), None, "it stops with the command");
}

#[tokio::test]
async fn a_command_beside_a_running_server_uses_its_postgres() {
    let data = folder();
    let (mut running, url) = start(data.path());
    write_a_word(&url, "shared").await;
    let (code, text) = run(program(data.path()).args(["postgres", "--", "pg_dump", "--data-only"]));
    assert_eq!(code, Some(0), "{text}");
    assert!(text.contains("shared"), "{text}");
    assert!(running.stop().success());
}

#[tokio::test]
async fn the_callers_environment_does_not_change_the_cluster() {
    let data = folder();
    let mut command = program(data.path());
    command.env("PGDATA", "/nowhere").env("PGOPTIONS", "-c search_path=nowhere").env("LC_ALL", "tr_TR.UTF-8");
    let mut running = Running::start(command.env("PGPORT", "1").env("PGHOST", "nowhere").arg("postgres"));
    let url = format!("postgres://{}", running.announced("postgres://"));
    assert_eq!(setting(&url, "lc_messages").await, "C");
    assert_eq!(setting(&url, "search_path").await, "\"$user\", public");
}

#[tokio::test]
async fn a_wrong_bindir_is_named() {
    let data = folder();
    let (code, text) = run(program(data.path()).env("PG_BINDIR", data.path()).arg("postgres"));
    assert_eq!(code, Some(1));
    assert!(text.contains("PG_BINDIR is") && text.contains("no `postgres` and `initdb`"), "{text}");
}

#[tokio::test]
async fn a_full_disk_is_called_a_full_disk() {
    let Some(disk) = SmallDisk::mount("20m") else {
        eprintln!("skipped: this user may not mount a small disk");
        return;
    };
    let (code, text) = run(program(&disk.folder.path().join("data")).arg("postgres"));
    assert_eq!(code, Some(1));
    assert!(text.contains("is full"), "{text}");
}

/// When the tests run as root, all others show that root can; this one shows that root is not needed.
#[tokio::test]
async fn an_ordinary_user_can_run_it() {
    const NOBODY: u32 = 65534;
    let data = folder();
    let mut command = program(data.path());
    if geteuid().is_root() {
        chown(data.path(), Some(NOBODY), Some(NOBODY)).unwrap();
        command.uid(NOBODY).gid(NOBODY).current_dir("/");
        let reaches = Command::new(crate::process::PROGRAM).arg("--version").uid(NOBODY).gid(NOBODY).output();
        if reaches.is_err() {
            eprintln!("skipped: other users cannot enter the build folder");
            return;
        }
    }
    let mut running = Running::start(command.arg("postgres"));
    let url = format!("postgres://{}", running.announced("postgres://"));
    write_a_word(&url, "works").await;
    assert!(running.stop().success());
}
