//! The pictures of the README: real pages of a fresh demo.

use crate::command::output;
use crate::demo;
use crate::options::Mistake;
use crate::setup::{self, need::Need};
use crate::step;
use crate::terminal::say;
use crate::workspace::root;
use anyhow::{Context as _, Result};
use lexopt::Arg::{Long, Value};
use std::ffi::OsString;
use std::process::Command;

/// Help of `cargo xtask screenshots`.
pub const DETAILS: &str = "cargo xtask screenshots [--into FOLDER] [PAGE]…

Launches a fresh demo and photographs its pages in Chromium, light, dark and narrow.

  --into FOLDER   [default: docs/images]
  PAGE            as the browser tests name them [default: project story-build story-compare]";

/// Prints the names that pages have in the browser tests.
const LIST_PAGES: &str = "import { ADDRESSES, NOT_FOUND } from './addresses.mjs';
     console.log(Object.keys({ ...ADDRESSES, ...NOT_FOUND }).join('\\n'))";

/// What the README shows.
const PAGES: [&str; 3] = ["project", "story-build", "story-compare"];

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
    setup::ensure(&[Need::Node, Need::Chromium])?;
    refuse_unknown(&pages)?;
    setup::ensure(demo::NEEDS)?;
    let mut script = step::browser_script("screenshots")?;
    script.env("SCREENSHOTS", &folder).arg("--").args(pages);
    demo::visit(&mut script)?;
    say(format!("The pictures are in {}", folder.display()));
    Ok(())
}

/// Before anything is built: a picture that nobody takes would be missed late.
fn refuse_unknown(pages: &[OsString]) -> Result<()> {
    let mut list = Command::new("node");
    list.current_dir(root().join("server/tests/browser")).args(["--input-type=module", "-e", LIST_PAGES]);
    let known = output(&mut list)?;
    match pages.iter().find(|page| !known.lines().any(|it| *page == it)) {
        Some(page) => {
            let known = known.trim().replace('\n', ", ");
            Err(Mistake(format!("there is no page `{}`: there are {known}", page.display())).into())
        }
        None => Ok(()),
    }
}
