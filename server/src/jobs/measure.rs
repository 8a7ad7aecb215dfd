//! One job from its lease to its result.

use crate::db;
use crate::db::builds::{Ancestors, Candidate};
use crate::db::jobs::{JobKind, LeasedJob};
use crate::domain::Recipe;
use crate::jobs::analyze::{Analysis, Baseline, Hopeless, analyze, measurements_of_failure};
use crate::jobs::files::PackedFiles;
use crate::jobs::judge::{Evidence, judge_build};
use crate::state::AppState;
use anyhow::Context as _;
use plimsoll_protocol::LinkFailure;
use std::sync::Arc;
use uuid::Uuid;

/// How often a job waits for its baseline before it takes what there is.
pub const MAX_WAITS: i32 = 60;

/// What became of an attempt.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Outcome {
    /// The build is measured.
    Measured,
    /// The build did not link, and was judged by what the linker said.
    Unlinked,
    /// The build can never be measured, and says so.
    Failed,
    /// The build cannot be measured anew; what was measured before stays.
    Kept,
    /// The baseline is still in the queue.
    Waits,
    /// Somebody else holds the job by now, or nobody needs it; nothing was written.
    Lost,
}

/// Measures the job's build. An error means that trying again may help.
pub async fn measure(state: &AppState, job: &LeasedJob) -> anyhow::Result<Outcome> {
    let Some(recipe) = db::builds::find_recipe(&state.db, job.for_project, job.for_build).await? else {
        return abandon(state, job).await;
    };
    let ancestors = if job.n_waits < MAX_WAITS { Ancestors::MeasuredSoon } else { Ancestors::Measured };
    let baseline = db::builds::find_baseline(&state.db, &recipe, ancestors).await?;
    if waits_for(state, job, baseline.as_ref()).await? {
        return Ok(Outcome::Waits);
    }
    if let Some(failure) = &recipe.link_failure {
        return write_unlinked(state, job, (&recipe, baseline), failure).await;
    }
    match run(state, &recipe, baseline.as_ref()).await? {
        Ok(analysis) => write(state, job, (&recipe, baseline), &analysis).await,
        Err(Hopeless(why)) => give_up(state, job, &why).await,
    }
}

/// Whether the baseline is still to be measured, or to be measured anew before what is compared with it.
async fn waits_for(state: &AppState, job: &LeasedJob, baseline: Option<&Candidate>) -> sqlx::Result<bool> {
    let Some(baseline) = baseline else { return Ok(false) };
    if !baseline.is_measured {
        return Ok(true);
    }
    let may_wait = job.kind == JobKind::Remeasure && job.n_waits < MAX_WAITS;
    Ok(may_wait && db::jobs::has_remeasure(&state.db, job.for_project, baseline.build_id).await?)
}

/// The computing part, on a thread of its own, with a permit: files are big and cores are few.
async fn run(
    state: &AppState,
    recipe: &Recipe,
    baseline: Option<&Candidate>,
) -> anyhow::Result<Result<Analysis, Hopeless>> {
    let permit = Arc::clone(&state.analysis_permits).acquire_owned().await?;
    let packed = PackedFiles::fetch(state, &recipe.elf, recipe.map.as_ref()).await?;
    let baseline = match baseline {
        Some(it) => find_baseline(state, (recipe.project_id, it.build_id)).await?,
        None => None,
    };
    let recipe = recipe.clone();
    let work = tokio::task::spawn_blocking(move || {
        let _permit = permit;
        analyze(&recipe, &packed, baseline.as_ref())
    });
    match work.await {
        Ok(done) => done,
        Err(broken) => {
            tracing::error!(cause = %broken, "the analyzer broke on a file");
            Ok(Err(Hopeless("The analyzer broke on this file. It has been logged for the operator.".into())))
        }
    }
}

