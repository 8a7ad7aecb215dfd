//! Builds that did not link: red points in the history instead of holes.

use crate::pages::{outline::outline, page};
use crate::support::{Answer, History, TestApp, TestProject};
use axum::http::StatusCode;
use expect_test::expect;
use plimsoll_protocol::{
    BuildAnswer, BuildState, LinkFailure, NewBuild, OverflowBound, PlacedObject, PlacedSection,
    RegionOverflow,
};
use sqlx::PgPool;

const CAPACITY: u64 = 2048 * 1024;

fn overflow(region: &str, over_bytes: Option<u64>) -> RegionOverflow {
    let sections = vec![".rodata".into()];
    RegionOverflow {
        region: region.into(),
        over_bytes,
        bound: OverflowBound::Exact,
        length_bytes: None,
        sections,
    }
}

/// With a budget of 8192 on FLASH, which overflows.
fn unlinked(build: NewBuild, over_bytes: u64) -> NewBuild {
    let failure = LinkFailure {
        overflows: vec![overflow("FLASH", Some(over_bytes))],
        sections: vec![PlacedSection { name: ".text".into(), address: 0x1000_0000, size_bytes: 9000 }],
        objects: vec![PlacedObject { file: "libm.a(sin.o)".into(), size_bytes: 4000 }],
    };
    NewBuild { link_failure: Some(failure), ..History::with_budget(build, 8192) }
}

async fn try_record(app: &TestApp, project: &TestProject, build: &NewBuild) -> Answer {
    let build = serde_json::to_vec(build).unwrap();
    app.upload_parts(project, &[("build", "application/json", build.as_slice())]).await
}

async fn record(app: &TestApp, project: &TestProject, build: &NewBuild) -> BuildAnswer {
    let answer = try_record(app, project, build).await;
    assert!(answer.status.is_success(), "{}", answer.text());
    app.work().await;
    app.build(project, answer.parse::<BuildAnswer>().build.id).await
}

async fn linked(app: &TestApp, project: &TestProject, build: NewBuild, flash_bytes: u64) -> BuildAnswer {
    let build = History::with_budget(build, 8192);
    let stored = app.upload(project, &build, &History::elf_of(flash_bytes, 3, 100)).await;
    app.work().await;
    app.build(project, stored.build.id).await
}

async fn open_alerts(app: &TestApp, project: &TestProject) -> Vec<String> {
    let alerts = app.read(project, "alerts").await;
    let open = alerts.as_array().unwrap().iter().filter(|it| it["resolved"].is_null());
    open.map(|it| format!("{} {}", it["subject"].as_str().unwrap(), it["opened"]["used_bytes"])).collect()
}

#[sqlx::test(migrator = "plimsoll_server::db::MIGRATOR")]
async fn an_overflow_is_judged_and_compared_with_the_last_build_that_linked(db: PgPool) {
    let app = TestApp::new(db).await;
    let project = app.project("acme/blinky").await;
    linked(&app, &project, History::on_main(1), 8000).await;
    let red = record(&app, &project, &unlinked(History::on_main(2), 629)).await;
    assert_eq!((red.build.state, red.over_budget, red.build.figures), (BuildState::Unlinked, true, None));
    assert_eq!(red.build.link_failure.unwrap().to_string(), "FLASH over by 629 B (2,097,781 of 2,097,152 B)");
    assert_eq!(red.baseline.unwrap().commit, History::on_main(1).commit);
    assert_eq!(red.compare_url, None);
    let deltas: Vec<_> = red.deltas.iter().map(|it| (it.name.as_str(), it.old_bytes, it.new_bytes)).collect();
    assert_eq!(deltas, [("FLASH", Some(8000), Some(CAPACITY + 629))]);
    assert_eq!((red.verdicts.len(), red.verdicts[0].within), (1, false));
    assert_eq!(open_alerts(&app, &project).await, [format!("FLASH {}", CAPACITY + 629)]);
    let third = linked(&app, &project, History::on_main(3), 8000).await;
    let baseline = third.baseline.unwrap();
    assert_eq!((baseline.commit, baseline.commits_behind), (History::on_main(1).commit, 1));
    assert!(open_alerts(&app, &project).await.is_empty());
}

