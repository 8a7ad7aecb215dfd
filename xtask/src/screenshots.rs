//! The pictures of the README: real pages of a fresh demo.

use crate::demo;
use crate::setup::{self, need::Need};
use crate::step;
use crate::terminal::say;
use crate::workspace::root;
use anyhow::{Context as _, Result};
use lexopt::Arg::{Long, Value};

/// Help of `cargo xtask screenshots`.
pub const DETAILS: &str = "cargo xtask screenshots [--into FOLDER] [PAGE]…

Launches a fresh demo and photographs its pages in Chromium, light, dark and narrow.

  --into FOLDER   [default: docs/images]
  PAGE            as the browser tests name them [default: project story-compare]";

/// What the README shows.
const PAGES: [&str; 2] = ["project", "story-compare"];

/// `cargo xtask screenshots`.
pub fn run_task(mut arguments: lexopt::Parser) -> Result<()> {
    let mut folder = root().join("docs/images");
    let mut pages = Vec::new();
    while let Some(argument) = arguments.next()? {
        match argument {
            Long("into") => folder = std::path::absolute(arguments.value()?).context("--into")?,
            Value(page) => pages.push(page),
            other => return Err(other.unexpected().into()),
        }
    }
    if pages.is_empty() {
        pages = PAGES.map(Into::into).to_vec();
    }
    setup::ensure(demo::NEEDS)?;
    setup::ensure(&[Need::Node, Need::Chromium])?;
    let mut script = step::browser_script("screenshots")?;
    script.env("SCREENSHOTS", &folder).arg("--").args(pages);
    demo::visit(&mut script)?;
    say(format!("The pictures are in {}", folder.display()));
    Ok(())
}
