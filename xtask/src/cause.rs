//! How much of what grows from one commit to the next has a cause with a place: programs are built step by step.

mod programs;

use crate::command::{output, run};
use crate::demo;
use crate::options;
use crate::setup::{self, need::Need};
use crate::terminal::say;
use crate::voyage::{Branch, LEGS, Leg, ships};
use crate::workspace::{built, cargo};
use anyhow::{Context as _, Result, bail};
use programs::Step;
use std::process::Command;

/// Help of `cargo xtask cause`.
pub const DETAILS: &str = "cargo xtask cause

Builds the legs of the demo's voyage, and the programs in firmware/cause (C with newlib's nano variant, C++ with
newlib, Rust) as they were after each of their commits, and compares each step with the one before. Prints of what
grew and of what shrank how many bytes have a cause with a place, how many of these are of code and data that was
there before and grew by itself, and the first cause. Fails where less than 90 % of what a step changed have a cause,
and where of all that grew more than a third of that is of the latter kind.";

/// What is asked of every step.
const LEAST_PERCENT: f64 = 90.0;
/// Changes that are smaller are shown and not judged: a word of filler is a big part of them.
const LEAST_BYTES: u64 = 64;

/// One direction of a step.
#[derive(Debug, Clone, Copy, Default)]
struct Share {
    bytes: u64,
    explained_bytes: u64,
    own_bytes: u64,
}

impl Share {
    fn read(side: &serde_json::Value) -> Result<Self> {
        let number = |name: &str| side[name].as_u64().with_context(|| format!("a growth without {name}"));
        Ok(Self {
            bytes: number("bytes")?,
            explained_bytes: number("explained_bytes")?,
            own_bytes: number("own_bytes")?,
        })
    }

    fn add(&mut self, other: Self) {
        self.bytes += other.bytes;
        self.explained_bytes += other.explained_bytes;
        self.own_bytes += other.own_bytes;
    }

    fn explained_percent(self) -> f64 {
        100.0 * self.explained_bytes as f64 / self.bytes.max(1) as f64
    }

    fn own_percent(self) -> f64 {
        100.0 * self.own_bytes as f64 / self.bytes.max(1) as f64
    }
}

/// `cargo xtask cause`.
pub fn run_task(arguments: lexopt::Parser) -> Result<()> {
    options::none(arguments)?;
    setup::ensure(&[Need::CCompiler, Need::ArmCompiler, Need::FirmwareTarget])?;
    run(cargo().args(["build", "--package", "plimsoll"]))?;
    demo::build_firmware()?;
    let folder = tempfile::tempdir()?;
    let mut steps = voyage();
    steps.extend(programs::steps(folder.path())?);
    let mut missed = Vec::new();
    let mut all = Share::default();
    say("    bytes  explained  own  step, and its first cause");
    for step in &steps {
        let answer = diff(step)?;
        for (side, sign) in [("grown", '+'), ("shrunk", '-')] {
            let share = Share::read(&answer["growth"][side])?;
            if share.bytes == 0 {
                continue;
            }
            all.add(share);
            let is_missed = share.bytes >= LEAST_BYTES && share.explained_percent() < LEAST_PERCENT;
            if is_missed {
                missed.push(format!("{} ({side})", step.name));
            }
            show(step, (share, sign, is_missed), &answer["growth"][side]["causes"][0]);
        }
    }
    say(format!(
        "{} B in {} steps: {:.1} % explained, {:.1} % by code and data that grew by itself",
        all.bytes,
        steps.len(),
        all.explained_percent(),
        all.own_percent()
    ));
    if all.own_percent() > LEAST_PERCENT / 3.0 {
        missed.push("too much is explained by itself".to_owned());
    }
    if missed.is_empty() { Ok(()) } else { bail!("not explained: {}", missed.join("; ")) }
}

fn show(step: &Step, (share, sign, is_missed): (Share, char, bool), cause: &serde_json::Value) {
    let mark = if is_missed { '!' } else { ' ' };
    let text = |name: &str| cause[name].as_str().unwrap_or("?");
    let (explained, own) = (share.explained_percent(), share.own_percent());
    let (bytes, name) = (share.bytes, &step.name);
    let place = format!("{}:{}", text("file"), cause["line"]);
    say(format!("{mark} {sign}{bytes:6} {explained:8.1} % {own:3.0} %  {name}: {}, {place}", text("what")));
}

fn diff(step: &Step) -> Result<serde_json::Value> {
    let mut plimsoll = Command::new(built("plimsoll"));
    plimsoll.args(["diff", "--json"]).args([&step.old, &step.new]);
    if let (Some(old), Some(new)) = (&step.old_map, &step.new_map) {
        plimsoll.arg("--old-map").arg(old).arg("--map").arg(new);
    }
    Ok(serde_json::from_str(&output(&mut plimsoll)?)?)
}

/// Each leg of the demo after the one that it follows, for every program that is on both.
fn voyage() -> Vec<Step> {
    let mut steps = Vec::new();
    for leg in LEGS {
        let Some(before) = before(leg) else { continue };
        for ship in ships(leg).filter(|it| ships(before).any(|other| other.binary == it.binary)) {
            steps.push(Step {
                name: format!("{} of the demo, {}", leg.name, ship.binary),
                old: demo::image(before, ship),
                new: demo::image(leg, ship),
                old_map: None,
                new_map: None,
            });
        }
    }
    steps
}

fn before(leg: &Leg) -> Option<&'static Leg> {
    let idx = LEGS.iter().position(|it| it.name == leg.name)?;
    let earlier = || LEGS[..idx].iter().rev();
    let of_main = || earlier().find(|it| it.branch == Branch::Main);
    match leg.branch {
        Branch::Main => of_main(),
        Branch::PullRequest { from, .. } => {
            earlier().find(|it| it.branch == leg.branch).or_else(|| LEGS.iter().find(|it| it.name == from))
        }
    }
}
