//! Questions about a stored ELF that are answered while somebody waits for it.

use crate::db;
use crate::error::{AppError, AppResult};
use crate::jobs::files::{BuildFiles, PackedFiles};
use crate::state::AppState;
use anyhow::Context as _;
use std::sync::Arc;
use uuid::Uuid;

/// Answers `question` from the files of a project's build, on a thread of its own. Only as many are answered
/// at once as there are permits for questions, and each takes one of the permits for ELF files in memory as
/// well: visitors of a public project must neither fill the memory nor keep the workers from measuring.
///
/// The permits go with the work. A client that has left does not free them before its answer is done.
pub async fn ask<T: Send + 'static>(
    state: &AppState,
    (project_id, build_id): (Uuid, Uuid),
    question: impl FnOnce(&BuildFiles) -> T + Send + 'static,
) -> AppResult<T> {
    let build =
        db::builds::find(&state.db, project_id, build_id).await?.ok_or(AppError::NotFound("build"))?;
    if build.link_failure.is_some() {
        return Err(AppError::NotFound("ELF"));
    }
    let turn = Arc::clone(&state.question_permits).acquire_owned().await.context("shutting down")?;
    let permit = Arc::clone(&state.analysis_permits).acquire_owned().await.context("shutting down")?;
    let packed = PackedFiles::fetch(state, &build.elf, build.map.as_ref()).await?;
    let work = tokio::task::spawn_blocking(move || {
        let _permits = (turn, permit);
        anyhow::Ok(question(&packed.unpack()?))
    });
    Ok(work.await.context("the analyzer broke on a question")??)
}
