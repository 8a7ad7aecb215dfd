//! Cases that somebody measured before, with the images they were measured on.

use super::{Case, predict};
use crate::command::output;
use crate::terminal::say;
use crate::workspace::root;
use anyhow::{Context as _, Result};
use std::collections::BTreeMap;
use std::path::Path;
use std::process::Command;

/// The cases by image; none where the folder, or `zstd` to unpack it, is missing.
pub fn groups() -> Result<BTreeMap<String, Vec<Case>>> {
    let folder = root().join("../shared/fmt-truth");
    let mut groups: BTreeMap<String, Vec<Case>> = BTreeMap::new();
    let Ok(text) = std::fs::read_to_string(folder.join("cases.json")) else {
        say(format!("skipped: there is no {}", folder.join("cases.json").display()));
        return Ok(groups);
    };
    if crate::command::find("zstd").is_none() {
        say("skipped: without `zstd` the measured images cannot be unpacked");
        return Ok(groups);
    }
    let unpacked = tempfile::tempdir()?;
    let cases: serde_json::Value = serde_json::from_str(&text)?;
    for case in cases.as_array().context("cases.json holds no list")? {
        let name = case["elf"].as_str().context("a case without an image")?;
        let elf = unpacked.path().join(name);
        if !elf.exists() {
            unpack(&folder.join(format!("{name}.zst")), &elf)?;
        }
        let cut = case["cut"].as_array().context("a case without lines")?;
        let lines: Vec<&str> = cut.iter().filter_map(|it| it.as_str()).collect();
        let without = lines.join(",");
        let true_bytes = case["true_saving_bytes"].as_u64().context("a case without the truth")?;
        let predicted_bytes = predict(&elf, &["--without", &without])?;
        let is_all = lines.len() == 6;
        groups.entry(name.to_owned()).or_default().push(Case {
            without,
            predicted_bytes,
            true_bytes,
            is_all,
        });
    }
    Ok(groups)
}

/// With which cases those of an image are judged: all are built for the RP2040.
pub fn pool(image: &str) -> String {
    let lto = if image.starts_with("nolto") { "no LTO" } else { "fat LTO" };
    format!("thumbv6m-none-eabi, {lto}")
}

fn unpack(packed: &Path, elf: &Path) -> Result<()> {
    output(Command::new("zstd").args(["--decompress", "--quiet", "-o"]).arg(elf).arg(packed)).map(drop)
}
