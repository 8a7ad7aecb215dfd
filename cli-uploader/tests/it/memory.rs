//! Linker scripts as projects have them: several, with includes, symbols and aliases.

use crate::support::Sandbox;
use expect_test::{Expect, expect};

const LINK: &str = "INCLUDE chip.x\nREGION_ALIAS(\"CODE\", FLASH);\nSECTIONS { .text : { *(.text) } > CODE }";
const CHIP: &str = "MEMORY {\n  FLASH : ORIGIN = 0x10000000, LENGTH = size\n  INCLUDE ram.x\n}";

fn sandbox() -> Sandbox {
    let sandbox = Sandbox::with_commits(1);
    sandbox.file("ld/link.x", LINK);
    sandbox.file("ld/chip.x", CHIP);
    sandbox.file("parts/ram.x", "RAM (rwx) : ORIGIN = 0x20000000, LENGTH = 8K");
    sandbox
}

/// The regions that the report has.
#[track_caller]
fn check(sandbox: &Sandbox, arguments: &[&str], expected: Expect) {
    let output = sandbox.plimsoll(&[&["analyze", "fw.elf", "--json"], arguments].concat()).output();
    if !output.status.success() {
        return expected.assert_eq(&String::from_utf8(output.stderr).unwrap());
    }
    let report: serde_json::Value = serde_json::from_slice(&output.stdout).unwrap();
    let regions = report["regions"].as_array().unwrap().iter();
    let row = |it: &serde_json::Value| format!("{} {} {}\n", it["name"], it["length_bytes"], it["aliases"]);
    expected.assert_eq(&regions.map(row).collect::<String>());
}

