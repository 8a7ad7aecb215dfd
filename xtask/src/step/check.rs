//! What each step runs.

use super::{licence, reproducible};
use crate::command::{find, output, run};
use crate::demo;
use crate::firmware_table;
use crate::postgres::PrivatePostgres;
use crate::setup::need::{FIRMWARE_TARGET, chromium};
use crate::terminal::say;
use crate::tiny;
use crate::voyage;
use crate::workspace::{build_programs, built, cargo, root, target_folder};
use anyhow::{Context as _, Result, bail};
use std::path::PathBuf;
use std::process::Command;

/// The Python programs that check workflow files.
const PYTHON_CHECKERS: [&str; 2] = ["zizmor==1.32.0", "check-jsonschema==0.39.0"];

/// Debian 12 and Ubuntu 22.04 have an older one.
const PLAYWRIGHT_NODE_MAJOR: u32 = 20;

/// Node.js itself, as an npm package.
const NODE_PACKAGE: &str = "node@22";

pub fn fmt() -> Result<()> {
    run(cargo().args(["fmt", "--all", "--check"]))
}

pub fn clippy() -> Result<()> {
    run(cargo().args(["clippy", "--workspace", "--all-targets", "--", "-D", "warnings"]))?;
    let chip = [
        "--package",
        "plimsoll-firmware",
        "--features",
        "device,loggers,defmt,rust-formatter",
        "--target",
        FIRMWARE_TARGET,
    ];
    run(cargo().arg("clippy").args(chip).args(["--bins", "--", "-D", "warnings"]))
}

pub fn doc() -> Result<()> {
    // Help texts are doc comments, and in a terminal an address without brackets reads better.
    // A program's own overview may name its private parts.
    let flags = "-D warnings -A rustdoc::bare-urls -A rustdoc::private-intra-doc-links";
    run(cargo().args(["doc", "--workspace", "--no-deps"]).env("RUSTDOCFLAGS", flags))
}

/// The server program, built with the tests, brings the Postgres that they run on.
pub fn unit() -> Result<()> {
    build_programs()?;
    let postgres = PrivatePostgres::start()?;
    run(cargo().args(["test", "--workspace", "--no-fail-fast"]).env("DATABASE_URL", &postgres.url))
}

/// cargo-deny where it is installed; else the licences alone, from what cargo says.
pub fn licences() -> Result<()> {
    if find("cargo-deny").is_some() {
        return run(cargo().args(["deny", "--offline", "check", "licenses", "bans", "sources"]));
    }
    licence::check()
}

pub fn workflows() -> Result<()> {
    let bin = python_checkers()?;
    run(at_root(bin.join("zizmor")).args(["--offline", ".github", "cli-uploader/action.yml"]))?;
    let schema = |name: &str| {
        let mut command = at_root(bin.join("check-jsonschema"));
        command.args(["--builtin-schema", name]);
        command
    };
    run(schema("vendor.github-workflows").args(files_in(".github/workflows", ".yml")?))?;
    run(schema("vendor.github-actions").arg("cli-uploader/action.yml"))?;
    if output(Command::new("docker").args(["compose", "version"])).is_ok() {
        return run(at_root("docker").args(["compose", "config", "--quiet"]));
    }
    say(
        "`docker compose` is not here: docker-compose.yml is checked against the Compose specification's schema",
    );
    run(schema("vendor.compose-spec").arg("docker-compose.yml"))
}

/// Every leg of the voyage is built; the emulator runs them and compares what they say. What the analyzer
/// decodes of them is compared with what the linker knows.
pub fn firmware() -> Result<()> {
    demo::build_firmware()?;
    reproducible::check()?;
    compare_references()?;
    test_features_of_cfmt()?;
    let emulator = root().join("firmware/emulator");
    run(Command::new("npm").current_dir(&emulator).args(["ci", "--no-audit", "--no-fund"]))?;
    let mut test = Command::new("npm");
    test.env("FIRMWARE_ELFS", target_folder().join(voyage::OUTPUT_FOLDER));
    test.env("FIRMWARE_LEGS", target_folder().join("voyage"));
    test.env("FIRMWARE_LOGGERS", firmware_table::build_loggers()?);
    firmware_table::check()?;
    build_programs()?;
    tiny::check()?;
    test.env("PLIMSOLL", built("plimsoll"));
    run(test.current_dir(&emulator).arg("test"))
}

