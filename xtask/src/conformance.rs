//! `cargo xtask conformance`: totals of public firmware, against the linker's own map or against objcopy.

mod oracle;
mod table;

use crate::command::{output, run};
use crate::options::Mistake;
use crate::setup::{self, need::Need};
use crate::terminal::say;
use crate::workspace::{built, cargo, root};
use anyhow::{Context as _, Result, bail};
use oracle::{Figures, Oracle};
use serde_json::Value;
use std::path::{Path, PathBuf};
use std::process::Command;
use table::Row;

/// Help of `cargo xtask conformance`.
pub const DETAILS: &str = "cargo xtask conformance FOLDER

Measures the images that docs/conformance.json lists and writes docs/CONFORMANCE.md: flash and RAM as Plimsoll says,
beside what the linker's map or objcopy says. FOLDER holds a git repository OWNER/NAME for each listed project, with
the listed commit (`git clone --filter=blob:none`). An image whose repository is absent keeps its earlier row and is
named. A figure that differs without a reason in the list fails the chore.";

/// Where the images are listed, and where the table goes.
const LIST: &str = "docs/conformance.json";
const TABLE: &str = "docs/CONFORMANCE.md";

/// One image of a public repository.
pub struct Image {
    /// The toolchain or framework that it stands for.
    pub family: String,
    /// `owner/name`.
    pub repository: String,
    /// 40 hexadecimal digits.
    pub commit: String,
    /// Where the ELF is in the repository.
    pub path: String,
    /// What says the right totals.
    pub oracle: Oracle,
    /// Where the map is in the repository, for oracles that read one.
    pub map: Option<String>,
    /// Where a linker script is in the repository, if the image is measured with one.
    pub script: Option<String>,
    /// Why Plimsoll differs, where it does and is right.
    pub reason: Option<String>,
}

/// `cargo xtask conformance`.
pub fn run_task(mut arguments: lexopt::Parser) -> Result<()> {
    let folder = match arguments.next()? {
        Some(lexopt::Arg::Value(it)) => PathBuf::from(it),
        Some(other) => return Err(other.unexpected().into()),
        None => return Err(Mistake("name the folder that holds the repositories".to_owned()).into()),
    };
    crate::options::none(arguments)?;
    setup::ensure(&[Need::CCompiler, Need::Git, Need::Llvm])?;
    run(cargo().args(["build", "--package", "plimsoll"]))?;
    let images = listed(&std::fs::read_to_string(root().join(LIST)).context(LIST)?)?;
    let earlier = std::fs::read_to_string(root().join(TABLE)).unwrap_or_default();
    let mut rows = Vec::new();
    for image in &images {
        let row = measured(image, &folder)
            .unwrap_or_else(|error| Row::without_figures(image, &earlier, &format!("{error:#}")));
        say(row.told());
        rows.push(row);
    }
    std::fs::write(root().join(TABLE), table::document(&rows, &today()?)).context(TABLE)?;
    let n_wrong = rows.iter().filter(|it| it.is_wrong()).count();
    if n_wrong > 0 {
        bail!("{n_wrong} of {} images differ from their oracle without a reason", rows.len());
    }
    Ok(())
}

fn listed(text: &str) -> Result<Vec<Image>> {
    let list: Value = serde_json::from_str(text)?;
    let entries = list.as_array().context("docs/conformance.json is no list")?;
    entries.iter().map(image).collect()
}

fn image(entry: &Value) -> Result<Image> {
    let optional = |name: &str| entry[name].as_str().map(str::to_owned);
    let text = |name: &str| optional(name).with_context(|| format!("`{name}` is missing in {entry}"));
    Ok(Image {
        family: text("family")?,
        repository: text("repository")?,
        commit: text("commit")?,
        path: text("path")?,
        oracle: Oracle::parse(&text("oracle")?)?,
        map: optional("map"),
        script: optional("script"),
        reason: optional("reason"),
    })
}

fn measured(image: &Image, folder: &Path) -> Result<Row> {
    let scratch = tempfile::tempdir()?;
    let taken = |path: &str, name: &str| -> Result<PathBuf> {
        let target = scratch.path().join(name);
        std::fs::write(&target, blob(image, folder, path)?)?;
        Ok(target)
    };
    let elf = taken(&image.path, "image.elf")?;
    let map = image.map.as_deref().map(|it| taken(it, "image.map")).transpose()?;
    let script = image.script.as_deref().map(|it| taken(it, script_name(it))).transpose()?;
    let theirs = image.oracle.figures(&elf, map.as_deref())?;
    Ok(Row::new(image, theirs, ours(&elf, script.as_deref())?))
}

/// Grammars are known by the name's ending.
fn script_name(path: &str) -> &str {
    path.rsplit('/').next().unwrap_or(path)
}

fn blob(image: &Image, folder: &Path, path: &str) -> Result<Vec<u8>> {
    let repository = folder.join(&image.repository);
    let object = format!("{}:{path}", image.commit);
    let shown = Command::new("git").arg("-C").arg(&repository).args(["show", &object]).output()?;
    if !shown.status.success() {
        bail!("{} has no {object}", repository.display());
    }
    Ok(shown.stdout)
}

fn ours(elf: &Path, script: Option<&Path>) -> Result<Figures> {
    let mut plimsoll = Command::new(built("plimsoll"));
    plimsoll.args(["analyze", "--json"]).arg(elf);
    if let Some(script) = script {
        plimsoll.arg("--memory").arg(script);
    }
    let report: Value = serde_json::from_str(&output(&mut plimsoll)?)?;
    let totals = &report["totals"];
    let total = |name: &str| totals[name].as_u64().with_context(|| format!("the report has no {name}"));
    Ok(Figures { flash_bytes: Some(total("flash_bytes")?), ram_bytes: Some(total("ram_bytes")?) })
}

fn today() -> Result<String> {
    Ok(output(Command::new("date").args(["-u", "+%Y-%m-%d"]))?.trim_end().to_owned())
}