#[test]
fn includes_are_found_and_symbols_known() {
    let arguments = ["--memory", "ld/link.x", "--defsym", "size=64K", "-L", "parts"];
    check(
        &sandbox(),
        &arguments,
        expect![[r#"
        "FLASH" 65536 ["CODE"]
        "RAM" 8192 null
    "#]],
    );
}

#[test]
fn the_table_shows_the_other_names_of_a_region() {
    let arguments =
        ["analyze", "fw.elf", "-n", "0", "--memory", "ld/link.x", "--defsym", "size=64K", "-L", "parts"];
    let output = sandbox().plimsoll(&arguments).output();
    let text = String::from_utf8(output.stdout).unwrap();
    let row = text.lines().find(|it| it.contains("FLASH")).unwrap();
    expect!["   192  65,536  0.2 %  0x10000000  FLASH (CODE)"].assert_eq(row);
}

#[test]
fn several_scripts_are_read_in_order() {
    let sandbox = sandbox();
    sandbox.file("size.x", "size = 4 * 1K;");
    sandbox.file("ram.x", "RAM : ORIGIN = 0x20000000, LENGTH = 1K");
    check(
        &sandbox,
        &["--memory", "size.x", "--memory", "ld/chip.x"],
        expect![[r#"
        "FLASH" 4096 null
        "RAM" 1024 null
    "#]],
    );
}

#[test]
fn what_is_not_found_or_not_known_is_told() {
    let sandbox = sandbox();
    check(
        &sandbox,
        &["--memory", "ld/link.x"],
        expect![[r#"
        error: chip.x: line 3, column 11: the included `ram.x` is missing
        hint: INCLUDE ram.x: `--library-path FOLDER` says where to look for it
    "#]],
    );
    check(
        &sandbox,
        &["--memory", "ld/link.x", "-L", "parts"],
        expect![[r#"
        error: chip.x: line 2, column 41: unknown symbol `size`: neither a script nor --defsym gives it a value
    "#]],
    );
    check(
        &sandbox,
        &["--memory", "ld"],
        expect![[r#"
        error: ld is no linker script: not a file of at most 2 MiB
    "#]],
    );
    check(
        &sandbox,
        &["--memory", "ld/link.x", "--defsym", "size"],
        expect![[r#"
        error: invalid value 'size' for '--defsym <NAME=VALUE>': write NAME=VALUE, e.g. _flash_size=2M

        For more information, try '--help'.
    "#]],
    );
}

#[test]
fn the_server_gets_one_script_that_needs_no_other_and_budgets_by_the_region_s_own_name() {
    let sandbox = sandbox();
    sandbox.file(
        "plimsoll.toml",
        "server = \"http://localhost:1\"\nproject = \"ada/engine\"\n[[target]]\nname = \"engine\"\nelf = \"fw.elf\"
        memory = [\"ld/link.x\"]\n[target.budgets]\nCODE = \"1K\"",
    );
    let arguments = ["upload", "-n", "--json", "--defsym", "size=64K", "--library-path", "parts"];
    let output = sandbox.plimsoll(&arguments).output();
    let runs: serde_json::Value = serde_json::from_slice(&output.stdout).unwrap();
    let sent = &runs[0]["would_send"];
    expect![[r#"
        "ld/link.x"
        MEMORY
        {
          FLASH : ORIGIN = 0x10000000, LENGTH = 0x10000
          RAM (rwx) : ORIGIN = 0x20000000, LENGTH = 0x2000
        }
        REGION_ALIAS("CODE", "FLASH");
    "#]]
    .assert_eq(&format!("{}\n{}", sent["memory"]["path"], sent["memory"]["text"].as_str().unwrap()));
    expect![[r#"[{"limit_bytes":1024,"subject":"FLASH"}]"#]].assert_eq(&sent["budgets"].to_string());
    expect![[r#"[{"limit_bytes":1024,"over_bytes":0,"subject":"FLASH","used_bytes":192,"within":true}]"#]]
        .assert_eq(&runs[0]["verdicts"].to_string());
}

/// What a script is warned of: in words, and among the report's warnings.
#[track_caller]
fn warns(script: &str, expected: Expect) {
    let sandbox = Sandbox::with_commits(1);
    sandbox.file("a.ld", script);
    let output = sandbox.plimsoll(&["analyze", "fw.elf", "--memory", "a.ld"]).output();
    assert!(output.status.success());
    let said = String::from_utf8(output.stderr).unwrap();
    let output = sandbox.plimsoll(&["analyze", "fw.elf", "--memory", "a.ld", "--json"]).output();
    let report: serde_json::Value = serde_json::from_slice(&output.stdout).unwrap();
    let places: String =
        report["warnings"].as_array().unwrap().iter().map(|it| format!("{}\n", it["place"])).collect();
    expected.assert_eq(&format!("{said}{places}"));
}

#[test]
fn what_a_linker_refuses_or_reads_otherwise_is_a_warning() {
    warns(
        "INCLUDE nowhere.ld\nMEMORY {\n  FLASH (rx!p) : ORIGIN = 0x10000000, LENGTH = 64K - LENGTH(RAM)\n  RAM : ORIGIN = 0x20000000, LENGTH = 8K\n}",
        expect![[r#"
            warning: a.ld: line 1, column 9: the included `nowhere.ld` is missing: what it says of memories is not known
            warning: a.ld: line 3, column 13: GNU ld and lld know no attribute `p` of a region
            warning: a.ld: line 3, column 48: GNU ld works out symbols and then regions in order: to it, `FLASH` is 0x10000000 + 0x10001 and not 0x10000000 + 0xe000; declare what it is made of before it, and not as a symbol
            "a.ld: line 1, column 9"
            "a.ld: line 3, column 13"
            "a.ld: line 3, column 48"
        "#]],
    );
}

#[test]
fn a_block_without_a_brace_is_refused_with_its_place() {
    let sandbox = Sandbox::with_commits(1);
    sandbox.file("a.ld", "MEMORY\n  FLASH : ORIGIN = 0, LENGTH = 1K\n");
    sandbox.plimsoll(&["analyze", "fw.elf", "--memory", "a.ld"]).check(expect![[r#"
        exit 2
        --- stderr
        error: a.ld: line 2, column 3: expected `{` after MEMORY, found `FLASH`
    "#]]);
}

#[test]
fn scripts_of_other_linkers_are_read_for_their_regions() {
    let sandbox = Sandbox::with_commits(1);
    sandbox.file(
        "ti/a.cmd",
        "#include \"size.h\"\nMEMORY {\n FLASH (RX) : origin = 0x10000000, length = SIZE\n}",
    );
    sandbox.file("ti/size.h", "#define SIZE 0x10000\n");
    sandbox.file("a.sct", "LR 0x10000000 SIZE { ER 0x10000000 SIZE { *(+RO) } }");
    sandbox
        .file("a.icf", "define symbol size = 64K;\ndefine region FLASH = mem:[from 0x10000000 size size];");
    sandbox.file("a.emProject", "<c linker_section_placements_segments=\"FLASH RX 0x10000000 0x10000\" />");
    let flash = || {
        expect![[r#"
        "FLASH" 65536 null
    "#]]
    };
    check(&sandbox, &["--memory", "ti/a.cmd"], flash());
    check(&sandbox, &["--memory", "a.icf"], flash());
    check(&sandbox, &["--memory", "a.emProject"], flash());
    check(
        &sandbox,
        &["--memory", "a.sct", "--defsym", "SIZE=0x10000"],
        expect![[r#"
        "LR" 65536 ["ER"]
    "#]],
    );
    check(
        &sandbox,
        &["--memory", "a.sct"],
        expect![[r#"
        error: a.sct: line 1, column 15: unknown symbol `SIZE`
    "#]],
    );
    sandbox.file("bad.icf", "define symbol a = 1;\ndefine region R = mem:[from a];");
    sandbox.plimsoll(&["analyze", "fw.elf", "--memory", "bad.icf"]).check(expect![[r#"
        exit 2
        --- stderr
        error: bad.icf: line 2, column 30: expected `to` or `size`, found `]`
    "#]]);
}

#[test]
fn the_server_gets_the_regions_of_any_script_in_one_grammar() {
    let sandbox = Sandbox::with_commits(1);
    sandbox.file("a.icf", "define region ROM_region = mem:[from 0x10000000 size 64K];\ndefine region RAM_region = [from 0x20000000 size 8K] | [from 0x30000000 size 1K];");
    let arguments = [
        "upload",
        "fw.elf",
        "-n",
        "--json",
        "--target",
        "engine",
        "--memory",
        "a.icf",
        "--budget",
        "ROM_region=1K",
    ];
    let output = sandbox.plimsoll(&arguments).output();
    let runs: serde_json::Value = serde_json::from_slice(&output.stdout).unwrap();
    expect![[r#"
        MEMORY
        {
          ROM_region : ORIGIN = 0x10000000, LENGTH = 0x10000
          "RAM_region 1" : ORIGIN = 0x20000000, LENGTH = 0x2000
          "RAM_region 2" : ORIGIN = 0x30000000, LENGTH = 0x400
        }
    "#]]
    .assert_eq(runs[0]["would_send"]["memory"]["text"].as_str().unwrap());
}
