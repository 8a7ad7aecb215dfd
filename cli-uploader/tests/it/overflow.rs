//! An image that runs over the end of a region: exit code, words, JSON.

use crate::support::{Sandbox, elf};
use serde_json::Value;

const MEMORY: &str = "MEMORY { FLASH (rx) : ORIGIN = 0x10000000, LENGTH = 128
    SETTINGS (r) : ORIGIN = 0x10000080, LENGTH = 1K }";

fn sandbox() -> Sandbox {
    let sandbox = Sandbox::with_commits(1);
    sandbox.file("big.elf", elf(&[("main", 64), ("fmt", 128), ("gone", 8)]));
    sandbox.file("memory.x", MEMORY);
    sandbox
}

#[test]
fn an_upload_fails_with_and_without_a_budget() {
    let sandbox = sandbox();
    let upload = ["upload", "big.elf", "--target", "a", "--dry-run", "--memory", "memory.x"];
    for budget in [&[][..], &["--budget", "FLASH=4K"], &["--budget", "total=4K"]] {
        let output = sandbox.plimsoll(&[&upload[..], budget].concat()).output();
        let stdout = String::from_utf8(output.stdout).unwrap();
        assert_eq!(output.status.code(), Some(1), "{budget:?}: {stdout}");
        let words = "FLASH overflows by 72 B, into SETTINGS: 200 B of 128 B are needed";
        assert!(stdout.contains(words), "{stdout}");
    }
}

#[test]
fn analyze_warns_and_shows_it() {
    let output = sandbox().plimsoll(&["analyze", "big.elf", "--memory", "memory.x"]).output();
    let (stdout, stderr) =
        (String::from_utf8(output.stdout).unwrap(), String::from_utf8(output.stderr).unwrap());
    assert_eq!(output.status.code(), Some(0));
    assert!(
        stdout.contains("FLASH, overflows by 72 B into SETTINGS") && stdout.contains("156.2 %"),
        "{stdout}"
    );
    let warning = "region FLASH: needs 200 of 128 bytes: it runs 72 over its end, into SETTINGS";
    assert!(stderr.contains(warning), "{stderr}");
}

#[test]
fn json_tells_the_figures() {
    let output = sandbox().plimsoll(&["analyze", "big.elf", "--memory", "memory.x", "--json"]).output();
    let report: Value = serde_json::from_slice(&output.stdout).unwrap();
    let flash = &report["regions"][0];
    let told = [&flash["used_bytes"], &flash["overflow_bytes"], &flash["overwrites"][0]];
    assert_eq!(told, [&Value::from(200), &Value::from(72), &Value::from("SETTINGS")]);
}
