//! Where symbols were linked from, on the page of symbols.

use super::outline::outline;
use super::{measured, page};
use crate::support::{History, TestApp};
use axum::http::StatusCode;
use expect_test::expect;
use plimsoll_protocol::BuildAnswer;
use sqlx::PgPool;

#[sqlx::test(migrator = "plimsoll_server::db::MIGRATOR")]
async fn where_symbols_were_linked_from_is_a_column_that_orders_and_is_searched(db: PgPool) {
    let app = TestApp::new(db).await;
    let project = app.project("acme/blinky").await;
    let elf = History::elf(3, 100);
    let stored = app.try_upload_with_map(&project, &History::on_main(1), (&elf, History::MAP)).await;
    let stored: BuildAnswer = stored.expect(StatusCode::ACCEPTED).parse();
    app.work().await;
    let symbols = format!("/acme/blinky/builds/{}/symbols", stored.build.id);
    let shown = outline(&page(&app, &format!("{symbols}?sort=linked_from")).await) + "\n";
    expect![[r#"
        Find […] Kind
        Find
        8 of 8 symbols shown, 8,188 B in all
        | Symbol | Size | Retained | Kind | Crate | Section | Linked from | Address | Share |
        | function_0 | 16 B | 16 B unreachable | function | | .text | .text.functions of libhelp.a(first.o) | 0x10000400 | |
        | function_1 | 16 B | 16 B unreachable | function | | .text | .text.functions of libhelp.a(first.o) | 0x10000410 | |
        | function_2 | 16 B | 16 B unreachable | function | | .text | .text.functions of libhelp.a(last.o) | 0x10000420 | |
        | main | 100 B | 100 B unreachable | function | | .text | .text.main of main.o | 0x10000000 | |
        | space in .text for .rodata.keep of libhelp.a(<b>.o) | 6,078 B | 6,078 B unreachable | reservation | | .text | | 0x10000840 | |
        | code of function_2 for function_2 | 976 B | 976 B unreachable | function | | .text | | 0x10000430 | |
        | code of main for main | 922 B | 922 B unreachable | function | | .text | | 0x10000064 | |
        | .rodata.keep of libhelp.a(<b>.o) for code of function_2 | 64 B | 64 B unreachable | constant | | .text | | 0x10000800 | |
        What a symbol retains would go with it: its own bytes and all that only it leads to.
    "#]]
    .assert_eq(shown.split("## Symbols\n").nth(1).unwrap());
    let found = outline(&page(&app, &format!("{symbols}?filter=LAST.O")).await);
    assert!(found.contains("1 of 8 symbols fit"), "{found}");
    let first_page = page(&app, &format!("/acme/blinky/builds/{}", stored.build.id)).await;
    assert!(first_page.contains(&format!("/builds/{}/map\" download>Map", stored.build.id)));
}

#[sqlx::test(migrator = "plimsoll_server::db::MIGRATOR")]
async fn what_only_the_map_names_can_be_asked_about(db: PgPool) {
    let app = TestApp::new(db).await;
    let project = app.project("acme/blinky").await;
    let elf = History::elf(3, 100);
    let stored = app.try_upload_with_map(&project, &History::on_main(1), (&elf, History::MAP)).await;
    let stored: BuildAnswer = stored.expect(StatusCode::ACCEPTED).parse();
    let name = "symbol=.rodata.keep+of+libhelp.a(%3Cb%3E.o)";
    app.get(&format!("/acme/blinky/builds/{}/why?{name}", stored.build.id)).await.expect(StatusCode::OK);
    let path = format!("/api/v1/projects/acme/blinky/builds/{}/why?{name}", stored.build.id);
    app.get(&path).await.expect(StatusCode::OK);
    let without = app.upload(&project, &History::on_main(2), &elf).await;
    let path = format!("/acme/blinky/builds/{}/why?{name}", without.build.id);
    app.get(&path).await.expect(StatusCode::NOT_FOUND);
}

#[sqlx::test(migrator = "plimsoll_server::db::MIGRATOR")]
async fn without_a_map_nothing_is_said_of_where_symbols_were_linked_from(db: PgPool) {
    let app = TestApp::new(db).await;
    let project = app.project("acme/blinky").await;
    let built = measured(&app, &project, History::on_main(1), &History::elf(3, 100)).await;
    let page = page(&app, &format!("/acme/blinky/builds/{}/symbols", built.build.id)).await;
    assert!(!page.contains("Linked from") && page.contains("name, crate or section"));
}
