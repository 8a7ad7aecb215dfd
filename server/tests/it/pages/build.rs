//! A build's pages: the overview and its parts.

use super::outline::outline;
use super::{page, voyage};
use crate::support::{History, TestApp};
use axum::http::StatusCode;
use expect_test::expect;
use sqlx::PgPool;

#[sqlx::test(migrator = "plimsoll_server::db::MIGRATOR")]
async fn a_build_shows_first_how_it_stands_then_what_it_is_made_of(db: PgPool) {
    let app = TestApp::new(db).await;
    let (_, builds) = voyage(&app).await;
    let path = format!("/acme/blinky/builds/{}", builds[1].build.id);
    let shown = outline(&page(&app, &path).await);
    let own = shown.replace(&builds[1].build.id.to_string(), "BUILD");
    expect![[r#"
        acme /
        blinky
        public
        Blinks.
        Overview Alerts 1 Compare
        # Commit 2
        over 1 budget 0000000000 of app on main by Ada, 2026-11-20 10:02 UTC
        Overview Formatting and panics Stack Symbols Source Duplicates Advice
        ## Over the line
        FLASH : 408 B over the line (8,600 B of 8,192 B allowed)
        Flash 8,600 B 8.4 KiB +600 B +7.5 %
        RAM 64 B ±0 B
        +600 B of flash: function_1, asked for by function_0
        What changed
        ## What could be saved
        Duplicates : up to 16 B are there more than once
        ## Regions
        ### FLASH
        8,600 B 8.4 KiB
        408 B over the line
        105.0 % of the budget 8,192 B
        capacity 2,097,152 B
        ### RAM
        64 B
        262,080 B free
        < 0.1 % of 262,144 B
        FLASH 8,600 B 8.4 KiB from 0x10000000, flash, from the linker script
        | Section | Address | View | Size | Share |
        | .text | 0x10000000 | runs here | 8,600 B | |
        | Total | | 8,600 B | |
        | of it 8,596 B owned by symbols, 4 B alignment filler, 0 B unclaimed |
        RAM 64 B from 0x20000000, RAM, from the linker script
        | Section | Address | View | Size | Share |
        | .bss | 0x20000000 | runs here | 64 B | |
        | Total | | 64 B | |
        | of it 0 B owned by symbols, 0 B alignment filler, 64 B unclaimed |
        ## Sections
        as cargo size -A lists them
        | section | size | addr | addr, hexadecimal | takes memory |
        | .text | 8600 | 268435456 | 0x10000000 | code |
        | .bss | 64 | 536870912 | 0x20000000 | RAM only |
        | Total | 8664 | |
        ## This build
        Commit 0000000000000000000000000000000000000002
        Uploaded 2026-11-20 12:00 UTC
        Compared with 0000000000 , the commit it builds on
        Compare with another build ELF 13,068 B Report, JSON"#]]
    .assert_eq(&own);
}

#[sqlx::test(migrator = "plimsoll_server::db::MIGRATOR")]
async fn symbols_are_found_and_ordered_by_address_alone(db: PgPool) {
    let app = TestApp::new(db).await;
    let (_, builds) = voyage(&app).await;
    let path = format!("/acme/blinky/builds/{}/symbols?filter=FUNCTION&sort=name", builds[2].build.id);
    let shown = outline(&page(&app, &path).await);
    let table = shown.split("## Symbols").nth(1).unwrap();
    expect![[r#"

        Find […]
        Find
        4 of 6 symbols fit, 7,474 B in all; 4 shown · Clear
        | Symbol | Size | Retained | Kind | Crate | Section | Address | Share |
        | code of function_2 for function_2 | 7,426 B | 7,426 B unreachable | function | | .text | 0x10000430 | |
        | function_0 | 16 B | 16 B unreachable | function | | .text | 0x10000400 | |
        | function_1 | 16 B | 16 B unreachable | function | | .text | 0x10000410 | |
        | function_2 | 16 B | 16 B unreachable | function | | .text | 0x10000420 | |
        What a symbol retains would go with it: its own bytes and all that only it leads to."#]]
    .assert_eq(table);
}

/// Every part of a build's pages, by the last word of its address.
const PARTS: [&str; 6] = ["formatting", "stack", "symbols", "source", "duplicates", "advice"];

#[sqlx::test(migrator = "plimsoll_server::db::MIGRATOR")]
async fn a_build_that_waits_has_all_its_pages(db: PgPool) {
    let app = TestApp::new(db).await;
    let project = app.project("acme/blinky").await;
    let stored = app.upload(&project, &History::on_main(1), &History::elf(3, 100)).await;
    for part in PARTS {
        let shown = outline(&page(&app, &format!("/acme/blinky/builds/{}/{part}", stored.build.id)).await);
        assert!(shown.contains("## Waiting to be measured"), "{part}: {shown}");
    }
}

#[sqlx::test(migrator = "plimsoll_server::db::MIGRATOR")]
async fn a_part_of_an_unknown_build_is_not_found(db: PgPool) {
    let app = TestApp::new(db).await;
    app.project("acme/blinky").await;
    for part in PARTS {
        let path = format!("/acme/blinky/builds/{}/{part}", uuid::Uuid::nil());
        app.get(&path).await.expect(StatusCode::NOT_FOUND);
    }
}