/// Features of cfmt are of the whole program, so that each needs a program of its own.
fn test_features_of_cfmt() -> Result<()> {
    let test = |arguments: &[&str]| run(cargo().args(["test", "--package", "cfmt"]).args(arguments));
    test(&["--features", "lock", "--test", "lock"])?;
    test(&["--features", "lock", "--doc"])?;
    test(&["--features", "rust-formatter", "--doc"])
}

/// Links the firmware with its relocations kept, where the analyzer's test looks for it. Its own folder:
/// other arguments for the linker would build everything else anew as well.
fn compare_references() -> Result<()> {
    let flags = format!("target.{FIRMWARE_TARGET}.rustflags=[\"-C\", \"link-arg=--emit-relocs\"]");
    let mut build = cargo();
    build.args(["build", "--package", "plimsoll-firmware", "--features", "device,loggers"]);
    build.args(["--profile", "firmware", "--target", FIRMWARE_TARGET, "--config", &flags, "--target-dir"]);
    run(build.arg(target_folder().join("emit-relocs")))?;
    run(cargo().args([
        "test",
        "--package",
        "plimsoll-analyzer",
        "--test",
        "it",
        "refs::",
        "--",
        "--nocapture",
    ]))
}

/// The pages of a fresh demo, visited by a real browser.
pub fn browser() -> Result<()> {
    demo::visit(&mut browser_script("test")?)
}

/// A script of the browser tests, with what it needs installed.
pub fn browser_script(name: &str) -> Result<Command> {
    let folder = root().join("server/tests/browser");
    run(Command::new("npm").current_dir(&folder).args(["ci", "--no-audit", "--no-fund"]))?;
    let mut script = Command::new("npm");
    if node_major()? < PLAYWRIGHT_NODE_MAJOR {
        say(format!("Playwright wants Node.js {PLAYWRIGHT_NODE_MAJOR}: `{NODE_PACKAGE}` from npm runs it"));
        script.args(["exec", "--yes", "--package", NODE_PACKAGE, "--", "npm"]);
    }
    script.current_dir(folder).args(["run", "--silent", name]);
    script.env("CHROMIUM", chromium().context("no Chromium is on PATH")?);
    Ok(script)
}

/// `v18.20.4` → 18.
fn node_major() -> Result<u32> {
    let version = output(Command::new("node").arg("--version"))?;
    let major = version.trim().trim_start_matches('v').split('.').next().and_then(|it| it.parse().ok());
    major.with_context(|| format!("`node --version` says {version}"))
}

/// `cargo xtask demo --check`, as a step.
pub fn demo() -> Result<()> {
    demo::check(None, None)
}

/// A folder with the Python programs, made once.
fn python_checkers() -> Result<PathBuf> {
    let venv = target_folder().join("venv");
    let stamp = venv.join("installed.txt");
    let wanted = PYTHON_CHECKERS.join("\n");
    let runs = || output(Command::new(venv.join("bin/check-jsonschema")).arg("--version")).is_ok();
    if std::fs::read_to_string(&stamp).is_ok_and(|it| it == wanted) && runs() {
        return Ok(venv.join("bin"));
    }
    say(format!("Installing into {}: {}", venv.display(), PYTHON_CHECKERS.join(", ")));
    run(Command::new("python3").args(["-m", "venv", "--clear"]).arg(&venv))?;
    run(Command::new(venv.join("bin/pip")).args(["install", "--quiet"]).args(PYTHON_CHECKERS))?;
    std::fs::write(&stamp, wanted)?;
    Ok(venv.join("bin"))
}

fn at_root(program: impl AsRef<std::ffi::OsStr>) -> Command {
    let mut command = Command::new(program);
    command.current_dir(root());
    command
}

fn files_in(folder: &str, suffix: &str) -> Result<Vec<PathBuf>> {
    let entries = root().join(folder).read_dir().with_context(|| format!("reading {folder}"))?;
    let paths = entries.filter_map(|it| Some(it.ok()?.path()));
    let files: Vec<PathBuf> = paths.filter(|it| it.to_string_lossy().ends_with(suffix)).collect();
    if files.is_empty() {
        bail!("{folder} holds no {suffix} file");
    }
    Ok(files)
}
