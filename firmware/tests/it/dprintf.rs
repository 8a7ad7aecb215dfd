//! The C formatter, compiled for this host under another name, against the C library's.

use std::env;
use std::process::Command;

const FORMATTER: &str = "c/dprintf.c";
const COMPARISON: &str = "tests/c/dprintf_against_libc.c";

#[test]
fn our_dprintf_prints_what_the_c_library_prints() {
    let folder = tempfile::tempdir().unwrap();
    let program = folder.path().join("comparison");
    let mut compiler = Command::new(env::var_os("CC").unwrap_or_else(|| "cc".into()));
    compiler
        .current_dir(env!("CARGO_MANIFEST_DIR"))
        .args(["-std=c11", "-O1", "-Wall", "-Wextra", "-Werror", "-Wno-format-zero-length"])
        .args(["-Ddprintf=plimsoll_dprintf", "-Dwrite=plimsoll_write"])
        .args([FORMATTER, COMPARISON, "-o"])
        .arg(&program);
    assert!(compiler.status().unwrap().success(), "{compiler:?}");

    let output = Command::new(&program).output().unwrap();
    assert_eq!(String::from_utf8_lossy(&output.stdout), "");
    assert!(output.status.success());
}
