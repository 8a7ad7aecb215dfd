//! `.sqlx`, the checked-query cache: written anew, or compared.

use crate::command::{find, output, run};
use crate::options;
use crate::postgres::PrivatePostgres;
use crate::setup::{self, need::Need};
use crate::terminal::say;
use crate::workspace::{build_programs, built, cargo, root, target_subfolder};
use anyhow::{Context as _, Result, bail};
use std::collections::BTreeMap;
use std::fs::{self, File};
use std::path::{Path, PathBuf};
use std::process::Command;
use std::time::SystemTime;

/// Help of `cargo xtask sqlx-prepare`.
pub const DETAILS: &str = "cargo xtask sqlx-prepare [--check]

Runs the migrations in an empty private Postgres, lets the compiler check every query against it, and
keeps the answers in .sqlx, so that a build needs no database. Stale files are removed.
--check changes nothing and fails where .sqlx differs.";

/// What it takes.
pub const NEEDS: &[Need] = &[Need::CCompiler, Need::Clippy, Need::Postgres];

/// `cargo xtask sqlx-prepare`.
pub fn run_task(arguments: lexopt::Parser) -> Result<()> {
    setup::ensure(NEEDS)?;
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
    build_server()?;
    let postgres = PrivatePostgres::start()?;
    migrate(&postgres.url)?;
    ask_the_compiler(&postgres.url, &answers)?;
    let fresh = read(&answers)?;
    if fresh.is_empty() {
        bail!("the compiler wrote no query to {}", answers.display());
    }
    Ok(fresh)
}

/// The server holds the private Postgres. When it does not compile for want of a query in `.sqlx`, the program
/// that was built before serves as well.
fn build_server() -> Result<()> {
    match build_programs() {
        Err(error) if !built("plimsoll-server").is_file() => Err(error).context(
            "the server must have been built once, with queries that .sqlx knows, before new ones can be prepared",
        ),
        _ => Ok(()),
    }
}

fn migrate(url: &str) -> Result<()> {
    let psql = find("psql").context("psql is not on PATH: install the Postgres client programs")?;
    for migration in sorted_files(&root().join("migrations"), ".sql")? {
        let mut psql = Command::new(&psql);
        psql.args(["--no-psqlrc", "--quiet", "--set=ON_ERROR_STOP=1", "--file"]).arg(&migration).arg(url);
        output(&mut psql).with_context(|| format!("applying {}", migration.display()))?;
    }
    Ok(())
}

fn ask_the_compiler(url: &str, answers: &Path) -> Result<()> {
    // The same call as the step `clippy`: dependencies are checked once for both, and of our crates only the
    // server and what stands on it are looked at again.
    let _touched = Touched::touch(&root().join("server/src/lib.rs"))?;
    let mut compiler = cargo();
    compiler.args(["clippy", "--workspace", "--all-targets"]);
    compiler.env("DATABASE_URL", url).env("SQLX_OFFLINE", "false").env("SQLX_OFFLINE_DIR", answers);
    run(&mut compiler)
}

/// A source that looks changed, so that the compiler reads it again; as it was before once dropped, so that
/// nothing else is built again for it.
struct Touched {
    file: File,
    modified: SystemTime,
}

impl Touched {
    fn touch(path: &Path) -> Result<Self> {
        let file =
            File::options().append(true).open(path).with_context(|| format!("opening {}", path.display()))?;
        let modified = file.metadata()?.modified()?;
        file.set_modified(SystemTime::now())?;
        Ok(Self { file, modified })
    }
}

impl Drop for Touched {
    fn drop(&mut self) {
        if let Err(error) = self.file.set_modified(self.modified) {
            say(format!("warning: the server is built again next time: {error}"));
        }
    }
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
