//! What was typed, the file, the environment and git: the plan, seen through dry runs and refusals.

use crate::support::Sandbox;
use expect_test::expect;

const CONFIG: &str = r#"
server = "http://localhost:1"
project = "ada/engine"
[[target]]
name = "engine/release"
elf = "fw.elf"
memory = "memory.x"
[target.budgets]
FLASH = "1K"
total = 100
"#;

const MEMORY: &str = "MEMORY { FLASH : ORIGIN = 0x10000000, LENGTH = 64K }";

fn configured() -> Sandbox {
    let sandbox = Sandbox::with_commits(3);
    sandbox.file("plimsoll.toml", CONFIG);
    sandbox.file("memory.x", MEMORY);
    sandbox.file("deep/down/here", "");
    sandbox
}

#[test]
fn all_targets_of_the_file_are_found_from_any_folder_of_the_repository() {
    configured().plimsoll(&["upload", "--dry-run"]).within("deep/down").check(expect![[r#"
        exit 1
        --- stdout
        engine/release 127f7df1c6: flash 192 B, RAM 0 B, formatting 0 B
          FLASH is within its budget of 1,024 B, 832 B left
          total is 92 B over its budget of 100 B
          would send: ELF of 548 B, branch main, 2 ancestors, memory layout memory.x, message “Commit 3”
    "#]]);
}

#[test]
fn an_elf_is_matched_to_its_target_by_its_path() {
    configured().plimsoll(&["upload", "--dry-run", "../../fw.elf"]).within("deep/down").check(expect![[r#"
        exit 1
        --- stdout
        engine/release 127f7df1c6: flash 192 B, RAM 0 B, formatting 0 B
          FLASH is within its budget of 1,024 B, 832 B left
          total is 92 B over its budget of 100 B
          would send: ELF of 548 B, branch main, 2 ancestors, memory layout memory.x, message “Commit 3”
    "#]]);
}

#[test]
fn a_flag_goes_before_the_file() {
    let flags = ["upload", "-n", "fw.elf", "--target", "engine/release", "--budget", "total=0x400"];
    configured().plimsoll(&flags).check(expect![[r#"
        exit 0
        --- stdout
        engine/release 127f7df1c6: flash 192 B, RAM 0 B, formatting 0 B
          FLASH is within its budget of 1,024 B, 832 B left
          total is within its budget of 1,024 B, 832 B left
          would send: ELF of 548 B, branch main, 2 ancestors, memory layout memory.x, message “Commit 3”
    "#]]);
}

#[test]
fn a_budget_on_a_region_that_is_not_there_is_a_mistake_and_not_over_budget() {
    let sandbox = configured();
    sandbox.plimsoll(&["upload", "-n", "--budget", "NOPE=1K"]).check(expect![[r#"
        exit 2
        --- stderr
        error: --budget NOPE: memory.x has no such region
        hint: it has FLASH; `total` is all bytes that are stored, `static` all RAM that is not only set aside
    "#]]);
    // Said before anything is sent.
    sandbox.plimsoll(&["upload", "--budget", "NOPE=1K"]).env("PLIMSOLL_TOKEN", "t").check(expect![[r#"
        exit 2
        --- stderr
        error: --budget NOPE: memory.x has no such region
        hint: it has FLASH; `total` is all bytes that are stored, `static` all RAM that is not only set aside
    "#]]);
    sandbox.file("plimsoll.toml", CONFIG.replace("FLASH =", "FLASHY ="));
    sandbox.plimsoll(&["upload", "-n"]).check(expect![[r#"
        exit 2
        --- stderr
        error: plimsoll.toml: the budget on FLASHY of `engine/release`: memory.x has no such region
        hint: it has FLASH; `total` is all bytes that are stored, `static` all RAM that is not only set aside
    "#]]);
    // Without scripts the image tells.
    sandbox.file("plimsoll.toml", CONFIG.replace("memory =", "# memory ="));
    sandbox.plimsoll(&["upload", "-n"]).check(expect![[r#"
        exit 2
        --- stderr
        error: plimsoll.toml: the budget on FLASH of `engine/release`: DIR/fw.elf has no such region
        hint: it has flash; `total` is all bytes that are stored, `static` all RAM that is not only set aside
    "#]]);
}

#[test]
fn an_elf_without_a_target_is_refused_with_the_names_that_there_are() {
    let sandbox = configured();
    sandbox.file("other.elf", "");
    sandbox.plimsoll(&["upload", "other.elf"]).check(expect![[r#"
        exit 2
        --- stderr
        error: no target is named for other.elf
        hint: no [[target]] of plimsoll.toml has this `elf`; add `--target NAME`, e.g. `engine/release`
    "#]]);
    Sandbox::with_commits(1).plimsoll(&["upload", "fw.elf"]).check(expect![[r#"
        exit 2
        --- stderr
        error: no target is named for fw.elf
        hint: add `--target NAME`, or a [[target]] with this `elf` to plimsoll.toml
    "#]]);
}

#[test]
fn an_elf_that_does_not_exist_is_said_before_its_target_is_missed() {
    let sandbox = configured();
    sandbox.plimsoll(&["upload", "nofile.elf"]).check(expect![[r#"
        exit 2
        --- stderr
        error: nofile.elf does not exist
        hint: build it first, or check the path; then name its target with `--target NAME`
    "#]]);
}

#[test]
fn targets_and_elfs_have_to_pair() {
    configured().plimsoll(&["upload", "fw.elf", "--target", "a", "--target", "b"]).check(expect![[r#"
        exit 2
        --- stderr
        error: 2 --target for 1 ELF: give one for each, in order, or none
    "#]]);
    configured().plimsoll(&["upload", "--target", "nobody"]).check(expect![[r#"
        exit 2
        --- stderr
        error: plimsoll.toml has no target `nobody`
        hint: it has `engine/release`
    "#]]);
}

#[test]
fn nothing_to_upload_is_said() {
    Sandbox::with_commits(1).plimsoll(&["upload"]).check(expect![[r#"
        exit 2
        --- stderr
        error: nothing to upload: no ELF was given and there is no plimsoll.toml
        hint: try `plimsoll upload ELF --target NAME`; `plimsoll upload --help` shows the file's format
    "#]]);
}

#[test]
fn a_mistake_in_the_file_is_named_by_line_and_key() {
    let sandbox = Sandbox::with_commits(1);
    sandbox.file("plimsoll.toml", CONFIG.replace("memory =", "memroy ="));
    sandbox.plimsoll(&["upload"]).check(expect![[r#"
        exit 2
        --- stderr
        error: DIR/plimsoll.toml:7: unknown key `target.memroy`: did you mean `memory`?
        hint: `plimsoll upload --help` shows the format
    "#]]);
}

#[test]
fn a_mistake_in_the_memory_script_is_told_before_anything_is_sent() {
    let sandbox = configured();
    sandbox.file("memory.x", "MEMORY {\n  FLASH : ORIGIN = , LENGTH = 64K\n}");
    sandbox.plimsoll(&["upload"]).check(expect![[r#"
        exit 2
        --- stderr
        error: memory.x: line 2, column 20: expected a number, found `,`
    "#]]);
}

#[test]
fn server_project_and_token_have_to_come_from_somewhere() {
    let sandbox = Sandbox::with_commits(1);
    let upload = ["upload", "fw.elf", "--target", "a"];
    sandbox.plimsoll(&upload).check(expect![[r#"
        exit 2
        --- stderr
        error: no project is named
        hint: write `project = "owner/name"` into plimsoll.toml, or use --project or PLIMSOLL_PROJECT
    "#]]);
    sandbox.plimsoll(&upload).env("PLIMSOLL_PROJECT", "ada/engine").check(expect![[r#"
        exit 2
        --- stderr
        error: no server is named
        hint: write `server = "https://…"` into plimsoll.toml, or use --server or PLIMSOLL_URL
    "#]]);
    let run = sandbox.plimsoll(&upload).env("PLIMSOLL_PROJECT", "ada/engine").env("PLIMSOLL_TOKEN", "");
    run.env("PLIMSOLL_URL", "http://localhost:1").check(expect![[r#"
        exit 2
        --- stderr
        error: there is no upload token
        hint: set PLIMSOLL_TOKEN or use --token-file; on GitHub, pull requests from forks get no secrets
    "#]]);
    let run = sandbox.plimsoll(&upload).env("PLIMSOLL_PROJECT", "engine");
    run.check(expect![[r#"
        exit 2
        --- stderr
        error: PLIMSOLL_PROJECT: a project is named `owner/name`; `engine` has no `/`
    "#]]);
    let run = sandbox.plimsoll(&upload).env("PLIMSOLL_PROJECT", "ada/engine");
    run.env("PLIMSOLL_URL", "localhost").check(expect![[r#"
        exit 2
        --- stderr
        error: PLIMSOLL_URL: `localhost` is not the address of a server: relative URL without a base
    "#]]);
}

#[test]
fn without_a_repository_the_facts_have_to_be_given() {
    let sandbox = Sandbox::empty();
    sandbox.file("fw.elf", crate::support::elf(&[("main", 64)]));
    sandbox.plimsoll(&["upload", "-n", "fw.elf", "-t", "a"]).check(expect![[r#"
        exit 2
        --- stderr
        error: the commit is not known: not in a git repository
        hint: run inside the repository, or give --commit and --committed-at (see --help)
    "#]]);
    let commit = "c0ffee".repeat(6) + "abcd";
    let given = ["upload", "-n", "fw.elf", "-t", "a", "--commit", &commit, "--branch", "main"];
    sandbox.plimsoll(&given).check(expect![[r#"
        exit 2
        --- stderr
        error: the time of the commit is not known
        hint: give --committed-at, or fetch the commit
    "#]]);
    let given = [&given[..], &["--committed-at", "2026-01-31T12:00:00Z"]].concat();
    sandbox.plimsoll(&given).check(expect![[r#"
        exit 0
        --- stdout
        a c0ffeec0ff: flash 64 B, RAM 0 B, formatting 0 B
          would send: ELF of 388 B, branch main, 0 ancestors
        --- stderr
        warning: not in a git repository, so there is nothing to compare with; --ancestor or --parent tells
    "#]]);
}

#[test]
fn a_repository_without_commits_is_told_apart_from_none() {
    let sandbox = Sandbox::with_commits(0);
    sandbox.plimsoll(&["upload", "-n", "fw.elf", "-t", "a"]).check(expect![[r#"
        exit 2
        --- stderr
        error: the commit is not known: the repository has no commit yet
        hint: run inside the repository, or give --commit and --committed-at (see --help)
    "#]]);
}

#[test]
fn the_dry_run_prints_what_would_be_sent() {
    let output = configured().plimsoll(&["upload", "--dry-run", "--json"]).output();
    let runs: serde_json::Value = serde_json::from_slice(&output.stdout).unwrap();
    let sent = &runs[0]["would_send"];
    assert_eq!(sent["target"], "engine/release");
    assert_eq!(sent["author"], "Ada Lovelace");
    assert_eq!(sent["message"], "Commit 3");
    assert_eq!(sent["committed_at"], "2026-01-31T12:00:00+01:00");
    assert_eq!(sent["branch"], "main");
    assert_eq!(sent["dirty"], false);
    assert_eq!(sent["memory"]["path"], "memory.x");
    assert_eq!(sent["ancestry"].as_array().unwrap().len(), 2);
    assert_eq!(sent["ancestry"][0], sent["parents"][0]);
    assert_eq!(runs[0]["verdicts"][1]["over_bytes"], 92);
    assert_eq!(output.status.code(), Some(1));
}

#[test]
fn a_changed_work_tree_is_marked() {
    let sandbox = configured();
    sandbox.git(&["add", "memory.x"]);
    sandbox.commit("Add the layout");
    sandbox.file("memory.x", format!("{MEMORY}\n"));
    sandbox.plimsoll(&["upload", "-n", "--budget", "total=1K"]).check(expect![[r#"
        exit 0
        --- stdout
        engine/release 96b5f842a5: flash 192 B, RAM 0 B, formatting 0 B
          FLASH is within its budget of 1,024 B, 832 B left
          total is within its budget of 1,024 B, 832 B left
          would send: ELF of 548 B, branch main, 3 ancestors, memory layout memory.x, message “Add the layout”, uncommitted changes
        --- stderr
        warning: the work tree has uncommitted changes: the build is marked so, sets no budgets and raises no alert
    "#]]);
    let elsewhere = sandbox.plimsoll(&["upload", "-n", "--json", "--commit", "HEAD~1"]).output();
    let runs: serde_json::Value = serde_json::from_slice(&elsewhere.stdout).unwrap();
    assert_eq!(runs[0]["would_send"]["dirty"], false);
}
