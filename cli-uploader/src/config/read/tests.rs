//! Every mistake in the file is named with its place.

use super::*;
use expect_test::{Expect, expect};

#[track_caller]
fn check_mistake(text: &str, expected: Expect) {
    let mistake = parse(text, Path::new("/repo")).unwrap_err();
    expected.assert_eq(&format!("{}: {}", mistake.line, mistake.message));
}

#[test]
fn a_whole_file_is_understood() {
    let text = r#"
server = "https://plimsoll.example.org"
project = "owner/name"
[[target]]
name = "logger/thumbv6m/release"
elf = "target/logger"
memory = "firmware/memory.x"
map = "firmware/engine.map"
[target.budgets]
RAM = 0x100
FLASH = "16K"
total = 16_384
"#;
    let config = parse(text, Path::new("/repo")).unwrap();
    assert_eq!(config.project.unwrap().to_string(), "owner/name");
    let target = &config.targets[0];
    assert_eq!(target.elf, Path::new("/repo/target/logger"));
    assert_eq!(target.memory, [Path::new("/repo/firmware/memory.x")]);
    assert_eq!(target.map.as_deref(), Some(Path::new("/repo/firmware/engine.map")));
    let budgets: Vec<_> = target.budgets.iter().map(|it| (it.subject.as_str(), it.limit_bytes)).collect();
    assert_eq!(budgets, [("RAM", 256), ("FLASH", 16384), ("total", 16384)]);
}

#[test]
fn an_unknown_key_comes_with_a_suggestion() {
    check_mistake("\nserver_url = \"x\"", expect!["2: unknown key `server_url`: did you mean `server`?"]);
    check_mistake(
        "[[target]]\nname = \"a\"\nelf = \"b\"\nmemroy = \"c\"",
        expect!["4: unknown key `target.memroy`: did you mean `memory`?"],
    );
    check_mistake("zzz = 1", expect!["1: unknown key `zzz`: known are server, project, target"]);
}

#[test]
fn a_wrong_value_is_named_by_its_key() {
    check_mistake("server = 5", expect!["1: `server` must be a text in quotes, not integer"]);
    check_mistake(
        "project = \"name\"",
        expect![[
            r#"1: `project`: a project is named `owner/name`, with letters, digits, `.`, `_` and `-`; `name` is not"#
        ]],
    );
    check_mistake(
        "[[target]]\nname = \"a\"\nelf = \"b\"\n[target.budgets]\nFLASH = \"16Q\"",
        expect![
            "5: `target.budgets.FLASH`: `16Q` is not a number of bytes: write for example 16384, 16K, 16 KiB or 0x4000"
        ],
    );
    check_mistake(
        "[[target]]\nname = \"a\"\nelf = \"b\"\nbudgets = { FLASH = -1 }",
        expect!["4: `target.budgets.FLASH`: a limit is a number of bytes that is not negative"],
    );
}

#[test]
fn what_a_target_lacks_is_said() {
    check_mistake("[[target]]\nname = \"a\"", expect!["1: this `[[target]]` has no `elf`"]);
    check_mistake(
        "[target]\nname = \"a\"",
        expect!["1: `target` must be written as `[[target]]`, once for each"],
    );
    check_mistake(
        "[[target]]\nname = \"a\"\nelf = \"b\"\n[[target]]\nname = \"a\"\nelf = \"c\"",
        expect!["4: a second target is named `a`"],
    );
}

#[test]
fn broken_toml_is_placed() {
    check_mistake(
        "server = \"x\"\nproject = ",
        expect!["2: not TOML: string values must be quoted, expected literal string"],
    );
}
