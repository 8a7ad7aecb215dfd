//! The linker's map that may come with an ELF: what it adds, when it counts, and what is refused.

use crate::support::{History, MAX_UPLOAD_BYTES, TestApp, TestProject};
use axum::http::StatusCode;
use expect_test::expect;
use plimsoll_protocol::{BuildAnswer, BuildState, NewBuild};
use plimsoll_server::db;
use serde_json::Value;
use sqlx::PgPool;
use uuid::Uuid;

fn elf() -> Vec<u8> {
    History::elf(3, 100)
}

async fn upload(app: &TestApp, project: &TestProject, (build, map): (&NewBuild, &str)) -> BuildAnswer {
    let answer = app.try_upload_with_map(project, build, (&elf(), map)).await;
    assert!(answer.status.is_success(), "{}", answer.text());
    answer.parse()
}

/// Where each symbol was linked from, by its report.
async fn links(app: &TestApp, project: &TestProject, build_id: Uuid) -> Vec<(String, Option<String>)> {
    let report = app.read(project, &format!("builds/{build_id}/report")).await;
    let text = |it: &Value| it.as_str().map(str::to_owned);
    let rows = report["symbols"].as_array().unwrap().iter();
    rows.map(|it| (text(&it["name"]).unwrap(), text(&it["linked_from"]))).collect()
}

