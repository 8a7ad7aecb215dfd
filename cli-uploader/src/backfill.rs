//! `plimsoll backfill`: builds and uploads commits of the past, oldest first, so that each has its baseline.

mod lines;
mod notes;
mod shell;
mod survey;
mod tree;
mod walk;

use crate::args::BackfillArgs;
use crate::client::{self, Api};
use crate::environment::Environment;
use crate::plan::{self, BackfillPlan};
use crate::text::visible;
use crate::{Outcome, failure, output};
use anyhow::{Context, anyhow};
use notes::Notes;
use std::path::Path;
use tokio::signal::unix::{SignalKind, signal};
use walk::Walk;

/// Plans, looks at what is there, and walks.
pub(crate) fn run(args: &BackfillArgs, environment: &Environment) -> anyhow::Result<Outcome> {
    let plan = plan::backfill(args, environment)?;
    for warning in &plan.warnings {
        failure::warn(warning);
    }
    warn_of_target_folder(args, environment);
    let common = plan.git.common_folder()?;
    let notes = Notes::open(&common, environment)?;
    client::block_on(async {
        tokio::select! {
            outcome = walk(args, &plan, (environment, &common, notes)) => outcome,
            stopped = stop_wanted() => {
                stopped?;
                Err(failure::hinted(anyhow!("stopped"), "the same command goes on from here"))
            }
        }
    })
}

async fn walk(
    args: &BackfillArgs,
    plan: &BackfillPlan,
    (environment, common, notes): (&Environment, &Path, Notes),
) -> anyhow::Result<Outcome> {
    let api = plan.destination.as_ref().map(Api::new).transpose()?;
    let steps = survey::survey(args, plan, (api.as_ref(), &notes)).await?;
    let (Some(api), Some(destination), false) = (&api, &plan.destination, args.dry_run) else {
        output::print(&lines::forecast(&steps))?;
        return Ok(Outcome::Fine);
    };
    let mut walk = Walk::new(args, plan, (environment, api), notes);
    if let Some(first) = steps.iter().find(|it| it.is_wanted()) {
        let tree = tree::Tree::open(common, environment, (&first.commit, args.keep))?;
        walk.go(&steps, &tree).await?;
    }
    let (text, outcome) = lines::summary(&steps, walk.failures());
    output::print(&format!("{text}{}\n", visible(&destination.page())))?;
    Ok(outcome)
}

/// Returns when somebody asks us to end.
async fn stop_wanted() -> anyhow::Result<()> {
    let listen = |kind| signal(kind).context("cannot listen for signals");
    let (mut interrupt, mut terminate) = (listen(SignalKind::interrupt())?, listen(SignalKind::terminate())?);
    let mut hangup = listen(SignalKind::hangup())?;
    tokio::select! {
        _ = interrupt.recv() => {}
        _ = terminate.recv() => {}
        _ = hangup.recv() => {}
    }
    Ok(())
}

fn warn_of_target_folder(args: &BackfillArgs, environment: &Environment) {
    const NAME: &str = "CARGO_TARGET_DIR";
    if environment.text(NAME).is_some() && !args.build.contains(NAME) {
        failure::warn(&format!(
            "{NAME} is set: if that keeps images out of the work tree, write --build '{NAME}=target …'"
        ));
    }
}
