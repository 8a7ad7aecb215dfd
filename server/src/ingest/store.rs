//! The third stage: the ELF first, then the build and its job in one transaction. A crash between the two
//! leaves an ELF that nobody names, which does no harm.

use crate::db;
use crate::db::arrivals::{Arrival, Earlier};
use crate::domain::Project;
use crate::error::AppResult;
use crate::ingest::examine::Examined;
use crate::state::AppState;
use sqlx::PgTransaction;
use uuid::Uuid;

/// A build that is stored for good.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Stored {
    /// The build.
    pub build_id: Uuid,
    /// Whether this upload made it.
    pub created: bool,
}

/// Stores what was examined.
pub async fn store(state: &AppState, project: &Project, examined: Examined) -> AppResult<Stored> {
    let Examined { build, hash, elf_bytes, elf_zstd } = examined;
    if !state.blobs.has(hash).await? {
        state.blobs.put(hash, elf_zstd).await?;
    }
    let now = state.clock.now();
    let mut tx = state.db.begin().await?;
    let target_id = db::targets::find_or_insert(&mut tx, project.project_id, &build.target, now).await?;
    let arrival = Arrival {
        project_id: project.project_id,
        target_id,
        build: &build,
        elf_sha256: &hash.0,
        elf_bytes,
        uploaded_at: now,
    };
    let stored = store_build(&mut tx, project, &arrival).await?;
    tx.commit().await?;
    let Stored { build_id, created } = stored;
    tracing::info!(project = %project.name, target = %build.target, commit = %build.commit, %build_id, created, "build stored");
    metrics::counter!("plimsoll_uploads_total", "created" => created.to_string()).increment(1);
    Ok(stored)
}

async fn store_build(
    tx: &mut PgTransaction<'_>,
    project: &Project,
    arrival: &Arrival<'_>,
) -> sqlx::Result<Stored> {
    if let Some(build_id) = db::arrivals::insert(tx, arrival).await? {
        db::jobs::enqueue(tx, project.project_id, build_id, arrival.uploaded_at).await?;
        return Ok(Stored { build_id, created: true });
    }
    let earlier = db::arrivals::find_earlier(tx, arrival).await?;
    if says_more(project, &earlier, arrival) {
        db::arrivals::update(tx, earlier.build_id, arrival).await?;
        db::jobs::enqueue(tx, project.project_id, earlier.build_id, arrival.uploaded_at).await?;
    }
    Ok(Stored { build_id: earlier.build_id, created: false })
}

/// Whether the same ELF of the same commit comes with something that changes its result: a branch where
/// it was a pull request's, the default branch where it was another's, another linker script, other
/// budgets; or whether its analysis failed and shall be tried again.
fn says_more(project: &Project, earlier: &Earlier, arrival: &Arrival<'_>) -> bool {
    let build = arrival.build;
    let is_branch = build.pull_request.is_none() && build.branch.is_some();
    let was_branch = earlier.pull_request.is_none() && earlier.branch.is_some();
    let is_default = is_branch && build.branch.as_deref() == Some(project.default_branch.as_str());
    let was_default = was_branch && earlier.branch.as_deref() == Some(project.default_branch.as_str());
    if (was_branch && !is_branch) || (was_default && !is_default) {
        return false;
    }
    let same_script = build.memory.as_ref().map(|it| it.text.as_str()) == earlier.memory_text.as_deref();
    earlier.state == "failed"
        || (is_branch && !was_branch)
        || (is_default && !was_default)
        || !same_script
        || build.budgets != earlier.budgets
}
