//! Joining, shortening and reading the crate out of paths.

use super::{krate, normal, push, short};

#[track_caller]
fn check_join(parts: &[&str], expected: &str) {
    let mut path = String::new();
    parts.iter().for_each(|it| push(&mut path, it));
    assert_eq!(normal(&path), expected);
}

#[test]
fn parts_are_joined_and_detours_taken_out() {
    check_join(&["/builds/me/fw", "src", "main.c"], "/builds/me/fw/src/main.c");
    check_join(&["/builds/me/fw", "../lib/./x", "a//b.c"], "/builds/me/lib/x/a/b.c");
    check_join(&["/builds/me", "/usr/include", "stdio.h"], "/usr/include/stdio.h");
    check_join(&["../../up", "a.c"], "../../up/a.c");
    check_join(&["/..", "a.c"], "/../a.c");
    check_join(&["C:\\ci", "src", "main.c"], "C:/ci/src/main.c");
    check_join(&["/ci", "D:\\lib\\x.c"], "D:/lib/x.c");
    check_join(&[], "");
}

#[track_caller]
fn check(path: &str, expected_short: &str, expected_crate: Option<&str>) {
    assert_eq!((short(path).as_str(), krate(path).as_deref()), (expected_short, expected_crate));
}

#[test]
fn the_same_source_looks_the_same_on_every_machine() {
    check("/rustc/9fc6b43126/library/core/src/fmt/mod.rs", "rust/library/core/src/fmt/mod.rs", Some("core"));
    check("/rustc/1.96.0/library/alloc/src/vec.rs", "rust/library/alloc/src/vec.rs", Some("alloc"));
    check(
        "/opt/rustup/toolchains/x/lib/rustlib/src/rust/library/std/src/io.rs",
        "rust/library/std/src/io.rs",
        Some("std"),
    );
    check("/rustc/0123456789abcdef/src/libcore/str.rs", "rust/src/libcore/str.rs", Some("core"));
    check(
        "/builds/me/.cargo/registry/src/index.crates.io-6f17d22bba15001f/cortex-m-0.7.7/src/asm.rs",
        "cortex-m-0.7.7/src/asm.rs",
        Some("cortex_m"),
    );
    check(
        "/builds/me/.cargo/git/checkouts/embassy-9312dcb0ed774b29/46aeae8/embassy-time/src/timer.rs",
        "embassy@46aeae8/embassy-time/src/timer.rs",
        Some("embassy_time"),
    );
}

#[test]
fn other_paths_stay_and_tell_no_crate() {
    for path in ["/builds/me/fw/src/main.rs", "src/main.c", "", "/rustc/", "/rustc/nothex/library/core/a.rs"]
    {
        check(path, path, None);
    }
}
