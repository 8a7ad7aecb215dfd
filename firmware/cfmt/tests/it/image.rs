//! What is linked into a program for a microcontroller that prints with every spec: nothing of `core::fmt`,
//! and nothing that panics.

use std::path::{Path, PathBuf};
use std::process::Command;
use std::{env, fs};

const TARGET: &str = "thumbv6m-none-eabi";

/// Parts of the names of symbols. The last one is what the example's panic handler calls.
const UNWANTED: [&str; 4] = ["4core3fmt", "4core..fmt", "panicking", "this_program_can_panic"];

/// Links `examples/every_spec.rs` with no debug information, whose names are no symbols. The C functions
/// are left out: they are not ours to judge.
fn link(profile: &str, features: &str, settings: &[&str]) -> Vec<u8> {
    // The folder of all other builds: what they need is there already.
    let target_folder = Path::new(env!("CARGO_TARGET_TMPDIR")).parent().unwrap();
    let mut cargo = Command::new(env::var_os("CARGO").unwrap_or_else(|| "cargo".into()));
    cargo.current_dir(env!("CARGO_MANIFEST_DIR")).args(["rustc", "--quiet", "--example", "every_spec"]);
    cargo.args(["--profile", profile, "--target", TARGET, "--features", features, "--target-dir"]);
    cargo.arg(target_folder).args(settings).args(["--", "-C", "strip=debuginfo"]);
    cargo.args(["-C", "link-arg=--entry=start", "-C", "link-arg=--unresolved-symbols=ignore-all"]);
    assert!(cargo.status().unwrap().success(), "{cargo:?}");
    let folder = if profile == "dev" { "debug" } else { profile };
    fs::read(target_folder.join(TARGET).join(folder).join("examples/every_spec")).unwrap()
}

fn unwanted(image: &[u8]) -> Vec<&'static str> {
    let holds = |name: &&str| image.windows(name.len()).any(|it| it == name.as_bytes());
    UNWANTED.into_iter().filter(holds).collect()
}

/// Whether the target's library is there to link with.
fn has_target() -> bool {
    let rustc = env::var_os("RUSTC").unwrap_or_else(|| "rustc".into());
    let printed =
        Command::new(rustc).args(["--print", "target-libdir", "--target", TARGET]).output().unwrap();
    let folder = PathBuf::from(String::from_utf8(printed.stdout).unwrap().trim());
    if !folder.exists() {
        eprintln!("skipped: `rustup target add {TARGET}` is needed");
    }
    folder.exists()
}

/// One test, since each program replaces the one before.
#[test]
fn nothing_formats_or_panics_in_an_image_that_prints_with_every_spec() {
    if !has_target() {
        return;
    }
    assert_eq!(unwanted(&link("firmware", "rust-formatter", &[])), [""; 0]);
    assert_eq!(unwanted(&link("firmware", "", &[])), [""; 0]);
    // Overflow checks and debug assertions are on, and each that could fail would call a panic.
    let checked = ["--config", "profile.dev.opt-level = 's'"];
    assert_eq!(unwanted(&link("dev", "rust-formatter", &checked)), [""; 0]);
    assert_eq!(unwanted(&link("dev", "", &checked)), [""; 0]);
    // Without optimisation there is much that could panic, in theory: such an image is known by its symbols.
    let found = unwanted(&link("dev", "rust-formatter", &[]));
    assert!(found.contains(&"panicking") && found.contains(&"this_program_can_panic"), "{found:?}");
}
