//! `analyze` and `diff`: tables, JSON, refusals, and output that nobody reads to the end.

use crate::support::{Sandbox, corpus, elf, elf_beside};
use expect_test::expect;
use std::io::Read;
use std::process::{Command, Stdio};

fn sandbox() -> Sandbox {
    let sandbox = Sandbox::empty();
    sandbox.file("old.elf", elf(&[("main", 64), ("core::fmt::write", 128), ("gone", 8)]));
    sandbox.file("new.elf", elf(&[("main", 100), ("core::fmt::write", 128), ("fresh", 16)]));
    sandbox.file("memory.x", "MEMORY {\n  FLASH (rx) : ORIGIN = 0x10000000, LENGTH = 1K\n}");
    sandbox
}

#[test]
fn an_image_is_explained_in_tables() {
    sandbox().plimsoll(&["analyze", "old.elf", "--memory", "memory.x"]).check(expect![[r#"
        exit 0
        --- stdout
        arm, 32 bit, executable
        flash 200 B, RAM 0 B, of which formatting 0 B, padding 0 B, unattributed 0 B

        Regions
          used     of              origin  region
           200  1,024  19.5 %  0x10000000  FLASH

        Sections
          size     runs at   stored at  symbols  padding  unattributed  section
           200  0x10000000  0x10000000      200        0             0  .text

        Symbols
          size  crate  section  symbol
           128         .text    core::fmt::write
            64         .text    main
             8         .text    gone

        Crates
          flash  RAM  symbols  crate
            200    0        3  (unknown)
    "#]]);
}

/// A number of a table, at the start of its row.
fn first_number(row: &str) -> u64 {
    row.split_whitespace().next().unwrap().replace(',', "").parse().unwrap()
}

#[test]
fn the_rows_of_sections_add_up_to_what_regions_use() {
    let sandbox = Sandbox::empty();
    for elf in corpus() {
        let arguments = ["analyze", elf.to_str().unwrap(), "--top", "0"];
        let stdout = String::from_utf8(sandbox.plimsoll(&arguments).output().stdout).unwrap();
        let table = |title: &str| {
            let rows = stdout.split("\n\n").find(|it| it.starts_with(title));
            rows.map(|it| it.lines().skip(2).collect::<Vec<_>>()).unwrap_or_default()
        };
        // Stored in one place and run in another, a section is in both regions.
        let places = |row: &str| {
            let mut addresses: Vec<&str> = row.split_whitespace().filter(|it| it.starts_with("0x")).collect();
            addresses.dedup();
            addresses.len().max(1) as u64
        };
        let used: u64 = table("Regions").into_iter().map(first_number).sum();
        let listed: u64 = table("Sections").into_iter().map(|it| first_number(it) * places(it)).sum();
        assert_eq!(listed, used, "{}", elf.display());
    }
}

#[test]
fn what_is_outside_of_the_image_is_told_and_takes_nothing() {
    let sandbox = Sandbox::empty();
    sandbox.file("rom.elf", elf_beside(&[("main", 8)], &[("rom_delay", 0x4000_0000), ("STACK", 0x1000)]));
    let told = |arguments: &[&str]| {
        let stdout = String::from_utf8(sandbox.plimsoll(arguments).output().stdout).unwrap();
        stdout.split_once("\nOutside").map(|(_, it)| it.split("\n\n").next().unwrap().to_owned())
    };
    let text = told(&["analyze", "rom.elf"]).unwrap();
    let expected = expect![[r#"
         of the image (no flash, no RAM)
        absolute symbols: 2; code calls 0 of their addresses and uses 0 otherwise
    "#]];
    expected.assert_eq(&text);
    sandbox.file("plain.elf", elf(&[("main", 8)]));
    assert_eq!(told(&["analyze", "plain.elf"]), None);
}

/// As lld writes it. The folder is somebody's own.
const MAP: &str = "     VMA      LMA     Size Align Out     In      Symbol
10000000 10000000       c8     4 .text
10000000 10000000       40     4         /srv/build/main.o:(.text.main)
10000040 10000040       80     4         libcore.a(fmt\x1b.o):(.text.write)
";

#[test]
fn a_map_tells_where_symbols_were_linked_from() {
    let sandbox = sandbox();
    sandbox.file("old.map", MAP);
    let stdout = sandbox.plimsoll(&["analyze", "old.elf", "--map", "old.map"]).output().stdout;
    let stdout = String::from_utf8(stdout).unwrap();
    let is_there = |line: &str| stdout.lines().any(|it| it.trim() == line);
    assert!(
        is_there(r"128         .text    .text.write of libcore.a(fmt\u{1b}.o)  core::fmt::write"),
        "{stdout}"
    );
    assert!(is_there("64         .text    .text.main of main.o                   main"), "{stdout}");
}

#[test]
fn a_map_of_another_image_is_not_used_and_what_is_no_map_is_refused() {
    let sandbox = sandbox();
    sandbox.file("old.map", MAP);
    let output = sandbox.plimsoll(&["analyze", "new.elf", "--map", "old.map"]).output();
    expect![[r#"
        warning: new.elf: linker map: not used, since it is of another image: section .text has 244 B at 0x10000000 in the image, 200 B at 0x10000000 in the map
    "#]]
    .assert_eq(&String::from_utf8(output.stderr).unwrap());
    assert!(!String::from_utf8(output.stdout).unwrap().contains("source"));
    sandbox.plimsoll(&["analyze", "old.elf", "--map", "memory.x"]).check(expect![[r#"
        exit 2
        --- stderr
        error: cannot read memory.x: neither a map of GNU ld nor one of lld: it has none of their headings
    "#]]);
}

/// The start-up code of the C library has no debug information.
#[test]
fn symbols_with_a_compile_unit_need_no_map() {
    let sandbox = Sandbox::empty();
    sandbox.file("little.c", b"int main(void) { return 4; }\n");
    let arguments = ["-g", "-O2", "little.c", "-o", "little", "-Wl,-Map=little.map"];
    let compiler = Command::new("gcc").args(arguments).current_dir(sandbox.path()).status();
    if !compiler.is_ok_and(|it| it.success()) {
        eprintln!("skipped: there is no gcc");
        return;
    }
    let output = sandbox.plimsoll(&["analyze", "little", "--map", "little.map", "--json"]).output();
    let report: serde_json::Value = serde_json::from_slice(&output.stdout).unwrap();
    let rows = report["symbols"].as_array().unwrap();
    let from = |name: &str| &rows.iter().find(|it| it["name"] == name).unwrap()["linked_from"];
    assert_eq!(from("main"), &serde_json::Value::Null);
    assert!(from("_start").as_str().unwrap().starts_with(".text of "), "{}", from("_start"));
}

#[test]
fn debug_information_tells_where_code_was_written() {
    let sandbox = Sandbox::empty();
    sandbox
        .file("little.c", b"int half(int n) {\n    return n / 2;\n}\nint main(void) { return half(4); }\n");
    let arguments = ["-g", "-O2", "little.c", "-o", "little"];
    let compiler = Command::new("gcc").args(arguments).current_dir(sandbox.path()).status();
    if !compiler.is_ok_and(|it| it.success()) {
        eprintln!("skipped: there is no gcc");
        return;
    }
    let output = sandbox.plimsoll(&["analyze", "little", "--all"]).output();
    let stdout = String::from_utf8(output.stdout).unwrap();
    let half = stdout.lines().find(|it| it.ends_with("  half")).unwrap();
    assert!(half.contains(" little.c:1 "), "{stdout}");
    for expected in [
        "  code  defines  crate\n",
        "  retains RAM  ",
        "source file\n",
        "  little.c\n",
        "C         little.c\n",
    ] {
        assert!(stdout.contains(expected), "{expected:?} in {stdout}");
    }
}

#[test]
fn advice_comes_last_with_what_it_rests_on() {
    let sandbox = Sandbox::empty();
    let trivial = |path: &str| (format!("_ZN4core{path}17h0123456789abcdefE"), 16);
    let paths = ["3ptr13read_volatile", "3ptr14write_volatile", "4cell13Cell$LT$T$GT$3get"];
    let mut functions: Vec<(String, usize)> = paths.iter().map(|it| trivial(it)).collect();
    functions.push(("_ZN3app4work17h0123456789abcdefE".to_owned(), 480));
    let functions: Vec<(&str, usize)> = functions.iter().map(|(name, size)| (name.as_str(), *size)).collect();
    sandbox.file("app.elf", elf(&functions));
    let output = sandbox.plimsoll(&["analyze", "app.elf"]).output();
    let stdout = String::from_utf8(output.stdout).unwrap();
    expect![[r#"
        Advice (savings may overlap, so they do not add up)
          at least 120 B of flash
            480 B of Rust were compiled without optimisation: even core::cell::Cell<T>::get is a function of its own. `opt-level = "s"` or `"z"` in the profile.
            - 16 B core::cell::Cell<T>::get
            - 16 B core::ptr::read_volatile
            - 16 B core::ptr::write_volatile
            https://docs.rust-embedded.org/book/unsorted/speed-vs-size.html
    "#]]
    .assert_eq(&stdout[stdout.find("Advice").unwrap()..]);
    let none = sandbox.plimsoll(&["analyze", "app.elf", "-n", "0"]).output();
    assert!(!String::from_utf8(none.stdout).unwrap().contains("Advice"));
}

#[test]
fn only_the_biggest_are_listed_unless_all_are_wanted() {
    let rows = |args: &[&str]| {
        let output = sandbox().plimsoll(args).output();
        String::from_utf8(output.stdout).unwrap().matches(".text").count()
    };
    assert!(rows(&["analyze", "old.elf", "-n", "1"]) < rows(&["analyze", "old.elf", "--all"]));
}

#[test]
fn what_no_root_leads_to_is_listed() {
    let mut image = elf(&[("main", 64), ("core::fmt::write", 128), ("padding", 8), ("dead", 16)]);
    // Execution begins in `main` and runs on into `write`, which ends with no-operations and a return.
    image[24..28].copy_from_slice(&0x1000_0001_u32.to_le_bytes());
    let text = image.windows(128).position(|it| it.iter().all(|it| *it == 0xbf)).unwrap();
    let end = text + 64 + 128;
    image[end - 10..end].copy_from_slice(&[0xc0, 0x46, 0xc0, 0x46, 0xc0, 0x46, 0xc0, 0x46, 0x70, 0x47]);
    let sandbox = Sandbox::empty();
    sandbox.file("app.elf", image);
    sandbox.plimsoll(&["analyze", "app.elf"]).check(expect![[r#"
        exit 0
        --- stdout
        arm, 32 bit, executable
        flash 216 B, RAM 0 B, of which formatting 0 B, padding 0 B, unattributed 0 B

        Regions (inferred: --memory names them)
          used  of        origin  region
           216        0x10000000  flash

        Sections
          size     runs at   stored at  symbols  padding  unattributed  section
           216  0x10000000  0x10000000      216        0             0  .text

        Symbols
          size      retains  crate  section  symbol
           128          128         .text    core::fmt::write
            64          192         .text    main
            16  unreachable         .text    dead
             8  unreachable         .text    padding

        Unreachable: 24 B that no root leads to
          size  section  symbol
            16  .text    dead
             8  .text    padding

        Crates
          flash  RAM  symbols  retains flash  retains RAM  crate
            216    0        4            216            0  (unknown)
    "#]]);
}

#[test]
fn the_report_is_json_as_documented() {
    let output = sandbox().plimsoll(&["analyze", "old.elf", "--memory", "memory.x", "--json"]).output();
    let report: serde_json::Value = serde_json::from_slice(&output.stdout).unwrap();
    assert_eq!(report["schema_version"], 4);
    let text = report["sections"].as_array().unwrap().iter().find(|it| it["name"] == ".text").unwrap();
    for member in ["size_bytes", "run_address", "load_address"] {
        assert!(text[member].is_u64(), "sections[].{member}");
    }
    for member in ["name", "used_bytes", "length_bytes"] {
        assert!(!report["regions"][0][member].is_null(), "regions[].{member}");
    }
    assert_eq!(report["symbols"][0]["size_bytes"], 128);
    for member in ["symbol_bytes", "located_bytes", "unlocated_bytes"] {
        assert!(report["code"][member].is_u64(), "code.{member}");
    }
    for member in ["code_bytes", "defining_bytes"] {
        assert!(report["crates"][0][member].is_u64(), "crates[].{member}");
    }
    for member in ["name", "size_bytes", "run_address", "section", "crate"] {
        assert!(report["symbols"][0].get(member).is_some(), "symbols[].{member}");
    }
}

#[test]
fn a_diff_says_what_grew_came_and_went() {
    sandbox().plimsoll(&["diff", "old.elf", "new.elf"]).check(expect![[r#"
        exit 0
        --- stdout
        More, and why
              +36  main itself
              +16  fresh, asked for by core::fmt::write

        Less, and why
               -8  gone, asked for by core::fmt::write

        Totals
          change  before  after    name
             +44     200    244    flash
               0       0      0    ram
               0       0      0    formatting

        Regions
          change  before  after    name
             +44     200    244    flash

        Sections
          change  before  after    name
             +44     200    244    .text

        Crates
          change  before  after    name
             +44     200    244    (unknown)

        Symbols
          change  before  after        name
             +36      64    100        main
             +16             16  new   fresh
              -8       8         gone  gone
    "#]]);
}

#[test]
fn instances_and_copies_are_listed_where_they_cost_something() {
    let sandbox = Sandbox::empty();
    let instance = |number: u8| format!("_ZN1a4push17h000000000000000{number}E");
    let functions = [instance(1), instance(2), instance(3)];
    let sizes = [40, 40, 36];
    let functions: Vec<(&str, usize)> = functions.iter().map(String::as_str).zip(sizes).collect();
    sandbox.file("app.elf", elf(&functions));
    let output = sandbox.plimsoll(&["analyze", "app.elf"]).output();
    let stdout = String::from_utf8(output.stdout).unwrap();
    let (_, lists) = stdout.split_once("\n\nGeneric").unwrap();
    expect![[r#"
         families: up to 76 B
          saves ≤  total  times  generic function
               76    116      3  a::push

        Identical bodies: up to 40 B
          saves ≤  each  times  functions
               40    40      2  a::push

        Advice (savings may overlap, so they do not add up)
          up to 76 B of flash
            Generic functions are compiled once for each type. Move what does not depend on the type into an inner function, or take `&mut dyn Trait`.
            - 76 B a::push in 3 instances
            https://doc.rust-lang.org/book/ch10-01-syntax.html#performance-of-code-using-generics
    "#]]
    .assert_eq(lists);
    sandbox.file("app.elf", elf(&[(functions[0].0, 8), (functions[1].0, 8)]));
    let count = |arguments: &[&str]| {
        let output = sandbox.plimsoll(arguments).output();
        String::from_utf8(output.stdout).unwrap().matches("up to 8 B").count()
    };
    assert_eq!((count(&["analyze", "app.elf"]), count(&["analyze", "app.elf", "--all"])), (0, 2));
}

#[test]
fn a_diff_tells_what_was_renamed_from_what_is_new() {
    let sandbox = Sandbox::empty();
    sandbox.file("old.elf", elf(&[("get", 64), ("put.isra.0", 64)]));
    sandbox.file("new.elf", elf(&[("get.constprop.0", 64), ("put.isra.1", 60)]));
    let output = sandbox.plimsoll(&["diff", "old.elf", "new.elf"]).output();
    let stdout = String::from_utf8(output.stdout).unwrap();
    let symbols = &stdout[stdout.find("Symbols").unwrap()..];
    expect![[r#"
        Symbols
          change  before  after           name
              -4      64     60           put.isra
               0      64     64  renamed  get.constprop.0 (from get)
    "#]]
    .assert_eq(symbols);
}

#[test]
fn no_difference_is_one_line() {
    sandbox().plimsoll(&["diff", "old.elf", "old.elf"]).check(expect![[r#"
        exit 0
        --- stdout
        no change
    "#]]);
}

#[test]
fn the_diff_is_json_as_documented() {
    let output = sandbox().plimsoll(&["diff", "old.elf", "new.elf", "--json"]).output();
    let diff: serde_json::Value = serde_json::from_slice(&output.stdout).unwrap();
    assert_eq!(diff["schema_version"], 3);
    let main = diff["symbols"].as_array().unwrap().iter().find(|it| it["name"] == "main").unwrap();
    assert_eq!(
        (&main["old_bytes"], &main["delta_bytes"], &main["kind"]),
        (&64.into(), &36.into(), &"grown".into())
    );
}

#[test]
fn what_cannot_be_analysed_is_refused_with_its_place() {
    let sandbox = sandbox();
    sandbox.file("text", "hello");
    sandbox.file("empty", "");
    sandbox.file("broken.x", "MEMORY {\n  FLASH : ORIGIN = 0x0 LENGTH = 1K\n}");
    sandbox.plimsoll(&["analyze", "text"]).check(expect![[r#"
        exit 2
        --- stderr
        error: text: file header: not an ELF file: it does not start with 7f 45 4c 46
    "#]]);
    sandbox.plimsoll(&["analyze", "empty"]).check(expect![[r#"
        exit 2
        --- stderr
        error: empty: file header: the file is empty
    "#]]);
    sandbox.plimsoll(&["analyze", "missing"]).check(expect![[r#"
        exit 2
        --- stderr
        error: cannot read missing: No such file or directory (os error 2)
        hint: build it first, or check the path
    "#]]);
    sandbox.plimsoll(&["analyze", "old.elf", "--memory", "broken.x"]).check(expect![[r#"
        exit 0
        --- stdout
        arm, 32 bit, executable
        flash 200 B, RAM 0 B, of which formatting 0 B, padding 0 B, unattributed 0 B

        Regions
          used     of             origin  region
             0  1,024  0.0 %  0x00000000  FLASH

        Sections
          size     runs at   stored at  symbols  padding  unattributed  section
           200  0x10000000  0x10000000      200        0             0  .text

        Symbols
          size  crate  section  symbol
           128         .text    core::fmt::write
            64         .text    main
             8         .text    gone

        Crates
          flash  RAM  symbols  crate
            200    0        3  (unknown)
        --- stderr
        warning: old.elf: section .text: 200 bytes lie outside of every memory region
    "#]]);
}

#[test]
fn hostile_symbol_names_are_harmless_on_terminals() {
    let sandbox = Sandbox::empty();
    sandbox.file("evil.elf", elf(&[("red\u{1b}[31m\u{202e}\r\nname|", 64)]));
    let output = sandbox.plimsoll(&["analyze", "evil.elf"]).env("CLICOLOR_FORCE", "0").output();
    let stdout = String::from_utf8(output.stdout).unwrap();
    assert!(stdout.contains(r"red\u{1b}[31m\u{202e}\r\nname|"), "{stdout}");
}

#[test]
fn colours_are_for_terminals_and_on_demand() {
    let colored = |args: &[&str]| sandbox().plimsoll(args).output().stdout.contains(&0x1b);
    assert!(!colored(&["analyze", "old.elf"]));
    assert!(colored(&["analyze", "old.elf", "--color", "always"]));
    assert!(!colored(&["analyze", "old.elf", "--color", "never"]));
}

#[test]
fn a_reader_that_has_seen_enough_is_no_failure() {
    let sandbox = Sandbox::empty();
    let functions: Vec<(String, usize)> = (0..5000).map(|it| (format!("function_{it}"), 4)).collect();
    let functions: Vec<(&str, usize)> = functions.iter().map(|(name, size)| (name.as_str(), *size)).collect();
    sandbox.file("big.elf", elf(&functions));
    let mut child = Command::new(env!("CARGO_BIN_EXE_plimsoll"))
        .args(["analyze", "big.elf", "--json"])
        .current_dir(sandbox.path())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .unwrap();
    let mut stdout = child.stdout.take().unwrap();
    stdout.read_exact(&mut [0; 16]).unwrap();
    drop(stdout);
    let output = child.wait_with_output().unwrap();
    assert_eq!(output.status.code(), Some(0));
    assert!(output.stderr.is_empty(), "{}", String::from_utf8_lossy(&output.stderr));
}

#[test]
fn wrong_usage_exits_with_two() {
    let output = sandbox().plimsoll(&["analyse", "old.elf"]).output();
    assert_eq!(output.status.code(), Some(2));
    assert!(String::from_utf8(output.stderr).unwrap().contains("a similar subcommand exists: 'analyze'"));
}

#[test]
fn completions_are_written_for_a_shell() {
    let output = sandbox().plimsoll(&["completions", "bash"]).output();
    assert!(String::from_utf8(output.stdout).unwrap().contains("_plimsoll()"));
}

#[test]
fn a_named_memory_script_without_regions_is_refused() {
    let sandbox = sandbox();
    for (name, script) in [("blank.x", ""), ("comment.x", "/* MEMORY { } */\n"), ("hollow.x", "MEMORY { }")] {
        sandbox.file(name, script);
        let commands = [
            vec!["analyze", "old.elf", "--memory", name],
            vec!["diff", "old.elf", "new.elf", "--memory", name],
            vec!["upload", "old.elf", "--target", "a", "--dry-run", "--memory", name],
        ];
        for command in commands {
            let output = sandbox.plimsoll(&command).output();
            let stderr = String::from_utf8(output.stderr).unwrap();
            let expected = format!("error: {name}: the script has no MEMORY block that names a region\n");
            assert_eq!((output.status.code(), stderr), (Some(2), expected), "{command:?}");
        }
    }
}

#[test]
fn a_diff_of_two_machines_is_warned_of() {
    let sandbox = sandbox();
    let mut image = elf(&[("main", 64)]);
    // e_machine: RISC-V.
    image[18] = 243;
    sandbox.file("riscv.elf", image);
    let stderr = |new: &str| {
        let output = sandbox.plimsoll(&["diff", "old.elf", new, "--json"]).output();
        assert_eq!(output.status.code(), Some(0));
        String::from_utf8(output.stderr).unwrap()
    };
    let warning =
        "warning: old.elf is for arm, but riscv.elf is for riscv: their sizes say little about each other\n";
    assert_eq!(stderr("riscv.elf"), warning);
    assert_eq!(stderr("new.elf"), "");
}
