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

#[test]
fn our_dprintf_prints_what_the_c_library_prints() {
    assert_eq!(differences(&[]).unwrap(), "");
}

#[test]
fn with_its_switches_it_prints_every_conversion_of_the_macros() {
    assert_eq!(differences(&SWITCHES).unwrap(), "");
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
