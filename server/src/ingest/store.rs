//! The third stage: the files first, then the build and its job in one transaction. A crash between the two
//! leaves files that nobody names, which does no harm.

use crate::blobs::{Blob, BlobHash};
use crate::db;
use crate::db::arrivals::{Arrival, Earlier};
use crate::domain::Project;
use crate::domain::build::StoredFile;
use crate::error::AppResult;
use crate::ingest::examine::{Examined, Packed};
use crate::state::AppState;
use sha2::{Digest as _, Sha256};
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
    let Examined { build, elf, map } = examined;
    let elf = match elf {
        Some(elf) => keep(state, Blob::Elf, elf).await?,
        // No ELF is empty, so no other build is taken for one that did not link.
        None => StoredFile { sha256: Sha256::digest([]).to_vec(), n_bytes: 0 },
    };
    let map = match map {
        Some(map) => Some(keep(state, Blob::Map, map).await?),
        None => None,
    };
    let now = state.clock.now();
    let mut tx = state.db.begin().await?;
    let target_id = db::targets::find_or_insert(&mut tx, project.project_id, &build.target, now).await?;
    let arrival = Arrival {
        project_id: project.project_id,
        target_id,
        build: &build,
        elf: &elf,
        map: map.as_ref(),
        uploaded_at: now,
    };
    let stored = store_build(&mut tx, project, &arrival).await?;
    tx.commit().await?;
    let Stored { build_id, created } = stored;
    tracing::info!(project = %project.name, target = %build.target, commit = %build.commit, %build_id, created, "build stored");
    metrics::counter!("plimsoll_uploads_total", "created" => created.to_string()).increment(1);
    Ok(stored)
}

/// On disk, and named by its content.
async fn keep(state: &AppState, kind: fn(BlobHash) -> Blob, packed: Packed) -> AppResult<StoredFile> {
    let Packed { hash, n_bytes, zstd } = packed;
    if !state.blobs.has(kind(hash)).await? {
        state.blobs.put(kind(hash), zstd).await?;
    }
    Ok(StoredFile { sha256: hash.0.to_vec(), n_bytes })
}

async fn store_build(
    tx: &mut PgTransaction<'_>,
    project: &Project,
    arrival: &Arrival<'_>,
) -> sqlx::Result<Stored> {
    let has_linked = arrival.build.link_failure.is_none();
    let replaces = has_linked && db::arrivals::replace_unlinked(tx, arrival).await?;
    if let Some(build_id) = db::arrivals::insert(tx, arrival).await? {
        db::jobs::enqueue(tx, project.project_id, build_id, arrival.uploaded_at).await?;
        return Ok(Stored { build_id, created: true });
    }
    let earlier = db::arrivals::find_earlier(tx, arrival).await?;
    let mut news = news(project, &earlier, arrival);
    if has_linked {
        news.contents |= db::arrivals::delete_unlinked(tx, earlier.build_id, arrival).await?;
    }
    if news.origin {
        db::arrivals::update_origin(tx, earlier.build_id, arrival).await?;
    }
    if news.origin || news.contents {
        db::arrivals::update_contents(tx, earlier.build_id, arrival).await?;
    }
    if news.map {
        db::arrivals::update_map(tx, earlier.build_id, arrival).await?;
    }
    if news.origin || news.contents || news.map {
        db::jobs::enqueue(tx, project.project_id, earlier.build_id, arrival.uploaded_at).await?;
    }
    Ok(Stored { build_id: earlier.build_id, created: replaces })
}

/// What the same ELF of the same commit brings that changes its result.
struct News {
    /// Where it comes from, which decides what it is compared with.
    origin: bool,
    /// What it is measured by: the linker script, the budgets and what the linker said, from a clean work tree
    /// at last; or the analysis failed, or the link did, and shall be tried again.
    contents: bool,
    /// The linker's map. It tells of the ELF, which is the same: the first one is welcome from anywhere, and an
    /// upload without one takes none away.
    map: bool,
}

/// CI often builds a commit twice, for the push and for the pull request, in either order: what ranks
/// higher stays. What a dirty work tree says is never taken for a clean one's.
fn news(project: &Project, earlier: &Earlier, arrival: &Arrival<'_>) -> News {
    let build = arrival.build;
    if build.dirty && !earlier.is_dirty {
        return News { origin: false, contents: false, map: false };
    }
    let origin = Origin::of(project, build.branch.as_deref(), build.pull_request.is_some());
    let known = Origin::of(project, earlier.branch.as_deref(), earlier.pull_request.is_some());
    let same_script = build.memory.as_ref().map(|it| it.text.as_str()) == earlier.memory_text.as_deref();
    let same_failure = build.link_failure == earlier.link_failure;
    let has_changed = !same_script || !same_failure || build.budgets != earlier.budgets;
    let is_cleaned = earlier.is_dirty && !build.dirty;
    let contents = earlier.state == "failed" || is_cleaned || (origin == known && has_changed);
    let brings_map = arrival.map.is_some() && arrival.map != earlier.map.as_ref();
    let map = brings_map && (earlier.map.is_none() || origin >= known);
    News { origin: origin > known || (origin == known && contents), contents, map }
}

/// Where a build comes from; the later ones take it over from the earlier ones.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
enum Origin {
    Unknown,
    Branch,
    PullRequest,
    DefaultBranch,
}

impl Origin {
    fn of(project: &Project, branch: Option<&str>, is_pull_request: bool) -> Self {
        match branch {
            _ if is_pull_request => Origin::PullRequest,
            Some(it) if it == project.default_branch => Origin::DefaultBranch,
            Some(_) => Origin::Branch,
            None => Origin::Unknown,
        }
    }
}
