//! The server's answers.

use serde_json::{Value, json};

/// A build that waits for its analysis.
pub(crate) fn answer(target: &str, commit: &str) -> Value {
    json!({
        "build": {
            "id": "00000000-0000-7000-8000-000000000001",
            "url": "https://plimsoll.example.org/ada/engine/builds/1",
            "target": target, "commit": commit, "branch": "main", "pull_request": null,
            "author": "Ada Lovelace", "message": "Commit 2", "committed_at": "2026-01-31T11:00:00Z",
            "state": "queued", "failure": null, "figures": null
        },
        "created": true, "baseline": null, "deltas": [], "verdicts": [], "over_budget": false,
        "symbol_changes": [], "compare_url": null
    })
}

/// The same, measured: flash grew from 1,948 to 5,964 bytes.
pub(crate) fn measured(target: &str, commit: &str) -> Value {
    let mut answer = answer(target, commit);
    answer["build"]["state"] = "measured".into();
    answer["build"]["figures"] = json!({ "flash_bytes": 5964, "ram_bytes": 272, "formatting_bytes": 3012 });
    answer["baseline"] = json!({
        "id": "00000000-0000-7000-8000-000000000002",
        "url": "https://plimsoll.example.org/ada/engine/builds/2",
        "commit": "ba5e".repeat(10), "commits_behind": 0
    });
    answer["deltas"] = json!([
        delta("total", "flash", 1948, 5964, None),
        delta("total", "ram", 272, 272, None),
        delta("total", "formatting", 0, 3012, None),
        delta("region", "FLASH", 1948, 5964, Some(2_096_896)),
        delta("region", "RAM", 272, 272, Some(262_144)),
        delta("region", "SRAM4", 0, 0, Some(4096)),
    ]);
    answer["symbol_changes"] = json!([
        { "name": "core::fmt::Formatter::pad_integral", "section": ".text", "crate": "core",
          "old_bytes": null, "new_bytes": 452, "delta_bytes": 452, "kind": "new" },
        { "name": "main", "section": ".text", "crate": null,
          "old_bytes": 200, "new_bytes": 120, "delta_bytes": -80, "kind": "shrunk" },
    ]);
    answer["compare_url"] = "https://plimsoll.example.org/ada/engine/compare/2/1".into();
    answer
}

/// Measured, with FLASH over its budget.
pub(crate) fn over_budget(target: &str, commit: &str) -> Value {
    let mut answer = measured(target, commit);
    answer["over_budget"] = true.into();
    answer["verdicts"] = json!([
        { "subject": "FLASH", "limit_bytes": 4096, "used_bytes": 5964, "over_bytes": 1868, "within": false },
        { "subject": "RAM", "limit_bytes": 1024, "used_bytes": 272, "over_bytes": 0, "within": true },
    ]);
    answer
}

/// Measured, and nothing is different.
pub(crate) fn unchanged(target: &str, commit: &str) -> Value {
    let mut answer = measured(target, commit);
    answer["symbol_changes"] = json!([]);
    answer["deltas"] = json!([
        delta("total", "flash", 5964, 5964, None),
        delta("total", "ram", 272, 272, None),
        delta("total", "formatting", 3012, 3012, None),
    ]);
    answer
}

/// The list of builds that these answers belong to.
pub(crate) fn list(answers: &[Value]) -> Value {
    answers.iter().map(|it| it["build"].clone()).collect()
}

fn delta(kind: &str, name: &str, old: u64, new: u64, length: Option<u64>) -> Value {
    json!({
        "kind": kind, "name": name, "old_bytes": old, "new_bytes": new,
        "length_bytes": length, "delta_bytes": new as i64 - old as i64
    })
}