#[sqlx::test(migrator = "plimsoll_server::db::MIGRATOR")]
async fn what_did_not_link_resolves_no_alert_and_is_judged_by_no_other_budget(db: PgPool) {
    let app = TestApp::new(db).await;
    let project = app.project("acme/blinky").await;
    linked(&app, &project, History::on_main(1), 9000).await;
    assert_eq!(open_alerts(&app, &project).await, ["FLASH 9000"]);
    let mut ram = unlinked(History::on_main(2), 1);
    ram.link_failure.as_mut().unwrap().overflows[0].region = "RAM".into();
    let red = record(&app, &project, &ram).await;
    assert_eq!((red.verdicts.len(), red.over_budget), (0, true));
    assert_eq!(open_alerts(&app, &project).await, ["FLASH 9000"]);
    // An older commit that comes late must not rewrite the present.
    let red = record(&app, &project, &unlinked(History::on_main(4), 5)).await;
    assert_eq!(red.verdicts.len(), 1);
    linked(&app, &project, History::on_main(3), 8000).await;
    assert_eq!(open_alerts(&app, &project).await, ["FLASH 9000"]);
}

#[sqlx::test(migrator = "plimsoll_server::db::MIGRATOR")]
async fn the_same_log_twice_is_one_build_and_a_newer_log_takes_its_place(db: PgPool) {
    let app = TestApp::new(db).await;
    let project = app.project("acme/blinky").await;
    let build = unlinked(History::on_main(1), 629);
    let first = record(&app, &project, &build).await;
    let again = try_record(&app, &project, &build).await.expect(StatusCode::OK).parse::<BuildAnswer>();
    assert_eq!(
        (again.created, again.build.id, again.build.state),
        (false, first.build.id, BuildState::Unlinked)
    );
    let other = record(&app, &project, &unlinked(History::on_main(1), 700)).await;
    assert_eq!(other.build.id, first.build.id);
    assert_eq!(other.build.link_failure.unwrap().overflows[0].over_bytes, Some(700));
}

#[sqlx::test(migrator = "plimsoll_server::db::MIGRATOR")]
async fn an_elf_of_the_same_commit_replaces_the_red_point(db: PgPool) {
    let app = TestApp::new(db).await;
    let project = app.project("acme/blinky").await;
    let red = record(&app, &project, &unlinked(History::on_main(1), 629)).await;
    assert_eq!(open_alerts(&app, &project).await.len(), 1);
    let dirty = NewBuild { dirty: true, ..History::on_main(1) };
    let other = linked(&app, &project, dirty, 7000).await;
    assert_ne!(other.build.id, red.build.id, "what a dirty work tree links proves nothing");
    let good = linked(&app, &project, History::on_main(1), 8000).await;
    assert_eq!((good.build.id, good.build.state), (red.build.id, BuildState::Measured));
    assert_eq!((good.build.link_failure, good.over_budget), (None, false));
    assert!(open_alerts(&app, &project).await.is_empty());
    let path = format!("/api/v1/projects/acme/blinky/builds/{}/elf", good.build.id);
    assert_eq!(app.get(&path).await.expect(StatusCode::OK).body, History::elf_of(8000, 3, 100));
}

#[sqlx::test(migrator = "plimsoll_server::db::MIGRATOR")]
async fn the_elf_that_was_there_before_removes_the_red_point_when_it_comes_again(db: PgPool) {
    let app = TestApp::new(db).await;
    let project = app.project("acme/blinky").await;
    let good = linked(&app, &project, History::on_main(1), 8000).await;
    let red = record(&app, &project, &unlinked(History::on_main(1), 629)).await;
    assert_ne!(red.build.id, good.build.id);
    assert_eq!(open_alerts(&app, &project).await.len(), 1);
    let again = linked(&app, &project, History::on_main(1), 8000).await;
    assert_eq!(again.build.id, good.build.id);
    assert!(open_alerts(&app, &project).await.is_empty());
    assert_eq!(app.read(&project, "builds").await.as_array().unwrap().len(), 1);
}

