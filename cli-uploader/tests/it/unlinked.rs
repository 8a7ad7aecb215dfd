//! `upload --link-error`: what linkers say when a region is too small, told to the server; exit code 1.

use crate::support::{Reply, Sandbox, Stub, answer};
use expect_test::expect;
use serde_json::{Value, json};
use std::path::PathBuf;
use std::process::{Command, Stdio};

const MEMORY: &str =
    "MEMORY { FLASH : ORIGIN = 0x08000000, LENGTH = 2K RAM : ORIGIN = 0x20000000, LENGTH = 1K }\n";
const LOG: &str =
    "ld: app section `.rodata' will not fit in region `FLASH'\nld: region `FLASH' overflowed by 629 bytes\n";
const UPLOAD: [&str; 7] = ["upload", "--link-error", "ld.log", "--target", "engine", "--memory", "memory.x"];

fn sandbox(log: &str) -> Sandbox {
    let sandbox = Sandbox::with_commits(2);
    sandbox.file("ld.log", log);
    sandbox.file("memory.x", MEMORY);
    sandbox
}

/// What the server says of it: judged, with a budget of 1,536 bytes on FLASH.
fn judged(commit: &str) -> Value {
    let mut answer = answer("engine", commit);
    answer["build"]["state"] = "unlinked".into();
    answer["build"]["link_failure"] = json!({ "overflows": [{ "region": "FLASH", "over_bytes": 629, "length_bytes": 2048, "sections": [".rodata"] }] });
    answer["over_budget"] = true.into();
    answer["baseline"] = json!({
        "id": "00000000-0000-7000-8000-000000000002", "url": "https://plimsoll.example.org/b/2",
        "commit": "ba5e".repeat(10), "commits_behind": 0
    });
    answer["deltas"] = json!([{ "kind": "region", "name": "FLASH", "old_bytes": 1500, "new_bytes": 2677,
                                "length_bytes": 2048, "delta_bytes": 1177 }]);
    answer["verdicts"] = json!([{ "subject": "FLASH", "limit_bytes": 1536, "used_bytes": 2677,
                                  "over_bytes": 1141, "within": false }]);
    answer
}

