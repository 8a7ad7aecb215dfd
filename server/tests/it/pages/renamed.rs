//! A function that was renamed, and moved: its page and its JSON.

use super::outline::outline;
use super::{measured, page};
use crate::support::{History, TestApp, elf};
use expect_test::expect;
use sqlx::PgPool;

/// An image with one function of eight instructions that are worth remembering.
fn image(name: &str, section: &str) -> Vec<u8> {
    let instructions = [0x4803, 0x1c41, 0x434a, 0x1a53, 0x0052, 0x4393, 0x4058, 0x4770];
    let mut text = format!("section {section} 0x10000000 64 x\nfunc {name} 0x10000001 16\n");
    for (instruction, at) in instructions.iter().zip((0..).step_by(2)) {
        text.push_str(&format!("half {section} {at} {instruction}\n"));
    }
    elf::build(&text)
}

#[sqlx::test(migrator = "plimsoll_server::db::MIGRATOR")]
async fn both_names_of_a_function_lead_to_its_history(db: PgPool) {
    let app = TestApp::new(db).await;
    let project = app.project("acme/blinky").await;
    let mut builds = Vec::new();
    for (number, name, section) in
        [(1, "uart::send", ".text"), (2, "serial::send", ".text"), (3, "serial::send", ".ram")]
    {
        builds.push(measured(&app, &project, History::on_main(number), &image(name, section)).await);
    }
    let renamed = builds[1].symbol_changes.first().unwrap();
    assert_eq!((renamed.name.as_str(), renamed.old_name.as_deref()), ("serial::send", Some("uart::send")));
    let points = async |name: &str| app.read(&project, &format!("symbols?target=app&name={name}")).await;
    let old = points("uart::send").await;
    assert_eq!(old.as_array().unwrap().len(), 2);
    assert_eq!((&old[1]["name"], &old[1]["old_name"]), (&"serial::send".into(), &"uart::send".into()));
    let new = points("serial::send").await;
    assert_eq!((&new[1]["section"], &new[1]["old_section"]), (&".ram".into(), &".text".into()));
    let shown = async |name: &str| page(&app, &format!("/acme/blinky/symbols?target=app&name={name}")).await;
    expect![[r#"
        acme /
        blinky
        public
        Overview Alerts Compare
        # uart::send
        in app : the builds that changed its size, newest first.
        | Build | Branch | Section | Before | After | Change | Kind |
        | 0000000000 Commit 2 Ada, 2026-11-20 10:02 UTC | main | .text | 16 B | 16 B | ±0 B | renamed to serial::send |
        | 0000000000 Commit 1 Ada, 2026-11-20 10:01 UTC | main | .text | – | 16 B | +16 B | new |"#]].assert_eq(&outline(&shown("uart::send").await));
    expect![[r#"
        acme /
        blinky
        public
        Overview Alerts Compare
        # serial::send
        in app : the builds that changed its size, newest first.
        | Build | Branch | Section | Before | After | Change | Kind |
        | 0000000000 Commit 3 Ada, 2026-11-20 10:03 UTC | main | .ram from .text | 16 B | 16 B | ±0 B | moved |
        | 0000000000 Commit 2 Ada, 2026-11-20 10:02 UTC | main | .text | 16 B | 16 B | ±0 B | renamed from uart::send |"#]].assert_eq(&outline(&shown("serial::send").await));
    let compare = urls(&builds[0], &builds[2]);
    expect![[r#"
        acme /
        blinky
        public
        Overview Alerts Compare
        # Compare
        Swap Before After
        Compare
        ## Before
        0000000000 Commit 1 Ada, 2026-11-20 10:01 UTC · main · app
        ## After
        0000000000 Commit 3 Ada, 2026-11-20 10:03 UTC · main · app
        Flash ±0 B 64 B → 64 B
        RAM ±0 B 0 B → 0 B
        Formatting, at least ±0 B 0 B → 0 B
        ## By region
        2 the same; initial values of variables count where they are stored and where they run
        | Region | Before | After | Change | Kind | Share |
        | FLASH | 64 B | 64 B | ±0 B | same | |
        | RAM | 0 B | 0 B | ±0 B | same | |
        | Sum | | | ±0 B | |
        ## By section
        1 new, 1 gone
        | Section | Before | After | Change | Kind | Share |
        | .ram | – | 64 B | +64 B | new | |
        | .text | 64 B | – | −64 B | gone | |
        | Sum | | | ±0 B | |
        ## By crate
        nothing changed; bytes of their symbols, flash and RAM together, and what no symbol owns
        ## By symbol
        1 renamed
        | Symbol | Before | After | Change | Kind | Share |
        | serial::send .ram renamed from uart::send, .text | 16 B | 16 B | ±0 B | renamed | |
        | Sum | | | ±0 B | |"#]]
    .assert_eq(&outline(&page(&app, &compare).await));
}

fn urls(old: &plimsoll_protocol::BuildAnswer, new: &plimsoll_protocol::BuildAnswer) -> String {
    format!("/acme/blinky/compare?old={}&new={}", old.build.id, new.build.id)
}
