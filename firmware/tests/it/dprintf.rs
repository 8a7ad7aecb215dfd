//! The C formatter, compiled for this host under another name, against the C library's.

use std::env;
use std::io;
use std::path::Path;
use std::process::Command;

const FORMATTER: &str = "cfmt/c/dprintf.c";
const COMPARISON: &str = "tests/c/dprintf_against_libc.c";
const SWITCHES: [&str; 6] = [
    "-DEVERY_CONVERSION",
    "-DCFMT_PADDING=1",
    "-DCFMT_POINTER=1",
    "-DCFMT_CHAR=1",
    "-DCFMT_FLOAT=1",
    "-DCFMT_SNPRINTF=1",
];

const ARM_COMPILER: &str = "arm-none-eabi-gcc";
/// For the chip; the README names these flags, too.
const ARM_FLAGS: &str =
    "-Os -ffreestanding -fno-jump-tables -fno-tree-loop-distribute-patterns -fno-tree-sra";

#[test]
fn our_dprintf_prints_what_the_c_library_prints() {
    assert_eq!(differences(&[]).unwrap(), "");
}

#[test]
fn with_floats_alone_a_width_is_shown_and_no_plus_is_lost() {
    assert_eq!(differences(&["-DCFMT_FLOAT=1"]).unwrap(), "");
}

#[test]
fn with_its_switches_it_prints_every_conversion_of_the_macros() {
    assert_eq!(differences(&SWITCHES).unwrap(), "");
}

#[test]
fn switches_cost_what_the_readme_says_and_nothing_but_write_is_called() {
    let version = output(Command::new(ARM_COMPILER).arg("-dumpfullversion")).unwrap_or_default();
    let readme = include_str!("../../cfmt/README.md");
    assert!(readme.contains(ARM_FLAGS));
    if version.is_empty() || !readme.contains(&format!("{ARM_COMPILER} {}", version.trim())) {
        eprintln!("skipped: the README is of another {ARM_COMPILER} than this: `{}`", version.trim());
        return;
    }
    let alone = bytes_for_the_chip(&[]).unwrap();
    let mut expected = vec![("none".to_owned(), alone.to_string())];
    // The first switch is the comparison's.
    for switch in &SWITCHES[1..] {
        let added = bytes_for_the_chip(&[switch]).unwrap() - alone;
        expected.push((switch.trim_start_matches("-D").to_owned(), format!("+{added}")));
    }
    expected.push(("all of them".to_owned(), bytes_for_the_chip(&SWITCHES).unwrap().to_string()));
    assert_eq!(told(readme), expected);
}

/// Switches and bytes in the README's table.
fn told(readme: &str) -> Vec<(String, String)> {
    let table = readme.lines().skip_while(|it| !it.starts_with("| switch |")).skip(2);
    let rows = table.map_while(|it| it.strip_prefix("| ")?.strip_suffix(" |"));
    rows.filter_map(|row| Some((row.split_once(" | ")?.0, row.rsplit_once(" | ")?.1)))
        .map(|(switch, bytes)| (switch.trim_matches('`').to_owned(), bytes.replace(',', "")))
        .collect()
}

/// How many bytes of flash the formatter takes, which must call nothing but `write`.
fn bytes_for_the_chip(switches: &[&str]) -> io::Result<u64> {
    let folder = tempfile::tempdir()?;
    let object = folder.path().join("formatter.o");
    let mut compiler = Command::new(ARM_COMPILER);
    compiler.current_dir(env!("CARGO_MANIFEST_DIR")).args(["-mcpu=cortex-m0plus", "-mthumb", "-std=c11"]);
    compiler.args(ARM_FLAGS.split(' ')).args(switches).args(["-c", FORMATTER, "-o"]).arg(&object);
    output(&mut compiler)?;
    let called = output(Command::new("arm-none-eabi-nm").arg("--undefined-only").arg(&object))?;
    assert_eq!(called.split_whitespace().collect::<Vec<_>>(), ["U", "write"]);
    let sizes = output(Command::new("arm-none-eabi-size").arg(&object))?;
    // Code and constants, then start values; the first line is the table's head.
    let sections = sizes.lines().skip(1).flat_map(str::split_whitespace).take(2);
    sections.map(|it| it.parse::<u64>().map_err(io::Error::other)).sum()
}

/// What the comparison says, which is nothing where there is no difference.
fn differences(switches: &[&str]) -> io::Result<String> {
    let folder = tempfile::tempdir()?;
    let (object, program) = (folder.path().join("formatter.o"), folder.path().join("comparison"));
    let ours = ["-Ddprintf=plimsoll_dprintf", "-Dsnprintf=plimsoll_snprintf", "-Dwrite=plimsoll_write"];
    compile(&object, |it| it.args(switches).args(ours).args(["-c", FORMATTER]))?;
    compile(&program, |it| it.args(switches).arg(COMPARISON).arg(&object))?;
    output(&mut Command::new(&program))
}

fn compile(to: &Path, arguments: impl FnOnce(&mut Command) -> &mut Command) -> io::Result<()> {
    let mut compiler = Command::new(env::var_os("CC").unwrap_or_else(|| "cc".into()));
    compiler
        .current_dir(env!("CARGO_MANIFEST_DIR"))
        .args(["-std=c11", "-O1", "-Wall", "-Wextra", "-Werror", "-Wno-format-zero-length", "-o"])
        .arg(to);
    output(arguments(&mut compiler)).map(drop)
}

fn output(command: &mut Command) -> io::Result<String> {
    let output = command.output()?;
    let complaint = String::from_utf8_lossy(&output.stderr);
    let printed = String::from_utf8_lossy(&output.stdout).into_owned();
    // The comparison fails with words, the compiler with complaints.
    if output.status.success() || !printed.is_empty() {
        return Ok(printed);
    }
    Err(io::Error::other(format!("{command:?}: {}: {complaint}", output.status)))
}
