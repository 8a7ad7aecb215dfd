//! What pages show, how they refuse, and that hostile text stays text.

mod build;
mod compare;
mod formatting;
mod linked;
pub(crate) mod outline;
mod outside;
mod renamed;
mod settings;
mod why;

use crate::support::{Answer, History, TestApp, TestProject, elf};
use axum::http::{StatusCode, header};
use expect_test::expect;
use outline::{decode, outline};
use plimsoll_protocol::{BuildAnswer, NewBuild, TargetName};
use serde_json::json;
use sqlx::PgPool;
use std::collections::BTreeSet;

pub(crate) async fn measured(
    app: &TestApp,
    project: &TestProject,
    build: NewBuild,
    elf: &[u8],
) -> BuildAnswer {
    let stored = app.upload(project, &build, elf).await;
    app.work().await;
    app.build(project, stored.build.id).await
}

/// Three commits: the second is over the budget of 8 KiB, the third is over it still.
pub(crate) async fn voyage(app: &TestApp) -> (TestProject, Vec<BuildAnswer>) {
    let project = app.project_with("acme/blinky", json!({ "public": true, "description": "Blinks." })).await;
    let mut builds = Vec::new();
    for (number, flash_bytes) in [(1, 8000), (2, 8600), (3, 8500)] {
        let build = History::with_budget(History::on_main(number), 8192);
        let elf = History::elf_of(flash_bytes, u64::from(number), 100);
        builds.push(measured(app, &project, build, &elf).await);
    }
    (project, builds)
}

pub(crate) async fn page(app: &TestApp, path: &str) -> String {
    let answer = app.get(path).await.expect(StatusCode::OK);
    assert_eq!(answer.headers[header::CONTENT_TYPE], "text/html; charset=utf-8");
    answer.text()
}

#[sqlx::test(migrator = "plimsoll_server::db::MIGRATOR")]
async fn the_fullest_budget_is_named_with_its_target_where_there_are_several(db: PgPool) {
    let app = TestApp::new(db).await;
    let project = app.project_with("acme/blinky", json!({ "public": true })).await;
    for (target, flash_bytes) in [("app", 8000), ("boot", 8100)] {
        let build = History::with_budget(History::on_main(1), 8192);
        let elf = History::elf_of(flash_bytes, 1, 100);
        measured(&app, &project, NewBuild { target: TargetName::parse(target).unwrap(), ..build }, &elf)
            .await;
        let shown = outline(&page(&app, "/acme/blinky").await);
        let name = if target == "app" { "FLASH" } else { "FLASH of boot" };
        let words = format!("The fullest budget is {name}: {} B below the line", 8192 - flash_bytes);
        assert!(shown.contains(&words), "{shown}");
    }
}

