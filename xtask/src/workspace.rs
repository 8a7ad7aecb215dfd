//! Where things are in this repository.

use crate::command::run;
use anyhow::{Context as _, Result};
use std::env;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::sync::atomic::{AtomicBool, Ordering};

/// The repository's top folder.
pub fn root() -> &'static Path {
    let manifest = Path::new(env!("CARGO_MANIFEST_DIR"));
    manifest.parent().unwrap_or(manifest)
}

/// Cargo, the one that runs us, in the top folder.
pub fn cargo() -> Command {
    let mut cargo = Command::new(env::var_os("CARGO").unwrap_or_else(|| "cargo".into()));
    cargo.current_dir(root());
    // What `cargo run` tells us about ourselves is not meant for the builds that we start.
    for (name, _) in env::vars_os() {
        let text = name.to_string_lossy();
        let is_ours = text.starts_with("CARGO_PKG_") || text.starts_with("CARGO_MANIFEST_");
        if is_ours || text == "CARGO_CRATE_NAME" || text == "CARGO_BIN_NAME" {
            cargo.env_remove(&name);
        }
    }
    cargo
}

/// Where cargo puts what it builds.
pub fn target_folder() -> PathBuf {
    env::var_os("CARGO_TARGET_DIR").map_or_else(|| root().join("target"), |it| root().join(it))
}

/// A program that the dev profile built.
pub fn built(program: &str) -> PathBuf {
    target_folder().join("debug").join(program)
}

/// Set while the steps of `cargo xtask test` run.
static WITH_TESTS: AtomicBool = AtomicBool::new(false);

/// From now on programs are built together with the tests.
pub fn build_with_tests() {
    WITH_TESTS.store(true, Ordering::Relaxed);
}

/// Builds the server and the command. The tests need more of some dependencies than the programs do; where both
/// are built, they are built as one, so that nothing is built in two ways.
pub fn build_programs() -> Result<()> {
    let with_tests = WITH_TESTS.load(Ordering::Relaxed);
    run(cargo().args(["build", "--workspace", "--bins"]).args(with_tests.then_some("--tests")))
}

/// A folder of our own among the built things, made where it is missing.
pub fn target_subfolder(name: &str) -> Result<PathBuf> {
    let folder = target_folder().join(name);
    std::fs::create_dir_all(&folder).with_context(|| format!("making {}", folder.display()))?;
    Ok(folder)
}
