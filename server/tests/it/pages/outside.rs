//! What has a name and no byte of the image, on the page of symbols.

use super::outline::outline;
use super::{measured, page};
use crate::support::{History, TestApp, elf};
use expect_test::expect;
use sqlx::PgPool;

/// `main` calls a function of a ROM.
const IMAGE: &str = "
    section .text 0x10000100 16 x
    section .defmt 0 2 noalloc
    func main 0x10000101 16
    half .text 0 0xf00f
    half .text 2 0xfffe
    absolute rom_<put> 0x10010101 0
    absolute rom_alias 0x10010101 0 local
    absolute STACK_SIZE 0x1000 0
    object {\"tag\":\"defmt_info\"} 0 1 in .defmt
    object _defmt_version_·=·4 1 1 in .defmt";

#[sqlx::test(migrator = "plimsoll_server::db::MIGRATOR")]
async fn what_code_calls_outside_of_the_image_stands_below_its_symbols(db: PgPool) {
    let app = TestApp::new(db).await;
    let project = app.project("acme/blinky").await;
    let built = measured(&app, &project, History::on_main(1), &elf::build(IMAGE)).await;
    let shown = outline(&page(&app, &format!("/acme/blinky/builds/{}/symbols", built.build.id)).await);
    let outside = shown.split("## Outside").nth(1).unwrap();
    expect![[r#"
         of the image
        3 absolute symbols name addresses and numbers that the linker was told. Code calls 1 of these addresses, such as functions in a mask ROM, and uses 0 otherwise. They take neither flash nor RAM of this image.
        defmt (version 4) sends numbers in place of 1 text. The names, 20 B, stay on the host and take no flash.
        What code refers to there
        | Absolute symbol | Address | How | By symbols | The first of them |
        | rom_<put> = rom_alias | 0x10010100 | called | 1 | main |"#]].assert_eq(outside);
    let plain = elf::build("section .text 0x10000100 4 x\nfunc main 0x10000101 4");
    let built = measured(&app, &project, History::on_main(2), &plain).await;
    let shown = outline(&page(&app, &format!("/acme/blinky/builds/{}/symbols", built.build.id)).await);
    assert!(!shown.contains("Outside"), "{shown}");
}
