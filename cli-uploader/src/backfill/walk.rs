//! One commit after the other: checked out, built, uploaded, and a word about it.

use super::lines;
use super::notes::{Failure, Notes};
use super::shell;
use super::survey::{Fate, Step};
use super::tree::{self, Tree};
use crate::args::BackfillArgs;
use crate::client::{Api, Refusal};
use crate::config::Target;
use crate::environment::Environment;
use crate::plan::{BackfillPlan, Upload};
use crate::text::visible;
use crate::{failure, output, upload};
use anyhow::{Context, bail};
use indicatif::{ProgressBar, ProgressStyle};
use plimsoll_analyzer::map_file::MapError;
use plimsoll_protocol::{BuildAnswer, BuildState, NewBuild, TargetName};
use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::time::Duration;

/// So long a build may take to be measured before the next one is sent. That would have no baseline.
const WAIT: Duration = Duration::from_secs(300);

/// What came of one target of one commit.
#[derive(Debug)]
pub(super) struct Finding {
    pub target: TargetName,
    /// Or why there is none, a clause.
    pub answer: Answer,
}

/// Why there is nothing of each of these commits.
pub(super) type Failures = BTreeMap<String, Failure>;

/// The walk, with what it needs on the way.
#[derive(Debug)]
pub(super) struct Walk<'a> {
    args: &'a BackfillArgs,
    plan: &'a BackfillPlan,
    environment: &'a Environment,
    api: &'a Api<'a>,
    notes: Notes,
    failures: Failures,
}