#[sqlx::test(migrator = "plimsoll_server::db::MIGRATOR")]
async fn the_history_shows_a_red_point(db: PgPool) {
    let app = TestApp::new(db).await;
    let project = app.project("acme/blinky").await;
    let first = linked(&app, &project, History::on_main(1), 8000).await;
    record(&app, &project, &unlinked(History::on_main(2), 629)).await;
    linked(&app, &project, History::on_main(3), 8004).await;
    let series = app.read(&project, "series?target=app").await;
    let points = series["points"].as_array().unwrap();
    assert_eq!(points.len(), 3);
    assert_eq!(points[1]["link_failure"]["overflows"][0]["over_bytes"], 629);
    assert_eq!(points[1]["regions"][0]["used_bytes"], CAPACITY + 629);
    assert_eq!(points[1]["compare_url"], serde_json::Value::Null);
    assert_eq!(points[2]["previous_build_id"], first.build.id.to_string());
    let html = page(&app, "/acme/blinky?metric=region:FLASH").await;
    let row = html.split("<tr").find(|it| it.contains("data-unlinked")).unwrap();
    assert!(row.contains("data-value=\"2097781\" data-limit=\"8192\""), "{row}");
    assert!(row.contains("did not link"), "{row}");
}

#[sqlx::test(migrator = "plimsoll_server::db::MIGRATOR")]
async fn pages_say_by_how_much_it_was_too_big(db: PgPool) {
    let app = TestApp::new(db).await;
    let project = app.project("acme/blinky").await;
    linked(&app, &project, History::on_main(1), 8000).await;
    let mut build = unlinked(History::on_main(2), 629);
    build.link_failure.as_mut().unwrap().objects[0].file = "<b>x</b>.o".into();
    let red = record(&app, &project, &build).await;
    let html = page(&app, &format!("/acme/blinky/builds/{}", red.build.id)).await;
    assert!(!html.contains("<b>x</b>"), "hostile text stays text");
    let text = outline(&html);
    let (_, text) = text.split_once("## This build did not link").unwrap();
    let (text, _) = text.split_once("## This build").unwrap();
    expect![[r#"

        FLASH over by 629 B (2,097,781 of 2,097,152 B); no room for .rodata.
        The figures are the linker’s own, with the gaps that alignment leaves. There is no image, so nothing else is known; the next build is compared with the last that linked.
        ### FLASH
        2,097,781 B 2.00 MiB
        2,089,589 B over the line
        25607.7 % of the budget 8,192 B
        capacity 2,097,152 B
        ## Sections
        as the linker’s map places them; changes are against the last build that linked
        | Section | Address | Size | Change |
        | .text | 0x10000000 | 9,000 B 8.8 KiB | +1,000 B +12.5 % |
        ## Object files
        the biggest, by what the map says that they contribute
        | Object file | Size |
        | <b>x</b>.o | 4,000 B 3.9 KiB |
    "#]].assert_eq(text);
    let overview = outline(&page(&app, "/acme/blinky").await);
    assert!(overview.contains("did not link: FLASH over by 629 B (2,097,781 of 2,097,152 B)"), "{overview}");
    let elf = app.get(&format!("/api/v1/projects/acme/blinky/builds/{}/elf", red.build.id)).await;
    assert_eq!(elf.refusal(), "404 There is no such ELF here.");
}

#[sqlx::test(migrator = "plimsoll_server::db::MIGRATOR")]
async fn an_overflow_of_unknown_size_is_red_all_the_same(db: PgPool) {
    let app = TestApp::new(db).await;
    let project = app.project("acme/blinky").await;
    let mut build = unlinked(History::on_main(1), 1);
    build.link_failure.as_mut().unwrap().overflows = vec![overflow("FLASH", None)];
    let red = record(&app, &project, &build).await;
    assert_eq!((red.over_budget, red.verdicts[0].within, red.verdicts[0].used_bytes), (true, false, None));
    assert_eq!(open_alerts(&app, &project).await, ["FLASH null"]);
    let alerts = outline(&page(&app, "/acme/blinky/alerts").await);
    assert!(alerts.contains("FLASH of app : did not link: FLASH does not fit"), "{alerts}");
}

#[sqlx::test(migrator = "plimsoll_server::db::MIGRATOR")]
async fn nonsense_is_refused_with_its_place(db: PgPool) {
    let app = TestApp::new(db).await;
    let project = app.project("acme/blinky").await;
    let refusal = async |overflows: Vec<RegionOverflow>| {
        let failure = LinkFailure { overflows, sections: Vec::new(), objects: Vec::new() };
        let build = NewBuild { link_failure: Some(failure), ..History::on_main(1) };
        try_record(&app, &project, &build).await.refusal()
    };
    let twice = vec![overflow("FLASH", Some(1)), overflow("FLASH", Some(2))];
    for overflows in [Vec::new(), twice] {
        assert_eq!(
            refusal(overflows).await,
            "422 link_failure.overflows: does not name each region that is too small once"
        );
    }
    for region in ["", "a\u{1b}[31m", &"x".repeat(257)] {
        let expected = "422 link_failure: has a name that is not 1 to 256 printable characters";
        assert_eq!(refusal(vec![overflow(region, Some(1))]).await, expected);
    }
    let expected = "422 link_failure: has a size that is larger than any memory";
    assert_eq!(refusal(vec![overflow("X", Some(u64::MAX))]).await, expected);
    let many = (0..33).map(|it| overflow(&format!("R{it}"), Some(1))).collect();
    assert_eq!(refusal(many).await, "422 link_failure.overflows: has 33 entries; at most 32 are taken");
    let build = serde_json::to_vec(&unlinked(History::on_main(1), 1)).unwrap();
    let parts: [(&str, &str, &[u8]); 2] = [("build", "application/json", &build), ("elf", "", b"x")];
    let answer = app.upload_parts(&project, &parts).await;
    assert_eq!(answer.refusal(), "422 body: a build that did not link has no ELF");
}

#[sqlx::test(migrator = "plimsoll_server::db::MIGRATOR")]
async fn what_did_not_link_has_no_file_to_ask(db: PgPool) {
    let app = TestApp::new(db).await;
    let project = app.project("acme/blinky").await;
    let red = record(&app, &project, &unlinked(History::on_main(1), 629)).await;
    for question in ["why?symbol=main", "fmt?without_all=true", "elf", "map"] {
        let path = format!("/api/v1/projects/acme/blinky/builds/{}/{question}", red.build.id);
        assert_eq!(app.get(&path).await.status, StatusCode::NOT_FOUND, "{question}");
    }
}

#[sqlx::test(migrator = "plimsoll_server::db::MIGRATOR")]
async fn an_elf_that_takes_the_place_of_a_failed_link_brings_its_map(db: PgPool) {
    let app = TestApp::new(db).await;
    let project = app.project("acme/blinky").await;
    let red = record(&app, &project, &unlinked(History::on_main(1), 629)).await;
    let elf = History::elf(3, 100);
    let mended = app.try_upload_with_map(&project, &History::on_main(1), (&elf, History::MAP)).await;
    assert_eq!(mended.parse::<BuildAnswer>().build.id, red.build.id);
    app.work().await;
    let report = app.read(&project, &format!("builds/{}/report", red.build.id)).await;
    let main = report["symbols"].as_array().unwrap().iter().find(|it| it["name"] == "main").unwrap();
    assert_eq!(main["linked_from"], ".text.main of main.o");
}