#[sqlx::test(migrator = "plimsoll_server::db::MIGRATOR")]
async fn a_project_says_first_what_is_over_the_line_since_when_and_who_did_it(db: PgPool) {
    let app = TestApp::new(db).await;
    voyage(&app).await;
    expect![[r#"
        acme /
        # blinky
        public
        Blinks.
        Overview Alerts 1 Compare
        ## Over the line: 1 open alert
        FLASH of app : 308 B over the line (8,500 B of 8,192 B allowed)
        Since 0000000000 “Commit 2” by Ada, 2026-11-20 10:02 UTC · What that build changed
        ## app
        0000000000 Commit 3 Ada, 2026-11-20 10:03 UTC · main
        Flash 8,500 B 8.3 KiB −100 B −1.2 %
        RAM 64 B ±0 B
        What changed
        ### FLASH
        8,500 B 8.3 KiB
        308 B over the line
        103.8 % of the budget 8,192 B
        capacity 2,097,152 B
        ### RAM
        64 B
        262,080 B free
        < 0.1 % of 262,144 B
        ## Trend
        All flash All RAM Static RAM FLASH RAM Formatting
        Choose a build with the pointer or with ← and →; click, tap again or press Enter to compare it with the one before.
        FLASH in figures, 3 builds
        | Build | Commit | FLASH | Budget | Change | Compare |
        | 0000000000 | Commit 1 2026-11-20 | 8,000 B 7.8 KiB | 8,192 B | – | the first here |
        | 0000000000 | Commit 2 2026-11-20 | 8,600 B 8.4 KiB | 8,192 B 408 B over | +600 B +7.5 % | with the one before |
        | 0000000000 | Commit 3 2026-11-20 | 8,500 B 8.3 KiB | 8,192 B 308 B over | −100 B −1.2 % | with the one before |
        ## Builds
        of every branch, newest first; changes are against each build’s baseline
        | Build | Branch | Flash | Change | RAM | Change | Verdict |
        | 0000000000 Commit 3 Ada, 2026-11-20 10:03 UTC | main | 8,500 B | −100 B | 64 B | ±0 B | over 1 budget |
        | 0000000000 Commit 2 Ada, 2026-11-20 10:02 UTC | main | 8,600 B | +600 B | 64 B | ±0 B | over 1 budget |
        | 0000000000 Commit 1 Ada, 2026-11-20 10:01 UTC | main | 8,000 B | – | 64 B | – | within budget |"#]].assert_eq(&outline(&page(&app, "/acme/blinky").await));
}

#[sqlx::test(migrator = "plimsoll_server::db::MIGRATOR")]
async fn the_trend_holds_each_build_against_the_budget_of_its_own_time(db: PgPool) {
    let app = TestApp::new(db).await;
    let project = app.project("acme/blinky").await;
    for (number, flash_bytes, budget) in
        [(1, 8000, None), (2, 8600, Some(8192)), (3, 8600, Some(9000)), (4, 9004, Some(9000))]
    {
        let build = History::on_main(number);
        let build = budget.map_or(build.clone(), |it| History::with_budget(build, it));
        measured(&app, &project, build, &History::elf_of(flash_bytes, u64::from(number), 100)).await;
    }
    let html = page(&app, "/acme/blinky?metric=region:FLASH").await;
    let shown = outline(&html);
    let rows: Vec<&str> = shown.lines().skip_while(|it| !it.contains("in figures")).take(6).collect();
    expect![[r#"
        FLASH in figures, 4 builds
        | Build | Commit | FLASH | Budget | Change | Compare |
        | 0000000000 | Commit 1 2026-11-20 | 8,000 B 7.8 KiB | – | – | the first here |
        | 0000000000 | Commit 2 2026-11-20 | 8,600 B 8.4 KiB | 8,192 B 408 B over | +600 B +7.5 % | with the one before |
        | 0000000000 | Commit 3 2026-11-20 | 8,600 B 8.4 KiB | 9,000 B | ±0 B | with the one before |
        | 0000000000 | Commit 4 2026-11-20 | 9,004 B 8.8 KiB | 9,000 B 4 B over | +404 B +4.7 % | with the one before |"#]].assert_eq(&rows.join("\n"));
    let limits: Vec<_> = html.split("data-value=").skip(1).map(|it| it.split(" data-at").next()).collect();
    assert_eq!(
        limits.into_iter().flatten().collect::<Vec<_>>(),
        [
            "\"8000\"",
            "\"8600\" data-limit=\"8192\"",
            "\"8600\" data-limit=\"9000\"",
            "\"9004\" data-limit=\"9000\""
        ]
    );
    assert!(!outline(&page(&app, "/acme/blinky?metric=ram").await).contains("| Budget |"));
}

#[sqlx::test(migrator = "plimsoll_server::db::MIGRATOR")]
async fn a_comparison_with_what_is_no_build_says_so(db: PgPool) {
    let app = TestApp::new(db).await;
    app.project("acme/blinky").await;
    let answer = app.get("/acme/blinky/compare?old=first&new=").await;
    assert_eq!(answer.status, StatusCode::UNPROCESSABLE_ENTITY);
    let told = outline(&answer.text());
    assert!(told.contains("old: this is not a build's id"), "{told}");
    let unchosen = page(&app, "/acme/blinky/compare?old=&new=").await;
    assert!(outline(&unchosen).contains("Choose two builds."));
}

#[sqlx::test(migrator = "plimsoll_server::db::MIGRATOR")]
async fn a_comparison_adds_up(db: PgPool) {
    let app = TestApp::new(db).await;
    let (_, builds) = voyage(&app).await;
    let (old, new) = (builds[0].build.id, builds[1].build.id);
    let shown = outline(&page(&app, &format!("/acme/blinky/compare?old={old}&new={new}")).await);
    expect![[r#"
        acme /
        blinky
        public
        Blinks.
        Overview Alerts 1 Compare
        # Compare
        Swap Before After
        Compare
        ## Before
        0000000000 Commit 1 Ada, 2026-11-20 10:01 UTC · main · app
        ## After
        0000000000 Commit 2 Ada, 2026-11-20 10:02 UTC · main · app
        Flash +600 B +7.5 % 8,000 B → 8,600 B
        RAM ±0 B 64 B → 64 B
        Formatting, at least ±0 B 0 B → 0 B
        +600 B of flash: function_1, asked for by function_0
        ## More, and why
        | Change | Cause |
        | +7,558 B | function_1, asked for by function_0 |
        ## Less, and why
        | Change | Cause |
        | −6,958 B | code of function_0, asked for by function_0 |
        ## By region
        1 grown, 1 the same; initial values of variables count where they are stored and where they run
        | Region | Before | After | Change | Kind | Share |
        | FLASH | 8,000 B | 8,600 B | +600 B | grown | |
        | RAM | 64 B | 64 B | ±0 B | same | |
        | Sum | | | +600 B | |
        ## By section
        1 grown
        | Section | Before | After | Change | Kind | Share |
        | .text | 8,000 B | 8,600 B | +600 B | grown | |
        | Sum | | | +600 B | |
        ## By crate
        1 grown; bytes of their symbols, flash and RAM together, and what no symbol owns
        | Crate | Before | After | Change | Kind | Share |
        | (unknown) | 7,996 B | 8,596 B | +600 B | grown | |
        | Sum | | | +600 B | |
        ## By symbol
        2 new, 1 gone
        | Symbol | Before | After | Change | Kind | Share |
        | code of function_1 .text | – | 7,542 B | +7,542 B | new | |
        | code of function_0 .text | 6,958 B | – | −6,958 B | gone | |
        | function_1 .text | – | 16 B | +16 B | new | |
        | Sum | | | +600 B | |"#]]
    .assert_eq(&shown);
}

#[sqlx::test(migrator = "plimsoll_server::db::MIGRATOR")]
async fn a_symbol_has_a_history(db: PgPool) {
    let app = TestApp::new(db).await;
    voyage(&app).await;
    let shown = outline(&page(&app, "/acme/blinky/symbols?target=app&name=function_1").await);
    expect![[r#"
        acme /
        blinky
        public
        Blinks.
        Overview Alerts 1 Compare
        # function_1
        in app : the builds that changed its size, newest first.
        | Build | Branch | Section | Before | After | Change | Kind |
        | 0000000000 Commit 2 Ada, 2026-11-20 10:02 UTC | main | .text | – | 16 B | +16 B | new |"#]]
    .assert_eq(&shown);
}

#[sqlx::test(migrator = "plimsoll_server::db::MIGRATOR")]
async fn alerts_keep_their_history(db: PgPool) {
    let app = TestApp::new(db).await;
    let (project, _) = voyage(&app).await;
    let mended = History::with_budget(History::on_main(4), 8192);
    measured(&app, &project, mended, &History::elf_of(8192, 4, 100)).await;
    expect![[r#"
        acme /
        blinky
        public
        Blinks.
        Overview Alerts Compare
        # Alerts
        ## Open
        None: every budget holds.
        ## Resolved
        | Budget | Limit | Crossed by | with | Resolved by | with |
        | FLASH app | 8,192 B | 0000000000 Commit 2 2026-11-20 10:02 UTC | 8,600 B | 0000000000 Commit 4 2026-11-20 10:04 UTC | 8,192 B |"#]].assert_eq(&outline(&page(&app, "/acme/blinky/alerts").await));
}

#[sqlx::test(migrator = "plimsoll_server::db::MIGRATOR")]
async fn a_waiting_build_looks_again(db: PgPool) {
    let app = TestApp::new(db).await;
    let project = app.project("acme/blinky").await;
    let stored = app.upload(&project, &History::on_main(1), &History::elf(3, 100)).await;
    let path = format!("/acme/blinky/builds/{}", stored.build.id);
    let waiting = page(&app, &path).await;
    assert!(waiting.contains(r#"<noscript><meta http-equiv="refresh" content="5"></noscript>"#));
    assert!(outline(&waiting).contains("## Waiting to be measured"));
    app.work().await;
    assert!(!page(&app, &path).await.contains("http-equiv"));
}

#[sqlx::test(migrator = "plimsoll_server::db::MIGRATOR")]
async fn a_failed_build_says_why(db: PgPool) {
    let app = TestApp::new(db).await;
    let project = app.project("acme/blinky").await;
    let stored = app.upload(&project, &History::on_main(1), &History::elf(3, 100)).await;
    std::fs::remove_dir_all(app.folder().join("blobs/elf")).unwrap();
    app.work().await;
    let shown = outline(&page(&app, &format!("/acme/blinky/builds/{}", stored.build.id)).await);
    let failure = shown.split("## This build").nth(1).unwrap();
    expect![[r#"
         could not be measured
        The analysis was tried 5 times and did not come to an end. The operator's log says more.
    "#]]
    .assert_eq(failure);
    let listed = outline(&page(&app, "/acme/blinky").await);
    expect!["| 0000000000 Commit 1 Ada, 2026-11-20 10:01 UTC | main | The analysis was tried 5 times and did not come to an end. The operator's log says more. | failed |"].assert_eq(listed.split("Verdict |\n").last().unwrap());
}

#[sqlx::test(migrator = "plimsoll_server::db::MIGRATOR")]
async fn hostile_names_stay_text(db: PgPool) {
    let app = TestApp::new(db).await;
    let project = app.project("acme/blinky").await;
    let long = "x".repeat(5000);
    let description = format!(
        "section .text 0x10000000 256 x\nfunc <script>alert(1)</script> 0x10000001 16\n\
         func a|b\"'& 0x10000011 16\nfunc new@line 0x10000021 16\nfunc \u{202e}nimda\u{1b}[31m 0x10000031 16\n\
         func {long} 0x10000041 16\n"
    );
    let mut image = elf::build(&description);
    let at = image.windows(8).position(|it| it == b"new@line").unwrap();
    image[at + 3] = b'\n';
    let build = NewBuild {
        author: Some("<img src=x onerror=alert(1)>".into()),
        message: Some("\u{202e}<script>alert(2)</script> | x".into()),
        ..History::on_main(1)
    };
    let measured = measured(&app, &project, build, &image).await;
    for path in ["/acme/blinky".to_owned(), format!("/acme/blinky/builds/{}/symbols", measured.build.id)] {
        let html = page(&app, &path).await;
        for forbidden in ["<script>alert", "<img", "\u{202e}", "\u{1b}", "new\nline"] {
            assert!(!html.contains(forbidden), "{forbidden:?} at {path}");
        }
        assert!(decode(&html).contains("<img src=x onerror=alert(1)>"), "the author's name at {path}");
    }
    let html = page(&app, &format!("/acme/blinky/builds/{}/symbols", measured.build.id)).await;
    for shown in ["<script>alert(1)</script>", "a|b\"'&", "new␊line", "�nimda␛[31m", &long] {
        assert!(outline(&html).contains(shown), "{shown}");
    }
}

#[sqlx::test(migrator = "plimsoll_server::db::MIGRATOR")]
async fn every_link_leads_somewhere_and_no_page_has_inline_code(db: PgPool) {
    let app = TestApp::new(db).await;
    voyage(&app).await;
    let mut seen = BTreeSet::new();
    let mut open = vec!["/".to_owned(), "/new".to_owned(), "/login".to_owned()];
    while let Some(path) = open.pop() {
        let address = path.split('#').next().unwrap().to_owned();
        if !seen.insert(address.clone()) || seen.len() > 400 {
            continue;
        }
        let answer = app.admin("GET", &address, None).await;
        assert!(answer.status.is_success(), "{address}: {}", answer.status);
        if answer.headers[header::CONTENT_TYPE] == "text/html; charset=utf-8" {
            let html = answer.text();
            assert_no_inline_code(&html, &address);
            open.extend(links(&html));
        }
    }
    assert!(seen.len() > 25, "{seen:#?}");
}

fn links(html: &str) -> Vec<String> {
    let starts = ["href=\"", "src=\""].into_iter().flat_map(|it| html.split(it).skip(1));
    let urls = starts.filter_map(|it| it.split('"').next()).filter(|it| it.starts_with('/'));
    urls.map(decode).collect()
}

#[track_caller]
fn assert_no_inline_code(html: &str, address: &str) {
    for forbidden in ["style=\"", "<style", "<script>", " onclick=", "javascript:"] {
        assert!(!html.contains(forbidden), "{forbidden} at {address}");
    }
}

#[sqlx::test(migrator = "plimsoll_server::db::MIGRATOR")]
async fn assets_have_addresses_that_change_with_their_content(db: PgPool) {
    let app = TestApp::new(db).await;
    let html = page(&app, "/").await;
    let css = links(&html).into_iter().find(|it| it.ends_with(".css")).unwrap();
    let answer = app.get(&css).await.expect(StatusCode::OK);
    assert_eq!(answer.headers[header::CONTENT_TYPE], "text/css");
    assert_eq!(answer.headers[header::CACHE_CONTROL], "max-age=31536000, immutable");
    assert!(answer.text().starts_with("@layer vendor, tokens, base, layout, components;"));
}

#[sqlx::test(migrator = "plimsoll_server::db::MIGRATOR")]
async fn refusals_are_pages_with_words(db: PgPool) {
    let app = TestApp::new(db).await;
    app.project_with("acme/secret", json!({ "public": false })).await;
    let told = |it: Answer| format!("{} {}", it.status.as_u16(), outline(&it.text()).replace('\n', " / "));
    let mut seen = String::new();
    for path in [
        "/nothing",
        "/acme/secret",
        "/acme/unknown",
        "/acme/secret/settings",
        "/new",
        "/a%20b/c",
        "/acme/secret/builds/1",
    ] {
        seen += &format!("{path}: {}\n", told(app.get(path).await));
    }
    seen += &told(app.send("POST", "/", None, None).await);
    expect![[r#"
        /nothing: 404 404 / # Not found / There is no such page here. / To the projects Log in
        /acme/secret: 404 404 / # Not found / There is no such project here. / To the projects Log in
        /acme/unknown: 404 404 / # Not found / There is no such project here. / To the projects Log in
        /acme/secret/settings: 401 401 / # Not logged in / This needs the administrator's token. / To the projects Log in
        /new: 401 401 / # Not logged in / This needs the administrator's token. / To the projects Log in
        /a%20b/c: 404 404 / # Not found / There is no such project here. / To the projects Log in
        /acme/secret/builds/1: 404 404 / # Not found / There is no such project here. / To the projects Log in
        405 405 / # Method not allowed / This address does not answer to this method. / To the projects"#]].assert_eq(&seen);
}

#[sqlx::test(migrator = "plimsoll_server::db::MIGRATOR")]
async fn a_dead_database_is_not_explained_to_visitors(db: PgPool) {
    let app = TestApp::new(db.clone()).await;
    db.close().await;
    let answer = app.get("/").await.expect(StatusCode::SERVICE_UNAVAILABLE);
    expect![[r#"
        503
        # Not available
        The server cannot reach what it needs at the moment. Please try again soon.
        To the projects"#]]
    .assert_eq(&outline(&answer.text()));
}

#[sqlx::test(migrator = "plimsoll_server::db::MIGRATOR")]
async fn a_slash_at_the_end_leads_to_the_page_and_never_elsewhere(db: PgPool) {
    let app = TestApp::new(db).await;
    let answer = app.get("/acme/blinky/?branch=a").await.expect(StatusCode::PERMANENT_REDIRECT);
    assert_eq!(answer.headers["location"], "/acme/blinky?branch=a");
    app.get("//example.org/").await.expect(StatusCode::NOT_FOUND);
}
