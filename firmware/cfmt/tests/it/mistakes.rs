//! Each file in `tests/ui` makes one mistake; the `.stderr` beside it is what the compiler says.
//!
//! `TRYBUILD=overwrite cargo test -p cfmt` writes them anew.

use std::env;
use std::process::Command;

/// The compiler whose words about types stand in `tests/ui/types`.
const WORDS_OF: &str = "rustc 1.95.";

#[test]
fn every_mistake_in_a_call_is_told_at_its_place() {
    trybuild::TestCases::new().compile_fail("tests/ui/*.rs");
}

/// With a feature, each of these is right.
#[test]
#[cfg(not(any(feature = "rust-formatter", feature = "lock")))]
fn what_nobody_would_call_is_refused_with_the_feature_to_enable() {
    trybuild::TestCases::new().compile_fail("tests/ui/features/*.rs");
}

/// Programs that forbid `unsafe` and warnings may print.
#[test]
fn what_is_no_mistake_compiles_without_a_warning() {
    trybuild::TestCases::new().pass("tests/ui/accepted/*.rs");
}

/// Our sentences are a part of what the compiler says here; the rest changes with every few of its versions.
#[test]
fn every_wrong_type_is_told_at_its_argument() {
    let compiler = env::var_os("RUSTC").unwrap_or_else(|| "rustc".into());
    let version = Command::new(compiler).arg("--version").output().unwrap().stdout;
    let version = String::from_utf8(version).unwrap();
    if version.starts_with(WORDS_OF) {
        trybuild::TestCases::new().compile_fail("tests/ui/types/*.rs");
    } else {
        eprintln!("skipped: tests/ui/types holds the words of {WORDS_OF}x, this is {version}");
    }
}
