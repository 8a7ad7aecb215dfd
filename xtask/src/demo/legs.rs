//! Builds the firmware as it was on each leg.

use crate::command::output;
use crate::firmware_table::build_loggers;
use crate::setup::need::FIRMWARE_TARGET;
use crate::terminal::Progress;
use crate::tiny;
use crate::voyage::{LEGS, Leg, Ship, is_fleet, ships};
use crate::workspace::{cargo, target_folder, target_subfolder};
use anyhow::{Context as _, Result, bail};
use std::path::PathBuf;

/// The image of one program on one leg.
pub fn image(leg: &Leg, ship: &Ship) -> PathBuf {
    target_folder().join("voyage").join(leg.name).join(ship.binary)
}

/// Builds these legs. What has not changed since the last time is not built again.
pub fn build(legs: &[&Leg]) -> Result<()> {
    let mut progress = Progress::new("building", legs.len());
    for leg in legs {
        progress.begin(leg.message);
        build_one(leg).with_context(|| format!("building the leg `{}`", leg.name))?;
        progress.advance();
    }
    Ok(())
}

/// Builds all legs.
pub fn build_all() -> Result<()> {
    build(&LEGS.iter().collect::<Vec<_>>())
}

fn build_one(leg: &Leg) -> Result<()> {
    if crate::signals::stop_wanted() {
        bail!("stopped");
    }
    let features = std::iter::once("device").chain(leg.features.iter().copied());
    let mut build = cargo();
    build.args(["build", "--quiet", "--package", "plimsoll-firmware", "--bins", "--no-default-features"]);
    build.arg("--features").arg(features.collect::<Vec<_>>().join(","));
    build.args(["--profile", "firmware", "--target", FIRMWARE_TARGET]);
    output(&mut build)?;
    if is_fleet(leg) {
        build_loggers()?;
        tiny::build_all()?;
    }
    target_subfolder(&format!("voyage/{}", leg.name))?;
    for ship in ships(leg) {
        let built = ship.built();
        std::fs::copy(&built, image(leg, ship)).with_context(|| format!("copying {}", built.display()))?;
    }
    Ok(())
}
