//! The builds: all there, in order, with the figures of the local analysis and the right baseline.

use super::{Image, Voyage, project_path, same};
use crate::demo::api::Api;
use crate::voyage::Branch;
use anyhow::{Context as _, Result, ensure};
use serde_json::{Value, json};
use std::collections::BTreeMap;

/// The server's answer for each build, by target and commit.
pub type Shown = BTreeMap<(String, String), Value>;

/// Every image is a build, and nothing else is.
pub fn check(api: &Api, voyage: &Voyage) -> Result<Shown> {
    let list = list(api, "?limit=500")?;
    ensure!(list.len() == voyage.images.len(), "{} builds are listed of {}", list.len(), voyage.images.len());
    let mut shown = Shown::new();
    for image in &voyage.images {
        let is_it =
            |it: &&Value| it["commit"] == image.commit.as_str() && it["target"] == image.target.as_str();
        let row = list.iter().find(is_it).with_context(|| format!("{} is not listed", place(image)))?;
        let id = row["id"].as_str().context("a build without an id")?;
        let answer = api.json(&project_path(&format!("/builds/{id}")))?;
        same(&format!("{} in list and alone", place(image)), row, &answer["build"])?;
        build_is_right(image, &answer).with_context(|| place(image))?;
        report_is_right(api, image, id).with_context(|| place(image))?;
        shown.insert((image.target.clone(), image.commit.clone()), answer);
    }
    main_line_is_in_order(api, voyage)?;
    Ok(shown)
}

/// How messages name an image.
pub fn place(image: &Image) -> String {
    format!("{} of leg `{}`", image.target, image.leg.name)
}

fn list(api: &Api, query: &str) -> Result<Vec<Value>> {
    let list = api.json(&project_path(&format!("/builds{query}")))?;
    Ok(list.as_array().context("no list of builds")?.clone())
}

fn build_is_right(image: &Image, answer: &Value) -> Result<()> {
    let (build, report) = (&answer["build"], &image.report);
    let number = match image.leg.branch {
        Branch::Main => Value::Null,
        Branch::PullRequest { number, .. } => json!(number),
    };
    same("state", &build["state"], &json!("measured"))?;
    same("message", &build["message"], &json!(image.leg.message))?;
    same("author", &build["author"], &json!(image.leg.author.name))?;
    same("pull request", &build["pull_request"], &number)?;
    same("flash", &build["figures"]["flash_bytes"], &report["totals"]["flash_bytes"])?;
    same("RAM", &build["figures"]["ram_bytes"], &report["totals"]["ram_bytes"])?;
    same("formatting", &build["figures"]["formatting_bytes"], &report["formatting"]["total_bytes"])?;
    let base = image.base.as_deref().map_or(Value::Null, |it| json!(it));
    same("baseline", &answer["baseline"]["commit"], &base)?;
    if image.base.is_some() {
        same("distance of the baseline", &answer["baseline"]["commits_behind"], &json!(0))?;
    }
    Ok(())
}

/// Regions, sections and symbols, to the byte.
fn report_is_right(api: &Api, image: &Image, id: &str) -> Result<()> {
    let report = api.json(&project_path(&format!("/builds/{id}/report")))?;
    for part in ["totals", "regions", "sections", "symbols", "crates"] {
        ensure!(report[part] == image.report[part], "{part} differ from those of `plimsoll analyze`");
    }
    Ok(())
}

fn main_line_is_in_order(api: &Api, voyage: &Voyage) -> Result<()> {
    for target in voyage.targets() {
        let shown = list(api, &format!("?branch=main&limit=500&target={}", target.replace('/', "%2F")))?;
        let shown: Vec<&Value> = shown.iter().map(|it| &it["message"]).collect();
        let truth: Vec<&str> = voyage.main_line(&target).rev().map(|it| it.leg.message).collect();
        ensure!(shown == truth, "the history of {target} is shown as {shown:?}");
    }
    Ok(())
}
