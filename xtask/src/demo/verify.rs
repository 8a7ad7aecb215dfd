//! Whether pages and API show what was uploaded: asked as a visitor, compared with an analysis done here.

mod alerts;
mod builds;
mod pages;

use super::api::Api;
use super::repository::Repository;
use super::{PROJECT, legs};
use crate::command::output;
use crate::terminal::{Progress, say};
use crate::voyage::{Branch, LEGS, Leg, Ship, fleet, ships};
use crate::workspace::{built, root};
use anyhow::{Context as _, Result, ensure};
use serde_json::Value;
use std::process::Command;

/// Everything that the demo shows.
pub fn check(url: &str, repository: &Repository) -> Result<()> {
    // Without a token: the project is public.
    let api = Api::new(url, None);
    let mut progress = Progress::new("verifying", 4);
    progress.begin("analysing the images here");
    let voyage = Voyage::measure(repository)?;
    progress.advance();
    progress.begin("builds and their figures");
    let shown = builds::check(&api, &voyage)?;
    progress.advance();
    progress.begin("budgets and alerts");
    alerts::check(&api, &voyage, &shown)?;
    progress.advance();
    progress.begin("pages");
    pages::check(&api, &voyage, &shown)?;
    drop(progress);
    say(format!(
        "Verified over HTTP: {} builds with their figures, baselines, budgets and alerts, and their pages.",
        voyage.images.len()
    ));
    Ok(())
}

/// What must be shown.
struct Voyage {
    /// Leg by leg, within a leg in the order of its ships.
    images: Vec<Image>,
}

/// One image, analysed by `plimsoll analyze`.
struct Image {
    leg: &'static Leg,
    ship: &'static Ship,
    target: String,
    commit: String,
    /// The commit that it is compared with.
    base: Option<String>,
    report: Value,
}

impl Voyage {
    fn measure(repository: &Repository) -> Result<Self> {
        let mut images = Vec::new();
        for (idx, leg) in LEGS.iter().enumerate() {
            for ship in ships(leg) {
                let base = base(idx).filter(|it| ships(it).any(|it| it == ship));
                let base = base.map(|it| repository.commit_of(it)).transpose()?;
                let (commit, target) = (repository.commit_of(leg)?, ship.target());
                images.push(Image { leg, ship, target, commit, base, report: analyse(leg, ship)? });
            }
        }
        Ok(Self { images })
    }

    /// The images of one target on the main branch, oldest first.
    fn main_line<'a>(&'a self, target: &'a str) -> impl DoubleEndedIterator<Item = &'a Image> {
        self.images.iter().filter(move |it| it.target == target && it.leg.branch == Branch::Main)
    }

    fn targets(&self) -> impl Iterator<Item = String> {
        fleet().map(Ship::target)
    }
}

impl Image {
    /// Bytes used in a region.
    fn used_bytes(&self, region: &str) -> Result<u64> {
        let regions = self.report["regions"].as_array().context("a report without regions")?;
        let region = regions.iter().find(|it| it["name"] == region).context("a region is missing")?;
        region["used_bytes"].as_u64().context("a region without its use")
    }
}

/// The main leg before; for a pull request where it left main, however many commits it has.
fn base(idx: usize) -> Option<&'static Leg> {
    match LEGS[idx].branch {
        Branch::Main => super::repository::parent(idx),
        Branch::PullRequest { from, .. } => LEGS.iter().find(|it| it.name == from),
    }
}

fn analyse(leg: &Leg, ship: &Ship) -> Result<Value> {
    let mut command = Command::new(built("plimsoll"));
    command.args(["analyze", "--json"]).arg(legs::image(leg, ship));
    if let Some(script) = ship.memory_script() {
        command.arg("--memory").arg(root().join(script));
    }
    Ok(serde_json::from_str(&output(&mut command)?)?)
}

fn project_path(rest: &str) -> String {
    format!("/api/v1/projects/{PROJECT}{rest}")
}

/// Two values that must be equal, with their place.
fn same(place: &str, shown: &Value, truth: &Value) -> Result<()> {
    ensure!(shown == truth, "{place}: the server shows {shown}, and {truth} is right");
    Ok(())
}