#[sqlx::test(migrator = "plimsoll_server::db::MIGRATOR")]
async fn a_map_tells_where_symbols_were_linked_from_and_names_what_has_none(db: PgPool) {
    let app = TestApp::new(db).await;
    let project = app.project("acme/blinky").await;
    let stored = upload(&app, &project, (&History::on_main(1), History::MAP)).await;
    app.work().await;
    let mut links = links(&app, &project, stored.build.id).await;
    links.sort();
    let lines = links.iter().map(|(name, from)| format!("{name} ← {}\n", from.as_deref().unwrap_or("-")));
    expect![[r#"
        .rodata.keep of libhelp.a(<b>.o) ← .rodata.keep of libhelp.a(<b>.o)
        code of function_2 ← -
        code of main ← -
        function_0 ← .text.functions of libhelp.a(first.o)
        function_1 ← .text.functions of libhelp.a(first.o)
        function_2 ← .text.functions of libhelp.a(last.o)
        main ← .text.main of main.o
        space in .text ← -
    "#]]
    .assert_eq(&lines.collect::<String>());
    let report = app.read(&project, &format!("builds/{}/report", stored.build.id)).await;
    assert_eq!(report["warnings"], serde_json::json!([]));
}

#[sqlx::test(migrator = "plimsoll_server::db::MIGRATOR")]
async fn a_map_may_come_compressed_and_leaves_as_it_was(db: PgPool) {
    let app = TestApp::new(db).await;
    let project = app.project("acme/blinky").await;
    let (build, elf) = (serde_json::to_vec(&History::on_main(1)).unwrap(), elf());
    let packed = zstd::encode_all(History::MAP.as_bytes(), 3).unwrap();
    let parts = [
        ("build", "application/json", build.as_slice()),
        ("elf", "", elf.as_slice()),
        ("map", "application/zstd", packed.as_slice()),
    ];
    let stored: BuildAnswer = app.upload_parts(&project, &parts).await.expect(StatusCode::ACCEPTED).parse();
    let path = format!("/api/v1/projects/acme/blinky/builds/{}", stored.build.id);
    let answer = app.get(&format!("{path}/map")).await.expect(StatusCode::OK);
    assert_eq!(answer.text(), History::MAP);
    assert_eq!(answer.headers["content-type"], "application/octet-stream");
    assert_eq!(answer.headers["content-disposition"], "attachment; filename=\"app-0000000000.map\"");
    let without = app.upload(&project, &History::on_main(2), &elf).await;
    let path = format!("/api/v1/projects/acme/blinky/builds/{}/map", without.build.id);
    app.get(&path).await.expect(StatusCode::NOT_FOUND);
}

#[sqlx::test(migrator = "plimsoll_server::db::MIGRATOR")]
async fn the_same_upload_with_its_map_twice_is_one_build_and_one_job(db: PgPool) {
    let app = TestApp::new(db).await;
    let project = app.project("acme/blinky").await;
    let first = upload(&app, &project, (&History::on_main(1), History::MAP)).await;
    let second = upload(&app, &project, (&History::on_main(1), History::MAP)).await;
    assert_eq!((first.created, second.created), (true, false));
    assert_eq!(first.build.id, second.build.id);
    assert_eq!(db::jobs::count(&app.state.db).await.unwrap(), 1);
}

#[sqlx::test(migrator = "plimsoll_server::db::MIGRATOR")]
async fn a_map_that_comes_later_is_used_and_an_upload_without_takes_none_away(db: PgPool) {
    let app = TestApp::new(db).await;
    let project = app.project("acme/blinky").await;
    let is_linked = async |build_id| links(&app, &project, build_id).await.iter().any(|it| it.1.is_some());
    let first = app.upload(&project, &History::of_pull_request(2, 1), &elf()).await;
    app.work().await;
    assert!(!is_linked(first.build.id).await);
    // The branch ranks below the pull request, yet what it tells of the ELF is as true.
    let pushed = NewBuild { branch: Some("feature".into()), ..History::on_main(2) };
    let later = upload(&app, &project, (&pushed, History::MAP)).await;
    assert_eq!((later.build.id, later.build.state), (first.build.id, BuildState::Queued));
    assert_eq!(later.build.pull_request, Some(7), "what it belongs to has not changed");
    app.work().await;
    assert!(is_linked(first.build.id).await);
    let again =
        app.upload(&project, &History::with_budget(History::of_pull_request(2, 1), 9000), &elf()).await;
    assert_eq!(again.build.state, BuildState::Queued, "to be judged by the budget");
    app.work().await;
    assert!(is_linked(first.build.id).await);
}

#[sqlx::test(migrator = "plimsoll_server::db::MIGRATOR")]
async fn another_map_of_a_clean_build_is_taken_but_none_of_a_dirty_one(db: PgPool) {
    let app = TestApp::new(db).await;
    let project = app.project("acme/blinky").await;
    let (clean, other) = (History::on_main(1), History::MAP.replace("first.o", "other.o"));
    let first = upload(&app, &project, (&clean, History::MAP)).await;
    app.work().await;
    let dirty = NewBuild { dirty: true, ..clean.clone() };
    let second = upload(&app, &project, (&dirty, &other)).await;
    assert_eq!(second.build.state, BuildState::Measured);
    upload(&app, &project, (&clean, &other)).await;
    app.work().await;
    let links = links(&app, &project, first.build.id).await;
    assert!(
        links.iter().any(|it| it.1.as_deref() == Some(".text.functions of libhelp.a(other.o)")),
        "{links:?}"
    );
}

#[sqlx::test(migrator = "plimsoll_server::db::MIGRATOR")]
async fn what_is_no_map_of_the_elf_is_refused_and_nothing_is_stored(db: PgPool) {
    let app = TestApp::new(db).await;
    let project = app.project("acme/blinky").await;
    let (build, elf) = (serde_json::to_vec(&History::on_main(1)).unwrap(), elf());
    let packed = zstd::encode_all(History::MAP.as_bytes(), 3).unwrap();
    let bomb = zstd::encode_all(std::io::Read::take(std::io::repeat(0), 1 << 30), 3).unwrap();
    let big = vec![b' '; usize::try_from(MAX_UPLOAD_BYTES).unwrap() + 1];
    let other = History::MAP.replace("    2000 ", "    2004 ");
    let own = [("build", "", build.as_slice()), ("elf", "", elf.as_slice())];
    let map = |content_type, content| vec![own[0], own[1], ("map", content_type, content)];
    let mut seen = String::new();
    for parts in [
        map("", b""),
        map("", b"MEMORY { FLASH : ORIGIN = 0, LENGTH = 4K }\n\0\xff"),
        map("", &elf),
        map("", other.as_bytes()),
        map("", &History::MAP.as_bytes()[..60]),
        map("application/zstd", &packed[..packed.len() / 2]),
        map("application/zstd", &bomb),
        map("", &big),
        vec![own[0], ("map", "", History::MAP.as_bytes()), own[1]],
        vec![own[0], own[1], ("notes", "", b"")],
        [map("", History::MAP.as_bytes()), map("", b"")].concat(),
    ] {
        seen += &app.upload_parts(&project, &parts).await.refusal();
        seen += "\n";
    }
    expect![[r#"
        422 map: neither a map of GNU ld nor one of lld: it has none of their headings
        422 map: neither a map of GNU ld nor one of lld: it has none of their headings
        422 map: neither a map of GNU ld nor one of lld: it has none of their headings
        422 map: it is of another image: section .text has 8192 B at 0x10000000 in the image, 8196 B at 0x10000000 in the map
        422 map: it is of another image: it names none of the image's sections
        422 map: is not complete and sound zstd: incomplete frame
        413 The map is larger than 1 MiB (1048576 bytes), the most this server accepts, compressed and not.
        413 The map is larger than 1 MiB (1048576 bytes), the most this server accepts, compressed and not.
        422 body: expected the multipart part `elf` here (`build` comes first, then `elf`, then, where there is one, `map`)
        422 body: expected the multipart part `map` here (`build` comes first, then `elf`, then, where there is one, `map`)
        422 body: nothing comes after the map
    "#]]
    .assert_eq(&seen);
    assert_eq!(app.read(&project, "builds").await, serde_json::json!([]));
    assert_eq!(db::jobs::count(&app.state.db).await.unwrap(), 0);
}

#[sqlx::test(migrator = "plimsoll_server::db::MIGRATOR")]
async fn a_map_that_was_cut_off_tells_what_is_left_of_it(db: PgPool) {
    let app = TestApp::new(db).await;
    let project = app.project("acme/blinky").await;
    let cut = &History::MAP[..History::MAP.find("(.text.main)").unwrap()];
    let stored = upload(&app, &project, (&History::on_main(1), cut)).await;
    app.work().await;
    assert_eq!(app.build(&project, stored.build.id).await.build.state, BuildState::Measured);
}
