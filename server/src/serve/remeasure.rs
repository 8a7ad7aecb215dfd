//! `plimsoll-server remeasure`: puts what an older version measured into the queue again.

use super::{beside_the_server, say};
use crate::config::{Config, RemeasureArgs};
use crate::db;
use crate::state::Clock;
use anyhow::Context as _;
use plimsoll_analyzer::report::SCHEMA_VERSION;
use plimsoll_protocol::ProjectName;
use sqlx::PgPool;
use std::time::Duration;
use uuid::Uuid;

/// How often progress is told.
const GLANCE: Duration = Duration::from_secs(2);

/// Enqueues, tells how many there are, and waits for them where that is wanted.
pub async fn run(config: &Config, args: &RemeasureArgs) -> anyhow::Result<()> {
    beside_the_server(config, |pool| remeasure(pool, args)).await
}

async fn remeasure(pool: PgPool, args: &RemeasureArgs) -> anyhow::Result<()> {
    let projects = projects(&pool, args.project.as_ref()).await?;
    // A version that no report has yet is newer than all.
    let newer_than = if args.all { u32::MAX } else { SCHEMA_VERSION };
    let mut n_builds = 0;
    for project_id in &projects {
        // One transaction each: a big instance is not locked for long, and what is enqueued stays so.
        let mut tx = pool.begin().await?;
        n_builds += db::jobs::enqueue_outdated(&mut tx, *project_id, newer_than, Clock::System.now()).await?;
        tx.commit().await?;
    }
    let n_waiting = n_waiting(&pool, &projects).await?;
    say(&format!(
        "{n_builds} builds are put into the queue, {n_waiting} wait in it to be measured by version {SCHEMA_VERSION}"
    ));
    if args.wait {
        wait(&pool, &projects, n_waiting).await?;
    }
    pool.close().await;
    Ok(())
}

async fn projects(pool: &PgPool, name: Option<&ProjectName>) -> anyhow::Result<Vec<Uuid>> {
    match name {
        Some(name) => {
            let project = db::projects::find(pool, name).await?;
            Ok(vec![project.with_context(|| format!("there is no project {name}"))?.project_id])
        }
        None => Ok(db::projects::list(pool).await?.into_iter().map(|it| it.project_id).collect()),
    }
}

async fn n_waiting(pool: &PgPool, projects: &[Uuid]) -> anyhow::Result<u64> {
    let mut n_jobs = 0;
    for project_id in projects {
        n_jobs += db::jobs::count_remeasures(pool, *project_id).await?;
    }
    Ok(n_jobs)
}

async fn wait(pool: &PgPool, projects: &[Uuid], n_builds: u64) -> anyhow::Result<()> {
    let mut told = n_builds;
    while told > 0 {
        tokio::time::sleep(GLANCE).await;
        let n_left = n_waiting(pool, projects).await?;
        if n_left != told {
            say(&format!("{} of {n_builds} are measured", n_builds.saturating_sub(n_left)));
        }
        told = n_left;
    }
    Ok(())
}