#[test]
fn an_overflow_is_recorded_without_an_elf_and_exits_with_one() {
    let sandbox = sandbox(LOG);
    let stub = Stub::replying([Reply::json(201, judged(&sandbox.head()))]);
    sandbox.plimsoll_with(&stub, &[&UPLOAD[..], &["--wait"]].concat()).check(expect![[r#"
        exit 1
        --- stdout
        engine 5788ae4b60: did not link: FLASH over by 629 B (2,677 of 2,048 B)
          FLASH was 1,500 B at ba5eba5eba
          FLASH is 1,141 B over its budget of 1,536 B
          https://plimsoll.example.org/ada/engine/builds/1
    "#]]);
    let request = stub.request();
    assert_eq!(request.parts().len(), 1);
    let failure = request.build().link_failure.unwrap();
    assert_eq!(failure.to_string(), "FLASH over by 629 B (2,677 of 2,048 B)");
    assert_eq!(failure.overflows[0].sections, [".rodata"]);
    assert!(request.build().memory.is_some());
}

#[test]
fn who_does_not_wait_is_told_too() {
    let sandbox = sandbox(LOG);
    let mut queued = answer("engine", &sandbox.head());
    queued["build"]["link_failure"] = judged("")["build"]["link_failure"].clone();
    let stub = Stub::replying([Reply::json(202, queued)]);
    let run = sandbox.plimsoll_with(&stub, &UPLOAD).env("GITHUB_ACTIONS", "false");
    run.check(expect![[r#"
        exit 1
        --- stdout
        engine 5788ae4b60: did not link: FLASH over by 629 B (2,677 of 2,048 B)
          recorded, https://plimsoll.example.org/ada/engine/builds/1
    "#]]);
}

/// What would be sent of a log, and what is said of it.
fn dry_run(log: &str) -> (Value, String) {
    let sandbox = sandbox(log);
    let output = sandbox.plimsoll(&[&UPLOAD[..], &["--dry-run", "--json"]].concat()).output();
    assert_eq!(output.status.code(), Some(1));
    let runs: Value = serde_json::from_slice(&output.stdout).unwrap();
    (runs[0]["would_send"]["link_failure"]["overflows"].clone(), String::from_utf8(output.stderr).unwrap())
}

#[test]
fn a_lower_bound_says_at_least_wherever_it_is_told() {
    let lld = "rust-lld: error: section '.k10' will not fit in region 'FLASH': overflowed by 78 bytes
        rust-lld: error: section '.k29' will not fit in region 'FLASH': overflowed by 1978 bytes
        rust-lld: error: too many errors emitted, stopping now (use --error-limit=0 to see all errors)\n";
    let (overflows, said) = dry_run(lld);
    assert_eq!(
        overflows,
        json!([{ "region": "FLASH", "over_bytes": 1978, "bound": "at_least", "length_bytes": 2048, "sections": [".k10", ".k29"] }])
    );
    assert!(said.contains("--error-limit=0"), "{said}");
    let output = sandbox(lld).plimsoll(&[&UPLOAD[..], &["--dry-run"]].concat()).output();
    let text = String::from_utf8(output.stdout).unwrap();
    assert!(
        text.contains("did not link: FLASH over by at least 1,978 B (at least 4,026 of 2,048 B)"),
        "{text}"
    );
}

#[test]
fn a_region_is_named_by_its_addresses_where_the_log_has_no_more() {
    let iar = "Error[Lp011]: section placement failed
        unable to allocate space for sections/blocks with a total estimated
        minimum size of 0x500 bytes (max align 0x8) in <[0x20000000-0x200003ff]> (total uncommitted space 0x400).\n";
    let expected = json!([{ "region": "RAM", "over_bytes": 256, "bound": "at_least", "length_bytes": 1024, "sections": [] }]);
    assert_eq!(dry_run(iar), (expected, String::new()));
}

#[test]
fn the_table_of_memory_use_tells_what_an_old_linker_does_not() {
    let avr = "        FLASH:        3100 B         2 KB    151.37%\nld: t.elf section `.text' will not fit in region `FLASH'\n";
    let expected =
        json!([{ "region": "FLASH", "over_bytes": 1052, "length_bytes": 2048, "sections": [".text"] }]);
    assert_eq!(dry_run(avr), (expected, String::new()));
}

#[test]
fn the_log_may_come_from_standard_input() {
    let sandbox = sandbox(LOG);
    let mut command = Command::new(env!("CARGO_BIN_EXE_plimsoll"));
    command.current_dir(sandbox.path()).args([
        "upload",
        "--dry-run",
        "--link-error",
        "-",
        "--target",
        "engine",
    ]);
    let log = std::fs::File::open(sandbox.path().join("ld.log")).unwrap();
    let output = command.stdin(Stdio::from(log)).output().unwrap();
    let stdout = String::from_utf8(output.stdout).unwrap();
    assert!(stdout.contains("did not link: FLASH over by 629 B\n"), "{stdout}");
    assert_eq!(output.status.code(), Some(1));
}

#[test]
fn a_log_without_an_overflow_says_what_was_looked_for() {
    let sandbox = sandbox("ld: undefined reference to `main'\n");
    let stub = Stub::replying([]);
    sandbox.plimsoll_with(&stub, &UPLOAD).check(expect![[r#"
        exit 2
        --- stderr
        error: no region overflows in ld.log
        hint: looked for what GNU ld, lld, armlink and the linkers of IAR and TI say, "region `FLASH' overflowed by 629 bytes", and ESP-IDF, Arduino, PlatformIO and TinyGo after them; a link that failed for another reason has no size
    "#]]);
    sandbox.file("ld.log", LOG);
    sandbox.plimsoll_with(&stub, &UPLOAD[..3]).check(expect![[r#"
        exit 2
        --- stderr
        error: no target is named for --link-error
        hint: add `--target NAME`
    "#]]);
    sandbox.plimsoll_with(&stub, &[&UPLOAD[..], &["--map", "memory.x"]].concat()).check(expect![[r#"
        exit 2
        --- stderr
        error: --map: neither a map of GNU ld nor one of lld: it has none of their headings
    "#]]);
    assert!(stub.requests().is_empty());
}

#[test]
fn a_hostile_log_cannot_paint_the_terminal() {
    let sandbox = sandbox("ld: region `FL\u{202e}ASH' overflowed by 1 bytes\n");
    let output = sandbox.plimsoll(&[&UPLOAD[..], &["--dry-run"]].concat()).output();
    let stdout = String::from_utf8(output.stdout).unwrap();
    assert!(stdout.contains(r"FL\u{202e}ASH over by 1 B"), "{stdout}");
}

#[test]
fn the_comment_says_it_red() {
    let sandbox = Sandbox::empty();
    let document = json!({ "schema_version": 1, "project": "ada/engine", "commit": "c0ff".repeat(10),
                           "pull_request": 7, "answers": [judged(&"c0ff".repeat(10))], "failures": [] });
    sandbox.file("answers.json", document.to_string());
    sandbox.plimsoll(&["comment", "--answers", "answers.json"]).check(expect![[r#"
        exit 0
        --- stdout
        <!-- plimsoll:ada/engine -->
        ### Plimsoll: ❌ 1 target did not link

        | Target | Flash | RAM | Formatting | Budgets |
        |:--|--:|--:|--:|:--|
        | [`engine`](https://plimsoll.example.org/ada/engine/builds/1) |  |  |  | ❌ did not link: FLASH over by 629 B &#40;2,677 of 2,048 B&#41;<br>❌ FLASH is 1,141 B over its budget of 1,536 B |

        At commit c0ffc0ffc0.
    "#]]);
}

const SOURCE: &str = "const char table[3000] = \"abc\"; char buffer[2000];
    __asm__(\".section .text._start,\\\"ax\\\",%progbits\\n.global _start\\n_start: .word table, buffer\\n\");\n";

const SCRIPT: &str = "
    MEMORY { FLASH : ORIGIN = 0x08000000, LENGTH = 2K RAM : ORIGIN = 0x20000000, LENGTH = 1K }
    ENTRY(_start)
    SECTIONS { .text : { *(.text*) *(.rodata*) } > FLASH  .bss (NOLOAD) : { *(.bss*) *(COMMON) } > RAM
               /DISCARD/ : { *(.ARM.*) *(.comment) } }";

/// As the toolchain has it.
fn rust_lld() -> PathBuf {
    let sysroot = Command::new("rustc").args(["--print", "sysroot"]).output().unwrap().stdout;
    let sysroot = PathBuf::from(String::from_utf8(sysroot).unwrap().trim());
    let hosts = std::fs::read_dir(sysroot.join("lib/rustlib")).unwrap();
    let mut programs = hosts.map(|it| it.unwrap().path().join("bin/rust-lld"));
    programs.find(|it| it.exists()).unwrap_or_else(|| "rust-lld".into())
}

/// What the program prints; `None`, with a message, where there is none.
fn printed(sandbox: &Sandbox, program: PathBuf, arguments: &[&str]) -> Option<String> {
    match Command::new(&program).args(arguments).current_dir(sandbox.path()).output() {
        Ok(output) => Some(String::from_utf8_lossy(&[output.stdout, output.stderr].concat()).into_owned()),
        Err(error) => {
            eprintln!("skipped: {}: {error}", program.display());
            None
        }
    }
}

/// 3,008 bytes of code and constants do not fit into 2,048, nor 2,000 of RAM into 1,024: both linkers say so,
/// and their maps say of what.
#[test]
fn real_linkers_are_understood_with_their_maps() {
    let sandbox = sandbox("");
    sandbox.file("main.c", SOURCE);
    sandbox.file("link.x", SCRIPT);
    let options = ["-mthumb", "-mcpu=cortex-m4", "-Os", "-g", "-c", "main.c", "-o", "main.o"];
    if printed(&sandbox, "arm-none-eabi-gcc".into(), &options).is_none() {
        return;
    }
    for (program, flavour) in [("arm-none-eabi-ld".into(), &[][..]), (rust_lld(), &["-flavor", "gnu"])] {
        let link = [flavour, &["-T", "link.x", "-Map=main.map", "-o", "main.elf", "main.o"]].concat();
        let Some(log) = printed(&sandbox, program, &link) else { continue };
        sandbox.file("ld.log", &log);
        let options = ["--map", "main.map", "--dry-run", "--json"];
        let output = sandbox.plimsoll(&[&UPLOAD[..], &options].concat()).output();
        assert_eq!(output.status.code(), Some(1), "{}", String::from_utf8_lossy(&output.stderr));
        let runs: Value = serde_json::from_slice(&output.stdout).unwrap();
        let failure = &runs[0]["would_send"]["link_failure"];
        let overflows: Vec<String> = failure["overflows"]
            .as_array()
            .unwrap()
            .iter()
            .map(|it| {
                format!("{} {} of {}", it["region"].as_str().unwrap(), it["over_bytes"], it["length_bytes"])
            })
            .collect();
        assert_eq!(overflows, ["FLASH 960 of 2048", "RAM 976 of 1024"], "{log}");
        assert_eq!(
            failure["sections"],
            json!([
                { "name": ".text", "address": 0x0800_0000, "size_bytes": 3008 },
                { "name": ".bss", "address": 0x2000_0000, "size_bytes": 2000 },
            ])
        );
        assert_eq!(failure["objects"], json!([{ "file": "main.o", "size_bytes": 5008 }]));
        // GNU ld's map knows the regions; nobody else has to.
        if flavour.is_empty() {
            let bare = ["upload", "--link-error", "ld.log", "--map", "main.map", "--target", "engine", "-n"];
            let output = sandbox.plimsoll(&bare).output();
            let stdout = String::from_utf8(output.stdout).unwrap();
            assert!(stdout.contains("FLASH over by 960 B (3,008 of 2,048 B)"), "{stdout}");
        }
    }
}