impl<'a> Walk<'a> {
    pub(super) fn new(
        args: &'a BackfillArgs,
        plan: &'a BackfillPlan,
        (environment, api): (&'a Environment, &'a Api<'a>),
        notes: Notes,
    ) -> Self {
        Self { args, plan, environment, api, notes, failures: Failures::new() }
    }

    /// Commits of which nothing could be measured.
    pub(super) fn failures(&self) -> &Failures {
        &self.failures
    }

    /// Goes to the end, whatever fails to build on the way. A server that cannot be reached ends it.
    pub(super) async fn go(&mut self, steps: &[Step<'_>], tree: &Tree) -> anyhow::Result<()> {
        let n_wanted = steps.iter().filter(|it| it.is_wanted()).count();
        let bar = progress_bar(n_wanted)?;
        for step in steps {
            let Fate::Wanted(targets) = &step.fate else { continue };
            bar.set_message(visible(&step.subject));
            let findings = self.one(step, targets, &tree.path).await?;
            bar.inc(1);
            let place = (bar.position() as usize, n_wanted);
            let log = self.note(step, &findings)?;
            bar.suspend(|| output::print(&lines::step(step, place, &findings, log.as_deref())))?;
        }
        bar.finish_and_clear();
        Ok(())
    }

    async fn one(&self, step: &Step<'_>, targets: &[&Target], tree: &Path) -> anyhow::Result<Vec<Finding>> {
        let built = self.build(step, targets, tree).await;
        let facts = self.plan.recipe.facts(&self.plan.git, &step.commit)?;
        let log = self.notes.log(&step.commit);
        let is_missing = |it: &Target| !self.plan.recipe.image(it, tree).exists();
        let n_missing = targets.iter().filter(|it| is_missing(it)).count();
        let mut findings = Vec::new();
        for target in targets {
            let answer = match &built {
                Ok(()) => self.measured(target, &facts, tree).await?,
                // The log does not say whose link failed.
                Err(why) if n_missing == 1 && is_missing(target) && log.is_file() => {
                    self.unlinked(target, &facts, (tree, why)).await?
                }
                Err(why) => Err(failure::chain(why)),
            };
            findings.push(Finding { target: target.name.clone(), answer });
        }
        Ok(findings)
    }

    async fn build(&self, step: &Step<'_>, targets: &[&Target], tree: &Path) -> anyhow::Result<()> {
        let log = self.notes.log(&step.commit);
        // Of an earlier walk: it must not be taken for what this build says.
        let _ = std::fs::remove_file(&log);
        tree::check_out(tree, &step.commit)?;
        for target in targets {
            // Else a commit that does not build it would be measured by another's.
            let image = Some(self.plan.recipe.image(target, tree));
            for file in image.into_iter().chain(self.plan.recipe.map(target, tree)).filter(|it| it.exists()) {
                std::fs::remove_file(&file).with_context(|| format!("cannot remove {}", file.display()))?;
            }
        }
        let folder = self.plan.recipe.folder(tree);
        let status = shell::run(&self.args.build, (&folder, self.environment), &log).await?;
        if status.success() {
            return Ok(());
        }
        match shell::complaint(&log) {
            Some(complaint) => bail!("the build failed ({status}): {complaint}"),
            None => bail!("the build failed ({status})"),
        }
    }

    async fn measured(&self, target: &Target, facts: &NewBuild, tree: &Path) -> anyhow::Result<Answer> {
        let image = self.plan.recipe.image(target, tree);
        if !image.exists() {
            let name = image.strip_prefix(tree).unwrap_or(&image);
            return Ok(Err(format!("the build left no {}", name.display())));
        }
        match self.plan.recipe.built(target, facts, tree) {
            Ok(upload) => self.send(&upload).await,
            Err(error) => Ok(Err(failure::chain(&error))),
        }
    }

    /// Where the log tells that a region was too small the server is told.
    async fn unlinked(
        &self,
        target: &Target,
        facts: &NewBuild,
        (tree, why): (&Path, &anyhow::Error),
    ) -> anyhow::Result<Answer> {
        let log = self.notes.log(&facts.commit);
        match self.plan.recipe.unlinked(target, facts, (tree, &log)) {
            Ok(Some(upload)) => self.send(&upload).await,
            Ok(None) => Ok(Err(failure::chain(why))),
            Err(error) => Ok(Err(failure::chain(&error))),
        }
    }

    /// A refusal of this image is its own affair; other failures are everybody's.
    async fn send(&self, upload: &Upload) -> anyhow::Result<Answer> {
        let sent = upload::send(self.api, upload, Some(WAIT), &ProgressBar::hidden()).await;
        match sent {
            Ok(answer) => Ok(Ok(answer)),
            Err(error) if is_its_own(&error) => Ok(Err(failure::chain(&error))),
            Err(error) => Err(error),
        }
    }

    /// Remembers what failed; returns the log where that is worth a look.
    fn note(&mut self, step: &Step<'_>, findings: &[Finding]) -> anyhow::Result<Option<PathBuf>> {
        let is_known = |it: &Finding| it.answer.as_ref().is_ok_and(|it| it.build.state != BuildState::Failed);
        let failed = || findings.iter().filter(|it| it.answer.is_err());
        let failure = |reason: String| Failure {
            build: self.args.build.clone(),
            environment: self.notes.environment().to_owned(),
            targets: failed().map(|it| it.target.clone()).collect(),
            reason,
            log: self.notes.log(&step.commit),
        };
        let reason = failed().find_map(|it| it.answer.as_ref().err());
        let noted = reason.map(|it| failure(it.clone()));
        if !findings.iter().any(is_known) {
            let unanalysed = || failure("the image could not be analysed".to_owned());
            self.failures.insert(step.commit.to_string(), noted.clone().unwrap_or_else(unanalysed));
        }
        let log = noted.as_ref().map(|it| it.log.clone()).filter(|it| it.is_file());
        self.notes.set(&step.commit, noted)?;
        Ok(log)
    }
}

/// Or why there is none, a clause.
pub(super) type Answer = Result<BuildAnswer, String>;

fn is_its_own(error: &anyhow::Error) -> bool {
    let status = error.downcast_ref::<Refusal>().map(|it| it.status.as_u16());
    matches!(status, Some(400 | 413 | 422))
        || error.downcast_ref::<plimsoll_analyzer::Error>().is_some()
        || error.downcast_ref::<MapError>().is_some()
}

/// Hidden by itself where standard error is no terminal.
fn progress_bar(n_commits: usize) -> anyhow::Result<ProgressBar> {
    let style = ProgressStyle::with_template("{wide_bar} {pos}/{len}, {eta} left  {msg}")?;
    let bar = ProgressBar::new(n_commits as u64).with_style(style);
    bar.enable_steady_tick(Duration::from_secs(1));
    Ok(bar)
}
