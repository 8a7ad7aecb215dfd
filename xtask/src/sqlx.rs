//! `.sqlx`, the checked-query cache: written anew, or compared.

use crate::command::{output, run};
use crate::options;
use crate::terminal::say;
use crate::workspace::{built, cargo, root, target_subfolder};
use anyhow::{Context as _, Result, bail};
use std::collections::BTreeMap;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::time::{SystemTime, UNIX_EPOCH};

/// Help of `cargo xtask sqlx-prepare`.
pub const DETAILS: &str = "cargo xtask sqlx-prepare [--check]

Runs the migrations in an empty private Postgres, lets the compiler check every query against it, and
keeps the answers in .sqlx, so that a build needs no database. Stale files are removed.
--check changes nothing and fails where .sqlx differs.";

/// Set for ourselves when we run again inside the private Postgres: where to write to.
const INNER: &str = "XTASK_SQLX_FOLDER";

/// `cargo xtask sqlx-prepare`.
pub fn run_task(arguments: lexopt::Parser) -> Result<()> {
    if let Some(folder) = std::env::var_os(INNER) {
        return ask_the_compiler(Path::new(&folder));
    }
    crate::setup::ensure(&[crate::setup::need::Need::CCompiler, crate::setup::need::Need::Postgres])?;
    if options::switch(arguments, "check")? { check() } else { prepare() }
}

/// Fails where `.sqlx` differs from what it should be.
pub fn check() -> Result<()> {
    let fresh = fresh_answers()?;
    let kept = read(&root().join(".sqlx"))?;
    let changed = fresh.iter().filter(|(name, text)| kept.get(*name) != Some(text)).count();
    let stale = kept.keys().filter(|it| !fresh.contains_key(*it)).count();
    if changed + stale > 0 {
        bail!(
            ".sqlx lacks or differs in {changed} and has {stale} stale of its files: run `cargo xtask sqlx-prepare`"
        );
    }
    say(format!(".sqlx is up to date: {} queries", kept.len()));
    Ok(())
}

fn prepare() -> Result<()> {
    let fresh = fresh_answers()?;
    let folder = root().join(".sqlx");
    fs::create_dir_all(&folder)?;
    for stale in read(&folder)?.keys().filter(|it| !fresh.contains_key(*it)) {
        fs::remove_file(folder.join(stale))?;
    }
    for (name, text) in &fresh {
        fs::write(folder.join(name), text)?;
    }
    say(format!(".sqlx holds {} queries", fresh.len()));
    Ok(())
}

/// Every query's file, by name.
fn fresh_answers() -> Result<BTreeMap<String, String>> {
    let answers = target_subfolder("sqlx-prepare")?;
    fs::remove_dir_all(&answers)?;
    fs::create_dir_all(&answers)?;
    let data = tempfile::tempdir()?;
    let mut inner = Command::new(server_program()?);
    inner.current_dir(root()).arg("postgres").arg("--data").arg(data.path()).arg("--");
    inner.arg(std::env::current_exe()?).arg("sqlx-prepare").env(INNER, &answers);
    run(&mut inner)?;
    let fresh = read(&answers)?;
    if fresh.is_empty() {
        bail!("the compiler wrote no query to {}", answers.display());
    }
    Ok(fresh)
}

/// The server holds the private Postgres. When it does not compile for want of a query in `.sqlx`, the program
/// that was built before serves as well.
fn server_program() -> Result<PathBuf> {
    let program = built("plimsoll-server");
    match run(cargo().args(["build", "--package", "plimsoll-server"])) {
        Ok(()) => Ok(program),
        Err(_) if program.is_file() => Ok(program),
        Err(error) => Err(error).context(
            "the server must have been built once, with queries that .sqlx knows, before new ones can be prepared",
        ),
    }
}

/// Runs inside: `DATABASE_URL` names the empty private Postgres.
fn ask_the_compiler(answers: &Path) -> Result<()> {
    let url = std::env::var("DATABASE_URL").context("DATABASE_URL is not set")?;
    for migration in sorted_files(&root().join("migrations"), ".sql")? {
        let mut psql = Command::new(psql_program()?);
        psql.args(["--no-psqlrc", "--quiet", "--set=ON_ERROR_STOP=1", "--file"]).arg(&migration).arg(&url);
        output(&mut psql).with_context(|| format!("applying {}", migration.display()))?;
    }
    // A condition that nobody asks for makes the compiler look again at a crate that has not changed.
    let now = SystemTime::now().duration_since(UNIX_EPOCH)?.as_nanos();
    let again = format!("sqlx_prepared_at=\"{now}\"");
    let mut compiler = cargo();
    compiler.args(["rustc", "--package", "plimsoll-server", "--lib", "--profile", "check", "--"]);
    compiler.args(["--cfg", &again, "--allow", "unexpected_cfgs"]);
    compiler.env("SQLX_OFFLINE", "false").env("SQLX_OFFLINE_DIR", answers);
    run(&mut compiler)
}

/// Beside the server programs, as packages put it; else on PATH.
fn psql_program() -> Result<PathBuf> {
    crate::command::find("psql").context("psql is not on PATH: install the Postgres client programs")
}

fn sorted_files(folder: &Path, suffix: &str) -> Result<Vec<PathBuf>> {
    let entries = folder.read_dir().with_context(|| format!("reading {}", folder.display()))?;
    let mut files: Vec<PathBuf> = entries.filter_map(|it| Some(it.ok()?.path())).collect();
    files.retain(|it| it.to_string_lossy().ends_with(suffix));
    files.sort();
    Ok(files)
}

fn read(folder: &Path) -> Result<BTreeMap<String, String>> {
    if !folder.is_dir() {
        return Ok(BTreeMap::new());
    }
    let named = |path: PathBuf| {
        let name = path.file_name().unwrap_or_default().to_string_lossy().into_owned();
        Ok((name, fs::read_to_string(&path)?))
    };
    sorted_files(folder, ".json")?.into_iter().map(named).collect()
}
