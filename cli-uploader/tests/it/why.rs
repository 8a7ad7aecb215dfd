//! `why`: the way to a symbol, JSON, and refusals.

use crate::support::{Sandbox, elf};
use expect_test::expect;

/// The image's entry is address 0, so nothing leads to its functions, which only fall through.
fn sandbox() -> Sandbox {
    let sandbox = Sandbox::empty();
    sandbox.file("app.elf", elf_with_entry());
    sandbox
}

/// Execution begins in `main`, and runs on into the function behind it.
fn elf_with_entry() -> Vec<u8> {
    let mut image = elf(&[("main", 64), ("core::fmt::write", 128), ("alpha::new", 8), ("beta::new", 8)]);
    image[24..28].copy_from_slice(&0x1000_0001_u32.to_le_bytes());
    image
}

#[test]
fn the_way_to_a_symbol_is_shown() {
    sandbox().plimsoll(&["why", "app.elf", "fmt::write"]).check(expect![[r#"
        exit 0
        --- stdout
        core::fmt::write: 128 B, 144 B with all that only it leads to (144 B of flash, 0 B of RAM)

        A shortest way, from the entry point
                  at  how           symbol
          0x1000003e  runs on into  main
                                    core::fmt::write

        Kept by
                  at  times  symbol
          0x1000003e      1  main

        Every way leads through
             address  symbol
          0x10000000  main
    "#]]);
}

#[test]
fn the_answer_is_json_as_documented() {
    let output = sandbox().plimsoll(&["why", "app.elf", "core::fmt::write", "--json"]).output();
    let why: serde_json::Value = serde_json::from_slice(&output.stdout).unwrap();
    assert_eq!(
        (&why["size_bytes"], &why["reachable"], &why["root"]),
        (&128.into(), &true.into(), &"entry".into())
    );
    assert_eq!(why["path"][0]["kind"], "fall_through");
    assert_eq!(why["kept_by"][0]["name"], "main");
}

#[test]
fn what_is_not_there_or_not_one_is_refused() {
    let sandbox = sandbox();
    sandbox.plimsoll(&["why", "app.elf", "missing"]).check(expect![[r#"
        exit 2
        --- stderr
        error: app.elf: no symbol is called "missing"
        hint: `plimsoll analyze --all` lists all symbols
    "#]]);
    sandbox.plimsoll(&["why", "app.elf", "new"]).check(expect![[r#"
        exit 2
        --- stderr
        error: app.elf: 2 symbols fit "new", for example alpha::new@0x100000c0, beta::new@0x100000c8
        hint: write more of the name, a mangled one, or NAME@0xADDRESS
    "#]]);
}