async fn find_baseline(
    state: &AppState,
    (project_id, build_id): (Uuid, Uuid),
) -> anyhow::Result<Option<Baseline>> {
    let Some(body_zstd) = db::reports::find(&state.db, project_id, build_id).await? else { return Ok(None) };
    let packed = match db::builds::find_recipe(&state.db, project_id, build_id).await? {
        Some(it) => PackedFiles::fetch(state, &it.elf, it.map.as_ref()).await.ok(),
        None => None,
    };
    Ok(Some(Baseline { body_zstd, packed }))
}

/// Everything or nothing, and only while the job is ours.
async fn write(
    state: &AppState,
    job: &LeasedJob,
    (recipe, baseline): (&Recipe, Option<Candidate>),
    analysis: &Analysis,
) -> anyhow::Result<Outcome> {
    let now = state.clock.now();
    let baseline = baseline.map(|it| (it.build_id, it.commits_behind));
    let mut tx = state.db.begin().await?;
    if !db::jobs::delete(&mut tx, job).await? {
        return Ok(Outcome::Lost);
    }
    db::reports::delete_all(&mut tx, recipe).await?;
    db::reports::insert(&mut tx, recipe, &analysis.body_zstd, analysis.cause.as_ref()).await?;
    db::reports::insert_measurements(&mut tx, recipe, &analysis.measurements).await?;
    db::reports::insert_changes(&mut tx, recipe, "symbol", &analysis.symbol_changes).await?;
    db::reports::insert_changes(&mut tx, recipe, "crate", &analysis.crate_changes).await?;
    db::builds::set_measured(&mut tx, recipe, &analysis.measured(baseline, now)).await?;
    let evidence = Evidence { figures: Some(analysis.figures), measurements: &analysis.measurements };
    judge_build(&mut tx, recipe, &evidence, now).await?;
    db::jobs::announce(&mut tx, recipe.build_id).await?;
    tx.commit().await.context("the result cannot be stored")?;
    Ok(Outcome::Measured)
}

/// What the linker said is all there is: no report, and no sizes beside those that it told.
async fn write_unlinked(
    state: &AppState,
    job: &LeasedJob,
    (recipe, baseline): (&Recipe, Option<Candidate>),
    failure: &LinkFailure,
) -> anyhow::Result<Outcome> {
    let now = state.clock.now();
    let measurements = measurements_of_failure(failure);
    let mut tx = state.db.begin().await?;
    if !db::jobs::delete(&mut tx, job).await? {
        return Ok(Outcome::Lost);
    }
    db::reports::delete_all(&mut tx, recipe).await?;
    db::reports::insert_measurements(&mut tx, recipe, &measurements).await?;
    db::builds::set_unlinked(&mut tx, recipe, baseline.as_ref(), now).await?;
    judge_build(&mut tx, recipe, &Evidence { figures: None, measurements: &measurements }, now).await?;
    db::jobs::announce(&mut tx, recipe.build_id).await?;
    tx.commit().await.context("the result cannot be stored")?;
    Ok(Outcome::Unlinked)
}

/// Ends the job and lets the build's page say why. A build that was measured before stays as it is: an analyzer
/// that refuses what an earlier one understood takes nothing away.
pub async fn give_up(state: &AppState, job: &LeasedJob, why: &str) -> anyhow::Result<Outcome> {
    let mut tx = state.db.begin().await?;
    if !db::jobs::delete(&mut tx, job).await? {
        return Ok(Outcome::Lost);
    }
    if job.kind == JobKind::Remeasure {
        tracing::warn!(build_id = %job.for_build, why, "a build cannot be measured anew; its measurement stays");
        tx.commit().await?;
        return Ok(Outcome::Kept);
    }
    db::builds::set_failed(&mut tx, (job.for_project, job.for_build), why).await?;
    db::jobs::announce(&mut tx, job.for_build).await?;
    tx.commit().await?;
    Ok(Outcome::Failed)
}

/// The build is gone: its project was deleted.
async fn abandon(state: &AppState, job: &LeasedJob) -> anyhow::Result<Outcome> {
    let mut tx = state.db.begin().await?;
    db::jobs::delete(&mut tx, job).await?;
    tx.commit().await?;
    Ok(Outcome::Lost)
}
