//! Workers: take a job, keep its lease alive, end it one way or another; until told to stop.

use crate::db::{self, jobs::LeasedJob};
use crate::jobs::measure::{Outcome, give_up, measure};
use crate::state::AppState;
use anyhow::Context as _;
use rand::Rng as _;
use std::time::Duration;
use tokio::sync::watch;

/// A worker that is killed holds up its job for so long at most.
pub const LEASE: Duration = Duration::from_secs(15);

/// How often a job may fail before its build is given up.
pub const MAX_FAILURES: i32 = 5;

const HEARTBEAT: Duration = Duration::from_secs(5);
const IDLE: Duration = Duration::from_secs(5);
const WAIT_FOR_BASELINE: Duration = Duration::from_millis(250);
const TROUBLE_DELAY: Duration = Duration::from_secs(1);

/// Works until `stopping` is raised; the job at hand is finished first.
pub async fn work(state: AppState, mut stopping: watch::Receiver<bool>) {
    while !*stopping.borrow() {
        // Enabled before looking, so that no call is missed between looking and waiting.
        let call = state.signals.work.notified();
        tokio::pin!(call);
        call.as_mut().enable();
        let pause = match work_once(&state).await {
            Ok(true) => continue,
            Ok(false) => idle_time(&state).await,
            Err(error) => {
                tracing::warn!(cause = format!("{error:#}"), "the queue cannot be reached");
                TROUBLE_DELAY
            }
        };
        tokio::select! {
            () = &mut call => {}
            () = tokio::time::sleep(pause) => {}
            _ = stopping.wait_for(|it| *it) => {}
        }
    }
}

/// Does one job, if there is one.
pub async fn work_once(state: &AppState) -> anyhow::Result<bool> {
    let now = state.clock.now();
    let Some(job) = db::jobs::claim(&state.db, now, now + LEASE).await? else { return Ok(false) };
    if job.attempt - job.n_waits > MAX_FAILURES {
        let why = format!(
            "The analysis was tried {MAX_FAILURES} times and did not come to an end. The operator's log says more."
        );
        give_up(state, &job, &why).await?;
        return Ok(true);
    }
    let outcome = tokio::select! {
        outcome = measure(state, &job) => outcome,
        () = keep_lease(state, &job) => Ok(Outcome::Lost),
    };
    settle(state, &job, outcome).await?;
    Ok(true)
}

/// Lengthens the lease now and then; returns only when it is lost.
async fn keep_lease(state: &AppState, job: &LeasedJob) {
    loop {
        tokio::time::sleep(HEARTBEAT).await;
        let until = state.clock.now() + LEASE;
        if let Ok(false) = db::jobs::set_lease(&state.db, job, until).await {
            return;
        }
    }
}

async fn settle(state: &AppState, job: &LeasedJob, outcome: anyhow::Result<Outcome>) -> anyhow::Result<()> {
    let build_id = job.for_build;
    match outcome {
        Ok(Outcome::Waits) => {
            db::jobs::set_waiting(&state.db, job, state.clock.now() + WAIT_FOR_BASELINE).await?;
        }
        Ok(outcome) => {
            tracing::info!(%build_id, ?outcome, "job ended");
            metrics::counter!("plimsoll_jobs_total", "outcome" => label(&outcome)).increment(1);
        }
        Err(error) => {
            let cause = format!("{error:#}");
            tracing::warn!(%build_id, attempt = job.attempt, cause, "job failed; it will be tried again");
            metrics::counter!("plimsoll_jobs_total", "outcome" => "retried").increment(1);
            let run_at = state.clock.now() + backoff(job.attempt - job.n_waits);
            db::jobs::set_retry(&state.db, job, run_at, &cause).await.context("the job keeps its lease")?;
        }
    }
    Ok(())
}

fn label(outcome: &Outcome) -> &'static str {
    match outcome {
        Outcome::Measured => "measured",
        Outcome::Unlinked => "unlinked",
        Outcome::Failed => "failed",
        Outcome::Kept => "kept",
        Outcome::Waits => "waits",
        Outcome::Lost => "lost",
    }
}

/// One second, two, four … with up to half as much again, so that those who failed together do not
/// return together.
fn backoff(n_failures: i32) -> Duration {
    let seconds = 1_u64 << n_failures.clamp(1, 8).unsigned_abs().saturating_sub(1);
    Duration::from_secs(seconds) + Duration::from_millis(rand::rng().random_range(0..=seconds * 500))
}

/// Until the next job falls due.
async fn idle_time(state: &AppState) -> Duration {
    let due = db::jobs::next_due(&state.db).await.ok().flatten();
    // A negative span is one that has passed.
    let pause = due.map(|it| Duration::try_from(it - state.clock.now()).unwrap_or_default());
    pause.unwrap_or(IDLE).clamp(Duration::from_millis(20), IDLE)
}
