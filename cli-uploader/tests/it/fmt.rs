//! `fmt`: blame, predictions, and refusals.

use crate::support::{Sandbox, elf};
use expect_test::expect;
use std::path::PathBuf;

/// A sandbox with a measured program as `app.elf`. Without it there is none, and a message.
fn with_measured_program() -> Option<Sandbox> {
    let path: PathBuf =
        [env!("CARGO_MANIFEST_DIR"), "..", "..", "shared", "fmt-truth", "n-all.elf.zst"].iter().collect();
    let Ok(packed) = std::fs::read(&path) else {
        eprintln!("skipped: there is no {}", path.display());
        return None;
    };
    let sandbox = Sandbox::empty();
    sandbox.file("app.elf", zstd::decode_all(packed.as_slice()).unwrap());
    Some(sandbox)
}

#[test]
fn lines_that_format_are_listed_with_what_they_cost() {
    let Some(sandbox) = with_measured_program() else { return };
    let text = String::from_utf8(sandbox.plimsoll(&["fmt", "app.elf", "-n", "2"]).output().stdout).unwrap();
    let line = text.lines().find(|it| it.contains("app.rs:43")).unwrap();
    assert!(line.ends_with("fw     fw::app::sens::temp"), "{line}");
    assert!(text.contains("without any of it: saves at least 14,"), "{text}");
    assert!(text.contains("and 5 more"), "{text}");
    assert!(text.contains("within 5 % or 64 B"), "{text}");
}

#[test]
fn a_prediction_is_json_as_documented() {
    let Some(sandbox) = with_measured_program() else { return };
    let ask = |arguments: &[&str]| {
        let output = sandbox.plimsoll(&[&["fmt", "app.elf", "--json"], arguments].concat()).output();
        serde_json::from_slice::<serde_json::Value>(&output.stdout).unwrap()
    };
    let (first, second) = (ask(&["--without", "app.rs:25"]), ask(&["--without", "app.rs:34"]));
    let both = ask(&["--without", "app.rs:25,src/app.rs:34"]);
    let bytes = |it: &serde_json::Value| it["saves_at_least_bytes"].as_u64().unwrap();
    assert!(bytes(&both) > bytes(&first) + bytes(&second), "what only the two share goes with both");
    assert_eq!(both["lines"].as_array().unwrap().len(), 2);
    assert!(both["measured_error"]["median_percent"].as_f64().unwrap() <= 2.0);
    assert!(bytes(&ask(&["--without-all"])) > bytes(&both));
}

#[test]
fn what_cannot_be_answered_is_refused_with_a_hint() {
    let sandbox = Sandbox::empty();
    sandbox.file("app.elf", elf(&[("main", 64), ("core::fmt::write", 128)]));
    sandbox.plimsoll(&["fmt", "app.elf"]).check(expect![[r#"
        exit 2
        --- stderr
        error: app.elf: there is no debug information, so nothing is known about source lines
        hint: build with `debug = "line-tables-only"` in the profile; it adds nothing to the image
    "#]]);
    sandbox.plimsoll(&["fmt", "app.elf", "--without", "main.rs"]).check(expect![[r#"
        exit 2
        --- stderr
        error: invalid value 'main.rs' for '--without <FILE:LINE>': write FILE:LINE, such as src/main.rs:42

        For more information, try '--help'.
    "#]]);
}

#[test]
fn a_line_without_code_is_refused() {
    let Some(sandbox) = with_measured_program() else { return };
    sandbox.plimsoll(&["fmt", "app.elf", "--without", "src/app.rs:1"]).check(expect![[r#"
        exit 2
        --- stderr
        error: app.elf: no code comes from src/app.rs:1
        hint: lines of that file that format: 25, 34, 43, 48, 56, 65, 74
    "#]]);
    sandbox.plimsoll(&["fmt", "app.elf", "--without", "rc/app.rs:25"]).check(expect![[r#"
        exit 2
        --- stderr
        error: app.elf: no code comes from rc/app.rs:25
        hint: `plimsoll fmt ELF --all` lists the lines that format; a file matches by the end of its path
    "#]]);
}
