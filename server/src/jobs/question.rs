//! Questions about a stored ELF that are answered while somebody waits for it.

use crate::blobs::BlobHash;
use crate::domain::Build;
use crate::error::AppResult;
use crate::jobs::analyze::unpack;
use crate::state::AppState;
use anyhow::Context as _;
use std::sync::Arc;

/// Answers `question` from the build's ELF, on a thread of its own. Only as many are answered at once as
/// there are permits for questions, and each takes one of the permits for ELF files in memory as well:
/// visitors of a public project must neither fill the memory nor keep the workers from measuring.
///
/// The permits go with the work. A client that has left does not free them before its answer is done.
pub async fn ask<T: Send + 'static>(
    state: &AppState,
    build: &Build,
    question: impl FnOnce(&[u8]) -> T + Send + 'static,
) -> AppResult<T> {
    let turn = Arc::clone(&state.question_permits).acquire_owned().await.context("shutting down")?;
    let permit = Arc::clone(&state.analysis_permits).acquire_owned().await.context("shutting down")?;
    let elf_zstd = state.blobs.get(BlobHash::from_stored(&build.elf_sha256)?).await?;
    let elf_bytes = build.elf_bytes;
    let work = tokio::task::spawn_blocking(move || {
        let _permits = (turn, permit);
        anyhow::Ok(question(&unpack(&elf_zstd, elf_bytes)?))
    });
    Ok(work.await.context("the analyzer broke on a question")??)
}
